import { type Output, RDD, type Row, SparkConf, SparkContext, Time } from 'firesteel';
import { Feed, testRuntime } from 'firesteel/testing';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { GraphBuilder } from '../../src/graph/graph.ts';
import { runOutput } from '../../src/graph/run-output.ts';
import { defineOutput } from '../../src/ops/define.ts';
import { deferred, errorOf, never, textOf, unhandledRejections } from '../rdd/jobs.ts';

let sc: SparkContext;

beforeEach(() => {
  sc = new SparkContext(new SparkConf().setMaster('local[2]').setAppName('test'), { runtime: testRuntime() });
  onTestFinished(() => sc.stop());
});

type Run = (
  rdd: RDD<number>,
  ...rest: Parameters<Output<number>['run']> extends [unknown, ...infer R] ? R : never
) => unknown;

/** Runs an output over the rows 1, 2, 3 at 3000 ms. */
function output(run: Run, abort = new AbortController()): Promise<void> {
  const builder = new GraphBuilder(1000);
  const sink = builder.sink(
    defineOutput<Row>({ name: 'foreachRDD', code: [], run: run as Output<Row>['run'] }),
    builder.input('feed', new Feed<Row>([])),
  );
  return runOutput(sink, sc.parallelize<Row>([1, 2, 3], 2), 3000, sc.engine, abort);
}

const bad = (): never => {
  throw new Error('no');
};

describe('an output', () => {
  test('is given the RDD, the time, and what it may touch', async () => {
    const abort = new AbortController();
    let given: unknown[] = [];
    await output((...all) => {
      given = all;
    }, abort);
    expect(given.slice(1)).toEqual([new Time(3000), { terminal: sc.engine.runtime.terminal, signal: abort.signal }]);
    expect(given[0]).toBeInstanceOf(RDD);
  });

  test('ends when the actions have ended that it did not await, and what it chained to them', async () => {
    const order: string[] = [];
    const gate = deferred<void>();
    const ended = output((rdd) => {
      void rdd.count().then(async (count) => {
        await gate.promise;
        order.push(`counted ${count}`);
      });
    }).then(() => order.push('ended'));
    for (let turn = 0; turn < 10; turn += 1) await eventLoopTurn();
    expect(order).toEqual([]);
    gate.resolve();
    await ended;
    expect(order).toEqual(['counted 3', 'ended']);
  });

  test.each<[string, Run]>([
    ['an action', (rdd) => void rdd.foreach(bad)],
    [
      'what is chained to one',
      (rdd) =>
        void rdd
          .map(bad)
          .count()
          .then((count) => count),
    ],
    [
      'an action behind finally',
      (rdd) =>
        void rdd
          .map(bad)
          .count()
          .finally(() => undefined),
    ],
    [
      'an action on an RDD made of its own',
      (rdd) =>
        void rdd
          .filter(() => true)
          .map(bad)
          .collect(),
    ],
    ['an action that another began', (rdd) => void rdd.count().then(() => void rdd.foreach(bad))],
  ])('fails with the failure of %s that nobody looked at, and of nothing is left unhandled', async (_what, run) => {
    const unhandled = unhandledRejections();
    expect(await errorOf(output(run))).toMatchObject({ code: 'STAGE.FUNCTION_THREW' });
    await eventLoopTurn();
    expect(unhandled).toEqual([]);
  });

  test('does not fail with what it looked at', async () => {
    await output(async (rdd) => {
      void rdd.foreach(bad).catch(() => undefined);
      await errorOf(rdd.map(bad).count());
    });
  });

  test('names its batch, its place, and the row, where a row function threw', async () => {
    expect(await textOf(output((rdd) => rdd.map((n) => bad() ?? n).collect()))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 3000 ms, foreachRDD (run-output.test.ts): no
        why  It was given the row 1.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → map (run-output.test.ts)"
    `);
  });

  test('tells what it threw itself as the cause, whatever an action comes to', async () => {
    const error = new Error('connection lost');
    const failing = errorOf(
      output(async (rdd) => {
        void rdd.foreach(bad);
        throw error;
      }),
    );
    expect((await failing).cause).toBe(error);
    expect(await textOf(failing.then((failure) => Promise.reject(failure)))).toMatchInlineSnapshot(`
      "JobError: [OUTPUT.THREW] The function of foreachRDD threw in batch 3000 ms: connection lost
        why  It failed as a whole, outside of any one row.
        fix  Look at the cause below. Later batches go on; this output of this batch is lost unless it is run again.
        at   foreachRDD (run-output.test.ts)"
    `);
  });

  test('that is aborted ends its actions, and is told as aborted', async () => {
    const controller = new AbortController();
    const run: Run = (rdd) =>
      rdd
        .mapPartitions(async function* stuck(): AsyncGenerator<number> {
          yield await never();
        })
        .count();
    const ended = textOf(output(run, controller));
    for (let turn = 0; turn < 5; turn += 1) await eventLoopTurn();
    controller.abort();
    expect(await ended).toMatchInlineSnapshot(`
      "JobError: [JOB.ABORTED] The job of batch 3000 ms, foreachRDD (run-output.test.ts) was aborted.
        why  It was cancelled, its context was stopped, or its signal aborted, before it ended.
        fix  Nothing, if you meant it. stop({ stopGracefully: true }) lets the batches under way end first."
    `);
  });
});
