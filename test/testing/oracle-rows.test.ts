import { describe, expect, test } from 'vitest';
import { type Stream, source, Thrown } from '../../src/testing/oracle.ts';
import { glom, mapAsync, mapPartitions, mapPartitionsWithIndex } from '../../src/testing/oracle-rows.ts';

// As oracle.test.ts: examples small enough to be worked out by hand.

const rowsOf = <T>({ batches }: Stream<T>): unknown => batches[0];
const broken = new Error('broken');
const refuseTwo = (n: number): number => {
  if (n === 2) throw broken;
  return n * 10;
};
const thrown = new Thrown(broken);

describe('row by row', () => {
  const numbers = source([[1, 2, 3], [], null]);

  test('mapPartitions and mapPartitionsWithIndex are given rows one at a time', () => {
    expect(mapPartitions(numbers, (rows) => rows.map((n) => n * 10)).batches).toEqual([[10, 20, 30], [], null]);
    expect(rowsOf(mapPartitionsWithIndex(numbers, (_index, rows) => rows.map(refuseTwo)))).toEqual([10, thrown, 30]);
  });

  test('mapAsync makes one row of each; one that fails is told, dropped or replaced', () => {
    expect(mapAsync(numbers, refuseTwo).batches).toEqual([[10, thrown, 30], [], null]);
    expect(rowsOf(mapAsync(numbers, refuseTwo, { onError: 'drop' }))).toEqual([10, 30]);
    const instead = (error: unknown, n: number): number => (error === broken ? -n : 0);
    expect(rowsOf(mapAsync(numbers, refuseTwo, { onError: instead }))).toEqual([10, -2, 30]);
    expect(mapAsync(numbers, refuseTwo).isOrdered).toBe(true);
    expect(mapAsync(numbers, refuseTwo, { ordered: false }).isOrdered).toBe(false);
  });

  test('glom holds every row once', () => {
    expect(rowsOf(glom(numbers))).toEqual([[1], [2], [3]]);
  });
});
