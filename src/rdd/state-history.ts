import type { Redo } from '../state/redo.ts';

/** A change that is written down somewhere, and read when it is needed. */
export interface WrittenChange {
  readonly timeMs: number;
  readonly partition: number;
  read(): Redo;
}

/** What earlier processes did to a state, time by time. */
export class StateHistory {
  /** The last time of it. */
  readonly lastMs: number;
  readonly #changes: readonly WrittenChange[];
  #next = 0;

  constructor(changes: readonly WrittenChange[]) {
    this.#changes = changes;
    this.lastMs = changes.at(-1)?.timeMs ?? Number.NEGATIVE_INFINITY;
  }

  get isDone(): boolean {
    return this.#next === this.#changes.length;
  }

  /** None of what is left is done again. */
  leave(): void {
    this.#next = this.#changes.length;
  }

  /** The changes of the first time that is left, up to this one. */
  next(untilMs: number): { readonly timeMs: number; readonly changes: readonly WrittenChange[] } | undefined {
    const from = this.#next;
    const timeMs = this.#changes[from]?.timeMs;
    if (timeMs === undefined || timeMs > untilMs) return undefined;
    while (this.#changes[this.#next]?.timeMs === timeMs) this.#next += 1;
    return { timeMs, changes: this.#changes.slice(from, this.#next) };
  }
}
