import fc from 'fast-check';
import { type DStream, HashPartitioner, type Row, type StreamingContext } from 'firesteel';
import { Feed, type FeedBatch, run, testRuntime } from 'firesteel/testing';
import { expect, test } from 'vitest';
import { haveSameRows } from '../../src/testing/oracle.ts';
import { textOf } from './program.ts';

// The laws of single operators, each by its name: two ways to write a stream that come to the same.

type Numbers = DStream<number>;
type Pairs = DStream<[number, number]>;

/** What a law is about: streams of numbers that have an RDD in every batch, and the context. */
type Side = (a: Numbers, b: Numbers, c: Numbers, ssc: StreamingContext) => DStream<Row>;

/** All that is drawn for a law. */
const example = fc.record({
  batches: fc.array(fc.tuple(...[0, 1, 2].map(() => fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 8 }))), {
    minLength: 1,
    maxLength: 3,
  }),
  partitions: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: 4 }))),
  using: fc.constantFrom('actors' as const, 'loop' as const),
  seed: fc.nat(),
});
type Example = typeof example extends fc.Arbitrary<infer E> ? E : never;

/** The rows of both sides, batch by batch, of one run. */
async function rowsOf(left: Side, right: Side, { batches, partitions, using, seed }: Example): Promise<Row[][][]> {
  const feed = (n: number): FeedBatch<number>[] => batches.map((each) => each[n] as number[]);
  const others: Row[][] = [];
  const rows = await run<number, Row>(
    (ssc, a) => {
      const [b, c] = [1, 2].map((n) => ssc.inputStream(new Feed(feed(n), partitions[n]))) as [Numbers, Numbers];
      right(a, b, c, ssc).foreachRDD(async (rdd) => others.push(await rdd.collect()));
      return left(a, b, c, ssc);
    },
    feed(0),
    { using, seed, partitions: partitions[0] as number },
  );
  return [rows, others];
}

/** @param how whether the order of rows is part of the law */
function law(name: string, how: 'in order' | 'in any order', left: Side, right: Side): void {
  test(name, async () => {
    await fc.assert(
      fc.asyncProperty(example, async (drawn) => {
        const [lefts = [], rights = []] = await rowsOf(left, right, drawn);
        const isSame =
          lefts.length === rights.length &&
          lefts.every((rows, i) => haveSameRows(rows, rights[i] ?? [], how === 'in order'));
        if (!isSame) throw new Error(`left is ${textOf(lefts)}\nright is ${textOf(rights)}`);
      }),
      { numRuns: Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) / 6) },
    );
  });
}

const f = (n: number): number => n * 3 + 1;
const g = (n: number): number => n - 5;
const isOdd = (n: number): boolean => n % 2 !== 0;
const isLarge = (n: number): boolean => n > 2;
const halves = (n: number): number[] => (n % 2 === 0 ? [n / 2, n / 2] : []);
const upTo = function* (n: number): Generator<number> {
  for (let i = 0; i < n % 4; i++) yield i;
};
const add = (a: number, b: number): number => a + b;
const max = (a: number, b: number): number => Math.max(a, b);
const keyed = (n: number): [number, number] => [((n % 3) + 3) % 3, n];
const sums = (pairs: Pairs, partitions?: number): Pairs => pairs.reduceByKey(add, partitions);

law(
  'map(f).map(g) equals map(g∘f)',
  'in order',
  (a) => a.map(f).map(g),
  (a) => a.map((n) => g(f(n))),
);
law(
  'map(identity) equals the stream',
  'in order',
  (a) => a.map((n) => n),
  (a) => a,
);
law(
  'map(f) then filter(p) equals filter(p∘f) then map(f)',
  'in order',
  (a) => a.map(f).filter(isOdd),
  (a) => a.filter((n) => isOdd(f(n))).map(f),
);
law(
  'filter(p).filter(q) equals filter(p and q), and filter(q).filter(p)',
  'in order',
  (a) => a.filter(isOdd).filter(isLarge).union(a.filter(isOdd).filter(isLarge)),
  (a) => a.filter((n) => isOdd(n) && isLarge(n)).union(a.filter(isLarge).filter(isOdd)),
);
law(
  'filter(p) and filter(not p) have all rows between them',
  'in any order',
  (a) => a.filter(isOdd).union(a.filter((n) => !isOdd(n))),
  (a) => a,
);
law(
  'flatMap of lists of one equals map',
  'in order',
  (a) => a.flatMap((n) => [f(n)]),
  (a) => a.map(f),
);
law(
  'flatMap of no row or the row equals filter',
  'in order',
  (a) => a.flatMap((n) => (isOdd(n) ? [n] : [])),
  (a) => a.filter(isOdd),
);
law(
  'flatMap(f).flatMap(g) equals flatMap(each of f through g)',
  'in order',
  (a) => a.flatMap(halves).flatMap(upTo),
  (a) => a.flatMap((n) => halves(n).flatMap((half) => [...upTo(half)])),
);
law(
  'mapValues(f).mapValues(g) equals mapValues(g∘f)',
  'in order',
  (a) => a.map(keyed).mapValues(f).mapValues(g),
  (a) => a.map(keyed).mapValues((n) => g(f(n))),
);
law(
  'mapValues leaves keys alone',
  'in order',
  (a) =>
    a
      .map(keyed)
      .mapValues(f)
      .map(([key]) => key),
  (a) => a.map(keyed).map(([key]) => key),
);

law(
  'union is associative',
  'in order',
  (a, b, c) => a.union(b).union(c),
  (a, b, c) => a.union(b.union(c)),
);
law(
  'union of many equals one after the other',
  'in order',
  (a, b, c) => a.union(b, c),
  (a, b, c) => a.union(b).union(c),
);
law(
  'union is commutative, but for the order of rows',
  'in any order',
  (a, b) => a.union(b),
  (a, b) => b.union(a),
);
law(
  'union with an empty stream is the stream',
  'in order',
  (a, b) => a.union(b.filter(() => false)),
  (a) => a,
);
law(
  'map, filter and flatMap go into a union',
  'in order',
  (a, b) => a.union(b).map(f).filter(isOdd).flatMap(upTo),
  (a, b) => a.map(f).filter(isOdd).flatMap(upTo).union(b.map(f).filter(isOdd).flatMap(upTo)),
);
law(
  'count of union is the sum of counts',
  'in order',
  (a, b) => a.union(b).count(),
  (a, b) =>
    a
      .count()
      .union(b.count())
      .map((n): [number, number] => [0, n])
      .reduceByKey(add)
      .map(([, n]) => n),
);
law(
  'count is the sum of ones',
  'in order',
  (a) => a.count().filter((n) => n > 0),
  (a) =>
    a
      .map((): [number, number] => [0, 1])
      .reduceByKey(add)
      .map(([, n]) => n),
);
law(
  'count does not mind what map makes of rows',
  'in order',
  (a) => a.map(f).count(),
  (a) => a.count(),
);

law(
  'reduceByKey ignores how rows are cut into partitions',
  'in any order',
  (a) => sums(a.map(keyed)),
  (a, _b, _c, ssc) => sums(a.transform(async (rdd) => ssc.sparkContext.parallelize(await rdd.collect(), 5)).map(keyed)),
);
law(
  'reduceByKey ignores the order of rows',
  'in any order',
  (a) => sums(a.map(keyed)),
  (a, _b, _c, ssc) =>
    sums(a.transform(async (rdd) => ssc.sparkContext.parallelize((await rdd.collect()).reverse(), 3)).map(keyed)),
);
law(
  'reduceByKey ignores into how many partitions it goes, and by which partitioner',
  'in any order',
  (a) => sums(a.map(keyed), 1).union(sums(a.map(keyed), 4)),
  (a) => sums(a.map(keyed)).union(a.map(keyed).reduceByKey(add, new HashPartitioner(3))),
);
law(
  'reduceByKey behind reduceByKey changes nothing',
  'in any order',
  (a) => sums(sums(a.map(keyed))),
  (a) => sums(a.map(keyed)),
);
law(
  'reduceByKey of a union is the reduceByKey of what its parts come to',
  'in any order',
  (a, b) => sums(a.union(b).map(keyed)),
  (a, b) => sums(sums(a.map(keyed)).union(sums(b.map(keyed)))),
);
law(
  'reduceByKey makes one row a key: its keys are the distinct ones',
  'in order',
  (a) => a.map(keyed).reduceByKey(max).count(),
  (a, _b, _c, ssc) =>
    a
      .map(keyed)
      .transform(async (rdd) =>
        ssc.sparkContext.parallelize([new Set((await rdd.collect()).map(([key]) => key)).size], 1),
      ),
);
law(
  'mapValues behind a reduceByKey by addition goes in front of it, where it only scales',
  'in any order',
  (a) => sums(a.map(keyed)).mapValues((n) => n * 7),
  (a) => sums(a.map(keyed).mapValues((n) => n * 7)),
);

law(
  'transform(identity) equals the stream',
  'in order',
  (a) => a.transform((rdd) => rdd),
  (a) => a,
);
law(
  'transform(f).transform(g) equals transform(g∘f)',
  'in order',
  (a) => a.transform((rdd) => rdd.map(f)).transform((rdd) => rdd.filter(isOdd)),
  (a) => a.transform((rdd) => rdd.map(f).filter(isOdd)),
);
law(
  'transform by operators of the RDD equals those of the stream',
  'in any order',
  (a, b) => a.transform((rdd) => rdd.map(keyed).reduceByKey(add).mapValues(g)).union(b.map(keyed)),
  (a, b) =>
    a
      .map(keyed)
      .reduceByKey(add)
      .mapValues(g)
      .union(b.transform((rdd) => rdd.map(keyed))),
);
law(
  'transform that waits equals transform that does not',
  'in order',
  (a) => a.transform(async (rdd) => Promise.resolve(rdd.map(f))),
  (a) => a.transform((rdd) => rdd.map(f)),
);

test('foreachRDD shows all outputs of a stream the same rows, in the order of the program', async () => {
  await fc.assert(
    fc.asyncProperty(example, fc.integer({ min: 1, max: 4 }), async ({ batches, using, seed }, outputs) => {
      const seen: [number, Row[]][] = [];
      const rows = await run<number, Row>(
        (_ssc, input) => {
          const stream = input.map(f).filter(isOdd);
          for (let i = 0; i < outputs; i++) stream.foreachRDD(async (rdd) => seen.push([i, await rdd.collect()]));
          return stream;
        },
        batches.map(([first]) => first as number[]),
        { using, seed },
      );
      expect(seen).toEqual(rows.flatMap((each) => Array.from({ length: outputs }, (_, i) => [i, each])));
    }),
    { numRuns: 20 },
  );
});

test('print(n) shows what take(n) gives, and dots exactly where count is more', async () => {
  await fc.assert(
    fc.asyncProperty(example, fc.integer({ min: 0, max: 9 }), async ({ batches, using, seed }, n) => {
      const runtime = testRuntime({ seed });
      const shown: string[] = [];
      await run<number, Row>(
        (_ssc, input) => {
          input.print(n);
          input.foreachRDD(async (rdd) => {
            const dots = (await rdd.count()) > n ? ['...'] : [];
            shown.push([...(await rdd.take(n)), ...dots].join(' '));
          });
          return input;
        },
        batches.map(([first]) => first as number[]),
        { using, runtime },
      );
      const blocks = runtime.terminal.output.split('\n\n').slice(0, -1);
      expect(blocks.map((block) => block.split('\n').slice(3).join(' '))).toEqual(shown);
    }),
    { numRuns: 20 },
  );
});
