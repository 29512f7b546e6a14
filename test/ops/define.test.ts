import { defineOp, type Op, type RDD, type Row } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';

describe.each(engines)('an operator of a user, on the %s,', (using) => {
  const everyNth = (n: number): Op<number> =>
    defineOp<number>({ name: 'everyNth', code: [], slideMs: n * 1000, plan: (batch) => batch.input<number>() });

  test('with a slide of its own has an RDD every n-th batch, and so has what is behind it', async () => {
    const times: number[] = [];
    const rows = await run<number, number>(
      (_ssc, input) => {
        const counted = input
          .via(everyNth(3))
          .map((n) => n * 10)
          .union()
          .count();
        counted.foreachRDD((_rdd, time) => void times.push(time.milliseconds));
        return counted;
      },
      [[1], [2], [3, 3], [4], [5], [6], [7]],
      { using },
    );
    expect([rows, times]).toEqual([
      [[2], [1]],
      [3000, 6000],
    ]);
  });

  test('has the slide of its parent where it names none', async () => {
    const twice = defineOp<number>({
      name: 'twice',
      isNarrow: true,
      code: [],
      plan: (batch) => batch.input<number>().union(batch.input<number>()),
    });
    expect(
      await run<number, number>((_ssc, input) => input.via(everyNth(2)).via(twice), [[1], [2]], { using }),
    ).toEqual([[2, 2]]);
  });

  test('sees its batch: the time, the default parallelism, and rows of its own', async () => {
    const seen = defineOp<Row>({
      name: 'seen',
      code: [],
      plan: (batch) => batch.rows([batch.time.milliseconds, batch.defaultParallelism]),
    });
    expect(await run<number, Row>((_ssc, input) => input.via(seen), [[1], [2]], { using })).toEqual([
      [1000, 2],
      [2000, 2],
    ]);
  });

  test('of two parents has both RDDs in order', async () => {
    const crossed = defineOp<number>({
      name: 'crossed',
      arity: 2,
      code: [],
      plan: ({ inputs }) => (inputs[1] as RDD<number>).union(inputs[0] as RDD<number>),
    });
    expect(
      await run<number, number>(
        (_ssc, input) =>
          input.via(
            crossed,
            input.map((n) => -n),
          ),
        [[1, 2]],
        { using },
      ),
    ).toEqual([[-1, -2, 1, 2]]);
  });

  test('is refused with more or fewer parents than it says, at the call', async () => {
    const pairwise = defineOp<number>({ name: 'pairwise', arity: 2, code: [], plan: (batch) => batch.input() });
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.via(pairwise), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.WRONG_ARITY] pairwise takes 2 streams and was given 1.
        why  An operator states how many parents it has.
        fix  Give via() the operator and its other parents: stream.via(op, other)."
    `);
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.via(pairwise, input, input), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.WRONG_ARITY] pairwise takes 2 streams and was given 3.
        why  An operator states how many parents it has.
        fix  Give via() the operator and its other parents: stream.via(op, other)."
    `);
  });

  test('that throws refuses the batch', async () => {
    const broken = defineOp<number>({
      name: 'broken',
      code: [],
      plan: () => {
        throw new Error('no plan');
      },
    });
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.via(broken), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "JobError: [BATCH.PLAN_THREW] broken threw while batch 1000 ms was planned: no plan
        why  Functions of transform, and sources that are asked, run on the driver before the batch does; without them it cannot be.
        fix  Look at the cause below. Later batches go on; the outputs of this one did not run.
        at   broken (define.test.ts:…)"
    `);
  });
});
