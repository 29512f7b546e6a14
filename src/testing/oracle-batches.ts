import type { Time } from '../core/time.ts';
import { allOrErrors, byKey, Failure, isThrown, Mistake, noPromise, operator, type Stream } from './oracle.ts';
import { map } from './oracle-rows.ts';

// What operators must give that look at all rows of a batch, or at several streams, and at no key.

/** How many rows; 0 where there is none. */
export function count(parent: Stream<unknown>): Stream<number> {
  return operator([parent], { withoutParent: 'fail', isOrdered: true }, ([rows = []]) => {
    return rows.some(isThrown) ? rows.filter(isThrown) : [rows.length];
  });
}

/** All rows merged into one; none where there is none. */
export function reduce<T>(parent: Stream<T>, f: (a: T, b: T) => T): Stream<T> {
  const merged = byKey(
    map(parent, (row) => [null, row] as const),
    (row) => row,
    (a, b) => noPromise(f(a, b)),
  );
  return { ...map(merged, ([, row]) => row), isOrdered: true };
}

/** How often each row occurs. */
export function countByValue<T>(parent: Stream<T>): Stream<readonly [T, number]> {
  return byKey(
    map(parent, (row) => [row, 1] as const),
    (one): number => one,
    (counted, one) => counted + one,
  );
}

/** The rows of the first, then those of the next, and so on. */
export function union<T>(...parents: readonly Stream<T>[]): Stream<T> {
  return operator(parents, { withoutParent: 'fail' }, (batches) => batches.flat());
}

/** The same rows in some order. One row that is missing, and all are. */
export function repartition<T>(parent: Stream<T>): Stream<T> {
  return operator([parent], { withoutParent: 'fail', isOrdered: false }, ([rows = []]) => allOrErrors(rows));
}

/**
 * What f makes of every batch.
 *
 * @param f gets the batch as a stream of this one batch, so that it has all operators at hand, and gives one back; what
 *   it throws refuses the batch
 */
export function transform<T, U>(parent: Stream<T>, f: (rdd: Stream<T>, time: Time) => Stream<U>): Stream<U> {
  return transformed<T, U>([parent], ([rdd], time) => f(rdd as Stream<T>, time));
}

/** What f makes of both batches; as transform. */
export function transformWith<T, U, V>(
  parent: Stream<T>,
  other: Stream<U>,
  f: (rdd: Stream<T>, other: Stream<U>, time: Time) => Stream<V>,
): Stream<V> {
  const parents: readonly Stream<T | U>[] = [parent, other];
  return transformed(parents, ([rdd, of], time) => f(rdd as Stream<T>, of as Stream<U>, time));
}

/** What f makes of a batch of all parents, each as a stream of that batch. */
function transformed<T, U>(
  parents: readonly Stream<T>[],
  f: (rdds: readonly Stream<T>[], time: Time) => Stream<U> | undefined,
): Stream<U> {
  let isOrdered = true;
  const made = operator<T, U>(parents, { withoutParent: 'fail' }, (batches, time) => {
    const alone = parents.map((parent, i) => ({ ...parent, slideMs: parent.intervalMs, batches: [batches[i] ?? []] }));
    const rdd = f(alone, time);
    const batch = rdd?.batches[0];
    if (rdd === undefined || batch === null || batch === undefined) throw new Mistake('no-rdd');
    if (batch instanceof Failure) throw batch;
    isOrdered &&= rdd.isOrdered;
    return batch;
  });
  return { ...made, isOrdered };
}
