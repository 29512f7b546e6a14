import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf, unhandledIn } from './on-both.ts';

describe.each(engines)('filter, on the %s,', (using) => {
  test('keeps the rows of which its function says true, in order', async () => {
    expect(
      await run<number, number>((_ssc, input) => input.filter((n) => n > 1), [[1, 2, 3], [1], [3]], { using }),
    ).toEqual([[2, 3], [], [3]]);
  });

  test('leaves an empty batch empty, and a batch without an RDD without one', async () => {
    expect(await run<number, number>((_ssc, input) => input.filter(() => true), [[], null, [1]], { using })).toEqual([
      [],
      [1],
    ]);
  });

  test('takes what counts as true for true', async () => {
    const answers = [1, 'no', {}, [], 0, '', null, undefined, Number.NaN];
    expect(
      await run<number, number>((_ssc, input) => input.filter((i) => answers[i] as never), [[...answers.keys()]], {
        using,
      }),
    ).toEqual([[0, 1, 2, 3]]);
  });

  test('gives its function exactly one argument', async () => {
    const counts: number[] = [];
    const f = (...args: readonly unknown[]): boolean => counts.push(args.length) > 0;
    await run<number, number>((_ssc, input) => input.filter(f), [[1, 2]], { using });
    expect(counts).toEqual([1, 1]);
  });

  test('keeps the partitioner: a reduceByKey behind it places keys as the one before', async () => {
    const partitions: unknown[] = [];
    await run<number, readonly [number, number]>(
      (_ssc, input) => {
        const sums = input.map((n) => [n, 1]).reduceByKey((a, b) => a + b, 3);
        sums.filter(() => true).foreachRDD((rdd) => void partitions.push(rdd.partitioner?.numPartitions));
        return sums;
      },
      [[1]],
      { using },
    );
    expect(partitions).toEqual([3]);
  });

  test('fails the batch on whose row its function throws', async () => {
    const isShort = (line: string | null): boolean => (line as string).length < 3;
    expect(
      await failureOf(
        run<string | null, string | null>((_ssc, input) => input.filter(isShort), [['ab', null]], { using }),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of filter threw in batch 1000 ms, foreachRDD (filter.test.ts:…): Cannot read properties of null (reading 'length')
        why  It was given the row null.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → filter (filter.test.ts:…)"
    `);
  });

  test('refuses a promise, which would count as true', async () => {
    const failing = (): Promise<string> =>
      failureOf(
        run<number, number>(
          (_ssc, input) => input.filter((async () => Promise.reject(new Error('no'))) as never),
          [[1]],
          { using },
        ),
      );
    expect(await failing()).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of filter returned a promise in batch 1000 ms, foreachRDD (filter.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row 1.
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → filter (filter.test.ts:…)"
    `);
    expect(await unhandledIn(failing)).toEqual([]);
  });

  test('wants a function', async () => {
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.filter(undefined as never), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] filter was given undefined where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .filter((row) => …)"
    `);
  });
});
