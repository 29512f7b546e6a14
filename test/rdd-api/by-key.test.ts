import { HashPartitioner } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { lab, rejected, sorted, thrown } from './kit.ts';

type Scores = [string, number][];

const scores: Scores = [
  ['a', 1],
  ['b', 2],
  ['a', 3],
  ['c', 4],
  ['a', 5],
  ['b', 6],
];

describe('one pair for each key', () => {
  test('reduceByKey merges the values of a key in the order of partitions and rows', async () => {
    const { sc } = lab();
    const words = sc.parallelize(scores, 3).mapValues(String);
    expect(sorted(await words.reduceByKey((a, b) => `${a}${b}`).collect())).toEqual([
      ['a', '135'],
      ['b', '26'],
      ['c', '4'],
    ]);
  });

  test('a key that comes once is given to no function', async () => {
    const { sc } = lab();
    const unique = sc.parallelize(scores.slice(0, 2), 2);
    const never = (): number => expect.fail('called');
    expect(await unique.reduceByKey(never, 1).collect()).toEqual(scores.slice(0, 2));
  });

  test('foldByKey begins with the zero once for each key of a partition', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(scores, 2);
    expect(sorted(await rdd.foldByKey(100, (a, b) => a + b).collect())).toEqual([
      ['a', 209],
      ['b', 208],
      ['c', 104],
    ]);
  });

  test('aggregateByKey takes values into a zero and puts partitions together', async () => {
    const { sc } = lab();
    const text = sc.parallelize(scores, 2).aggregateByKey(
      '(',
      (all, n) => `${all}${n}`,
      (a, b) => `${a}|${b}`,
    );
    expect(sorted(await text.collect())).toEqual([
      ['a', '(13|(5'],
      ['b', '(2|(6'],
      ['c', '(4'],
    ]);
  });

  test('a zero that is changed in place is a new one for every key, partition and job', async () => {
    const { sc } = lab();
    const zero: number[] = [];
    const rdd = sc.parallelize(scores, 3).aggregateByKey(
      zero,
      (all, n) => {
        all.push(n);
        return all;
      },
      (a, b) => {
        a.push(...b);
        return a;
      },
    );
    const expected = [
      ['a', [1, 3, 5]],
      ['b', [2, 6]],
      ['c', [4]],
    ];
    expect(sorted(await rdd.collect())).toEqual(expected);
    expect(sorted(await rdd.map((row) => row).collect())).toEqual(expected);
    expect(zero).toEqual([]);
    const lists = sc.parallelize(scores, 3).mapValues((n): number[] => [n]);
    const folded = lists.foldByKey(zero, (a, b) => {
      a.push(...b);
      return a;
    });
    expect(sorted(await folded.collect())).toEqual(expected);
    expect(sorted(await lists.collect())).toEqual(sorted(scores.map(([key, n]) => [key, [n]])));
    expect(zero).toEqual([]);
  });

  test('a zero that has no copy is refused', () => {
    const { sc } = lab();
    const rdd = sc.parallelize(scores);
    class Sum {
      all = 0;
    }
    const same = (sum: unknown): never => sum as never;
    expect(thrown(() => rdd.aggregateByKey(new Sum(), same, same))).toMatchInlineSnapshot(`
      "UsageError: [RDD.ZERO_NOT_PLAIN] The zero Sum { all: 0 } cannot be copied.
        why  Functions may change it in place, so that each key and partition begins with a copy, which functions and the classes of objects do not survive.
        fix  Begin with plain data, or with combineByKey(create, …), which makes what it needs."
    `);
    expect(thrown(() => rdd.aggregateByKey([() => 1], same, same))).toContain('The zero [ [Function (anonymous)] ] ');
    for (const zero of [new Map([[1, 2]]), new Set([1]), new Date(1), { a: [1] }, Uint8Array.of(1), null, undefined]) {
      expect(rdd.aggregateByKey(zero, same, same).getNumPartitions()).toBe(2);
    }
  });

  test('combineByKey makes something of the first value in a partition', async () => {
    const { sc } = lab();
    const text = sc.parallelize(scores, 2).combineByKey(
      (n) => `<${n}`,
      (all, n) => `${all},${n}`,
      (a, b) => `${a} ${b}`,
    );
    expect(sorted(await text.collect())).toEqual([
      ['a', '<1,3 <5'],
      ['b', '<2 <6'],
      ['c', '<4'],
    ]);
  });

  test('groupByKey and groupBy list the values of a key in the order in which they came', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(scores, 4);
    const grouped = [
      ['a', [1, 3, 5]],
      ['b', [2, 6]],
      ['c', [4]],
    ];
    expect(sorted(await rdd.groupByKey().collect())).toEqual(grouped);
    expect(sorted(await rdd.groupByKey(1).collect())).toEqual(grouped);
    expect(
      sorted(
        await rdd
          .values()
          .groupBy((n) => n % 2, 3)
          .collect(),
      ),
    ).toEqual([
      [0, [2, 4, 6]],
      [1, [1, 3, 5]],
    ]);
  });

  test('keys are equal by value, and the first key object stays', async () => {
    const { sc } = lab();
    const keys = [[1, 'x'], { b: 1, a: 2 }, new Date(5), Number.NaN, null, undefined, 1n, '1', 1, Uint8Array.of(1)];
    const copies = [[1, 'x'], { a: 2, b: 1 }, new Date(5), Number.NaN, null, undefined, 1n, '1', 1, Uint8Array.of(1)];
    const pairs = [...keys, ...copies].map((key, i): [unknown, number] => [key, i]);
    const rows = await sc
      .parallelize(pairs as [string, number][], 3)
      .groupByKey(1)
      .collect();
    expect(rows).toHaveLength(keys.length);
    for (const [i, key] of keys.entries()) {
      const [found, values] = rows.find((row) => row[1][0] === i) ?? [];
      expect(Object.is(found, key)).toBe(true);
      expect(values).toEqual([i, i + keys.length]);
    }
  });

  test('a key that has no value to compare is refused', async () => {
    const { sc } = lab();
    class Person {
      readonly name = 'Ada';
    }
    const pairs = sc.parallelize([[new Person(), 1]] as [Person, number][], 1);
    expect(await rejected(pairs.groupByKey().collect())).toMatchInlineSnapshot(`
      "UsageError: [KEY.CLASS_INSTANCE] A key is, or holds, an instance of the class Person: Person { name: 'Ada' }.
        why  Keys are equal by value, and only the class knows which of its objects mean the same.
        fix  Key by its plain data, or let it tell: class Person { [keyOf]() { return [this.someField]; } }."
    `);
  });

  test('a function that throws is told with key and value, before the move and behind it', async () => {
    const { sc } = lab();
    const fail = (): number => {
      throw new Error('no sum');
    };
    expect(await rejected(sc.parallelize(scores, 1).reduceByKey(fail).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduceByKey threw in the SparkContext: no sum
        why  It was given the row [ 'a', 3 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → reduceByKey (by-key.test.ts)"
    `);
    expect(await rejected(sc.parallelize(scores, 6).reduceByKey(fail, 1).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduceByKey threw in the SparkContext: no sum
        why  It was given the row [ 'a', 3 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → reduceByKey (by-key.test.ts)"
    `);
    const create = (): number => fail();
    expect(await rejected(sc.parallelize(scores, 1).combineByKey(create, fail, fail).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of combineByKey threw in the SparkContext: no sum
        why  It was given the row [ 'a', 1 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → combineByKey (by-key.test.ts)"
    `);
  });

  test('a function that returns a promise is refused, before the move and behind it', async () => {
    const { sc } = lab();
    const later = (async () => 1) as never;
    const refusal = 'returned a promise in the SparkContext.';
    for (const partitions of [1, 6]) {
      const rdd = sc.parallelize(scores, partitions);
      expect(await rejected(rdd.reduceByKey(later).collect())).toContain(`The function of reduceByKey ${refusal}`);
      expect(await rejected(rdd.aggregateByKey(0, later, later).collect())).toContain(`aggregateByKey ${refusal}`);
      expect(await rejected(rdd.combineByKey(later, later, later).collect())).toContain(`combineByKey ${refusal}`);
    }
  });

  test('a shuffle that failed is tried again by the next job', async () => {
    const { sc } = lab();
    let isBroken = true;
    const sums = sc.parallelize(scores, 3).reduceByKey((a, b) => {
      if (isBroken) throw new Error('not yet');
      return a + b;
    });
    expect(await rejected(sums.collect())).toContain('not yet');
    isBroken = false;
    expect(sorted(await sums.collect())).toEqual([
      ['a', 9],
      ['b', 8],
      ['c', 4],
    ]);
  });

  test('is in as many partitions as asked, as set, or as before', () => {
    const rdd = lab().sc.parallelize(scores, 3);
    expect(rdd.groupByKey().getNumPartitions()).toBe(3);
    expect(rdd.groupByKey(5).getNumPartitions()).toBe(5);
    expect(rdd.groupByKey(new HashPartitioner(4)).partitioner).toEqual(new HashPartitioner(4));
    const { sc } = lab({ 'spark.default.parallelism': 7 });
    expect(sc.parallelize(scores, 3).groupByKey().getNumPartitions()).toBe(7);
    expect(
      sc
        .emptyRDD<[string, number]>()
        .reduceByKey((a) => a)
        .getNumPartitions(),
    ).toBe(7);
    expect(
      lab()
        .sc.emptyRDD<[string, number]>()
        .reduceByKey((a) => a)
        .getNumPartitions(),
    ).toBe(1);
  });
});

describe('two RDDs by key', () => {
  const left: [string, number][] = [
    ['both', 1],
    ['left', 2],
    ['both', 3],
  ];
  const right: [string, boolean][] = [
    ['both', true],
    ['right', false],
    ['both', false],
  ];
  const sides = () => {
    const { sc } = lab();
    return [sc.parallelize(left, 2), sc.parallelize(right, 3)] as const;
  };

  test('cogroup lists the values of both sides', async () => {
    const [a, b] = sides();
    expect(sorted(await a.cogroup(b).collect())).toEqual([
      [
        'both',
        [
          [1, 3],
          [true, false],
        ],
      ],
      ['left', [[2], []]],
      ['right', [[], [false]]],
    ]);
    expect(a.cogroup(b).getNumPartitions()).toBe(3);
    expect(a.cogroup(b, 2).getNumPartitions()).toBe(2);
  });

  test('join pairs every value of the left with every value of the right, the left in the outer loop', async () => {
    const [a, b] = sides();
    expect(await a.join(b, 1).collect()).toEqual([
      ['both', [1, true]],
      ['both', [1, false]],
      ['both', [3, true]],
      ['both', [3, false]],
    ]);
  });

  test('outer joins give null for a side that a key is missing from', async () => {
    const [a, b] = sides();
    const inner = await a.join(b, 1).collect();
    expect(sorted(await a.leftOuterJoin(b).collect())).toEqual(sorted([...inner, ['left', [2, null]]]));
    expect(sorted(await a.rightOuterJoin(b).collect())).toEqual(sorted([...inner, ['right', [null, false]]]));
    expect(sorted(await a.fullOuterJoin(b).collect())).toEqual(
      sorted([...inner, ['left', [2, null]], ['right', [null, false]]]),
    );
  });

  test('an RDD joins itself', async () => {
    const [a] = sides();
    expect(sorted(await a.join(a).collect())).toEqual(
      sorted([
        ['both', [1, 1]],
        ['both', [1, 3]],
        ['both', [3, 1]],
        ['both', [3, 3]],
        ['left', [2, 2]],
      ]),
    );
  });

  test('subtractByKey keeps the pairs whose key the other lacks', async () => {
    const [a, b] = sides();
    expect(await a.subtractByKey(b).collect()).toEqual([['left', 2]]);
    expect(await b.subtractByKey(a).collect()).toEqual([['right', false]]);
  });

  test('joins with an empty side', async () => {
    const { sc } = lab();
    const a = sc.parallelize(left, 2);
    const none = sc.emptyRDD<[string, string]>();
    expect(await a.join(none).collect()).toEqual([]);
    expect(await none.join(a).collect()).toEqual([]);
    expect(await none.cogroup(none).collect()).toEqual([]);
    expect(await a.leftOuterJoin(none).count()).toBe(3);
    expect(await none.fullOuterJoin(a).count()).toBe(3);
    expect(sorted(await a.subtractByKey(none).collect())).toEqual(sorted(left));
  });
});
