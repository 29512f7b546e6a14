import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { type TestRuntime, testRuntime } from '../../src/core/test-runtime.ts';
import {
  type DStream,
  type RDD,
  type RDDMaker,
  SparkConf,
  type State,
  StateSpec,
  StreamingContext,
  type Time,
} from '../../src/index.ts';
import { Feed, type FeedBatch } from '../../src/testing/feed.ts';

/** A program over words that keeps state in each way, and what came out of it by batch time. */
function program(runtime: TestRuntime, out: [number, string, unknown][], batches: readonly FeedBatch<string>[]) {
  return (): StreamingContext => {
    const conf = new SparkConf().setMaster('local[2]').setAppName('recovery');
    const ssc = new StreamingContext(conf, '1 s', { runtime });
    const pairs = ssc.inputStream(new Feed(batches)).map((word) => [word, 1]);
    const see = (name: string) => async (rdd: { collect(): Promise<unknown[]> }, time: { milliseconds: number }) => {
      out.push([time.milliseconds, name, (await rdd.collect()).map((row) => JSON.stringify(row)).sort()]);
    };
    const count = StateSpec.function((word: string, one: number | undefined, sum: State<number>) => {
      sum.update((sum.getOption() ?? 0) + (one ?? 0));
      return [word, sum.get()];
    });
    const mapped = pairs.mapWithState(count);
    mapped.foreachRDD(see('mapWithState'));
    mapped.stateSnapshots().foreachRDD(see('snapshots'));
    mapped.window('3 s').foreachRDD(see('window of mapWithState'));
    pairs
      .updateStateByKey((ones: number[], sum: number | undefined) => (sum ?? 0) + ones.length)
      .foreachRDD(see('update'));
    pairs.reduceByKeyAndWindow((a, b) => a + b, '3 s').foreachRDD(see('ring'));
    pairs
      .reduceByKeyAndWindow(
        (a, b) => a + b,
        (a, b) => a - b,
        '3 s',
      )
      .foreachRDD(see('inverse'));
    return ssc;
  };
}

const words: readonly string[][] = [['a'], ['a', 'b'], [], ['c', 'a'], ['b'], ['a', 'c'], ['d'], ['a'], [], ['b', 'b']];

async function whole(): Promise<[number, string, unknown][]> {
  const runtime = testRuntime({ seed: 1 });
  const out: [number, string, unknown][] = [];
  const ssc = program(runtime, out, words)();
  ssc.checkpoint('/c');
  ssc.start();
  await runtime.clock.advance(words.length * 1000);
  await ssc.stop();
  return out;
}

test('a program that was stopped goes on where it was', async () => {
  const runtime = testRuntime({ seed: 1 });
  const out: [number, string, unknown][] = [];
  for (const batches of [4, 3, 3]) {
    const ssc = await StreamingContext.getOrCreate('/c', program(runtime, out, words), { runtime });
    ssc.start();
    await runtime.clock.advance(batches * 1000);
    await ssc.stop();
  }
  expect(out).toEqual(await whole());
});

/** Runs it to the end of its batches, however often it dies on the way. */
async function withDeaths(seed: number, steps: readonly number[]): Promise<[number, string, unknown][]> {
  const out: [number, string, unknown][] = [];
  let runtime: TestRuntime | undefined;
  for (const lives of [...steps, undefined]) {
    if (runtime !== undefined && seed % 2 === 0) runtime.storage.crash({ random: seededRandom(seed) });
    runtime = testRuntime({
      seed,
      ...(runtime !== undefined && { after: runtime }),
      ...(lives !== undefined && { steps: lives }),
    });
    const ready = await unlessDead(
      runtime,
      StreamingContext.getOrCreate('/c', program(runtime, out, words), { runtime }),
    );
    if (ready === undefined) continue;
    ready.start();
    for (let i = 0; i < 2 * words.length && !runtime.isDead && !isComplete(out); i++) await runtime.clock.advance(1000);
    if (runtime.isDead) continue;
    await unlessDead(runtime, ready.stop()); // It may die of that, too.
  }
  return out;
}

function isComplete(out: readonly [number, string, unknown][]): boolean {
  const firstMs = out[0]?.[0] ?? 0;
  return out.filter(([timeMs]) => timeMs === firstMs + 9000).length >= 6;
}

/** What comes of a promise, undefined where the process dies first. */
async function unlessDead<R>(runtime: TestRuntime, made: Promise<R>): Promise<R | undefined> {
  let outcome: { readonly value: R } | undefined;
  const noted = runtime.activities.run('the work of the test', async () => {
    outcome = { value: await made };
  });
  noted.catch(() => undefined);
  await runtime.settle();
  if (!runtime.isDead) await noted;
  return outcome?.value;
}

test('a program that is killed anywhere goes on where it was', async () => {
  const expected = new Map((await whole()).map(([timeMs, name, rows]) => [`${timeMs} ${name}`, rows]));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.integer({ min: 1, max: stepsMax }), { maxLength: 4 }),
      async (seed, steps) => {
        const out = await withDeaths(seed, steps);
        // One that died before anything was written begins later.
        const shiftMs = (out[0]?.[0] ?? 0) - 1000;
        const seen = out.filter(([timeMs]) => timeMs <= 10_000 + shiftMs);
        const named = seen.map(([timeMs, name, rows]) => [`${timeMs - shiftMs} ${name}`, rows] as const);
        for (const [name, rows] of named) expect([name, rows]).toEqual([name, expected.get(name)]);
        expect(new Set(named.map(([name]) => name))).toEqual(new Set(expected.keys()));
      },
    ),
    // Each is some lives of a program; the simulator goes on from here. The examples die of their stop.
    {
      numRuns: 25,
      examples: [
        [1, [614]],
        [2, [614]],
      ],
    },
  );
});

/** A little more than the program lives for when nothing ends it. */
const stepsMax = 640;

test('an output that failed is pending, alone, until the program comes back and does it', async () => {
  const batches = [['a'], ['b'], ['c']];
  const seen: string[] = [];
  let isDown = true;
  const failing = (runtime: TestRuntime) => (): StreamingContext => {
    const conf = new SparkConf().setMaster('local[2]').setAppName('pending');
    const ssc = new StreamingContext(conf, '1 s', { runtime, logSink: { log: () => undefined } });
    const counts = ssc.inputStream(new Feed(batches)).map((word) => [word, 1]);
    const sums = counts.updateStateByKey((ones: number[], sum: number | undefined) => (sum ?? 0) + ones.length);
    sums.foreachRDD(async (rdd, time) => void seen.push(`${time.milliseconds} first ${await rdd.count()}`));
    sums.foreachRDD(async (rdd, time) => {
      if (isDown && time.milliseconds === 2000) throw new Error('the database is down');
      seen.push(`${time.milliseconds} second ${await rdd.count()}`);
    });
    return ssc;
  };
  const runtime = testRuntime();
  const ssc = await StreamingContext.getOrCreate('/c', failing(runtime), { runtime });
  ssc.start();
  await runtime.clock.advance(3000);
  const pending = [{ batchTimeMs: 2000, outputs: ['feed#0/updateStateByKey#0/foreachRDD#1'] }];
  expect(ssc.pendingBatches).toEqual(pending);
  await ssc.stop();
  expect(seen).toEqual(['1000 first 1', '1000 second 1', '2000 first 2', '3000 first 3', '3000 second 3']);
  isDown = false;
  const next = testRuntime({ after: runtime });
  const back = await StreamingContext.getOrCreate('/c', failing(next), { runtime: next });
  expect(back.pendingBatches).toEqual(pending);
  back.start();
  await next.settle();
  expect(back.pendingBatches).toEqual([]);
  expect(seen.slice(5)).toEqual(['2000 second 2']);
  await next.clock.advance(1000);
  await back.stop();
  expect(seen.slice(6)).toEqual(['4000 first 3', '4000 second 3']);
});

test('a directory that somebody has is nobody else’s, until it is let go of or its owner is dead', async () => {
  const runtime = testRuntime({ startMs: 5000 });
  const out: [number, string, unknown][] = [];
  const create = program(runtime, out, words);
  const ssc = await StreamingContext.getOrCreate('/c', create, { runtime });
  ssc.start();
  await runtime.clock.advance(1000);
  const refused = StreamingContext.getOrCreate('/c', create, { runtime });
  await expect(refused).rejects.toThrowErrorMatchingInlineSnapshot(`
    [StateError: [CHECKPOINT.OWNED] The checkpoint directory /c belongs to this process itself, since 1970-01-01T00:00:05.000Z.
      why  Two that write there would ruin it; the owner has its name in /c/lock-0000000000000001.
      fix  Stop that one, or use another directory. If its machine is gone for good, remove that file.]
  `);
  const next = testRuntime({ after: runtime });
  const back = await StreamingContext.getOrCreate('/c', program(next, out, words), { runtime: next });
  await back.stop();
  const last = await StreamingContext.getOrCreate('/c', program(next, out, words), { runtime: next });
  await last.stop();
});

test('state and sources are found by place or by name, whatever comes and goes around them', async () => {
  const runtime = testRuntime();
  const counting =
    (define: (pairs: DStream<[string, number]>) => DStream<[string, number]>) => (): StreamingContext => {
      const ssc = new StreamingContext(new SparkConf().setMaster('local[2]').setAppName('ids'), '1 s', { runtime });
      define(ssc.inputStream(new Feed(words)).map((word) => [word, 1])).foreachRDD(async (rdd) => {
        seen = Object.fromEntries(await rdd.collect());
      });
      return ssc;
    };
  const sum = (ones: number[], before: number | undefined) => (before ?? 0) + ones.length;
  let seen: Record<string, number> = {};
  const lives = [
    counting((pairs) => pairs.updateStateByKey(sum)),
    counting((pairs) =>
      pairs
        .filter(() => true)
        .map((pair) => pair)
        .updateStateByKey(sum),
    ),
    counting((pairs) => pairs.updateStateByKey(sum).uid('counts')),
  ];
  for (const [life, create] of lives.entries()) {
    const options = { runtime, allowNonRestoredState: life === 2 };
    const ssc = await StreamingContext.getOrCreate('/c', create, options);
    ssc.start();
    await runtime.clock.advance(2000);
    await ssc.stop();
  }
  // The third has another name for it, and begins with nothing.
  expect(seen).toEqual({ b: 1, a: 1, c: 1 });
});

test('a context that cannot go on is stopped, with the SparkContext that it made', async () => {
  const runtime = testRuntime();
  const out: [number, string, unknown][] = [];
  const ssc = await StreamingContext.getOrCreate('/c', program(runtime, out, words), { runtime });
  ssc.start();
  await runtime.clock.advance(1000);
  await ssc.stop();
  let made: StreamingContext | undefined;
  const other = (): StreamingContext => {
    made = new StreamingContext(new SparkConf().setMaster('local[2]').setAppName('other'), '2 s', { runtime });
    return made;
  };
  await expect(StreamingContext.getOrCreate('/c', other, { runtime })).rejects.toThrow('CHECKPOINT.OTHER_INTERVAL');
  expect([made?.getState(), made?.sparkContext.isStopped]).toEqual(['STOPPED', true]);
  const back = await StreamingContext.getOrCreate('/c', program(runtime, out, words), { runtime });
  await back.stop();
});

test('a batch that its source failed on comes back with nothing, once a later one has what had come', async () => {
  class Failing extends Feed<string> {
    override compute(time: Time, make: RDDMaker): RDD<string> | undefined {
      if (time.milliseconds === 2000 && isDown) throw new Error('no such host');
      return super.compute(time, make);
    }
  }
  let isDown = true;
  const seen: string[] = [];
  const failing = (runtime: TestRuntime) => (): StreamingContext => {
    const conf = new SparkConf().setMaster('local[2]').setAppName('failing');
    const ssc = new StreamingContext(conf, '1 s', { runtime, logSink: { log: () => undefined } });
    const source = ssc.inputStream(new Failing([['a'], ['b'], ['c']]));
    source.foreachRDD(async (rdd, time) => void seen.push(`${time.milliseconds} ${await rdd.collect()}`));
    return ssc;
  };
  const runtime = testRuntime();
  const ssc = await StreamingContext.getOrCreate('/c', failing(runtime), { runtime });
  ssc.start();
  await runtime.clock.advance(3000);
  await ssc.stop();
  isDown = false;
  const next = testRuntime({ after: runtime });
  const back = await StreamingContext.getOrCreate('/c', failing(next), { runtime: next });
  back.start();
  await next.clock.advance(1000);
  await back.stop();
  expect(seen).toEqual(['1000 a', '3000 b', '2000 ', '4000 c']);
});
