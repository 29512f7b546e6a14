/**
 * Lets so many a second through, over any length of time.
 *
 * They are taken first, however many, and what is too much is waited for afterwards. Whoever comes late, as timers make
 * one, may catch up on a tenth of a second.
 */
export class RateLimit {
  readonly #msEach: number;
  /** When all that were taken have had their time. */
  #paidMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#msEach = 1000 / perSecond;
    this.#paidMs = nowMs;
  }

  take(count: number, nowMs: number): void {
    this.#paidMs = Math.max(this.#paidMs, nowMs - catchUpMs) + count * this.#msEach;
  }

  /** How long it is until there may be more. */
  waitMs(nowMs: number): number {
    return Math.max(0, Math.ceil(this.#paidMs - nowMs));
  }
}

const catchUpMs = 100;
