import { type Clock, sleepOn, type Timer } from './clock.ts';
import { UsageError } from './errors.ts';
import { runInScope } from './scope.ts';
import type { Settling } from './settling.ts';

/**
 * A clock that moves when a test says so.
 *
 * Timers fire in the order of their deadlines, and in the order of asking where those are equal. A fraction of a
 * millisecond in a deadline is rounded up: `now()` is whole.
 */
export class ManualClock implements Clock {
  readonly #settling: Pick<Settling, 'settle' | 'soon' | 'fallAsleep' | 'isDead'>;
  /** The next to fire comes last. */
  readonly #timers: ManualTimer[] = [];
  #nowMs: number;
  #isMoving = false;

  constructor(startMs: number, settling: Pick<Settling, 'settle' | 'soon' | 'fallAsleep' | 'isDead'>) {
    this.#nowMs = startMs;
    this.#settling = settling;
  }

  now(): number {
    return this.#nowMs;
  }

  /** The same as `now()`: under test, work takes no time. */
  monotonicMs(): number {
    return this.#nowMs;
  }

  at(deadlineMs: number, f: () => void): Timer {
    const timer: ManualTimer = { deadlineMs: Math.ceil(deadlineMs), f };
    const firesLater = this.#timers.findIndex((other) => other.deadlineMs <= timer.deadlineMs);
    this.#timers.splice(firesLater < 0 ? this.#timers.length : firesLater, 0, timer);
    if (timer.deadlineMs <= this.#nowMs) this.#settling.soon(() => this.#fireDue());
    return { cancel: () => this.#remove(timer) };
  }

  /** An activity that sleeps here is at rest: `settle()` does not wait for it. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const wake = this.#settling.fallAsleep();
    try {
      await sleepOn(this, ms, signal);
    } finally {
      wake();
    }
  }

  /**
   * Moves the time on as if it passed: settles, then stops at every deadline on the way, with `now()` equal to it,
   * fires its timers and settles again.
   *
   * @param ms how far, a whole number of milliseconds
   * @throws UsageError (CLOCK.BAD_STEP, CLOCK.ALREADY_MOVING); what `settle()` throws
   */
  advance(ms: number): Promise<void> {
    return this.#move(ms, async (targetMs) => {
      await this.#settling.settle();
      for (let next = this.#timers.at(-1); next !== undefined && next.deadlineMs <= targetMs; ) {
        this.#nowMs = Math.max(this.#nowMs, next.deadlineMs);
        this.#fireDue();
        await this.#settling.settle();
        next = this.#timers.at(-1);
      }
      this.#nowMs = targetMs;
    });
  }

  /**
   * Moves the time on as if the process had stood still: `now()` is the target at once, then all that is due fires, in
   * order and without waiting in between, also what is asked for meanwhile; then it settles.
   *
   * @param ms how far, a whole number of milliseconds
   * @throws UsageError (CLOCK.BAD_STEP, CLOCK.ALREADY_MOVING); what `settle()` throws
   */
  jump(ms: number): Promise<void> {
    return this.#move(ms, async (targetMs) => {
      this.#nowMs = targetMs;
      this.#fireDue();
      await this.#settling.settle();
    });
  }

  async #move(ms: number, toTarget: (targetMs: number) => Promise<void>): Promise<void> {
    if (!Number.isSafeInteger(ms) || ms < 0) throw new UsageError('CLOCK.BAD_STEP', { ms });
    if (this.#isMoving) throw new UsageError('CLOCK.ALREADY_MOVING', { nowMs: this.#nowMs });
    this.#isMoving = true;
    try {
      await toTarget(this.#nowMs + ms);
    } finally {
      this.#isMoving = false;
    }
  }

  #fireDue(): void {
    if (this.#settling.isDead) this.#timers.length = 0;
    for (let next = this.#timers.at(-1); next !== undefined && next.deadlineMs <= this.#nowMs; ) {
      this.#timers.pop();
      runInScope(undefined, next.f);
      next = this.#timers.at(-1);
    }
  }

  #remove(timer: ManualTimer): void {
    const index = this.#timers.indexOf(timer);
    if (index >= 0) this.#timers.splice(index, 1);
  }
}

interface ManualTimer {
  readonly deadlineMs: number;
  readonly f: () => void;
}
