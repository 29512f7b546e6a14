import { describe, expect, test } from 'vitest';
import { Failure, Mistake, type Stream, source, Thrown } from '../../src/testing/oracle.ts';
import {
  cogroup,
  combineByKey,
  flatMapValues,
  fullOuterJoin,
  groupByKey,
  join,
  leftOuterJoin,
  partitionBy,
  rightOuterJoin,
} from '../../src/testing/oracle-pairs.ts';
import { map } from '../../src/testing/oracle-rows.ts';

// As oracle.test.ts: examples small enough to be worked out by hand.

type Pair = readonly [string, number];
const pairs = (...rows: readonly Pair[]): Stream<Pair> => source([rows]);
const rowsOf = <T>({ batches }: Stream<T>): unknown => batches[0];
const broken = new Error('broken');
const refuseTwo = (n: number): number => {
  if (n === 2) throw broken;
  return n * 10;
};
const thrown = new Thrown(broken);

describe('pair by pair', () => {
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

  test('flatMapValues makes a pair for each value; of one that throws half-way the first are there', () => {
    expect(rowsOf(flatMapValues(pairs(['a', 2], ['b', 0], ['c', 1]), upTo))).toEqual([
      ['a', 0],
      ['a', 1],
      ['c', 0],
    ]);
    const halfWay = function* (n: number): Iterable<number> {
      yield n;
      yield refuseTwo(n);
    };
    expect(rowsOf(flatMapValues(pairs(['a', 1], ['b', 2]), halfWay))).toEqual([['a', 1], ['a', 10], ['b', 2], thrown]);
    expect(rowsOf(flatMapValues(pairs(['a', 1]), () => 1 as never))).toEqual([new Thrown(new Mistake('not-iterable'))]);
  });

  test('partitionBy keeps them, in no order, and refuses a batch without an RDD', () => {
    const refused = new Failure([new Mistake('parent-without-rdd')]);
    const kept = partitionBy(source<Pair>([[['a', 1]], null]));
    expect(kept.batches).toEqual([[['a', 1]], refused]);
    expect(kept.isOrdered).toBe(false);
    expect(rowsOf(partitionBy(source<Pair>([['ab' as never]])))).toEqual([new Thrown(new Mistake('not-a-pair'))]);
  });
});

describe('the values of a key', () => {
  const rows = pairs(['a', 1], ['b', 5], ['a', 3]);

  test('groupByKey lists them', () => {
    expect(rowsOf(groupByKey(rows))).toEqual([
      ['a', [1, 3]],
      ['b', [5]],
    ]);
  });

  test('combineByKey creates of the first and takes the others in', () => {
    const texts = combineByKey(
      rows,
      (n) => `[${n}]`,
      (all, n) => `${all} ${n}`,
    );
    expect(rowsOf(texts)).toEqual([
      ['a', '[1] 3'],
      ['b', '[5]'],
    ]);
  });

  test('combineByKey misses a key whose function throws, and all where a row is missing', () => {
    expect(rowsOf(combineByKey(pairs(['a', 1], ['b', 2]), refuseTwo, refuseTwo))).toEqual([['a', 10], thrown]);
    const halfMissing = map(pairs(['a', 1], ['b', 2]), ([key, n]): Pair => [key, refuseTwo(n)]);
    expect(rowsOf(combineByKey(halfMissing, String, String))).toEqual([thrown]);
  });

  test('combineByKey fails where one of its functions throws or promises', () => {
    const promise = (): never => Promise.resolve(1) as never;
    const mistake = new Thrown(new Mistake('returned-promise'));
    const fives = pairs(['a', 5], ['a', 2]);
    expect(rowsOf(combineByKey(fives, refuseTwo, (_all, n) => refuseTwo(n)))).toEqual([thrown]);
    expect(rowsOf(combineByKey(pairs(['a', 5]), promise, refuseTwo))).toEqual([mistake]);
    expect(rowsOf(combineByKey(fives, refuseTwo, promise))).toEqual([mistake]);
  });
});

describe('two streams of pairs', () => {
  const left = pairs(['a', 1], ['a', 2], ['b', 3]);
  const right = pairs(['c', 30], ['a', 10]);
  const both = [
    ['a', [1, 10]],
    ['a', [2, 10]],
  ];

  test('cogroup lists the values of either side', () => {
    expect(rowsOf(cogroup(left, right))).toEqual([
      ['a', [[1, 2], [10]]],
      ['b', [[3], []]],
      ['c', [[], [30]]],
    ]);
  });

  test('joins cross the values of a key, with null for a side that may be missing', () => {
    expect(rowsOf(join(left, right))).toEqual(both);
    expect(rowsOf(leftOuterJoin(left, right))).toEqual([...both, ['b', [3, null]]]);
    expect(rowsOf(rightOuterJoin(left, right))).toEqual([...both, ['c', [null, 30]]]);
    expect(rowsOf(fullOuterJoin(left, right))).toEqual([...both, ['b', [3, null]], ['c', [null, 30]]]);
    expect(join(left, right).isOrdered).toBe(false);
  });

  test('are refused where one has no RDD', () => {
    const none = source<Pair>([null]);
    for (const joined of [cogroup, join, leftOuterJoin, rightOuterJoin, fullOuterJoin]) {
      expect((joined(left, none) as Stream<unknown>).batches[0]).toEqual(
        new Failure([new Mistake('parent-without-rdd')]),
      );
    }
  });
});
