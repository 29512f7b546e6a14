import type { Clock } from '../core/clock.ts';
import { assert } from '../core/errors.ts';
import { currentScope, runInScope, type Scope } from '../core/scope.ts';
import type { Slices } from '../core/slices.ts';
import type { JobScope } from './job-scope.ts';

/**
 * Work that can be cut: it yields the number of rows it has done since the last yield, or a promise to wait for.
 *
 * Of rows it gets back the milliseconds they took; of a promise its value.
 */
export type Task<R> = Generator<number | Promise<unknown>, R, unknown>;

/** Tasks that end together: the first failure ends the others. */
interface Group {
  readonly results: unknown[];
  remaining: number;
  isOver: boolean;
  readonly waiting: Set<() => void>;
  readonly resolve: (results: unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Running {
  readonly task: Task<unknown>;
  readonly index: number;
  readonly group: Group;
  readonly job: JobScope;
  readonly scope: Scope | undefined;
  /** What the task is resumed with. */
  given: { readonly value?: unknown; readonly error?: unknown };
}

/**
 * Runs tasks on the main thread without holding the event loop: in slices, one turn of the loop between them.
 *
 * The only place where row functions are called. At most `slots` tasks are under way; they take turns, slice by slice.
 */
export class Executor {
  readonly #clock: Clock;
  readonly #slices: Slices;
  readonly #soon: (f: () => void) => void;
  #slots: number;
  readonly #ready: Running[] = [];
  readonly #queued: Running[] = [];
  #underWay = 0;
  #isPumping = false;

  constructor(world: { readonly clock: Clock; readonly slices: Slices; soon(f: () => void): void }, slots: number) {
    assert(slots >= 1, 'an executor has a slot');
    this.#clock = world.clock;
    this.#slices = world.slices;
    this.#soon = (f) => world.soon(f);
    this.#slots = slots;
  }

  /** Runs tasks to their end; rejects with the first throw, which ends the others, or when their job is aborted. */
  run<R>(tasks: readonly Task<R>[], job: JobScope): Promise<R[]> {
    if (tasks.length === 0) return Promise.resolve([]);
    const scope = currentScope();
    return new Promise((resolve, reject) => {
      const group: Group = {
        results: [],
        remaining: tasks.length,
        isOver: false,
        waiting: new Set(),
        resolve: resolve as (results: unknown[]) => void,
        reject,
      };
      for (const [index, task] of tasks.entries()) this.#queued.push({ task, index, group, job, scope, given: {} });
      this.#admit();
    });
  }

  /** Takes slots away, for receivers; at least one is left. @returns a function that gives them back, once */
  reserve(slots: number): () => void {
    assert(slots < this.#slots, 'a slot is left to compute with');
    this.#slots -= slots;
    let isReserved = true;
    return () => {
      if (isReserved) this.#slots += slots;
      isReserved = false;
    };
  }

  #admit(): void {
    while (this.#underWay < this.#slots && this.#queued.length > 0) {
      this.#underWay += 1;
      this.#resume(this.#queued.shift() as Running);
    }
  }

  #resume(running: Running): void {
    this.#ready.push(running);
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#soon(() => void this.#pump());
  }

  async #pump(): Promise<void> {
    this.#slices.begin();
    for (let running = this.#ready.shift(); running !== undefined; running = this.#ready.shift()) {
      if (this.#advance(running)) {
        await this.#slices.pause();
        this.#slices.begin();
      }
    }
    this.#isPumping = false;
  }

  /** Runs a task until it ends, waits, or the slice is used up. @returns whether the slice is used up */
  #advance(running: Running): boolean {
    for (;;) {
      if (running.job.signal.aborted || running.group.isOver) {
        this.#abandon(running);
        return false;
      }
      const startMs = this.#clock.monotonicMs();
      let step: IteratorResult<number | Promise<unknown>, unknown>;
      try {
        step = runInScope(running.scope, () => proceed(running));
      } catch (error) {
        this.#fail(running, error);
        return false;
      }
      if (step.done === true) {
        this.#finish(running, step.value);
        return false;
      }
      if (typeof step.value !== 'number') {
        this.#wait(running, step.value);
        return false;
      }
      running.given = { value: this.#clock.monotonicMs() - startMs };
      if (this.#slices.isSpent(step.value)) {
        this.#ready.push(running);
        return true;
      }
    }
  }

  #wait(running: Running, promise: Promise<unknown>): void {
    const { signal } = running.job;
    const { waiting } = running.group;
    const resume = (given: Running['given']): void => {
      if (!waiting.delete(abandon)) return;
      signal.removeEventListener('abort', abandon);
      running.given = given;
      this.#resume(running);
    };
    // Resumed to be abandoned: who aborts may stand in the middle of a turn of this executor.
    const abandon = (): void => resume({});
    waiting.add(abandon);
    promise.then(
      (value) => resume({ value }),
      (error) => resume({ error }),
    );
    if (signal.aborted || running.group.isOver) abandon();
    else signal.addEventListener('abort', abandon, { once: true });
  }

  #finish(running: Running, result: unknown): void {
    const { group } = running;
    group.results[running.index] = result;
    group.remaining -= 1;
    if (group.remaining === 0) group.resolve(group.results);
    this.#leave();
  }

  #fail(running: Running, error: unknown): void {
    const { group } = running;
    group.isOver = true;
    group.reject(error);
    for (const abandon of [...group.waiting]) abandon();
    this.#leave();
  }

  /** The job is aborted, or another task of the group has failed: the task's own clean-up runs, nothing else of it. */
  #abandon(running: Running): void {
    let error: unknown = running.job.abortError();
    try {
      runInScope(running.scope, () => running.task.return(undefined));
    } catch (thrown) {
      error = thrown;
    }
    this.#fail(running, error);
  }

  #leave(): void {
    this.#underWay -= 1;
    this.#admit();
  }
}

function proceed({ task, given }: Running): IteratorResult<number | Promise<unknown>, unknown> {
  return 'error' in given ? task.throw(given.error) : task.next(given.value);
}
