import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';

describe.each(engines)('repartition, on the %s,', (using) => {
  const dealt = (partitions: number, rows: readonly number[], from = 2): Promise<number[][][]> =>
    run<number, number[]>((_ssc, input) => input.repartition(partitions).glom(), [rows], { using, partitions: from });

  test.each([
    [2, 5],
    [5, 2],
    [3, 3],
    [1, 4],
  ])('makes %i partitions of %i, and keeps every row', async (to, from) => {
    const rows = Array.from({ length: 100 }, (_, i) => i);
    const [partitions = []] = await dealt(to, rows, from);
    expect(partitions).toHaveLength(to);
    expect(partitions.flat().sort((a, b) => a - b)).toEqual(rows);
  });

  test('deals the rows of each partition in turn, each beginning at another one', async () => {
    const [partitions = []] = await dealt(
      4,
      Array.from({ length: 20 }, () => 1),
      2,
    );
    expect(partitions.map((rows) => rows.length)).toEqual([5, 6, 5, 4]);
  });

  test('deals the rows of one partition in their order', async () => {
    expect(await dealt(2, [1, 2, 3, 4, 5], 1)).toEqual([
      [
        [1, 3, 5],
        [2, 4],
      ],
    ]);
  });

  test('makes partitions of an empty batch too', async () => {
    expect(await dealt(3, [])).toEqual([[[], [], []]]);
  });

  test('refuses a batch in which its parent has no RDD', async () => {
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.repartition(2), [[1], null], { using })),
    ).toMatchInlineSnapshot(`
      "JobError: [BATCH.PARENT_WITHOUT_RDD] repartition has nothing to work on in batch 2000 ms: feed made no RDD for it.
        why  repartition needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
        fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
        at   repartition (repartition.test.ts:…), feed (repartition.test.ts:…)"
    `);
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %d partitions at the call', async (partitions) => {
    expect(await failureOf(dealt(partitions, [1]))).toContain(
      `[RDD.BAD_COUNT] repartition was asked for ${partitions} partitions`,
    );
  });

  test('tells how many it takes', async () => {
    expect(await failureOf(dealt(0, [1]))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_COUNT] repartition was asked for 0 partitions or parts.
        why  It takes a whole number of at least 1.
        fix  Leave it out for the default, or say how many."
    `);
  });
});
