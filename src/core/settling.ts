import type { Activities } from './activities.ts';
import { eventLoopTurn, soon, systemClock } from './clock.ts';
import { UsageError } from './errors.ts';
import { currentScope, findScope, runInScope, type Scope } from './scope.ts';
import type { Slices } from './slices.ts';

/**
 * Knows when a program under test has nothing left to do: the activities, slices and queued calls of a test runtime.
 *
 * An activity is busy unless it sleeps on the test's clock; one that awaits a sleeping one sleeps too, and so does one
 * of whose branches any sleeps. Calls queued by `soon`, and promises that can go on, all run before the event loop
 * turns: so a whole turn in which nothing changed, and no activity is busy, is rest.
 */
export class Settling {
  readonly activities: Activities = { run: (name, f) => this.#run(name, f) };
  readonly slices: Slices = this.#countedSlices();

  readonly #limitMs: number;
  readonly #open = new Set<Activity>();
  /** Those who wait for their next slice; one is let go in every turn of the event loop. */
  readonly #paused: (() => void)[] = [];
  /** Counts what happens, so that a turn can tell whether anything did. */
  #changes = 0;
  #wake: (() => void) | undefined;
  #underWay: Promise<void> | undefined;
  /** How many steps there are left before it dies. */
  #stepsLeft: number;

  /**
   * @param limitMs how long, in real time, `settle()` waits before it says what is busy
   * @param steps how many steps it lives: a queued call, a slice, the beginning and the end of a call of the storage
   */
  constructor(limitMs: number, steps: number = Number.POSITIVE_INFINITY) {
    this.#limitMs = limitMs;
    this.#stepsLeft = steps;
  }

  /** Nothing happens any more: calls that are queued, slices and timers never come. */
  get isDead(): boolean {
    return this.#stepsLeft <= 0;
  }

  die(): void {
    this.#stepsLeft = 0;
    this.#changed();
  }

  /** A step of the program is due. @returns whether it lives to see it */
  step(): boolean {
    if (this.isDead) return false;
    this.#stepsLeft -= 1;
    if (this.isDead) this.#changed();
    return !this.isDead;
  }

  soon(f: () => void): void {
    this.#changed();
    soon(() => {
      if (this.step()) f();
    });
  }

  /**
   * Resolves when nothing is left to do until the clock moves. Calls at the same time share one wait.
   *
   * @throws UsageError (RUNTIME.NOT_SETTLED) when that takes longer than the limit
   */
  settle(): Promise<void> {
    this.#underWay ??= this.#untilQuiet();
    return this.#underWay;
  }

  /** The code that runs now begins to sleep on the test's clock; call the result when it wakes. */
  fallAsleep(): () => void {
    const sleeper = this.#current();
    this.#addSleeps(sleeper, 1);
    this.#changed();
    return () => this.#addSleeps(sleeper, -1);
  }

  async #run<R>(name: string, f: () => Promise<R>): Promise<R> {
    const inside = { parent: currentScope(), outer: this.#current() };
    const activity: Activity = { kind: 'activity', name, ...inside, sleeps: 0 };
    this.#open.add(activity);
    try {
      return await runInScope(activity, f);
    } finally {
      this.#addSleeps(activity, -activity.sleeps);
      this.#open.delete(activity);
      this.#changed();
    }
  }

  #current(): Activity | undefined {
    return findScope((scope): scope is Activity => this.#open.has(scope as Activity));
  }

  /** Counts sleeps that begin or end, for an activity and those around it, out to the first that has ended. */
  #addSleeps(innermost: Activity | undefined, count: number): void {
    for (let activity = innermost; activity !== undefined && this.#open.has(activity); activity = activity.outer) {
      activity.sleeps += count;
    }
  }

  async #untilQuiet(): Promise<void> {
    const giveUpMs = systemClock().monotonicMs() + this.#limitMs;
    try {
      for (;;) {
        const seen = this.#changes;
        await eventLoopTurn();
        const busy = [...this.#open].filter((activity) => activity.sleeps === 0);
        if (this.isDead) return;
        if (this.#changes === seen && this.#paused.length === 0) {
          if (busy.length === 0) return;
          await this.#nextChange(giveUpMs);
        }
        if (systemClock().monotonicMs() >= giveUpMs) throw this.#notSettled(busy);
      }
    } finally {
      this.#underWay = undefined;
    }
  }

  #changed(): void {
    this.#changes += 1;
    this.#wake?.();
  }

  #nextChange(giveUpMs: number): Promise<void> {
    return new Promise((resolve) => {
      const real = systemClock();
      const wake = (): void => {
        limit.cancel();
        this.#wake = undefined;
        resolve();
      };
      const limit = real.at(real.now() + giveUpMs - real.monotonicMs(), wake);
      this.#wake = wake;
    });
  }

  #notSettled(busy: readonly Activity[]): UsageError {
    const names = busy.map((activity) => activity.name);
    if (names.length === 0) names.push('calls or slices, each of which sets going the next');
    return new UsageError('RUNTIME.NOT_SETTLED', { busy: names, limitMs: this.#limitMs });
  }

  #countedSlices(): Slices {
    let rows = 0;
    return {
      begin: () => {
        rows = 0;
      },
      isSpent: (work) => {
        rows += work;
        return rows >= sliceRows;
      },
      pause: () =>
        new Promise((resolve) => {
          if (this.#paused.push(resolve) === 1) void this.#letOneGoOn();
        }),
    };
  }

  async #letOneGoOn(): Promise<void> {
    while (this.#paused.length > 0) {
      await eventLoopTurn();
      if (!this.step()) return;
      this.#paused.shift()?.();
    }
  }
}

/** Few enough that the batches of a test are cut, many enough that the turns between do not count. */
const sliceRows = 1000;

interface Activity extends Scope {
  /** The activity it was started in. */
  readonly outer: Activity | undefined;
  /** How many sleeps are under way in it and in the activities inside it. */
  sleeps: number;
}
