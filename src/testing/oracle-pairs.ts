import { byKey, isIterable, Mistake, noPromise, pair, rowByRow, type Stream } from './oracle.ts';
import { repartition, union } from './oracle-batches.ts';
import { map } from './oracle-rows.ts';

// What operators of pairs must give.

/** f on every value; the keys as they are. */
export function mapValues<K, V, U>(parent: Stream<readonly [K, V]>, f: (value: V) => U): Stream<readonly [K, U]> {
  return map(parent, (row) => {
    const [key, value] = pair(row);
    return [key, noPromise(f(value))] as const;
  });
}

/** A pair for each of the values that f returns for a value; where its iterable throws half-way, as flatMap. */
export function flatMapValues<K, V, U>(
  parent: Stream<readonly [K, V]>,
  f: (value: V) => Iterable<U>,
): Stream<readonly [K, U]> {
  return rowByRow(parent, function* (row) {
    const [key, value] = pair(row);
    const many: unknown = noPromise(f(value));
    if (!isIterable(many)) throw new Mistake('not-iterable');
    for (const each of many as Iterable<U>) yield [key, each] as const;
  });
}

/**
 * One row for each key, under the first key of those that are equal to it. All rows are read before there is any: one
 * that is missing, and all are. What f throws is missing in the place of its key.
 */
export function reduceByKey<K, V>(parent: Stream<readonly [K, V]>, f: (a: V, b: V) => V): Stream<readonly [K, V]> {
  return byKey(
    parent,
    (value) => value,
    (merged, value) => noPromise(f(merged, value)),
  );
}

/** The values of each key in a list. */
export function groupByKey<K, V>(parent: Stream<readonly [K, V]>): Stream<readonly [K, readonly V[]]> {
  const lists = mapValues<K, V, readonly V[]>(parent, (value) => [value]);
  return reduceByKey(lists, (a, b) => [...a, ...b]);
}

/**
 * The values of each key taken into what `create` makes of the first: all in one go, as if nothing lay apart. What is
 * missing, and where, is as in reduceByKey.
 */
export function combineByKey<K, V, C>(
  parent: Stream<readonly [K, V]>,
  create: (value: V) => C,
  mergeValue: (merged: C, value: V) => C,
): Stream<readonly [K, C]> {
  return byKey(
    parent,
    (value) => noPromise(create(value)),
    (merged, value) => noPromise(mergeValue(merged, value)),
  );
}

/** The same pairs in some order. One row that is missing, and all are. */
export function partitionBy<K, V>(parent: Stream<readonly [K, V]>): Stream<readonly [K, V]> {
  const pairs = rowByRow(parent, (row) => [pair(row)]);
  return repartition(pairs);
}

/** For each key of either side, the values of both. */
export function cogroup<K, V, W>(
  left: Stream<readonly [K, V]>,
  right: Stream<readonly [K, W]>,
): Stream<readonly [K, readonly [readonly V[], readonly W[]]]> {
  type Sides = readonly [readonly V[], readonly W[]];
  const lefts = mapValues<K, V, Sides>(left, (value) => [[value], []]);
  const rights = mapValues<K, W, Sides>(right, (value) => [[], [value]]);
  return reduceByKey(union(lefts, rights), (a, b) => [
    [...a[0], ...b[0]],
    [...a[1], ...b[1]],
  ]);
}

/** Every value of the left with every value of the right of the same key. */
export function join<K, V, W>(
  left: Stream<readonly [K, V]>,
  right: Stream<readonly [K, W]>,
): Stream<readonly [K, readonly [V, W]]> {
  return flatMapValues(cogroup(left, right), ([vs, ws]) => crossed(vs, ws));
}

/** As join; a key that only the left has comes with null. */
export function leftOuterJoin<K, V, W>(
  left: Stream<readonly [K, V]>,
  right: Stream<readonly [K, W]>,
): Stream<readonly [K, readonly [V, W | null]]> {
  return flatMapValues(cogroup(left, right), ([vs, ws]) => crossed(vs, orNull(ws)));
}

/** As join; a key that only the right has comes with null. */
export function rightOuterJoin<K, V, W>(
  left: Stream<readonly [K, V]>,
  right: Stream<readonly [K, W]>,
): Stream<readonly [K, readonly [V | null, W]]> {
  return flatMapValues(cogroup(left, right), ([vs, ws]) => crossed(orNull(vs), ws));
}

/** As join; a key that one side lacks comes with null. */
export function fullOuterJoin<K, V, W>(
  left: Stream<readonly [K, V]>,
  right: Stream<readonly [K, W]>,
): Stream<readonly [K, readonly [V | null, W | null]]> {
  return flatMapValues(cogroup(left, right), ([vs, ws]) => crossed(orNull(vs), orNull(ws)));
}

function crossed<V, W>(left: readonly V[], right: readonly W[]): readonly (readonly [V, W])[] {
  return left.flatMap((a) => right.map((b) => [a, b] as const));
}

function orNull<V>(values: readonly V[]): readonly (V | null)[] {
  return values.length === 0 ? [null] : values;
}
