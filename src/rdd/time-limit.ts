import type { Clock } from '../core/clock.ts';

/**
 * One limit for many waits at once.
 *
 * Since all may take equally long, the first to begin is the first to be late: one timer is enough for all of them, and
 * a wait that ends in time costs none.
 */
export class TimeLimit {
  readonly limitMs: number;
  readonly #clock: Clock;
  /** In the order in which they began. */
  readonly #waits = new Set<{ readonly untilMs: number; readonly late: () => void }>();
  #sleeping: AbortController | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.limitMs = limitMs;
  }

  /** Calls `late` when the wait that begins now has taken too long. @returns a function that ends it before that */
  begin(late: () => void): () => void {
    const wait = { untilMs: this.#clock.now() + this.limitMs, late };
    this.#waits.add(wait);
    if (this.#sleeping === undefined) this.#sleepUntil(wait.untilMs);
    return () => void this.#waits.delete(wait);
  }

  /** No wait is late any more. */
  close(): void {
    this.#waits.clear();
    this.#sleeping?.abort();
    this.#sleeping = undefined;
  }

  #sleepUntil(untilMs: number): void {
    const sleeping = new AbortController();
    this.#sleeping = sleeping;
    // A test is at rest while nothing but these waits is left.
    this.#clock.sleep(untilMs - this.#clock.now(), sleeping.signal).then(
      () => this.#look(),
      () => undefined, // It was closed.
    );
  }

  #look(): void {
    this.#sleeping = undefined;
    const nowMs = this.#clock.now();
    for (const wait of this.#waits) {
      if (wait.untilMs > nowMs) {
        // What was late may have let another begin.
        if (this.#sleeping === undefined) this.#sleepUntil(wait.untilMs);
        return;
      }
      this.#waits.delete(wait);
      wait.late();
    }
  }
}
