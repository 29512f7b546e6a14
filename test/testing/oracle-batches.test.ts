import { describe, expect, test } from 'vitest';
import type { Time } from '../../src/core/time.ts';
import { batchesOf, collect, Failure, Mistake, type Stream, source, Thrown } from '../../src/testing/oracle.ts';
import {
  count,
  countByValue,
  reduce,
  repartition,
  transform,
  transformWith,
  union,
} from '../../src/testing/oracle-batches.ts';
import { reduceByKey } from '../../src/testing/oracle-pairs.ts';
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

  test('repartition keeps them, in no order, and refuses a batch without an RDD', () => {
    const numbers = source([[1, 2], null]);
    const refused = new Failure([new Mistake('parent-without-rdd')]);
    expect(repartition(numbers).batches).toEqual([[1, 2], refused]);
    expect(repartition(numbers).isOrdered).toBe(false);
  });

  test('are all lost with one that is missing', () => {
    const numbers = map(source([[1, 2, 3]]), refuseTwo);
    expect(rowsOf(repartition(numbers))).toEqual([thrown]);
    expect(rowsOf(reduce(numbers, (a, b) => a + b))).toEqual([thrown]);
  });
});

describe('count, union, transform', () => {
  test('count gives one number a batch, 0 too', () => {
    expect(count(source([['a', 'b'], []])).batches).toEqual([[2], [0]]);
  });

  test('union puts the rows of one stream behind those of the other, and a stream behind itself', () => {
    const [left, right] = [source([[1, 2], []]), source([[3], [4]])];
    expect(union(left, right, left).batches).toEqual([[1, 2, 3, 1, 2], [4]]);
  });

  test('union leaves rows that are lists whole', () => {
    expect(union(source([[[1, 2]]]), source([[[3]]])).batches).toEqual([[[1, 2], [3]]]);
  });

  test('transform is told the batch and its time', () => {
    const times: number[] = [];
    const doubled = transform(source([[1], [2, 3]]), (rdd, time: Time) => {
      times.push(time.milliseconds);
      return union(rdd, rdd);
    });
    expect(doubled.batches).toEqual([
      [1, 1],
      [2, 3, 2, 3],
    ]);
    expect(times).toEqual([1000, 2000]);
  });

  test('transform refuses a batch whose function throws, gives nothing, or needs a missing row', () => {
    const thrown = map(source([[2]]), refuseTwo);
    const fail = (): never => {
      throw broken;
    };
    const counted = (rdd: Stream<number>): Stream<number> => source([[collect(rdd.batches[0] as number[]).length]]);
    expect([
      ...transform(thrown, fail).batches,
      ...transform(thrown, () => undefined as never).batches,
      ...transform(thrown, counted).batches,
      ...transform(thrown, (rdd) => rdd).batches,
    ]).toEqual([
      new Failure([broken]),
      new Failure([new Mistake('no-rdd')]),
      new Failure([broken]),
      [new Thrown(broken)],
    ]);
  });

  test('transform is ordered unless its function shuffles', () => {
    const rows = pairs(['a', 1]);
    expect(
      [transform(rows, (rdd) => rdd), transform(rows, (rdd) => reduceByKey(rdd, (a, b) => a + b))].map(
        (each) => each.isOrdered,
      ),
    ).toEqual([true, false]);
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
