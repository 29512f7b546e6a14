import { type RDD, Seconds, SparkConf, StreamingContext, type Time } from 'firesteel';
import { Feed, type FeedBatch, testRuntime } from 'firesteel/testing';
import { expect, onTestFinished, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { runPlainLoop } from '../../src/graph/plain-loop.ts';

/** A program over batches, on the plain loop. */
async function loopOver(
  batches: readonly FeedBatch<string>[],
  write: (ssc: StreamingContext, feed: () => ReturnType<StreamingContext['inputStream']>) => void,
): Promise<string[]> {
  const conf = new SparkConf().setMaster('local[2]').setAppName('test');
  const ssc = new StreamingContext(conf, Seconds(1), { runtime: testRuntime() });
  onTestFinished(() => ssc[Symbol.asyncDispose]());
  write(ssc, () => ssc.inputStream(new Feed(batches)));
  const failures: string[] = [];
  const planning = {
    engine: ssc.sparkContext.engine,
    zeroTimeMs: 5000,
    startMs: 5000,
    given: () => undefined,
    memories: new Map(),
    stores: new Map(),
  };
  const timesMs = batches.map((_, i) => 5000 + (i + 1) * 1000);
  await runPlainLoop(ssc.freeze(), planning, timesMs, (error, timeMs) => {
    failures.push(`${timeMs}: ${(error as { readonly code?: string }).code}`);
  });
  return failures;
}

test('runs each output for each batch in which its stream has an RDD, in the order of time and program', async () => {
  const said: string[] = [];
  const say = (name: string) => async (rdd: RDD<never>, time: Time) => {
    await eventLoopTurn();
    said.push(`${name} ${time.milliseconds} ${await rdd.collect()}`);
  };
  const failures = await loopOver([['a', 'b'], null, []], (_ssc, feed) => {
    const letters = feed();
    letters.map((letter) => `${letter}!`).foreachRDD(say('first') as never);
    letters.foreachRDD(say('second') as never);
  });
  expect(said).toEqual(['first 6000 a!,b!', 'second 6000 a,b', 'first 8000 ', 'second 8000 ']);
  expect(failures).toEqual([]);
});

test('plans a batch when the one before it has ended, also where planning waits', async () => {
  const said: string[] = [];
  await loopOver([['a'], ['b']], (_ssc, feed) => {
    const waiting = feed().transform(async (rdd, time) => {
      said.push(`plan ${time.milliseconds}`);
      await eventLoopTurn();
      return rdd;
    });
    waiting.foreachRDD((_rdd, time) => void said.push(`run ${time.milliseconds}`));
  });
  expect(said).toEqual(['plan 6000', 'run 6000', 'plan 7000', 'run 7000']);
});

test('refuses a batch that one stream cannot be planned for, whole and once, and goes on with the next', async () => {
  const said: string[] = [];
  const failures = await loopOver([['a'], ['b'], ['c']], (_ssc, feed) => {
    const letters = feed();
    const broken = letters.transform((rdd, time) => {
      if (time.milliseconds === 7000) throw new Error('no');
      return rdd;
    });
    broken.foreachRDD((_rdd, time) => void said.push(`broken ${time.milliseconds}`));
    broken.count().print();
    letters.foreachRDD((_rdd, time) => void said.push(`whole ${time.milliseconds}`));
  });
  expect(failures).toEqual(['7000: BATCH.PLAN_THREW']);
  expect(said).toEqual(['broken 6000', 'whole 6000', 'broken 8000', 'whole 8000']);
});

test('goes on with the other outputs of a batch, and with the next batch, when one fails', async () => {
  const said: string[] = [];
  const failures = await loopOver([['a'], ['b']], (_ssc, feed) => {
    const letters = feed();
    letters.foreachRDD(() => {
      throw new Error('no');
    });
    letters.foreachRDD((_rdd, time) => void said.push(`second ${time.milliseconds}`));
  });
  expect(failures).toEqual(['6000: OUTPUT.THREW', '7000: OUTPUT.THREW']);
  expect(said).toEqual(['second 6000', 'second 7000']);
});
