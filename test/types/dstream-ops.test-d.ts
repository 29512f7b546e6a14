import { expectTypeOf } from 'vitest';
import {
  contains,
  type DStream,
  type Pair,
  type Partitioner,
  pairWith,
  type RDD,
  splitOn,
  sum,
} from '../../src/index.ts';

// Compiled by `npm run types`, never run: what the operators make of their rows is known without an annotation.

declare const words: DStream<string>;
declare const numbers: DStream<number>;
declare const partitioner: Partitioner;

const ones = words.map((word) => [word, 1]);
const lengths = words.map((word) => [word, { length: word.length }]);
const averages = words.map((word) => [word, [word.length, 1]]);
expectTypeOf(ones).toEqualTypeOf<DStream<[string, number]>>();

// Partitions.
expectTypeOf(words.mapPartitions((rows) => [[...rows].length])).toEqualTypeOf<DStream<number>>();
expectTypeOf(words.mapPartitions((rows) => [...rows].map((row) => [row, 1]))).toEqualTypeOf<
  DStream<[string, number]>
>();
expectTypeOf(
  words.mapPartitions(async function* (rows) {
    for (const row of rows) yield row.length;
  }),
).toEqualTypeOf<DStream<number>>();
expectTypeOf(words.mapPartitionsWithIndex((index, rows) => [...rows].map((row) => [index, row]))).toEqualTypeOf<
  DStream<[number, string]>
>();
expectTypeOf(words.glom()).toEqualTypeOf<DStream<string[]>>();
expectTypeOf(words.repartition(3)).toEqualTypeOf<DStream<string>>();
expectTypeOf(ones.partitionBy(partitioner)).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(ones.partitionBy(3)).toEqualTypeOf<DStream<[string, number]>>();
// @ts-expect-error: rows that are no pairs have no key
words.partitionBy(3);

// Functions that the engine understands.
expectTypeOf(words.flatMap(splitOn(' ')).map(pairWith(1)).reduceByKey(sum)).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(words.filter(contains('x'))).toEqualTypeOf<DStream<string>>();
expectTypeOf(numbers.map(pairWith('x'))).toEqualTypeOf<DStream<[number, string]>>();
// @ts-expect-error: numbers are not split
numbers.flatMap(splitOn(' '));
// @ts-expect-error: texts are not added
words.map(pairWith('x')).reduceByKey(sum);

// All rows of a batch.
expectTypeOf(numbers.reduce((a, b) => a + b)).toEqualTypeOf<DStream<number>>();
expectTypeOf(words.countByValue()).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(ones.countByValue()).toEqualTypeOf<DStream<[[string, number], number]>>();
// @ts-expect-error: rows are merged into rows
numbers.reduce((a, b) => `${a}${b}`);

// Pairs.
expectTypeOf(ones.flatMapValues((n) => [n > 0, n])).toEqualTypeOf<DStream<[string, number | boolean]>>();
expectTypeOf(words.map((word) => [1, word]).flatMapValues((word) => word)).toEqualTypeOf<DStream<[number, string]>>();
expectTypeOf(ones.groupByKey()).toEqualTypeOf<DStream<[string, number[]]>>();
expectTypeOf(averages.groupByKey(partitioner)).toEqualTypeOf<DStream<[string, [number, number][]]>>();
expectTypeOf(
  ones.combineByKey(
    (n) => ({ sum: n }),
    ({ sum }, n) => ({ sum: sum + n }),
    (a, b) => ({ sum: a.sum + b.sum }),
  ),
).toEqualTypeOf<DStream<[string, { sum: number }]>>();
// @ts-expect-error: rows that are no pairs have no values to group
words.groupByKey();
// @ts-expect-error: a number is not iterable
ones.flatMapValues((n) => n);

// Two streams; a side that may be missing is null.
expectTypeOf(ones.cogroup(lengths)).toEqualTypeOf<DStream<[string, [number[], { length: number }[]]]>>();
expectTypeOf(ones.join(lengths)).toEqualTypeOf<DStream<[string, [number, { length: number }]]>>();
expectTypeOf(ones.leftOuterJoin(lengths)).toEqualTypeOf<DStream<[string, [number, { length: number } | null]]>>();
expectTypeOf(ones.rightOuterJoin(lengths)).toEqualTypeOf<DStream<[string, [number | null, { length: number }]]>>();
expectTypeOf(ones.fullOuterJoin(averages)).toEqualTypeOf<DStream<[string, [number | null, [number, number] | null]]>>();
expectTypeOf(ones.join(lengths).join(averages, 3)).toEqualTypeOf<
  DStream<[string, [[number, { length: number }], [number, number]]]>
>();
declare const readonlyPairs: DStream<Pair<string, boolean>>;
expectTypeOf(readonlyPairs.join(ones)).toEqualTypeOf<DStream<[string, [boolean, number]]>>();
// @ts-expect-error: a key of text is no key of numbers
ones.join(numbers.map((n) => [n, n]));
// @ts-expect-error: rows that are no pairs have no key to join by
ones.join(words);

// RDDs of both.
expectTypeOf(words.transformWith(numbers, (rdd, other) => rdd.cartesian(other))).toEqualTypeOf<
  DStream<[string, number]>
>();
expectTypeOf(words.transformWith(numbers, async (_rdd, other): Promise<RDD<number>> => other)).toEqualTypeOf<
  DStream<number>
>();

// Calls that wait.
expectTypeOf(words.mapAsync(async (word) => word.length)).toEqualTypeOf<DStream<number>>();
expectTypeOf(words.mapAsync(async (word) => [word, word.length])).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(words.mapAsync((word) => word.length)).toEqualTypeOf<DStream<number>>();
expectTypeOf(
  words.mapAsync(async (word) => word.length, { concurrency: 2, ordered: false, timeoutMs: 10, onError: 'drop' }),
).toEqualTypeOf<DStream<number>>();
expectTypeOf(words.mapAsync(async (word) => word.length, { onError: (_error, word) => -word.length })).toEqualTypeOf<
  DStream<number>
>();
// @ts-expect-error: what takes the place of a row is a row of the same kind
words.mapAsync(async (word) => word.length, { onError: (_error, word) => word });
// @ts-expect-error: a failed call fails its batch, is dropped, or replaced
words.mapAsync(async (word) => word.length, { onError: 'ignore' });

// Outputs.
expectTypeOf(words.foreachPartition((rows, index) => void [...rows].at(index)?.length)).toEqualTypeOf<void>();
expectTypeOf(words.saveAsTextFiles('words', 'txt')).toEqualTypeOf<void>();
expectTypeOf(words.saveAsObjectFiles('words')).toEqualTypeOf<void>();
