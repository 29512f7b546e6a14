import { HashPartitioner, type Pair, type Row } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';
import { partitionCounts, sorted } from './side-by-side.ts';

type Named = Pair<Row, number>;

describe.each(engines)('groupByKey, on the %s,', (using) => {
  const grouped = async (
    batches: readonly (readonly Named[] | null)[],
    partitions = 2,
  ): Promise<readonly (readonly Row[])[]> =>
    (await run<Named, [Row, number[]]>((_ssc, input) => input.groupByKey(), batches, { using, partitions })).map(
      sorted,
    );

  test('puts the values of each key into one list, in each batch anew', async () => {
    const batch: readonly Named[] = [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ];
    expect(await grouped([batch, [], null, [['a', 4]]])).toEqual([
      [
        ['a', [1, 3]],
        ['b', [2]],
      ],
      [],
      [['a', [4]]],
    ]);
  });

  test.each([1, 2, 3, 7])('keeps the order of rows over all of %i partitions', async (partitions) => {
    const rows = Array.from({ length: 10 }, (_, i): Named => ['k', i]);
    expect(await grouped([rows], partitions)).toEqual([[['k', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]]]);
  });

  test('takes keys for equal by value', async () => {
    const rows: readonly Named[] = [
      [{ a: 1, b: 2 }, 1],
      [{ b: 2, a: 1 }, 2],
    ];
    expect(await grouped([rows])).toEqual([[[{ a: 1, b: 2 }, [1, 2]]]]);
  });

  test('makes lists that no other output shares, whatever is done to them', async () => {
    const seen: Row[] = [];
    await run<Named, Named>(
      (_ssc, input) => {
        const groups = input.groupByKey(1);
        for (let i = 0; i < 2; i++) {
          groups
            .map(([key, values]) => [key, values.length])
            .foreachRDD(async (rdd) => {
              seen.push(await rdd.collect());
            });
        }
        return input;
      },
      [
        [
          ['a', 1],
          ['a', 2],
          ['a', 3],
        ],
      ],
      { using, partitions: 3 },
    );
    expect(seen).toEqual([[['a', 3]], [['a', 3]]]);
  });

  test('makes as many partitions as a shuffle does, unless told otherwise', async () => {
    expect(await partitionCounts(using, (left) => left.groupByKey())).toEqual([2]);
    expect(await partitionCounts(using, (left) => left.groupByKey(5))).toEqual([5]);
    expect(await partitionCounts(using, (left) => left.groupByKey(new HashPartitioner(4)))).toEqual([4]);
  });

  test('wants pairs', async () => {
    expect(await failureOf(grouped([['ab' as never]], 1))).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] groupByKey was given "ab", which is no [key, value] pair, in batch 1000 ms, foreachRDD (group-by-key.test.ts:…).
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).groupByKey(…)
        at   feed → groupByKey (group-by-key.test.ts:…)"
    `);
  });

  test('refuses no partition at the call', async () => {
    expect(await failureOf(partitionCounts(using, (left) => left.groupByKey(0)))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_COUNT] groupByKey was asked for 0 partitions or parts.
        why  It takes a whole number of at least 1.
        fix  Leave it out for the default, or say how many."
    `);
  });
});
