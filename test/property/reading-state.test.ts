import fc from 'fast-check';
import { type DStream, type Row, Seconds, SparkConf, type State, StateSpec, StreamingContext, Time } from 'firesteel';
import { Feed, testRuntime } from 'firesteel/testing';
import { test } from 'vitest';
import { checkSame, type Look, runsOf } from './look.ts';

/*
 * Who reads state late, or asks for it again, reads the version of its own batch: rows of a batch are what they were
 * when the next batches have been applied.
 */

type Pairs = DStream<[number, number]>;

const keyOf = (n: number): number => n % 3;
const total = (values: readonly number[], state = 0): number => values.reduce((a, b) => a + b, state);
const windowLength = 2;

/** Ways to keep totals of keys. */
const keepers = {
  updateStateByKey: (pairs: Pairs) =>
    pairs.updateStateByKey((values: number[], state: number | undefined) => total(values, state)),
  stateSnapshots: (pairs: Pairs) => pairs.mapWithState(running).stateSnapshots(),
  'reduceByKeyAndWindow with an inverse': (pairs: Pairs) =>
    pairs.reduceByKeyAndWindow(
      (a, b) => a + b,
      (a, b) => a - b,
      Seconds(windowLength),
      Seconds(1),
    ),
} as const;

const running = StateSpec.function((_key: number, value: number | undefined, state: State<number>) => {
  state.update((state.getOption() ?? 0) + (value ?? 0));
  return null;
});

/** Batches, and how late each of the outputs reads what it was given. */
const anyExample = fc.integer({ min: 1, max: 6 }).chain((length) =>
  fc.record({
    batches: fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 5 }), {
      minLength: length,
      maxLength: length,
    }),
    lateMs: fc.array(fc.tuple(fc.integer({ min: 0, max: 3500 }), fc.integer({ min: 0, max: 3500 })), {
      minLength: length,
      maxLength: length,
    }),
    keeps: fc.constantFrom(...(Object.keys(keepers) as (keyof typeof keepers)[])),
    isBehindWindow: fc.boolean(),
    concurrentJobs: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(),
  }),
);
type Example = typeof anyExample extends fc.Arbitrary<infer E> ? E : never;

/** What each batch must hold, and, behind a window of two batches, the one before as well. */
function expectedOf({ batches, keeps, isBehindWindow }: Example): readonly Look[] {
  const versions = batches.map((_, i): readonly Row[] => {
    const all = batches.slice(0, i + 1).flat();
    const held = keeps.includes('Window') ? batches.slice(Math.max(0, i + 1 - windowLength), i + 1).flat() : all;
    return [...new Set(all.map(keyOf))].map((key) => [key, total(held.filter((n) => keyOf(n) === key))]);
  });
  return versions.map((rows, i) => ({
    timeMs: (i + 1) * 1000,
    rows: isBehindWindow ? [...(versions[i - 1] ?? []), ...rows] : rows,
  }));
}

/** A program with that state, on the actors. */
function programOf(example: Example): { ssc: StreamingContext; runtime: TestWorld; stream: DStream<[number, number]> } {
  const { batches, keeps, isBehindWindow, concurrentJobs, seed } = example;
  const runtime = testRuntime({ seed });
  const conf = new SparkConf().setMaster('local[2]').setAppName('reading state');
  conf.set('spark.streaming.concurrentJobs', String(concurrentJobs));
  const ssc = new StreamingContext(conf, Seconds(1), { runtime });
  ssc.checkpoint('/checkpoint');
  const pairs = ssc.inputStream(new Feed<number>(batches)).map((n): [number, number] => [keyOf(n), n]);
  const kept = keepers[keeps](pairs);
  return { ssc, runtime, stream: isBehindWindow ? kept.window(Seconds(2)) : kept };
}

type TestWorld = ReturnType<typeof testRuntime>;

test('an output that is late reads the version of its batch', async () => {
  await fc.assert(
    fc.asyncProperty(anyExample, async (example) => {
      const { ssc, runtime, stream } = programOf(example);
      const looks: Look[][] = [[], []];
      for (const [output, seen] of looks.entries()) {
        stream.foreachRDD(async (rdd, { milliseconds: timeMs }) => {
          const late = example.lateMs[timeMs / 1000 - 1]?.[output];
          if (late === undefined) return;
          await runtime.clock.sleep(late);
          const rows = await rdd.collect();
          seen.push({ timeMs, rows });
        });
      }
      ssc.start();
      // All are there by then, however late, and one after the other.
      await runtime.clock.advance(example.batches.length * 8000 + 1000);
      await ssc[Symbol.asyncDispose]();
      for (const seen of looks) {
        seen.sort((a, b) => a.timeMs - b.timeMs);
        checkSame(seen, expectedOf(example), 'in any order');
      }
    }),
    { numRuns: runsOf() },
  );
});

test('slice gives each batch as it was', async () => {
  await fc.assert(
    fc.asyncProperty(anyExample, async (example) => {
      const { ssc, runtime, stream } = programOf(example);
      const endMs = example.batches.length * 1000;
      ssc.remember(Seconds(10));
      stream.foreachRDD(() => undefined);
      ssc.start();
      await runtime.clock.advance(endMs);
      const looks: Look[] = [];
      for (const [i, rdd] of (await stream.slice(new Time(1000), new Time(endMs))).entries()) {
        looks.push({ timeMs: (i + 1) * 1000, rows: await rdd.collect() });
      }
      await ssc[Symbol.asyncDispose]();
      checkSame(looks, expectedOf(example), 'in any order');
    }),
    { numRuns: runsOf() },
  );
});
