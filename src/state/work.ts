/**
 * Work that can be cut: it yields how many rows it has done since the last yield, and gets back the milliseconds that
 * they took.
 */
export type Work<R> = Generator<number, R, unknown>;

/** Does work to its end without a cut. */
export function uncut<R>(work: Work<R>): R {
  let next = work.next();
  while (next.done !== true) next = work.next();
  return next.value;
}

/** About a tenth of a millisecond of work that calls no function of the program. */
export const rowsBetweenYields: number = 1024;

/** How many calls of a function of the program are made before the clock is looked at: it learns how long they take. */
export class Pace {
  #left = callsMin;
  #calls = callsMin;

  /** Counts a call; says whether the clock is to be looked at. */
  get isDue(): boolean {
    this.#left -= 1;
    return this.#left <= 0;
  }

  *look(): Work<void> {
    const tookMs = (yield this.#calls) as number;
    if (tookMs > pieceMsMax) this.#calls = Math.max(1, this.#calls >> 1);
    else if (tookMs < pieceMsMin) this.#calls = Math.min(callsMax, this.#calls * 2);
    this.#left = this.#calls;
  }
}

/** A function that takes long must not hold the event loop for many calls before its pace is known. */
const callsMin = 8;
const callsMax = 16_384;
const pieceMsMin = 0.5;
const pieceMsMax = 2;
