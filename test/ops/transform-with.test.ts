import { type DStream, defineOp, type RDD, Seconds, SparkConf, StreamingContext, type Time } from 'firesteel';
import { Feed, type FeedBatch, run, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';

type Numbers = readonly FeedBatch<number>[];
type Make = (rdd: RDD<number>, other: RDD<number>, time: Time) => RDD<number> | Promise<RDD<number>>;

describe.each(engines)('transformWith, on the %s,', (using) => {
  const made = (f: Make, lefts: Numbers, rights: Numbers): Promise<number[][]> =>
    run<number, number>((ssc, left) => left.transformWith(ssc.inputStream(new Feed(rights)), f), lefts, { using });

  test('makes the RDD of every batch of those of both streams', async () => {
    const outputs = await made((rdd, other) => rdd.subtract(other), [[1, 2, 3], [4], []], [[2], [], [5]]);
    expect(outputs.map((rows) => rows.sort())).toEqual([[1, 3], [4], []]);
  });

  test('gives its function the RDDs in their order, and the time', async () => {
    const times: number[] = [];
    const f: Make = (rdd, other, time) => {
      times.push(time.milliseconds);
      return rdd.union(other);
    };
    expect(await made(f, [[1], [2]], [[3], [4]])).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(times).toEqual([1000, 2000]);
  });

  test('waits for a promise', async () => {
    const f: Make = async (rdd, other) => {
      const count = await other.count();
      return rdd.map((n) => n + count);
    };
    expect(await made(f, [[1], [2]], [[3, 4], []])).toEqual([[3], [2]]);
  });

  test('takes one stream for both', async () => {
    expect(
      await run<number, number>((_ssc, input) => input.transformWith(input, (a, b) => a.union(b)), [[1]], { using }),
    ).toEqual([[1, 1]]);
  });

  test('refuses a batch in which one of its parents has no RDD', async () => {
    expect(await failureOf(made((rdd) => rdd, [[1]], [null]))).toMatchInlineSnapshot(`
      "JobError: [BATCH.PARENT_WITHOUT_RDD] transformWith has nothing to work on in batch 1000 ms: feed made no RDD for it.
        why  transformWith needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
        fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
        at   transformWith (transform-with.test.ts:…), feed (transform-with.test.ts:…)"
    `);
  });

  test('refuses the batch in which its function throws', async () => {
    const f: Make = () => {
      throw new Error('no such table');
    };
    expect(await failureOf(made(f, [[1]], [[2]]))).toMatchInlineSnapshot(`
      "JobError: [BATCH.PLAN_THREW] transformWith threw while batch 1000 ms was planned: no such table
        why  Functions of transform, and sources that are asked, run on the driver before the batch does; without them it cannot be.
        fix  Look at the cause below. Later batches go on; the outputs of this one did not run.
        at   transformWith (transform-with.test.ts:…)"
    `);
  });

  test('refuses the batch for which its function returns no RDD', async () => {
    expect(await failureOf(made(() => undefined as never, [[1]], [[2]]))).toMatchInlineSnapshot(`
      "UsageError: [TRANSFORM.NO_RDD] The function of transformWith returned undefined instead of an RDD.
        why  It makes the RDD of the batch, and no RDD is not the same as an empty one.
        fix  Return an RDD in every case: rdd.filter(() => false) is one without rows."
    `);
  });

  test('wants a function', async () => {
    expect(await failureOf(made('union' as never, [[1]], [[2]]))).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] transformWith was given union where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .transformWith((row) => …)"
    `);
  });

  test('refuses streams that have batches at different times', async () => {
    const slow = defineOp<number>({ name: 'slow', code: [], slideMs: 2000, plan: (batch) => batch.input() });
    const program = (input: DStream<number>): DStream<number> => input.transformWith(input.via(slow), (rdd) => rdd);
    expect(
      await failureOf(run<number, number>((_ssc, input) => program(input), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.DIFFERENT_SLIDES] transformWith was given streams that have batches at different times: every 1000 ms, every 2000 ms.
        why  It puts RDDs of the same time together, and they would not all have one.
        fix  Put streams together that come from inputs by operators without a slide of their own."
    `);
  });
});

test('transformWith refuses a stream of another context', async () => {
  const made = (): StreamingContext =>
    new StreamingContext(new SparkConf().setMaster('local[2]').setAppName('two'), Seconds(1), {
      runtime: testRuntime(),
    });
  await using one = made();
  await using two = made();
  const streams = [one, two].map((ssc) => ssc.inputStream(new Feed([[1]])));
  const [left, right] = streams as [DStream<number>, DStream<number>];
  expect(await failureOf(() => left.transformWith(right, (rdd) => rdd))).toMatchInlineSnapshot(`
    "UsageError: [GRAPH.OTHER_CONTEXT] transformWith was given a stream of another StreamingContext.
      why  Streams of one program share its batches; another context has batches of its own.
      fix  Make both streams from the same StreamingContext."
  `);
});
