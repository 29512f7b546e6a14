import { describe, expect, test } from 'vitest';
import type { Time } from '../../src/core/time.ts';
import {
  batchesOf,
  cogroup,
  combineByKey,
  countByValue,
  Failure,
  flatMapValues,
  fullOuterJoin,
  glom,
  groupByKey,
  join,
  leftOuterJoin,
  Mistake,
  map,
  mapAsync,
  mapPartitions,
  mapPartitionsWithIndex,
  partitionBy,
  reduce,
  repartition,
  rightOuterJoin,
  type Stream,
  source,
  Thrown,
  transformWith,
  union,
} from '../../src/testing/oracle.ts';

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

describe('row by row', () => {
  const numbers = source([[1, 2, 3], [], null]);
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

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

  test('glom holds every row once', () => {
    expect(rowsOf(glom(numbers))).toEqual([[1], [2], [3]]);
  });
});

describe('all rows of a batch', () => {
  test('reduce merges them into one, of none into none', () => {
    expect(reduce(source([[1, 2, 3], [4], [], null]), (a, b) => a + b).batches).toEqual([[6], [4], [], null]);
  });

  test('countByValue counts what is equal', () => {
    expect(rowsOf(countByValue(source<unknown>([[{ a: 1 }, 'b', { a: 1 }]])))).toEqual([
      [{ a: 1 }, 2],
      ['b', 1],
    ]);
  });

  test('repartition and partitionBy keep them, in no order, and refuse a batch without an RDD', () => {
    const numbers = source([[1, 2], null]);
    const refused = new Failure([new Mistake('parent-without-rdd')]);
    expect(repartition(numbers).batches).toEqual([[1, 2], refused]);
    expect(repartition(numbers).isOrdered).toBe(false);
    expect(partitionBy(source<Pair>([[['a', 1]], null])).batches).toEqual([[['a', 1]], refused]);
    expect(rowsOf(partitionBy(source<Pair>([['ab' as never]])))).toEqual([new Thrown(new Mistake('not-a-pair'))]);
  });

  test('are all lost with one that is missing', () => {
    const numbers = map(source([[1, 2, 3]]), refuseTwo);
    expect(rowsOf(repartition(numbers))).toEqual([thrown]);
    expect(rowsOf(reduce(numbers, (a, b) => a + b))).toEqual([thrown]);
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

describe('transformWith', () => {
  const [one, two] = [source([[1], [2]]), source([[3], [4]])];

  test('is told both batches and the time', () => {
    const timed = transformWith(one, two, (a, b, time: Time) => map(union(b, a), (n) => n + time.milliseconds));
    expect(timed.batches).toEqual([
      [1003, 1001],
      [2004, 2002],
    ]);
  });

  test('refuses a batch whose function throws or gives nothing, or that misses a parent', () => {
    const throwing = (): never => {
      throw broken;
    };
    expect(rowsOf(transformWith(one, two, throwing))).toEqual(new Failure([broken]));
    const nothing = transformWith(one, two, () => undefined as never);
    expect(batchesOf([nothing])[0]).toEqual(new Failure([new Mistake('no-rdd')]));
    expect(rowsOf(transformWith(one, source<number>([null]), (a) => a))).toEqual(
      new Failure([new Mistake('parent-without-rdd')]),
    );
  });
});
