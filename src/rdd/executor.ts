import type { Clock } from '../core/clock.ts';
import { assert } from '../core/errors.ts';
import { currentScope, runInScope, type Scope } from '../core/scope.ts';
import type { Slices } from '../core/slices.ts';
import { whenAborted } from '../core/when-aborted.ts';
import type { JobScope } from './job-scope.ts';

/**
 * Work that can be cut: it yields the number of rows it has done since the last yield, or a promise to wait for.
 *
 * Of rows it gets back the milliseconds they took; of a promise its value.
 */
export type Task<R> = Generator<number | Promise<unknown>, R, unknown>;

/** Tasks that end together: the first failure, or the abort of their job, ends them all. */
interface Group {
  readonly scope: Scope | undefined;
  readonly results: unknown[];
  /** How many tasks have not ended. */
  remaining: number;
  /** How many have begun and not ended. */
  underWay: number;
  /** What the others are ended for. */
  failure: { readonly error: unknown; readonly isAbort: boolean } | undefined;
  /** Wakes the tasks that wait for a promise. */
  readonly waiting: Set<() => void>;
  /** Listens to the abort of the job no longer. */
  forget: () => void;
  readonly resolve: (results: unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Running {
  readonly task: Task<unknown>;
  readonly index: number;
  readonly group: Group;
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
  #queued: Running[] = [];
  #underWay = 0;
  #isPumping = false;

  constructor(world: { readonly clock: Clock; readonly slices: Slices; soon(f: () => void): void }, slots: number) {
    assert(slots >= 1, 'an executor has a slot');
    this.#clock = world.clock;
    this.#slices = world.slices;
    this.#soon = (f) => world.soon(f);
    this.#slots = slots;
  }

  /**
   * Runs tasks to their end.
   *
   * The first throw, or the abort of the job, ends all of them: those that have begun run their clean-up and nothing
   * else, and when they have, the promise rejects.
   */
  run<R>(tasks: readonly Task<R>[], job: JobScope): Promise<R[]> {
    if (tasks.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const group: Group = {
        scope: currentScope(),
        results: [],
        remaining: tasks.length,
        underWay: 0,
        failure: undefined,
        waiting: new Set(),
        forget: () => undefined,
        resolve: resolve as (results: unknown[]) => void,
        reject,
      };
      for (const [index, task] of tasks.entries()) this.#queued.push({ task, index, group, given: {} });
      group.forget = whenAborted(job.signal, () => this.#end(group, job.abortError(), true));
      this.#admit();
    });
  }

  /** Takes slots away, for receivers; at least one is left. @returns a function that gives them back, once */
  reserve(slots: number): () => void {
    assert(slots < this.#slots, 'a slot is left to compute with');
    this.#slots -= slots;
    let isReserved = true;
    return () => {
      if (!isReserved) return;
      isReserved = false;
      this.#slots += slots;
      this.#admit();
    };
  }

  #admit(): void {
    while (this.#underWay < this.#slots && this.#queued.length > 0) {
      const running = this.#queued.shift() as Running;
      this.#underWay += 1;
      running.group.underWay += 1;
      this.#resume(running);
    }
  }

  #resume(running: Running): void {
    this.#ready.push(running);
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#soon(() => void this.#pump());
  }

  /** A slice goes on where the last one left off: tasks that wait for each other, or for promises, need no turn. */
  async #pump(): Promise<void> {
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
      if (running.group.failure !== undefined) {
        this.#abandon(running);
        return false;
      }
      const startMs = this.#clock.monotonicMs();
      let step: IteratorResult<number | Promise<unknown>, unknown>;
      try {
        step = runInScope(running.group.scope, () => proceed(running));
      } catch (error) {
        this.#end(running.group, error, false);
        this.#leave(running);
        return false;
      }
      if (step.done === true) {
        running.group.results[running.index] = step.value;
        this.#leave(running);
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
    const { waiting, failure } = running.group;
    const resume = (given: Running['given']): void => {
      if (!waiting.delete(wake)) return;
      running.given = given;
      this.#resume(running);
    };
    // Resumed to be abandoned: who ends the group may stand in the middle of a turn of this executor.
    const wake = (): void => resume({});
    waiting.add(wake);
    promise.then(
      (value) => resume({ value }),
      (error) => resume({ error }),
    );
    if (failure !== undefined) wake();
  }

  /** Ends all tasks of a group, unless they are being ended already. */
  #end(group: Group, error: unknown, isAbort: boolean): void {
    if (group.failure !== undefined) return;
    group.failure = { error, isAbort };
    this.#queued = this.#queued.filter((running) => running.group !== group);
    for (const wake of [...group.waiting]) wake();
    this.#settle(group);
  }

  /** The task's own clean-up runs, nothing else of it. */
  #abandon(running: Running): void {
    const { group } = running;
    try {
      runInScope(group.scope, () => running.task.return(undefined));
    } catch (error) {
      // It tells more than the abort does; where another task has failed, that failure is the one to tell.
      if (group.failure?.isAbort === true) group.failure = { error, isAbort: false };
    }
    this.#leave(running);
  }

  #leave({ group }: Running): void {
    this.#underWay -= 1;
    group.underWay -= 1;
    group.remaining -= 1;
    this.#settle(group);
    this.#admit();
  }

  #settle(group: Group): void {
    const { failure } = group;
    if (failure === undefined ? group.remaining > 0 : group.underWay > 0) return;
    group.forget();
    if (failure === undefined) group.resolve(group.results);
    else group.reject(failure.error);
  }
}

function proceed({ task, given }: Running): IteratorResult<number | Promise<unknown>, unknown> {
  return 'error' in given ? task.throw(given.error) : task.next(given.value);
}
