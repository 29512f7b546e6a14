import { HashPartitioner, type Pair, type RDD, type SparkContext } from 'firesteel';
import { expectTypeOf } from 'vitest';
import type { CollectionAccumulator, NumberAccumulator } from '../../src/rdd/accumulators.ts';
import type { StatCounter } from '../../src/rdd/stat-counter.ts';

// Compiled by `npm run types`, never run: each line is a test that the compiler makes.

declare const sc: SparkContext;
declare const numbers: RDD<number>;
declare const words: RDD<string>;
declare const pairs: RDD<[string, number]>;
declare const flags: RDD<[string, boolean]>;

// Rows of a SparkContext: literals become what they are of, arrays in arrays become pairs.
expectTypeOf(sc.parallelize([1, 2])).toEqualTypeOf<RDD<number>>();
expectTypeOf(sc.parallelize([['a', 1]])).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(sc.parallelize([{ id: 1 }])).toEqualTypeOf<RDD<{ id: number }>>();
expectTypeOf(sc.parallelize([1, null])).toEqualTypeOf<RDD<number | null>>();
expectTypeOf(sc.range(3)).toEqualTypeOf<RDD<number>>();
expectTypeOf(sc.textFile('/in')).toEqualTypeOf<RDD<string>>();
expectTypeOf(sc.wholeTextFiles('/in')).toEqualTypeOf<RDD<[string, string]>>();
expectTypeOf(sc.objectFile<[string, number]>('/in')).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(sc.emptyRDD<number>()).toEqualTypeOf<RDD<number>>();
expectTypeOf(sc.union([numbers, numbers])).toEqualTypeOf<RDD<number>>();
expectTypeOf(sc.broadcast({ a: 1 }).value).toEqualTypeOf<{ a: number }>();
expectTypeOf(sc.longAccumulator()).toEqualTypeOf<NumberAccumulator>();
expectTypeOf(sc.collectionAccumulator<string>()).toEqualTypeOf<CollectionAccumulator<string>>();

// Row by row.
expectTypeOf(words.map((word) => [word, 1])).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(words.map((word) => ({ word }))).toEqualTypeOf<RDD<{ word: string }>>();
expectTypeOf(words.flatMap((word) => word.split(''))).toEqualTypeOf<RDD<string>>();
expectTypeOf(words.flatMap((word) => new Map([[word, 1]]))).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(words.filter((word) => word !== '')).toEqualTypeOf<RDD<string>>();
expectTypeOf(words.keyBy((word) => word.length)).toEqualTypeOf<RDD<[number, string]>>();
expectTypeOf(words.glom()).toEqualTypeOf<RDD<string[]>>();
expectTypeOf(words.mapPartitions((rows) => [[...rows].length])).toEqualTypeOf<RDD<number>>();
expectTypeOf(words.mapPartitionsWithIndex((index, rows) => [[index, [...rows]]])).toEqualTypeOf<
  RDD<[number, string[]]>
>();
expectTypeOf(
  words.mapPartitions(async function* (rows) {
    for (const row of rows) yield row.length;
  }),
).toEqualTypeOf<RDD<number>>();
expectTypeOf(words.zip(numbers)).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(words.cartesian(pairs)).toEqualTypeOf<RDD<[string, [string, number]]>>();
expectTypeOf(words.zipWithIndex()).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(words.union(words).distinct().coalesce(1).repartition(2).sample(false, 1)).toEqualTypeOf<RDD<string>>();
expectTypeOf(words.intersection(words).subtract(words)).toEqualTypeOf<RDD<string>>();
expectTypeOf(words.persist()).toEqualTypeOf<RDD<string>>();
expectTypeOf(words.unpersist()).toEqualTypeOf<Promise<RDD<string>>>();
// @ts-expect-error: the rows are of another kind
words.union(numbers);
// @ts-expect-error: flatMap takes what it can iterate
words.flatMap((word) => word.length);

// The key of a sort is what the function says; its order compares such keys.
expectTypeOf(words.sortBy((word) => word.length)).toEqualTypeOf<RDD<string>>();
words.sortBy(
  (word) => word.length,
  true,
  2,
  (a, b) => {
    expectTypeOf(a).toEqualTypeOf<number>();
    return a - b;
  },
);
pairs.sortByKey(true, 2, (a, b) => {
  expectTypeOf(a).toEqualTypeOf<string>();
  return a.localeCompare(b);
});
expectTypeOf(pairs.sortByKey()).toEqualTypeOf<RDD<[string, number]>>();

// Pairs.
expectTypeOf(pairs.mapValues((n) => String(n))).toEqualTypeOf<RDD<[string, string]>>();
expectTypeOf(pairs.flatMapValues((n) => [n > 1])).toEqualTypeOf<RDD<[string, boolean]>>();
expectTypeOf(pairs.keys()).toEqualTypeOf<RDD<string>>();
expectTypeOf(pairs.values()).toEqualTypeOf<RDD<number>>();
expectTypeOf(pairs.reduceByKey((a, b) => a + b)).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(pairs.foldByKey(0, (a, b) => a + b)).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(pairs.groupByKey(new HashPartitioner(2))).toEqualTypeOf<RDD<[string, number[]]>>();
expectTypeOf(pairs.partitionBy(new HashPartitioner(2))).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(pairs.subtractByKey(flags)).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(words.groupBy((word) => word.length)).toEqualTypeOf<RDD<[number, string[]]>>();
declare const readonlyPairs: RDD<Pair<string, number>>;
expectTypeOf(readonlyPairs.reduceByKey((a, b) => a + b)).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(readonlyPairs.lookup('a')).toEqualTypeOf<Promise<number[]>>();

// A zero may be a literal; what it becomes is what it is of.
expectTypeOf(
  pairs.aggregateByKey(
    '',
    (text, n) => `${text}${n}`,
    (a, b) => a + b,
  ),
).toEqualTypeOf<RDD<[string, string]>>();
expectTypeOf(
  pairs.aggregateByKey(
    [0, 0],
    ([sum, count], n) => [sum + n, count + 1],
    (a, b) => [a[0] + b[0], a[1] + b[1]],
  ),
).toEqualTypeOf<RDD<[string, [number, number]]>>();
expectTypeOf(
  pairs.combineByKey(
    (n) => [n],
    ([most], n) => [Math.max(most, n)],
    (a) => a,
  ),
).toEqualTypeOf<RDD<[string, [number]]>>();
expectTypeOf(
  numbers.aggregate(
    0,
    (sum, n) => sum + n,
    (a, b) => a + b,
  ),
).toEqualTypeOf<Promise<number>>();
expectTypeOf(
  numbers.aggregate(
    false,
    (any, n) => any || n > 1,
    (a, b) => a || b,
  ),
).toEqualTypeOf<Promise<boolean>>();
expectTypeOf(
  numbers.aggregate(
    new Map<number, string>(),
    (map, n) => map.set(n, 'x'),
    (a) => a,
  ),
).toEqualTypeOf<Promise<Map<number, string>>>();

// Joins say null where a side may be missing.
expectTypeOf(pairs.cogroup(flags)).toEqualTypeOf<RDD<[string, [number[], boolean[]]]>>();
expectTypeOf(pairs.join(flags)).toEqualTypeOf<RDD<[string, [number, boolean]]>>();
expectTypeOf(pairs.leftOuterJoin(flags)).toEqualTypeOf<RDD<[string, [number, boolean | null]]>>();
expectTypeOf(pairs.rightOuterJoin(flags)).toEqualTypeOf<RDD<[string, [number | null, boolean]]>>();
expectTypeOf(pairs.fullOuterJoin(flags)).toEqualTypeOf<RDD<[string, [number | null, boolean | null]]>>();

// What is not of pairs, or of numbers, has no such methods.
// @ts-expect-error: rows without keys
words.reduceByKey((a: string) => a);
// @ts-expect-error: rows without keys
numbers.join(pairs);
// @ts-expect-error: text has no sum
void words.sum();
// @ts-expect-error: text has no histogram
void words.histogram(3);
// @ts-expect-error: keys of another kind
pairs.join(sc.parallelize([[1, 'x']]));
// @ts-expect-error: keys of another kind
void pairs.lookup(1);

// Actions.
expectTypeOf(words.collect()).toEqualTypeOf<Promise<string[]>>();
expectTypeOf(words.take(1)).toEqualTypeOf<Promise<string[]>>();
expectTypeOf(words.first()).toEqualTypeOf<Promise<string>>();
expectTypeOf(words.top(1, (a, b) => a.length - b.length)).toEqualTypeOf<Promise<string[]>>();
expectTypeOf(words.reduce((a, b) => a + b)).toEqualTypeOf<Promise<string>>();
expectTypeOf(words.fold('', (a, b) => a + b)).toEqualTypeOf<Promise<string>>();
expectTypeOf(words.toLocalIterator()).toEqualTypeOf<AsyncIterableIterator<string>>();
expectTypeOf(words.countByValue()).toEqualTypeOf<Promise<Map<string, number>>>();
expectTypeOf(pairs.countByKey()).toEqualTypeOf<Promise<Map<string, number>>>();
expectTypeOf(pairs.collectAsMap()).toEqualTypeOf<Promise<Map<string, number>>>();
expectTypeOf(pairs.lookup('a')).toEqualTypeOf<Promise<number[]>>();
expectTypeOf(numbers.stats()).toEqualTypeOf<Promise<StatCounter>>();
expectTypeOf(numbers.histogram(3)).toEqualTypeOf<Promise<{ edges: number[]; counts: number[] }>>();
expectTypeOf(numbers.max()).toEqualTypeOf<Promise<number>>();
expectTypeOf(words.foreach((word) => void word)).toEqualTypeOf<Promise<void>>();
expectTypeOf(words.foreachPartition(async (rows) => void [...rows])).toEqualTypeOf<Promise<void>>();
