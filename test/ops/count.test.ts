import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';

describe.each(engines)('count, on the %s,', (using) => {
  test('makes one number of every batch, 0 of an empty one', async () => {
    expect(await run<string, number>((_ssc, input) => input.count(), [['a', 'b'], [], ['c']], { using })).toEqual([
      [2],
      [0],
      [1],
    ]);
  });

  test.each([1, 2, 5])('counts over all of %i partitions', async (partitions) => {
    expect(await run<number, number>((_ssc, input) => input.count(), [[1, 2, 3]], { using, partitions })).toEqual([
      [3],
    ]);
  });

  test('makes one partition', async () => {
    const counts: number[] = [];
    await run<number, number>(
      (_ssc, input) => {
        const counted = input.count();
        counted.foreachRDD((rdd) => void counts.push(rdd.getNumPartitions()));
        return counted;
      },
      [[1, 2, 3]],
      { using, partitions: 4 },
    );
    expect(counts).toEqual([1]);
  });

  test('counts an RDD without a partition as 0', async () => {
    expect(await run<number, number>((ssc) => ssc.queueStream([], true, null).count(), [[]], { using })).toEqual([[0]]);
  });

  test('counts rows that are null or undefined too', async () => {
    expect(
      await run<null | undefined, number>((_ssc, input) => input.count(), [[null, undefined, null]], { using }),
    ).toEqual([[3]]);
  });

  test('counts more rows than one slice holds', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => i);
    expect(await run<number, number>((_ssc, input) => input.flatMap((n) => [n, n]).count(), [rows], { using })).toEqual(
      [[10_000]],
    );
  });

  test('refuses a batch in which its parent has no RDD, and counts the next', async () => {
    const seen: number[][] = [];
    const ran = run<string, number>(
      (_ssc, input) => {
        const counted = input.count();
        counted.foreachRDD(async (rdd) => seen.push(await rdd.collect()));
        return counted;
      },
      [['a'], null, ['b', 'c']],
      { using },
    );
    expect(await failureOf(ran)).toMatchInlineSnapshot(`
      "JobError: [BATCH.PARENT_WITHOUT_RDD] count has nothing to work on in batch 2000 ms: feed made no RDD for it.
        why  count needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
        fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
        at   count (count.test.ts:…), feed (count.test.ts:…)"
    `);
    expect(seen).toEqual([[1], [2]]);
  });

  test('fails with the function before it', async () => {
    const f = (n: number): number => {
      throw new Error(`no ${n}`);
    };
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.map(f).count(), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, foreachRDD (count.test.ts:…): no 1
        why  It was given the row 1.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (count.test.ts:…)"
    `);
  });
});
