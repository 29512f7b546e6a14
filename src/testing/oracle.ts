import { Time } from '../core/time.ts';

/*
 * What every operator must give, worked out over plain arrays: that on which all of them build. What each of them means
 * stands beside this file, by subject: `oracle-rows.ts`, `oracle-batches.ts`, `oracle-pairs.ts`, `oracle-windows.ts`
 * and `oracle-state.ts`.
 *
 * Laws compare the engine with these files, so they must be right for reasons that have nothing to do with the engine.
 * They import nothing of it. They know no partition, no actor and no loop that was compiled: a stream is the list of
 * its batches, all of which are there from the start, and an operator is a function from whole streams to a whole
 * stream. A key is found by comparing it with every key before it; two lists of rows are compared by crossing out.
 * Nothing is shared, remembered or done twice at once. That makes it quadratic, in places worse, and short enough to be
 * read line by line beside what the operator's comment says. Whenever the two disagree, one of them is wrong: begin
 * with the engine, and if it is the oracle, mend it from the meaning of the operator, never from the engine's answer.
 *
 * Two things want a word. Time: batch number i, counted from 0, has the time (i + 1) · interval; zero time is 0. And
 * failure: rows are computed late, by the outputs that need them, so a function that throws fails those outputs and no
 * others. Here the throw takes the place of its row and travels on with the rest (`Thrown`); an output that comes
 * across it fails, one that reads no further than the row before it does not.
 */

/** A stream and its whole life. */
export interface Stream<T> {
  readonly intervalMs: number;
  /** It has RDDs at multiples of this. */
  readonly slideMs: number;
  /** One a batch interval. */
  readonly batches: readonly Batch<T>[];
  /** Whether the order of rows means anything; behind a shuffle it does not. */
  readonly isOrdered: boolean;
}

/** The rows of a batch; null where there is no RDD, which is not an empty one; or why the batch cannot be. */
export type Batch<T> = Rows<T> | null | Failure;

/** Rows in order, some of which could not be made. */
export type Rows<T> = readonly (T | Thrown)[];

/** Stands where the row would that a function threw instead of making. */
export class Thrown {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** Why there is no result. Where several things went wrong, a run reports one of these errors. */
export class Failure {
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    this.errors = errors;
  }
}

/** What is wrong without any function having thrown. */
export class Mistake extends Error {
  readonly kind: 'returned-promise' | 'not-iterable' | 'not-a-pair' | 'no-rdd' | 'parent-without-rdd' | 'state';

  constructor(kind: Mistake['kind']) {
    super(kind);
    this.kind = kind;
  }
}

/** A source: what it gives, batch by batch. */
export function source<T>(batches: readonly (readonly T[] | null)[], intervalMs = 1000): Stream<T> {
  return { intervalMs, slideMs: intervalMs, batches, isOrdered: true };
}

/** How an operator is, beside what it makes of rows. */
export interface Traits {
  /** At a time when a parent has no RDD: it has none either, or the batch is refused. */
  readonly withoutParent: 'none' | 'fail';
  /** Its parents' unless given. */
  readonly slideMs?: number;
  /** Its parents' unless given. */
  readonly isOrdered?: boolean;
}

/** Any operator: at the times that are its own, `plan` makes its rows of those of its parents at that time. */
export function operator<T, U>(
  parents: readonly Stream<T>[],
  traits: Traits,
  plan: (batches: readonly Rows<T>[], time: Time) => Rows<U>,
): Stream<U> {
  const [first] = parents;
  if (first === undefined) throw new RangeError('an operator has a parent');
  const { intervalMs } = first;
  const { withoutParent, slideMs = first.slideMs } = traits;
  const isOrdered = traits.isOrdered ?? parents.every((parent) => parent.isOrdered);

  const batches = first.batches.map((_, i): Batch<U> => {
    const timeMs = (i + 1) * intervalMs;
    if (timeMs % slideMs !== 0) return null;
    const given = parents.map((parent) => parent.batches[i] as Batch<T>);
    const failures = given.filter((batch) => batch instanceof Failure);
    if (failures.length > 0) return new Failure(failures.flatMap(({ errors }) => errors));
    const there = given.filter((batch): batch is Rows<T> => batch !== null && !(batch instanceof Failure));
    if (there.length < given.length) {
      return withoutParent === 'none' ? null : new Failure([new Mistake('parent-without-rdd')]);
    }
    try {
      return plan(there, new Time(timeMs));
    } catch (error) {
      return error instanceof Failure ? error : new Failure([error]);
    }
  });
  return { intervalMs, slideMs, batches, isOrdered };
}

/**
 * What the outputs behind these streams are given, batch by batch: each its rows, or null for no job; or the failure
 * that refuses the batch for all of them, which it does when one of them cannot have its RDD.
 */
export function batchesOf(
  streams: readonly Stream<unknown>[],
): readonly (readonly (Rows<unknown> | null)[] | Failure)[] {
  const [first] = streams;
  return (first?.batches ?? []).map((_, i) => {
    const given = streams.map((stream) => stream.batches[i] as Batch<unknown>);
    const failures = given.filter((batch) => batch instanceof Failure);
    if (failures.length > 0) return new Failure(failures.flatMap(({ errors }) => errors));
    return given as (Rows<unknown> | null)[];
  });
}

/** All rows. @throws Failure with every error there is, when a row is missing */
export function collect<T>(rows: Rows<T>): readonly T[] {
  const errors = rows.filter(isThrown).map(({ error }) => error);
  if (errors.length > 0) throw new Failure(errors);
  return rows as readonly T[];
}

/** The first n rows. @throws Failure when one of these is missing; what is behind them is not looked at */
export function take<T>(rows: Rows<T>, n: number): readonly T[] {
  const first = rows.slice(0, n).find(isThrown);
  if (first !== undefined) throw new Failure([first.error]);
  return rows.slice(0, n) as readonly T[];
}

/**
 * Whether two lists have the same rows: one by one, or, where order means nothing, each as often as the other has it.
 */
export function haveSameRows(left: readonly unknown[], right: readonly unknown[], isOrdered: boolean): boolean {
  if (left.length !== right.length) return false;
  if (isOrdered) return left.every((row, i) => areEqual(row, right[i]));
  const rest = [...right];
  return left.every((row) => {
    const at = rest.findIndex((other) => areEqual(row, other));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}

/** Equal by value: NaN is NaN, -0 is 0; dates by time, bytes by content, arrays and objects part by part. */
export function areEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return a === b || (Number.isNaN(a) && Number.isNaN(b));
  }
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && areEqual(a.getTime(), b.getTime());
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && areEqual([...a], [...b]);
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((part, i) => areEqual(part, b[i]));
  }
  const parts = Object.entries(a);
  const others = new Map<string, unknown>(Object.entries(b));
  return (
    parts.length === others.size && parts.every(([name, part]) => others.has(name) && areEqual(part, others.get(name)))
  );
}

/**
 * Any operator that looks at one row after the other; what `make` throws stands in the place of what it did not make.
 */
export function rowByRow<T, U>(parent: Stream<T>, make: (row: T) => Iterable<U>): Stream<U> {
  return operator([parent], { withoutParent: 'none' }, ([rows = []]) => {
    const made: (U | Thrown)[] = [];
    for (const row of rows) {
      if (row instanceof Thrown) {
        made.push(row);
        continue;
      }
      try {
        for (const each of make(row)) made.push(each);
      } catch (error) {
        made.push(new Thrown(error));
      }
    }
    return made;
  });
}

/** All rows; where some are missing, only why. */
export function allOrErrors<T>(rows: Rows<T>): Rows<T> {
  return rows.some(isThrown) ? rows.filter(isThrown) : rows;
}

/** One row for each key: what `create` makes of its first value, and `merge` of that and the next ones. */
export function byKey<K, V, C>(
  parent: Stream<readonly [K, V]>,
  create: (value: V) => C,
  merge: (merged: C, value: V) => C,
): Stream<readonly [K, C]> {
  const merged = (pairs: Rows<readonly [K, V]>): Rows<readonly [K, C]> => {
    const cells: { readonly key: K; value: C | Thrown }[] = [];
    for (const row of pairs) {
      if (row instanceof Thrown) continue;
      const [key, value] = row;
      const cell = cells.find((each) => areEqual(each.key, key));
      if (cell === undefined) cells.push({ key, value: orThrown(() => create(value)) });
      else if (!(cell.value instanceof Thrown)) cell.value = orThrown(() => merge(cell.value as C, value));
    }
    return cells.map(({ key, value }) => (value instanceof Thrown ? value : ([key, value] as const)));
  };
  return operator([parent], { withoutParent: 'none', isOrdered: false }, ([rows = []]) => {
    const pairs = rows.map((row) => (row instanceof Thrown ? row : orThrown(() => pair(row))));
    const made = merged(pairs);
    return pairs.some(isThrown) ? [...pairs, ...made].filter(isThrown) : made;
  });
}

/** A row function answers at once. What becomes of its promise is nobody's error any more. */
export function noPromise<T>(made: T): T {
  if (!(made instanceof Promise)) return made;
  made.catch(() => undefined);
  throw new Mistake('returned-promise');
}

export function isThrown(row: unknown): row is Thrown {
  return row instanceof Thrown;
}

/** What `make` makes, or its throw. */
export function orThrown<T>(make: () => T): T | Thrown {
  try {
    return make();
  } catch (error) {
    return new Thrown(error);
  }
}

export function pair<K, V>(row: readonly [K, V]): readonly [K, V] {
  if (!Array.isArray(row)) throw new Mistake('not-a-pair');
  return row;
}

export function isIterable(many: unknown): many is Iterable<unknown> {
  return typeof (many as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === 'function';
}
