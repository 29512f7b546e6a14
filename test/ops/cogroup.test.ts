import { HashPartitioner } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';
import { fromBoth, partitionCounts } from './side-by-side.ts';

describe.each(engines)('cogroup, on the %s,', (using) => {
  test('puts the values of each key of either side next to each other, in each batch anew', async () => {
    const outputs = await fromBoth(
      using,
      (left, right) => left.cogroup(right),
      [
        [
          ['a', 1],
          ['a', 2],
          ['b', 3],
        ],
        [['a', 4]],
        [],
      ],
      [
        [
          ['a', 'x'],
          ['c', 'y'],
          ['c', 'z'],
        ],
        [],
        [],
      ],
    );
    expect(outputs).toEqual([
      [
        ['a', [[1, 2], ['x']]],
        ['b', [[3], []]],
        ['c', [[], ['y', 'z']]],
      ],
      [['a', [[4], []]]],
      [],
    ]);
  });

  test('keeps the order in which the values of a side came, over all partitions', async () => {
    const rows = Array.from({ length: 9 }, (_, i): [string, number] => ['k', i]);
    expect(await fromBoth(using, (left, right) => left.cogroup(right), [rows], [rows])).toEqual([
      [
        [
          'k',
          [
            [0, 1, 2, 3, 4, 5, 6, 7, 8],
            [0, 1, 2, 3, 4, 5, 6, 7, 8],
          ],
        ],
      ],
    ]);
  });

  test('takes keys for equal by value, and one stream for both sides', async () => {
    const outputs = await fromBoth(
      using,
      (left) => left.cogroup(left),
      [
        [
          [{ a: 1, b: 2 }, 1],
          [{ b: 2, a: 1 }, 2],
        ],
      ],
      [],
    );
    expect(outputs).toEqual([
      [
        [
          { a: 1, b: 2 },
          [
            [1, 2],
            [1, 2],
          ],
        ],
      ],
    ]);
  });

  test('makes as many partitions as a shuffle does, unless told otherwise', async () => {
    expect(await partitionCounts(using, (left, right) => left.cogroup(right))).toEqual([2]);
    expect(await partitionCounts(using, (left, right) => left.cogroup(right, 5))).toEqual([5]);
    expect(await partitionCounts(using, (left, right) => left.cogroup(right, new HashPartitioner(4)))).toEqual([4]);
  });

  test('refuses a batch in which one of its parents has no RDD', async () => {
    expect(await failureOf(fromBoth(using, (left, right) => left.cogroup(right), [[]], [null]))).toMatchInlineSnapshot(`
      "JobError: [BATCH.PARENT_WITHOUT_RDD] cogroup has nothing to work on in batch 1000 ms: feed made no RDD for it.
        why  cogroup needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
        fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
        at   cogroup (cogroup.test.ts:…), feed (side-by-side.ts:…)"
    `);
  });

  test('wants pairs on both sides', async () => {
    const words = [['ab' as never]];
    expect(await failureOf(fromBoth(using, (left, right) => left.cogroup(right), [[]], words))).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] cogroup was given "ab", which is no [key, value] pair, in batch 1000 ms, foreachRDD (side-by-side.ts:…).
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).cogroup(…)
        at   feed → cogroup (cogroup.test.ts:…)"
    `);
  });

  test('refuses no partition at the call', async () => {
    expect(await failureOf(partitionCounts(using, (left, right) => left.cogroup(right, 0)))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_COUNT] cogroup was asked for 0 partitions or parts.
        why  It takes a whole number of at least 1.
        fix  Leave it out for the default, or say how many."
    `);
  });
});
