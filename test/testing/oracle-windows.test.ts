import { describe, expect, test } from 'vitest';
import { Failure, operator, type Stream, source, Thrown } from '../../src/testing/oracle.ts';
import { filter, map } from '../../src/testing/oracle-rows.ts';
import {
  countByValueAndWindow,
  countByWindow,
  groupByKeyAndWindow,
  reduceByKeyAndWindow,
  reduceByWindow,
  window,
} from '../../src/testing/oracle-windows.ts';

// Windows worked out by hand. Batch n has the time n seconds; `inSeconds` has the RDDs with the second they belong to.

type Pair = readonly [string, number];

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;
const broken = new Error('broken');

/** One number a second, from 1 on. */
const counting = source([[1], [2], [3], [4], [5], [6]]);

function inSeconds<T>({ batches, intervalMs }: Stream<T>): readonly unknown[] {
  return batches.flatMap((batch, i) => (batch === null ? [] : [[((i + 1) * intervalMs) / 1000, batch]]));
}

/** Fails on a number, for all that read it. */
function without(bad: number): Stream<number> {
  return map(counting, (n) => {
    if (n === bad) throw broken;
    return n;
  });
}

/** Has no RDD, and never will, in one second. */
function refused(second: number): Stream<number> {
  return operator([counting], { withoutParent: 'none' }, ([rows = []], time) => {
    if (time.milliseconds === second * 1000) throw broken;
    return rows;
  });
}

const keyed = (stream: Stream<number>): Stream<Pair> => map(stream, (n): Pair => ['k', n]);

describe('a window', () => {
  test('is as long, and moves as far, as some slides of its parent; as one where nothing is said', () => {
    expect(() => window(counting, 1500, 1000)).toThrow(RangeError);
    expect(() => window(counting, 1000, 1500)).toThrow(RangeError);
    expect(() => window(counting, 0, 1000)).toThrow(RangeError);
    const everySecond = window(counting, 2000, 2000);
    expect(() => window(everySecond, 3000, 2000)).toThrow(RangeError);
    expect(window(everySecond, 4000).slideMs).toBe(2000);
  });

  test('of 3 s moving by 2 s holds what is in (t - 3 s, t], in the order of time', () => {
    expect(inSeconds(window(counting, 3000, 2000))).toEqual([
      [2, [1, 2]],
      [4, [2, 3, 4]],
      [6, [4, 5, 6]],
    ]);
  });

  test('that moves further than it is long leaves batches out', () => {
    expect(inSeconds(window(counting, 1000, 3000))).toEqual([
      [3, [3]],
      [6, [6]],
    ]);
  });

  test('is there where it is empty, and where no batch of it is there', () => {
    expect(window(source<number>([[1], [], null, null]), 2000).batches).toEqual([[1], [1], [], []]);
  });

  test('of a window holds each row as often as both say', () => {
    expect(inSeconds(window(window(counting, 2000), 2000))).toEqual([
      [1, [1]],
      [2, [1, 1, 2]],
      [3, [1, 2, 2, 3]],
      [4, [2, 3, 3, 4]],
      [5, [3, 4, 4, 5]],
      [6, [4, 5, 5, 6]],
    ]);
    expect(inSeconds(window(window(counting, 2000, 2000), 4000, 4000))).toEqual([[4, [1, 2, 3, 4]]]);
  });

  test('misses a row for as long as it holds it, and is whole again', () => {
    const thrown = new Thrown(broken);
    expect(window(without(2), 2000).batches).toEqual([[1], [1, thrown], [thrown, 3], [3, 4], [4, 5], [5, 6]]);
  });

  test('is refused for as long as it needs a batch that is, and at its own times only', () => {
    const failure = new Failure([broken]);
    expect(window(refused(2), 2000).batches).toEqual([[1], failure, failure, [3, 4], [4, 5], [5, 6]]);
    expect(window(refused(3), 2000, 2000).batches).toEqual([null, [1, 2], null, failure, null, [5, 6]]);
    expect(window(refused(2), 1000, 3000).batches).toEqual([null, null, [3], null, null, [6]]);
  });
});

describe('a window merged', () => {
  test('by reduceByWindow is one row, or none where it is empty', () => {
    const numbers = source<number>([[5, 1], [], [], [2]]);
    expect(reduceByWindow(numbers, add, 2000, 1000).batches).toEqual([[6], [6], [], [2]]);
    expect(reduceByWindow(counting, add, 3000, 2000).batches).toEqual([null, [3], null, [9], null, [15]]);
    expect(reduceByWindow(numbers, add, 2000, 1000).isOrdered).toBe(true);
  });

  test('by reduceByKeyAndWindow is one row for each key that is in it', () => {
    const pairs = source<Pair>([
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ],
      [['a', 4]],
      null,
      [],
    ]);
    expect(reduceByKeyAndWindow(pairs, add, 2000).batches).toEqual([
      [
        ['a', 4],
        ['b', 2],
      ],
      [
        ['a', 8],
        ['b', 2],
      ],
      [['a', 4]],
      [],
    ]);
  });

  test('by groupByKeyAndWindow has the values in the order of batches', () => {
    const pairs = source<Pair>([
      [['a', 2]],
      [
        ['a', 1],
        ['b', 9],
      ],
      [['a', 3]],
    ]);
    expect(groupByKeyAndWindow(pairs, 2000).batches).toEqual([
      [['a', [2]]],
      [
        ['a', [2, 1]],
        ['b', [9]],
      ],
      [
        ['a', [1, 3]],
        ['b', [9]],
      ],
    ]);
    expect(groupByKeyAndWindow(pairs, 2000, 2000).batches).toEqual([
      null,
      [
        ['a', [2, 1]],
        ['b', [9]],
      ],
      null,
    ]);
  });

  test('fails where it holds a row that is missing, and is whole again', () => {
    const thrown = [new Thrown(broken)];
    expect(reduceByKeyAndWindow(keyed(without(2)), add, 2000).batches.slice(0, 4)).toEqual([
      [['k', 1]],
      thrown,
      thrown,
      [['k', 7]],
    ]);
  });
});

describe('a window with an inverse', () => {
  const pairs = source<Pair>([
    [
      ['a', 1],
      ['b', 2],
    ],
    [['a', 4]],
    [],
    [['a', 8]],
  ]);

  test('keeps a key that was seen, with what is neutral', () => {
    expect(reduceByKeyAndWindow(pairs, add, 2000, 1000, { inverse: subtract }).batches).toEqual([
      [
        ['a', 1],
        ['b', 2],
      ],
      [
        ['a', 5],
        ['b', 2],
      ],
      [
        ['a', 4],
        ['b', 0],
      ],
      [
        ['a', 8],
        ['b', 0],
      ],
    ]);
  });

  test('shows what the filter takes, whatever it showed before', () => {
    const ones = source<Pair>([[['a', 1]], [['a', 1]], [['a', 1]], [['a', 1]], [], [], []]);
    const filtered = reduceByKeyAndWindow(ones, add, 3000, 1000, { inverse: subtract, filter: ([, n]) => n > 2 });
    expect(filtered.batches).toEqual([[], [], [['a', 3]], [['a', 3]], [], [], []]);
  });

  test('that moves further than it is long knows nothing of what it leaves out', () => {
    const some = source<Pair>([[['a', 1]], [['b', 1]], [['c', 1]], [['d', 1]]]);
    expect(inSeconds(reduceByKeyAndWindow(some, add, 1000, 2000, { inverse: subtract }))).toEqual([
      [2, [['b', 1]]],
      [
        4,
        [
          ['d', 1],
          ['b', 0],
        ],
      ],
    ]);
  });

  test('fails from the batch on that it cannot take in', () => {
    const thrown = [new Thrown(broken)];
    const moved = (stream: Stream<number>, windowMs: number, slideMs: number): readonly unknown[] =>
      inSeconds(reduceByKeyAndWindow(keyed(stream), add, windowMs, slideMs, { inverse: subtract }));
    const failure = new Failure([broken]);
    expect(moved(without(4), 1000, 1000).slice(2)).toEqual([
      [3, [['k', 3]]],
      [4, thrown],
      [5, thrown],
      [6, thrown],
    ]);
    expect(moved(refused(4), 2000, 2000).map((each) => (each as unknown[])[1])).toEqual([
      [['k', 3]],
      failure,
      expect.any(Failure),
    ]);
    expect(moved(without(2), 1000, 3000)).toEqual([
      [3, [['k', 3]]],
      [6, [['k', 6]]],
    ]);
  });

  test('and a filter that throws misses that row, in that batch', () => {
    const refuse = ([, n]: Pair): boolean => {
      if (n === 5) throw broken;
      return true;
    };
    expect(
      reduceByKeyAndWindow(
        filter(pairs, ([key]) => key === 'a'),
        add,
        2000,
        1000,
        { inverse: subtract, filter: refuse },
      ).batches,
    ).toEqual([[['a', 1]], [new Thrown(broken)], [['a', 4]], [['a', 8]]]);
  });

  test('counts nothing before the first row ever, and 0 in empty windows afterwards', () => {
    const texts = source<string>([[], null, ['a', 'b'], [], [], ['c']]);
    expect(countByWindow(texts, 2000, 1000).batches).toEqual([[], [], [2], [2], [0], [1]]);
    expect(
      inSeconds(countByWindow(source([['a', 'b'], ['d', 'f', 'a'], ['f', 'g', ' h'], ['a']]), 3000, 2000)),
    ).toEqual([
      [2, [5]],
      [4, [7]],
    ]);
  });

  test('merges to one row that stays', () => {
    expect(reduceByWindow(source<number>([[5], [], [], []]), add, 2000, 1000, { inverse: subtract }).batches).toEqual([
      [5],
      [5],
      [0],
      [0],
    ]);
  });

  test('counts the values that are there', () => {
    expect(countByValueAndWindow(source([['x', 'y'], ['x'], ['x'], [], []]), 2000, 1000).batches).toEqual([
      [
        ['x', 1],
        ['y', 1],
      ],
      [
        ['x', 2],
        ['y', 1],
      ],
      [['x', 2]],
      [['x', 1]],
      [],
    ]);
  });
});
