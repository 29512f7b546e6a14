import type { DStream, Pair, RDD, Row, StreamingContext, Time } from 'firesteel';
import { expectTypeOf } from 'vitest';

// Compiled by `npm run types`, never run: each line is a test that the compiler makes.

declare const ssc: StreamingContext;
declare const lines: DStream<string>;
declare const numbers: DStream<number>;

const words = lines.flatMap((line) => line.split(' '));
const ones = words.map((word) => [word, 1]);

// The word count, without an annotation.
expectTypeOf(ssc.socketTextStream('localhost', 9999)).toEqualTypeOf<DStream<string>>();
expectTypeOf(words).toEqualTypeOf<DStream<string>>();
expectTypeOf(ones).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(ones.reduceByKey((a, b) => a + b)).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(ones.reduceByKey((a, b) => a + b).print()).toEqualTypeOf<void>();

// Tuples, nested ones too, and objects; literals are widened.
expectTypeOf(lines.map((line) => [line, line.length, true])).toEqualTypeOf<DStream<[string, number, boolean]>>();
expectTypeOf(lines.map((line) => [line, [line.length, [line]]])).toEqualTypeOf<DStream<[string, [number, [string]]]>>();
expectTypeOf(lines.map((line) => [[line, 1], 1])).toEqualTypeOf<DStream<[[string, number], number]>>();
expectTypeOf(lines.map((line) => ({ line, count: 1 }))).toEqualTypeOf<DStream<{ line: string; count: number }>>();
expectTypeOf(lines.map(() => 1)).toEqualTypeOf<DStream<number>>();
expectTypeOf(lines.map(() => 'a')).toEqualTypeOf<DStream<string>>();
expectTypeOf(lines.map((line) => line === '')).toEqualTypeOf<DStream<boolean>>();
expectTypeOf(lines.map(() => null)).toEqualTypeOf<DStream<null>>();
expectTypeOf(lines.map(() => undefined)).toEqualTypeOf<DStream<undefined>>();
expectTypeOf(lines.map((line) => line.split(' '))).toEqualTypeOf<DStream<string[]>>();
expectTypeOf(lines.map((line): Row => line)).toEqualTypeOf<DStream<Row>>();

// Unions, interfaces, and what has no type.
interface Reading {
  readonly place: string;
  readonly degrees: number | undefined;
}
declare const readings: DStream<Reading>;
expectTypeOf(lines.map((line) => (line === '' ? undefined : line))).toEqualTypeOf<DStream<string | undefined>>();
expectTypeOf(readings.map(({ degrees }) => degrees ?? null)).toEqualTypeOf<DStream<number | null>>();
expectTypeOf(readings.map(({ place, degrees }) => [place, degrees])).toEqualTypeOf<
  DStream<[string, number | undefined]>
>();
// biome-ignore lint/suspicious/noExplicitAny: programs have it
declare const anything: DStream<any>;
expectTypeOf(anything.map((row) => [row.host, 1])).toEqualTypeOf<
  // biome-ignore lint/suspicious/noExplicitAny: programs have it
  DStream<[any, number]>
>();
// biome-ignore lint/suspicious/noExplicitAny: programs have it
expectTypeOf(anything.reduceByKey((a, b) => a + b)).toEqualTypeOf<DStream<[any, any]>>();

// Row functions take one argument: those that can take more may be given.
expectTypeOf(lines.map(Number.parseInt)).toEqualTypeOf<DStream<number>>();
expectTypeOf(lines.map(Number)).toEqualTypeOf<DStream<number>>();
expectTypeOf(lines.flatMap((line) => new Set(line))).toEqualTypeOf<DStream<string>>();
expectTypeOf(lines.filter((line) => line !== '')).toEqualTypeOf<DStream<string>>();
// @ts-expect-error: a row function has no second argument
lines.map((line: string, index: number) => `${index} ${line}`);
// @ts-expect-error: a number is no list of rows
lines.flatMap((line) => line.length);
// @ts-expect-error: whether a row stays is true or false
lines.filter((line) => line.length);

// (sum, count) pairs through reduceByKey, and back.
const sums = readings.map(({ place, degrees }) => [place, [degrees ?? 0, 1]]);
expectTypeOf(sums).toEqualTypeOf<DStream<[string, [number, number]]>>();
const merged = sums.reduceByKey(([sum, count], [more, others]) => [sum + more, count + others]);
expectTypeOf(merged).toEqualTypeOf<DStream<[string, [number, number]]>>();
expectTypeOf(merged.mapValues(([sum, count]) => sum / count)).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(ones.mapValues((count) => [count, 'times'])).toEqualTypeOf<DStream<[string, [number, string]]>>();
expectTypeOf(ones.mapValues(() => 1)).toEqualTypeOf<DStream<[string, number]>>();

// Keys and values that are unions, and pairs that are read-only.
declare const mixed: DStream<[string | number, number | undefined]>;
expectTypeOf(mixed.reduceByKey((a, b) => (a ?? 0) + (b ?? 0))).toEqualTypeOf<
  DStream<[string | number, number | undefined]>
>();
declare const fixed: DStream<Pair<string, number>>;
expectTypeOf(fixed.reduceByKey((a, b) => a + b)).toEqualTypeOf<DStream<[string, number]>>();
declare const either: DStream<['hit', number] | ['miss', string]>;
expectTypeOf(either.mapValues((value) => String(value))).toEqualTypeOf<DStream<['hit' | 'miss', string]>>();

// Keyed methods belong to pairs.
// @ts-expect-error: text is no pair
lines.reduceByKey((a, b) => a + b);
// @ts-expect-error: numbers are no pairs
numbers.mapValues((n) => n);
// @ts-expect-error: three are no pair
lines.map((line) => [line, 1, 2]).reduceByKey((a, b) => a + b);
// @ts-expect-error: a merged value is such a value again
ones.reduceByKey((a, b) => `${a}${b}`);

// Streams of one kind are put together; what is counted is a number.
expectTypeOf(lines.union(words, lines)).toEqualTypeOf<DStream<string>>();
// @ts-expect-error: numbers are no text
lines.union(numbers);
expectTypeOf(lines.count()).toEqualTypeOf<DStream<number>>();

// The RDD of a batch has the rows of its stream.
expectTypeOf(lines.transform((rdd) => rdd.map((line) => [line, 1]))).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(lines.transform(async (rdd) => rdd.filter((line) => line !== ''))).toEqualTypeOf<DStream<string>>();
ones.transform((rdd, time) => {
  expectTypeOf(rdd).toEqualTypeOf<RDD<[string, number]>>();
  expectTypeOf(time).toEqualTypeOf<Time>();
  return rdd.reduceByKey((a, b) => a + b);
});
// @ts-expect-error: transform gives an RDD
lines.transform((rdd) => rdd.collect());
ones.foreachRDD((rdd, time) => {
  expectTypeOf(rdd).toEqualTypeOf<RDD<[string, number]>>();
  expectTypeOf(time).toEqualTypeOf<Time>();
});
expectTypeOf(lines.foreachRDD(async (rdd) => void (await rdd.count()))).toEqualTypeOf<void>();
