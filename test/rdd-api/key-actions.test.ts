import { HashPartitioner, type Partitioner } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { lab, rejected } from './kit.ts';

type Scores = [string, number][];

const scores: Scores = [
  ['a', 1],
  ['b', 2],
  ['a', 3],
  ['c', 4],
  ['a', 5],
  ['b', 6],
];

describe('actions by key', () => {
  test('lookup gives the values of a key, and reads only its partition where it is known', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(scores, 3);
    expect(await rdd.lookup('a')).toEqual([1, 3, 5]);
    expect(await rdd.lookup('z')).toEqual([]);
    const read: number[] = [];
    const placed = rdd.partitionBy(new HashPartitioner(3)).mapPartitionsWithIndex((index, rows) => {
      read.push(index);
      return rows;
    }, true);
    expect(await placed.lookup('a')).toEqual([1, 3, 5]);
    expect(read).toEqual([new HashPartitioner(3).getPartition('a')]);
  });

  test('lookup finds a key by its value', async () => {
    const { sc } = lab();
    const keys = [Number.NaN, [1, 2], { x: 1 }, new Date(3), null, undefined];
    const rdd = sc.parallelize(keys.map((key, i): [unknown, number] => [key, i]) as [string, number][], 2);
    for (const [i, key] of keys.entries()) {
      expect(await rdd.lookup(structuredClone(key) as never)).toEqual([i]);
      expect(await rdd.partitionBy(new HashPartitioner(5)).lookup(structuredClone(key) as never)).toEqual([i]);
    }
  });

  test('what lookup cannot find is a rejection, never a throw', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(scores, 3);
    expect(await rejected(rdd.lookup((() => 1) as never))).toMatchInlineSnapshot(`
      "UsageError: [KEY.NOT_A_VALUE] A key is, or holds, a function: [Function (anonymous)].
        why  Keys are equal by value, on every machine, and this has no value that firesteel could compare.
        fix  Key by plain data: text, numbers, booleans, null, tuples, plain objects, dates or bytes."
    `);
    const broken: Partitioner = { numPartitions: 2, getPartition: (key) => (key === 'z' ? 9 : 0), equals: () => false };
    expect(await rejected(rdd.partitionBy(broken).lookup('z'))).toContain('put the key "z" into partition 9 of 2');
  });

  test('collectAsMap keeps the last value of a key', async () => {
    const { sc } = lab();
    expect(await sc.parallelize(scores, 3).collectAsMap()).toEqual(
      new Map([
        ['a', 5],
        ['b', 6],
        ['c', 4],
      ]),
    );
    const tuples = await sc
      .parallelize(
        [
          [[1, 2], 'x'],
          [[1, 2], 'y'],
        ] as [[number, number], string][],
        2,
      )
      .collectAsMap();
    expect([...tuples]).toEqual([[[1, 2], 'y']]);
    expect(await sc.emptyRDD<[string, number]>().collectAsMap()).toEqual(new Map());
  });

  test('countByKey and countByValue count by value', async () => {
    const { sc } = lab();
    expect(await sc.parallelize(scores, 3).countByKey()).toEqual(
      new Map([
        ['a', 3],
        ['b', 2],
        ['c', 1],
      ]),
    );
    const rows = [[1, 2], 'x', Number.NaN, [1, 2], Number.NaN, null];
    const counts = await sc.parallelize(rows as string[], 3).countByValue();
    expect([...counts]).toEqual([
      [[1, 2], 2],
      ['x', 1],
      [Number.NaN, 2],
      [null, 1],
    ]);
    expect([...counts.keys()][0]).toBe(rows[0]);
    expect(await sc.emptyRDD().countByValue()).toEqual(new Map());
  });

  test('what is no pair is told with the name of the action', async () => {
    const { sc } = lab();
    const numbers = sc.parallelize([7], 1) as never as ReturnType<typeof sc.parallelize<[string, number]>>;
    expect(await rejected(numbers.countByKey())).toContain('[STAGE.NOT_A_PAIR] countByKey was given 7');
    expect(await rejected(numbers.lookup('a'))).toContain('[STAGE.NOT_A_PAIR] lookup was given 7');
    expect(await rejected(numbers.collectAsMap())).toContain('[STAGE.NOT_A_PAIR] collectAsMap was given 7');
    expect(await rejected(numbers.join(numbers).collect())).toContain('[STAGE.NOT_A_PAIR] join was given 7');
    expect(await rejected(numbers.partitionBy(new HashPartitioner(2)).collect())).toContain('partitionBy was given 7');
  });
});
