import { describe, expect, test } from 'vitest';
import { lab, rejected, sorted } from './kit.ts';

/** Values of every kind that has one; twice each, as different objects. */
const values = (): unknown[] => [
  ...['a', '', '\0', 1, 0, Number.NaN, 1n, true, null, undefined],
  ...[[1, 2], [], { a: 1, b: [2] }, {}, new Date(7), Uint8Array.of(1, 2)],
];

describe('distinct', () => {
  test('keeps each row once, the first of those that are equal by value', async () => {
    const { sc } = lab();
    const [first, second] = [values(), values()];
    const rows = await sc
      .parallelize([...first, ...second] as string[], 3)
      .distinct(1)
      .collect();
    expect(rows).toEqual(first);
    for (const [i, row] of rows.entries()) expect(Object.is(row, first[i])).toBe(true);
  });

  test('tells 1, "1", 1n and true apart, and 0 from nothing', async () => {
    const { sc } = lab();
    expect(
      await sc
        .parallelize<unknown[]>([1, '1', 1n, true, '1', 1] as never, 2)
        .distinct()
        .count(),
    ).toBe(4);
    expect(await sc.parallelize([0, -0], 2).distinct().collect()).toEqual([0]);
  });

  test('refuses rows that have no value', async () => {
    const { sc } = lab();
    expect(await rejected(sc.parallelize([new Map()], 1).distinct().collect())).toMatchInlineSnapshot(`
      "UsageError: [KEY.NOT_A_VALUE] A key is, or holds, a Map: Map(0) {}.
        why  Keys are equal by value, on every machine, and this has no value that firesteel could compare.
        fix  Key by plain data: text, numbers, booleans, null, tuples, plain objects, dates or bytes."
    `);
  });

  test('makes as many partitions as asked', async () => {
    const { sc } = lab();
    expect(sc.parallelize([1, 2, 3], 3).distinct(2).getNumPartitions()).toBe(2);
    expect(sc.parallelize([1, 2, 3], 3).distinct().getNumPartitions()).toBe(3);
    expect(await sc.emptyRDD().distinct().collect()).toEqual([]);
  });
});

describe('intersection', () => {
  test('keeps what is in both, each once, as the left has it', async () => {
    const { sc } = lab();
    const left = [...values(), ...values(), 'left'];
    const rows = await sc
      .parallelize(left as string[], 3)
      .intersection(sc.parallelize([...values(), 'right'] as string[], 2), 1)
      .collect();
    expect(rows).toEqual(values());
    for (const [i, row] of rows.entries()) expect(Object.is(row, left[i])).toBe(true);
  });

  test('of nothing is nothing', async () => {
    const { sc } = lab();
    const some = sc.parallelize([1]);
    expect(await some.intersection(sc.emptyRDD()).collect()).toEqual([]);
    expect(await sc.emptyRDD<number>().intersection(some).collect()).toEqual([]);
    expect(some.intersection(some, 3).getNumPartitions()).toBe(3);
  });
});

describe('subtract', () => {
  test('keeps what the other has not, as often as it is here', async () => {
    const { sc } = lab();
    const kept = [[3], [3], 'x', Number.POSITIVE_INFINITY];
    const rows = await sc
      .parallelize([...values(), ...kept] as string[], 3)
      .subtract(sc.parallelize(values() as string[], 2))
      .collect();
    expect(sorted(rows)).toEqual(sorted(kept));
  });

  test('of nothing changes nothing', async () => {
    const { sc } = lab();
    const some = sc.parallelize([1, 1, 2], 2);
    expect(sorted(await some.subtract(sc.emptyRDD()).collect())).toEqual([1, 1, 2]);
    expect(await some.subtract(some).collect()).toEqual([]);
  });
});
