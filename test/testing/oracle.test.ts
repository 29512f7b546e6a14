import { describe, expect, test } from 'vitest';
import {
  areEqual,
  batchesOf,
  collect,
  Failure,
  haveSameRows,
  Mistake,
  operator,
  type Stream,
  source,
  Thrown,
  take,
} from '../../src/testing/oracle.ts';
import { count, transform, union } from '../../src/testing/oracle-batches.ts';
import { mapValues, reduceByKey } from '../../src/testing/oracle-pairs.ts';
import { filter, flatMap, map } from '../../src/testing/oracle-rows.ts';

// Who tests the oracle? Examples small enough to be worked out by hand, and nothing else.

const broken = new Error('broken');
const throwOn =
  (bad: number) =>
  (n: number): number => {
    if (n === bad) throw broken;
    return n * 10;
  };
const add = (a: number, b: number): number => a + b;
type Pair = readonly [unknown, number];
const pairs = (...rows: readonly Pair[]): Stream<Pair> => source([rows]);

describe('row by row', () => {
  const numbers = source([[1, 2, 3], [], null]);

  test('map makes one row of each', () => {
    expect(map(numbers, (n) => n * 10).batches).toEqual([[10, 20, 30], [], null]);
  });

  test('filter keeps what f says true of', () => {
    expect(filter(numbers, (n) => n !== 2).batches).toEqual([[1, 3], [], null]);
  });

  test('filter keeps what f says something of that counts as true', () => {
    expect(filter(numbers, (n) => n % 2).batches).toEqual([[1, 3], [], null]);
  });

  test('flatMap takes arrays, sets, text and generators apart', () => {
    const kinds: readonly Iterable<unknown>[] = [
      [1, 2],
      new Set([3, 3]),
      'ab',
      (function* () {
        yield 4;
      })(),
      [],
    ];
    expect(flatMap(source([[0, 1, 2, 3, 4]]), (i) => kinds[i] as Iterable<unknown>).batches).toEqual([
      [1, 2, 3, 'a', 'b', 4],
    ]);
  });

  test('mapValues leaves the keys', () => {
    expect(mapValues(pairs(['a', 1], ['b', 2]), (n) => n + 1).batches).toEqual([
      [
        ['a', 2],
        ['b', 3],
      ],
    ]);
  });
});

describe('a throw', () => {
  test('stands in the place of its row', () => {
    expect(map(source([[1, 2, 3]]), throwOn(2)).batches).toEqual([[10, new Thrown(broken), 30]]);
  });

  test('travels on through operators that look at one row after the other', () => {
    const thrown = map(source([[1, 2, 3]]), throwOn(2));
    expect(filter(map(thrown, add.bind(undefined, 1)), () => true).batches).toEqual([[11, new Thrown(broken), 31]]);
  });

  test('of an iterable comes behind the rows that it gave before', () => {
    const some = function* (n: number): Generator<number> {
      yield n;
      throw broken;
    };
    expect(flatMap(source([[1, 2]]), some).batches).toEqual([[1, new Thrown(broken), 2, new Thrown(broken)]]);
  });

  test('leaves nothing to count or to merge', () => {
    const thrown = map(source([[1, 2, 3]]), throwOn(2));
    expect(count(thrown).batches).toEqual([[new Thrown(broken)]]);
    const keyed = map(thrown, (n) => ['k', n] as const);
    expect(reduceByKey(keyed, add).batches).toEqual([[new Thrown(broken)]]);
    const fail = (): never => {
      throw new Error('merge');
    };
    expect(reduceByKey(keyed, fail).batches).toEqual([[new Thrown(broken), new Thrown(new Error('merge'))]]);
  });

  test('of a function that merges comes only where there is something to merge', () => {
    const fail = (): never => {
      throw broken;
    };
    expect(reduceByKey(pairs(['a', 1], ['b', 2]), fail).batches).toEqual([
      [
        ['a', 1],
        ['b', 2],
      ],
    ]);
    expect(reduceByKey(pairs(['a', 1], ['b', 2], ['a', 3], ['a', 4]), fail).batches).toEqual([
      [new Thrown(broken), ['b', 2]],
    ]);
  });

  test('is met by an output that reads so far', () => {
    const [rows] = map(source([[1, 2, 3]]), throwOn(3)).batches as [(number | Thrown)[]];
    expect(take(rows, 2)).toEqual([10, 20]);
    expect(() => take(rows, 3)).toThrow(expect.objectContaining({ errors: [broken] }));
    expect(() => collect(rows)).toThrow(expect.objectContaining({ errors: [broken] }));
  });

  test('is what a promise, a thing that is not iterable, and a row that is no pair come to', () => {
    const rejected = (): Promise<number> => Promise.reject(broken);
    const kinds = [
      map(source([[1]]), rejected),
      filter(source([[1]]), rejected),
      flatMap(source([[1]]), rejected as never),
      mapValues(pairs(['a', 1]), rejected),
      reduceByKey(pairs(['a', 1], ['a', 1]), rejected as never),
      flatMap(source([[1]]), (n) => n as never),
      mapValues(source([[1]]) as never, (n) => n),
      reduceByKey(source([[1]]) as never, add),
    ].map(({ batches }) => (batches as readonly (readonly Thrown[])[]).flat().map(({ error }) => String(error)));
    expect(kinds.flat()).toEqual([
      ...Array.from({ length: 5 }, () => 'Error: returned-promise'),
      ...['Error: not-iterable', 'Error: not-a-pair', 'Error: not-a-pair'],
    ]);
  });
});

describe('reduceByKey', () => {
  test('merges the values of equal keys, in each batch anew', () => {
    const batches: readonly (readonly Pair[] | null)[] = [
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ],
      [['a', 5]],
      [],
      null,
    ];
    const words = source(batches);
    expect(reduceByKey(words, add).batches).toEqual([
      [
        ['a', 4],
        ['b', 2],
      ],
      [['a', 5]],
      [],
      null,
    ]);
  });

  test('takes keys for equal by value and shows the first', () => {
    const rows = pairs(
      [{ a: 1, b: [2] }, 1],
      [{ b: [2], a: 1 }, 2],
      [Number.NaN, 3],
      [Number.NaN, 4],
      ['1', 5],
      [1, 6],
    );
    expect(reduceByKey(rows, add).batches).toEqual([
      [
        [{ a: 1, b: [2] }, 3],
        [Number.NaN, 7],
        ['1', 5],
        [1, 6],
      ],
    ]);
  });

  test('has no order, and whatever is behind it has none, up to a count', () => {
    const merged = reduceByKey(pairs(['a', 1]), add);
    expect(
      [merged, map(merged, String), union(pairs(['a', 1]), merged), count(merged)].map((each) => each.isOrdered),
    ).toEqual([false, false, false, true]);
  });
});

describe('a batch without an RDD', () => {
  const gappy = source([[1], null]);
  const refusal = new Failure([new Mistake('parent-without-rdd')]);

  test('stays without one behind map, filter, flatMap, mapValues and reduceByKey', () => {
    const keyed = map(gappy, (n) => ['k', n] as const);
    const streams: readonly Stream<unknown>[] = [
      keyed,
      filter(gappy, () => true),
      flatMap(gappy, (n) => [n]),
      mapValues(keyed, (n) => n),
      reduceByKey(keyed, add),
    ];
    expect(streams.map(({ batches }) => batches[1])).toEqual([null, null, null, null, null]);
  });

  test('is refused by count, union and transform', () => {
    const other = source([[2], [3]]);
    const streams: readonly Stream<unknown>[] = [count(gappy), union(other, gappy), transform(gappy, (rdd) => rdd)];
    expect(streams.map(({ batches }) => batches[1])).toEqual([refusal, refusal, refusal]);
    expect(union(other, gappy).batches[0]).toEqual([2, 1]);
  });

  test('that is refused once stays so', () => {
    expect(map(count(gappy), (n) => n + 1).batches).toEqual([[2], refusal]);
  });
});

describe('an operator with a slide of its own', () => {
  const everySecond = (parent: Stream<number>): Stream<number> =>
    operator([parent], { withoutParent: 'fail', slideMs: 2000 }, ([rows = []]) => rows);

  test('has an RDD at its own times only, and so has what is behind it', () => {
    const slow = everySecond(source([[1], [2], [3], [4]]));
    expect([slow.batches, count(slow).batches, transform(slow, (rdd) => map(rdd, String)).batches]).toEqual([
      [null, [2], null, [4]],
      [null, [1], null, [1]],
      [null, ['2'], null, ['4']],
    ]);
  });

  test('misses its parent at its own times only', () => {
    expect(everySecond(source<number>([null, null])).batches).toEqual([
      null,
      new Failure([new Mistake('parent-without-rdd')]),
    ]);
  });

  test('is refused with its parent at its own times only', () => {
    const refused = count(source([null, null, [1], [2]]));
    const refusal = new Failure([new Mistake('parent-without-rdd')]);
    expect([refused.batches[0], everySecond(refused).batches]).toEqual([refusal, [null, refusal, null, [1]]]);
  });
});

describe('batches of a program', () => {
  test('give each output its rows, or no job', () => {
    expect(batchesOf([source([[1], null]), source([['a'], ['b']])])).toEqual([
      [[1], ['a']],
      [null, ['b']],
    ]);
  });

  test('are refused for all outputs together, for every reason there is', () => {
    const fail = (n: number): Stream<number> =>
      transform(source([[n]]), () => {
        throw n;
      });
    expect(batchesOf([fail(1), source([[3]]), fail(2)])).toEqual([new Failure([1, 2])]);
  });

  test('are none where there is no output', () => {
    expect(batchesOf([])).toEqual([]);
  });
});

describe('equal', () => {
  test.each([
    [Number.NaN, Number.NaN],
    [0, -0],
    [undefined, undefined],
    [new Date(1), new Date(1)],
    [new Date(Number.NaN), new Date(Number.NaN)],
    [Buffer.from('a'), Uint8Array.of(97)],
    [
      [1, [2, { a: 3 }]],
      [1, [2, { a: 3 }]],
    ],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
  ])('%o and %o are', (a, b) => {
    expect(areEqual(a, b)).toBe(true);
  });

  test.each([
    [1, '1'],
    [1, 1n],
    [null, undefined],
    [null, {}],
    [[], {}],
    [{ a: undefined }, {}],
    [{}, { a: undefined }],
    [{ a: undefined }, { b: undefined }],
    [[1, 2], [1]],
    [[1], [1, 2]],
    [
      [1, 2],
      [2, 1],
    ],
    [new Date(1), new Date(2)],
    [new Date(1), 1],
    [new Date(1), {}],
    [Uint8Array.of(1), [1]],
    [Uint8Array.of(1), Uint8Array.of(1, 0)],
  ])('%o and %o are not', (a, b) => {
    expect([areEqual(a, b), areEqual(b, a)]).toEqual([false, false]);
  });

  test('lists have the same rows in any order, each as often, where order means nothing', () => {
    expect(haveSameRows([1, 2, 1], [1, 1, 2], false)).toBe(true);
    expect(haveSameRows([1, 2, 1], [1, 2, 2], false)).toBe(false);
    expect(haveSameRows([1, 2], [1, 2, 2], false)).toBe(false);
    expect(haveSameRows([1, 2, 1], [1, 1, 2], true)).toBe(false);
    expect(haveSameRows([1, 2], [1, 2], true)).toBe(true);
  });
});
