import type { Key } from '../core/keys.ts';

/** What stands at the end of a fused chain and takes its rows. */
export type Terminal =
  /** Appends each row. */
  | 'push'
  /** Appends rows until there are `limit`, and stops there. */
  | 'take'
  /** Counts rows. */
  | 'count'
  /** Folds rows into one value: the first row, or a zero that is there already, then f(value, row). */
  | 'fold'
  /** Merges the values of each key, the first value as it is: reduceByKey. */
  | 'reduce'
  /** Merges the values of each key into what `create` made of the first: combineByKey. */
  | 'combine';

/** The rows of one key, merged so far; `key` is the first key object seen. */
export interface Cell {
  readonly key: unknown;
  value: unknown;
}

/** Where the rows of a loop go; each terminal uses its own fields. */
export interface Sink {
  /** push, take. */
  readonly rows: unknown[];
  /** take: how many rows are enough. */
  readonly limit: number;
  /** count: rows so far. */
  count: number;
  /** fold: whether `value` is there. */
  isStarted: boolean;
  /** fold: the value so far. */
  value: unknown;
  /** reduce, combine: a cell for each key. */
  readonly cells: Map<Key, Cell>;
  /** fold, reduce, combine: (value so far, row or value of the row). */
  readonly merge: (value: unknown, row: unknown) => unknown;
  /** combine: of the first value of a key. */
  readonly create: (value: unknown) => unknown;
}

/** A sink with what the terminal at hand needs; the rest is empty. */
export function sinkOf(given: Partial<Sink> = {}): Sink {
  return {
    rows: given.rows ?? [],
    limit: given.limit ?? Number.POSITIVE_INFINITY,
    count: 0,
    isStarted: given.isStarted ?? false,
    value: given.value,
    cells: given.cells ?? new Map(),
    merge: given.merge ?? unused,
    create: given.create ?? unused,
  };
}

function unused(): never {
  throw new TypeError('this terminal merges nothing');
}

/**
 * One fused chain of map, filter and flatMap with its terminal. It runs a piece at a time, so that the executor can let
 * others have a turn between pieces. What a user's function throws comes out as a StepFailure.
 */
export interface Loop {
  /** Runs rows[from..to). @returns `to`, or `enough` */
  rows(rows: readonly unknown[], from: number, to: number, sink: Sink): number;
  /** Runs at most `rowsMax` lines of the text from `position`. @returns the position behind them, or `enough` */
  text(text: string, position: number, rowsMax: number, sink: Sink): number;
  /** How many rows a piece should have, so that it takes about a millisecond; the reader learns it. */
  piece: number;
}

/** What a loop returns when its `take` has all it wants. */
export const enough: number = -1;

/** A user's function failed: which step of the chain, on which row. The step behind the last is the terminal. */
export class StepFailure {
  readonly error: unknown;
  readonly step: number;
  readonly row: unknown;

  constructor(error: unknown, step: number, row: unknown) {
    this.error = error;
    this.step = step;
    this.row = row;
  }
}

/** A call of a user's function took longer than it may. */
export class StepTimeout {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }
}

/** Mistakes of a user's function that are not throws of its own. */
export class StepMistake {
  readonly kind: 'returned-promise' | 'not-iterable' | 'not-a-pair';
  /** What it returned. */
  readonly returned: unknown;

  constructor(kind: StepMistake['kind'], returned: unknown) {
    this.kind = kind;
    this.returned = returned;
  }
}
