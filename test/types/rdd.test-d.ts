import type { Pair, Partitioner, RDD, SparkContext } from 'firesteel';
import { expectTypeOf } from 'vitest';

// Compiled by `npm run types`, never run: each line is a test that the compiler makes.

declare const sc: SparkContext;
declare const lines: RDD<string>;

// What RDDs are made of.
expectTypeOf(sc.parallelize(['a', 'b'])).toEqualTypeOf<RDD<string>>();
expectTypeOf(sc.parallelize([1, 2], 4)).toEqualTypeOf<RDD<number>>();
expectTypeOf(sc.parallelize([['a', 1]])).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(sc.emptyRDD<string>()).toEqualTypeOf<RDD<string>>();

// Pairs without an annotation; literals are widened.
const ones = lines.flatMap((line) => line.split(' ')).map((word) => [word, 1]);
expectTypeOf(ones).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(ones.reduceByKey((a, b) => a + b)).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(ones.reduceByKey((a, b) => a + b, 3)).toEqualTypeOf<RDD<[string, number]>>();
expectTypeOf(ones.mapValues((count) => [count, count])).toEqualTypeOf<RDD<[string, [number, number]]>>();
expectTypeOf(lines.map((line) => [line, [line.length, 1]])).toEqualTypeOf<RDD<[string, [number, number]]>>();
expectTypeOf(lines.map(Number.parseInt)).toEqualTypeOf<RDD<number>>();
expectTypeOf(lines.map((line) => (line === '' ? null : line))).toEqualTypeOf<RDD<string | null>>();
expectTypeOf(ones.partitioner).toEqualTypeOf<Partitioner | undefined>();

// The rows of a partition, given and made.
expectTypeOf(lines.mapPartitions((rows) => [...rows].map((line) => line.length))).toEqualTypeOf<RDD<number>>();
lines.mapPartitionsWithIndex((index, rows) => {
  expectTypeOf(rows).toEqualTypeOf<IterableIterator<string>>();
  expectTypeOf(index).toEqualTypeOf<number>();
  return rows;
});
const later = lines.mapPartitions(async function* later(rows) {
  for (const row of rows) yield row.length;
});
expectTypeOf(later).toEqualTypeOf<RDD<number>>();
// @ts-expect-error: a promise of rows is not iterable
lines.mapPartitions(async (rows) => [...rows]);

// Keyed methods belong to pairs.
// @ts-expect-error: text is no pair
lines.reduceByKey((a, b) => a + b);
// @ts-expect-error: text is no pair
lines.mapValues((value) => value);
declare const fixed: RDD<Pair<string, number>>;
expectTypeOf(fixed.reduceByKey((a, b) => a + b)).toEqualTypeOf<RDD<[string, number]>>();

// Actions are promises.
expectTypeOf(ones.collect()).toEqualTypeOf<Promise<[string, number][]>>();
expectTypeOf(lines.collectPartitions()).toEqualTypeOf<Promise<string[][]>>();
expectTypeOf(lines.take(3)).toEqualTypeOf<Promise<string[]>>();
expectTypeOf(lines.first()).toEqualTypeOf<Promise<string>>();
expectTypeOf(lines.isEmpty()).toEqualTypeOf<Promise<boolean>>();
expectTypeOf(lines.count()).toEqualTypeOf<Promise<number>>();
expectTypeOf(lines.reduce((a, b) => a + b)).toEqualTypeOf<Promise<string>>();
expectTypeOf(lines.foreach((line) => void line.length)).toEqualTypeOf<Promise<void>>();
// @ts-expect-error: what is folded is such a row again
void lines.reduce((a, b) => a.length + b.length);

// RDDs of one kind are put together.
expectTypeOf(lines.union(lines, lines)).toEqualTypeOf<RDD<string>>();
// @ts-expect-error: numbers are no text
lines.union(sc.parallelize([1]));
