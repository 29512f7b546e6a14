import { HashPartitioner, type Partitioner } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';

const bySign: Partitioner = {
  numPartitions: 2,
  getPartition: (key) => ((key as number) < 0 ? 0 : 1),
  equals: (other) => other === bySign,
};

type Pairs = readonly (readonly [number, string])[];

describe.each(engines)('partitionBy, on the %s,', (using) => {
  const placed = (partitions: number | Partitioner, rows: Pairs): Promise<(readonly [number, string])[][][]> =>
    run<readonly [number, string], (readonly [number, string])[]>(
      (_ssc, input) => input.partitionBy(partitions).glom(),
      [rows],
      { using },
    );

  test('moves every pair to the partition of its key, in the order in which they came', async () => {
    const rows: Pairs = [
      [1, 'a'],
      [-1, 'b'],
      [-2, 'c'],
      [1, 'd'],
      [-1, 'e'],
    ];
    expect(await placed(bySign, rows)).toEqual([
      [
        [
          [-1, 'b'],
          [-2, 'c'],
          [-1, 'e'],
        ],
        [
          [1, 'a'],
          [1, 'd'],
        ],
      ],
    ]);
  });

  test('places keys by their hash where it is only told how many partitions', async () => {
    const rows = Array.from({ length: 20 }, (_, i): [number, string] => [i, 'x']);
    const [byCount = []] = await placed(3, rows);
    expect(byCount).toHaveLength(3);
    expect(byCount.flat()).toHaveLength(20);
    expect([byCount]).toEqual(await placed(new HashPartitioner(3), rows));
  });

  test('leaves RDDs that know what placed their keys', async () => {
    const places: unknown[] = [];
    await run<readonly [number, string], readonly [number, string]>(
      (_ssc, input) => {
        const stream = input.partitionBy(bySign);
        stream.foreachRDD((rdd) => void places.push(rdd.partitioner));
        return stream;
      },
      [[[1, 'a']]],
      { using },
    );
    expect(places).toEqual([bySign]);
  });

  test('refuses a batch in which its parent has no RDD', async () => {
    expect(
      await failureOf(
        run<readonly [number, string], readonly [number, string]>((_ssc, input) => input.partitionBy(bySign), [null], {
          using,
        }),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [BATCH.PARENT_WITHOUT_RDD] partitionBy has nothing to work on in batch 1000 ms: feed made no RDD for it.
        why  partitionBy needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
        fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
        at   partitionBy (partition-by.test.ts:…), feed (partition-by.test.ts:…)"
    `);
  });

  test('wants pairs', async () => {
    expect(
      await failureOf(
        run<never, never>((_ssc, input) => input.partitionBy(2), [['ab' as never]], { using, partitions: 1 }),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] partitionBy was given "ab", which is no [key, value] pair, in batch 1000 ms, foreachRDD (partition-by.test.ts:…).
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).partitionBy(…)
        at   feed → partitionBy (partition-by.test.ts:…)"
    `);
  });

  test('fails the batch whose key its partitioner puts outside of all partitions', async () => {
    const astray: Partitioner = { ...bySign, getPartition: () => 2 };
    expect(await failureOf(placed(astray, [[1, 'a']]))).toMatchInlineSnapshot(`
      "UsageError: [PARTITIONER.OUT_OF_RANGE] A partitioner put the key 1 into partition 2 of 2.
        why  Partitions are numbered from 0 to 1.
        fix  Let getPartition(key) return a whole number in that range, for every key."
    `);
  });

  test('refuses no partition at the call', async () => {
    expect(await failureOf(placed(0, []))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_COUNT] partitionBy was asked for 0 partitions or parts.
        why  It takes a whole number of at least 1.
        fix  Leave it out for the default, or say how many."
    `);
  });
});
