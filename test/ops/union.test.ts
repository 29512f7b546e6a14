import { defineOp, Seconds, SparkConf, StreamingContext } from 'firesteel';
import { Feed, run, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';

describe.each(engines)('union, on the %s,', (using) => {
  test('puts the rows of one stream behind those of the other', async () => {
    expect(
      await run<number, number>((ssc, input) => input.union(ssc.inputStream(new Feed([[10], []]))), [[1, 2], [3]], {
        using,
      }),
    ).toEqual([[1, 2, 10], [3]]);
  });

  test('takes any number of streams, in the order given, and the same one again', async () => {
    expect(
      await run<number, number>(
        (_ssc, input) =>
          input.union(
            input.map((n) => n + 10),
            input,
            input,
          ),
        [[1, 2]],
        { using },
      ),
    ).toEqual([[1, 2, 11, 12, 1, 2, 1, 2]]);
  });

  test('of one stream is that stream', async () => {
    expect(await run<number, number>((_ssc, input) => input.union(), [[1], []], { using })).toEqual([[1], []]);
  });

  test('adds up partitions', async () => {
    const partitions: number[][][] = [];
    await run<number, number>(
      (ssc, input) => {
        const both = input.union(ssc.inputStream(new Feed([[7]], 1)));
        both.foreachRDD(async (rdd) => partitions.push(await rdd.collectPartitions()));
        return both;
      },
      [[1, 2, 3]],
      { using, partitions: 2 },
    );
    expect(partitions).toEqual([[[1], [2, 3], [7]]]);
  });

  test('forgets the partitioner: its parents may both have a key', async () => {
    const partitioners: unknown[] = [];
    await run<number, readonly [number, number]>(
      (_ssc, input) => {
        const sums = input.map((n) => [n, 1]).reduceByKey((a, b) => a + b);
        const both = sums.union(sums);
        both.foreachRDD((rdd) => void partitioners.push(rdd.partitioner));
        return both;
      },
      [[1]],
      { using },
    );
    expect(partitioners).toEqual([undefined]);
  });

  test('refuses a batch in which one of its parents has no RDD: no output of it runs', async () => {
    const seen: unknown[] = [];
    const ran = run<number, number>(
      (ssc, input) => {
        input.foreachRDD((_rdd, time) => void seen.push(time.milliseconds));
        return input.union(ssc.inputStream(new Feed([[1], null, [3]])));
      },
      [[1], [2], [3]],
      { using },
    );
    expect(await failureOf(ran)).toMatchInlineSnapshot(`
      "JobError: [BATCH.PARENT_WITHOUT_RDD] union has nothing to work on in batch 2000 ms: feed made no RDD for it.
        why  union needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
        fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
        at   union (union.test.ts:…), feed (union.test.ts:…)"
    `);
    expect(seen).toEqual([1000, 3000]);
  });

  test('refuses streams with batches at different times, at the call', async () => {
    const everySecond = defineOp<number>({
      name: 'everySecond',
      code: [],
      slideMs: 2000,
      plan: (batch) => batch.input(),
    });
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.via(everySecond).union(input), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.DIFFERENT_SLIDES] union was given streams that have batches at different times: every 2000 ms, every 1000 ms.
        why  It puts RDDs of the same time together, and they would not all have one.
        fix  Put streams together that come from inputs by operators without a slide of their own."
    `);
  });

  test('unites streams that are slow alike', async () => {
    const everySecond = defineOp<number>({
      name: 'everySecond',
      code: [],
      slideMs: 2000,
      plan: (batch) => batch.input(),
    });
    expect(
      await run<number, number>(
        (_ssc, input) => input.via(everySecond).union(input.via(everySecond)),
        [[1], [2], [3], [4]],
        { using },
      ),
    ).toEqual([
      [2, 2],
      [4, 4],
    ]);
  });

  test('refuses a stream of another context, at the call', async () => {
    const conf = new SparkConf().setMaster('local').setAppName('other');
    await using other = new StreamingContext(conf, Seconds(1), { runtime: testRuntime() });
    const stranger = other.inputStream(new Feed<number>([]));
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.union(stranger), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.OTHER_CONTEXT] union was given a stream of another StreamingContext.
        why  Streams of one program share its batches; another context has batches of its own.
        fix  Make both streams from the same StreamingContext."
    `);
  });
});
