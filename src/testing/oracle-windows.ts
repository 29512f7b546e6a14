import { areEqual, type Batch, Failure, noPromise, orThrown, type Rows, type Stream, Thrown } from './oracle.ts';
import { reduce } from './oracle-batches.ts';
import { groupByKey, reduceByKey } from './oracle-pairs.ts';
import { filter as filtered, map } from './oracle-rows.ts';
import { stepwise } from './oracle-steps.ts';

// What windows must give, worked out anew each time from the batches in the window. Lengths and slides are multiples of
// the slide of the parent; without a slide of its own a window moves as its parent does.

/** At every multiple of the slide: the rows of the batches in (t - length, t], as far as there are any. */
export function window<T>(parent: Stream<T>, windowMs: number, slideMs: number = parent.slideMs): Stream<T> {
  const { intervalMs } = parent;
  if (windowMs % parent.slideMs !== 0 || slideMs % parent.slideMs !== 0 || windowMs <= 0 || slideMs <= 0) {
    throw new RangeError('a window and its slide are multiples of the slide of the parent');
  }
  const batches = parent.batches.map((_, i): Batch<T> => {
    const timeMs = (i + 1) * intervalMs;
    if (timeMs % slideMs !== 0) return null;
    const within = parent.batches.filter((_, j) => {
      const batchMs = (j + 1) * intervalMs;
      return timeMs - windowMs < batchMs && batchMs <= timeMs;
    });
    const failures = within.filter((batch) => batch instanceof Failure);
    if (failures.length > 0) return new Failure(failures.flatMap(({ errors }) => errors));
    return within.flatMap((batch) => (batch as Rows<T> | null) ?? []);
  });
  return { ...parent, slideMs, batches };
}

/** All rows of a window merged into one; none where there is none. */
export function reduceByWindow<T>(
  parent: Stream<T>,
  f: (a: T, b: T) => T,
  windowMs: number,
  slideMs: number,
  { inverse }: Pick<Inverse<null, T>, 'inverse'> = {},
): Stream<T> {
  if (inverse === undefined) return reduce(window(reduce(parent, f), windowMs, slideMs), f);
  const keyed = map(parent, (row) => [null, row] as const);
  const merged = reduceByKeyAndWindow(keyed, f, windowMs, slideMs, { inverse });
  return { ...map(merged, ([, row]) => row), isOrdered: true };
}

/** How many rows a window has; nothing before the first row ever, 0 afterwards. */
export function countByWindow(parent: Stream<unknown>, windowMs: number, slideMs: number): Stream<number> {
  const ones = map(parent, () => 1);
  return reduceByWindow(ones, add, windowMs, slideMs, { inverse: subtract });
}

/** How often each row occurs in a window; rows that do not occur are not there. */
export function countByValueAndWindow<T>(
  parent: Stream<T>,
  windowMs: number,
  slideMs: number,
): Stream<readonly [T, number]> {
  const ones = map(parent, (row) => [row, 1 as number] as const);
  return reduceByKeyAndWindow(ones, add, windowMs, slideMs, { inverse: subtract, filter: ([, count]) => count !== 0 });
}

/** The values of each key of a window in a list, those of an earlier batch first. */
export function groupByKeyAndWindow<K, V>(
  parent: Stream<readonly [K, V]>,
  windowMs: number,
  slideMs?: number,
): Stream<readonly [K, readonly V[]]> {
  return reduceByKey(window(groupByKey(parent), windowMs, slideMs), (a, b) => [...a, ...b]);
}

/** What makes a window one that is kept and moved, of which keys that have left are still seen. */
export interface Inverse<K, V> {
  readonly inverse?: (merged: V, left: V) => V;
  /** Which pairs are shown. What is kept does not depend on it. */
  readonly filter?: (pair: readonly [K, V]) => unknown;
}

/**
 * One row for each key of a window.
 *
 * With an inverse there is one also for each key that an earlier window had: with what the inverse leaves of a value
 * when it takes it from itself. Functions have to be exact inverses, so that this is the same for all values.
 */
export function reduceByKeyAndWindow<K, V>(
  parent: Stream<readonly [K, V]>,
  f: (a: V, b: V) => V,
  windowMs: number,
  slideMs?: number,
  { inverse, filter }: Inverse<K, V> = {},
): Stream<readonly [K, V]> {
  if (inverse === undefined) return reduceByKey(window(reduceByKey(parent, f), windowMs, slideMs), f);
  const known: (readonly [K, V])[] = [];
  const held = reduceByKey(window(parent, windowMs, slideMs), f);
  const kept = stepwise(held, (rows): Rows<readonly [K, V]> => {
    const there = (rows ?? []).flatMap((row) => (row instanceof Thrown ? [] : [row]));
    const gone = known.filter(([key]) => !there.some(([other]) => areEqual(key, other)));
    known.push(...there.filter(([key]) => !known.some(([other]) => areEqual(key, other))));
    const neutral = gone.map(([key, value]) => orThrown(() => [key, noPromise(inverse(value, value))] as const));
    return [...(rows ?? []), ...neutral];
  });
  return filter === undefined ? kept : filtered(kept, filter);
}

function add(a: number, b: number): number {
  return a + b;
}

function subtract(a: number, b: number): number {
  return a - b;
}
