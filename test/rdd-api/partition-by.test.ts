import { HashPartitioner, type Partitioner } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { lab, rejected, upTo } from './kit.ts';

describe('partitionBy', () => {
  const byParity: Partitioner = {
    numPartitions: 2,
    getPartition: (key) => (key as number) % 2,
    equals: (other) => other === byParity,
  };
  const pairs = upTo(10).map((n): [number, string] => [n, `#${n}`]);

  test('puts each pair into the partition of its key, in the order of arrival', async () => {
    const { sc } = lab();
    const placed = sc.parallelize(pairs, 3).partitionBy(byParity);
    expect(await placed.keys().collectPartitions()).toEqual([
      [0, 2, 4, 6, 8],
      [1, 3, 5, 7, 9],
    ]);
    expect(placed.partitioner).toBe(byParity);
    expect(placed.partitionBy(byParity)).toBe(placed);
    expect(placed.partitionBy(new HashPartitioner(2))).not.toBe(placed);
  });

  test('keeps pairs that are equal', async () => {
    const { sc } = lab();
    const twice = sc.parallelize([...pairs, ...pairs], 2).partitionBy(new HashPartitioner(4));
    expect(await twice.count()).toBe(20);
  });

  test('places text and whole numbers where Spark does', async () => {
    const { sc } = lab();
    const keys = ['a', 'b', 'spark', '', -1, 0, 7];
    const rdd = sc.parallelize(
      keys.map((key): [string | number, null] => [key, null]),
      2,
    );
    expect(await rdd.partitionBy(new HashPartitioner(4)).keys().collectPartitions()).toEqual([
      ['', 0],
      ['a', 'spark'],
      ['b'],
      [-1, 7],
    ]);
  });

  test('a partition that there is not is refused, with the key', async () => {
    const { sc } = lab();
    const broken: Partitioner = { ...byParity, getPartition: () => 2 };
    const rdd = sc.parallelize(pairs, 2);
    expect(await rejected(rdd.partitionBy(broken).collect())).toMatchInlineSnapshot(`
      "UsageError: [PARTITIONER.OUT_OF_RANGE] A partitioner put the key 0 into partition 2 of 2.
        why  Partitions are numbered from 0 to 1.
        fix  Let getPartition(key) return a whole number in that range, for every key."
    `);
    for (const place of [-1, 0.5, Number.NaN, '0', undefined]) {
      const odd: Partitioner = { ...byParity, getPartition: () => place as number };
      expect(await rejected(rdd.partitionBy(odd).count())).toContain(`into partition ${place} of 2`);
      expect(await rejected(rdd.reduceByKey((a) => a, odd).count())).toContain(`into partition ${place} of 2`);
    }
    const throwing: Partitioner = {
      ...byParity,
      getPartition: () => {
        throw new Error('no such shard');
      },
    };
    expect(await rejected(rdd.groupByKey(throwing).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of groupByKey threw in the SparkContext: no such shard
        why  It was given the row [ 0, [ '#0' ] ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → groupByKey (partition-by.test.ts)"
    `);
  });

  test('so is a partitioner without partitions', () => {
    const { sc } = lab();
    const none: Partitioner = { ...byParity, numPartitions: 0 };
    expect(() => sc.parallelize(pairs).partitionBy(none)).toThrow('partitionBy was asked for 0 partitions');
    expect(() => new HashPartitioner(1.5)).toThrow('HashPartitioner was asked for 1.5 partitions');
  });
});
