import { type DStream, HashPartitioner, keyOf, type Row } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf, unhandledIn } from './on-both.ts';

type Summed = readonly [Row, number];
const add = (a: number, b: number): number => a + b;

/** Rows in an order of their own: behind a shuffle there is none. */
const sorted = (rows: readonly (readonly Row[])[] | undefined): readonly string[] =>
  (rows ?? []).map((row) => JSON.stringify(row)).sort();

describe.each(engines)('reduceByKey, on the %s,', (using) => {
  const reduce = async (rows: readonly Summed[], partitions = 2): Promise<[Row, number][]> => {
    const [batch] = await run<Summed, [Row, number]>((_ssc, input) => input.reduceByKey(add), [rows], {
      using,
      partitions,
    });
    return batch ?? [];
  };

  test('merges the values of each key, batch by batch', async () => {
    const batches = await run<readonly [string, number], [string, number]>(
      (_ssc, input) => input.reduceByKey(add),
      [
        [
          ['a', 1],
          ['b', 2],
          ['a', 3],
          ['a', 4],
        ],
        [],
        null,
        [['a', 5]],
      ],
      { using },
    );
    expect(batches.map(sorted)).toEqual([['["a",8]', '["b",2]'], [], ['["a",5]']]);
  });

  test.each([1, 2, 3, 7])('merges over all of %i partitions', async (partitions) => {
    const rows = Array.from({ length: 20 }, (_, i): Summed => [i % 3, i]);
    expect(sorted(await reduce(rows, partitions))).toEqual(['[0,63]', '[1,70]', '[2,57]']);
  });

  test('leaves the value of a key that comes once as it is, and calls nothing', async () => {
    const value = { n: 1 };
    const never = (): never => {
      throw new Error('nothing to merge');
    };
    const [rows] = await run<readonly [string, object], [string, object]>(
      (_ssc, input) => input.reduceByKey(never),
      [[['a', value]]],
      { using },
    );
    expect(rows?.[0]?.[1]).toBe(value);
  });

  test('gives its function two values and nothing else', async () => {
    const counts = new Set<number>();
    const f = (...args: readonly number[]): number => {
      counts.add(args.length);
      return args.reduce(add);
    };
    await run<Summed, Summed>(
      (_ssc, input) => input.reduceByKey(f),
      [
        [
          ['a', 1],
          ['a', 2],
          ['a', 3],
        ],
      ],
      { using, partitions: 2 },
    );
    expect([...counts]).toEqual([2]);
  });

  test('merges in the order of partitions and of rows', async () => {
    const rows = ['a', 'b', 'c', 'd', 'e'].map((letter): [number, string] => [0, letter]);
    expect(
      await run<[number, string], [number, string]>((_ssc, input) => input.reduceByKey((a, b) => a + b), [rows], {
        using,
        partitions: 3,
      }),
    ).toEqual([[[0, 'abcde']]]);
  });

  describe('takes keys for equal by value:', () => {
    test.each<[string, Row, Row]>([
      ['tuples', ['a', 1], ['a', 1]],
      ['tuples in tuples', [1, [2, [3]]], [1, [2, [3]]]],
      ['objects, whatever the order of their names', { a: 1, b: 2 }, { b: 2, a: 1 }],
      ['NaN', Number.NaN, Number.NaN],
      ['0 and -0', 0, -0],
      ['dates', new Date(5), new Date(5)],
      ['bytes', Uint8Array.of(1, 2), Buffer.from([1, 2])],
      ['text of any script', 'ключ 🔑', 'ключ 🔑'],
      ['the empty text', '', ''],
      ['null', null, null],
      ['undefined', undefined, undefined],
      ['bigints', 10n, 10n],
      ['texts that begin like an encoding', '\0s1:a', '\0s1:a'],
    ])('%s', async (_name, one, other) => {
      const rows = await reduce([
        [one, 1],
        [other, 10],
      ]);
      expect(rows).toHaveLength(1);
      expect(rows[0]?.[1]).toBe(11);
      expect(rows[0]?.[0]).toBe(one); // The first that was seen, the very object.
    });

    test('objects whose class says how', async () => {
      class UserId {
        readonly id: number;
        readonly seenAtMs: number;
        constructor(id: number, seenAtMs: number) {
          this.id = id;
          this.seenAtMs = seenAtMs;
        }
        [keyOf](): unknown {
          return ['UserId', this.id];
        }
      }
      const rows = await reduce([
        [new UserId(7, 1), 1],
        [new UserId(7, 2), 10],
        [new UserId(8, 3), 100],
      ]);
      expect(rows.map(([key, n]) => [(key as UserId).id, n]).sort()).toEqual([
        [7, 11],
        [8, 100],
      ]);
    });
  });

  test.each<[string, Row[]]>([
    ['1, its text, its bigint, true and [1]', [1, '1', 1n, true, [1], ['1']]],
    ['null, undefined, their texts, 0, false and the empty text', [null, undefined, 'null', 'undefined', 0, false, '']],
    ['{} and []', [{}, [], [[]], [{}], { 0: 0 }, [0]]],
    ['a missing and an undefined property', [{}, { a: undefined }]],
    ['a composed and a decomposed é', ['\u00e9', 'e\u0301']],
    ['upper and lower case', ['a', 'A']],
    ['a date and its number', [new Date(5), 5]],
  ])('tells apart %s', async (_name, keys) => {
    expect(await reduce(keys.map((key): Summed => [key, 1]))).toHaveLength(keys.length);
  });

  describe('makes', () => {
    const partitionsOf = async (partitions?: number | HashPartitioner): Promise<unknown> => {
      const seen: number[][][] = [];
      await run<readonly [number, number], readonly [number, number]>(
        (_ssc, input) => {
          const sums = input.reduceByKey(add, partitions);
          sums.foreachRDD(async (rdd) =>
            seen.push((await rdd.collectPartitions()).map((rows) => rows.map(([key]) => key).sort())),
          );
          return sums;
        },
        [
          [
            [0, 1],
            [1, 1],
            [2, 1],
            [3, 1],
            [4, 1],
            [-1, 1],
          ],
        ],
        { using, partitions: 3 },
      );
      return seen[0];
    };

    test('as many partitions as the default parallelism', async () => {
      expect(await partitionsOf()).toEqual([
        [0, 2, 4],
        [-1, 1, 3],
      ]);
    });

    test('as many partitions as it is told', async () => {
      expect(await partitionsOf(1)).toEqual([[-1, 0, 1, 2, 3, 4]]);
      expect(await partitionsOf(4)).toEqual([[0, 4], [1], [2], [-1, 3]]);
    });

    test('the partitions of a partitioner', async () => {
      expect(await partitionsOf(new HashPartitioner(5))).toEqual([[0], [1], [2], [3], [-1, 4]]);
    });

    test('whatever partitions a partitioner of your own makes', async () => {
      const bySign = {
        numPartitions: 2,
        getPartition: (key: unknown) => ((key as number) < 0 ? 0 : 1),
        equals: () => false,
      };
      expect(await partitionsOf(bySign)).toEqual([[-1], [0, 1, 2, 3, 4]]);
    });

    test.each([0, 1.5, { partitionCount: 2 }])('at least one partition: not %j', async (partitions) => {
      await expect(partitionsOf(partitions as number)).rejects.toMatchObject({ code: 'RDD.BAD_COUNT' });
    });
  });

  test('is computed once for all outputs of a batch', async () => {
    let calls = 0;
    const f = (a: number, b: number): number => {
      calls += 1;
      return a + b;
    };
    await run<readonly [string, number], readonly [string, number]>(
      (_ssc, input) => {
        const sums = input.reduceByKey(f);
        sums.foreachRDD((rdd) => rdd.count());
        sums.foreachRDD((rdd) => rdd.collect());
        return sums;
      },
      [
        [
          ['a', 1],
          ['a', 2],
        ],
      ],
      { using, partitions: 1 },
    );
    expect(calls).toBe(1);
  });

  test('merges thousands of keys', async () => {
    const rows = Array.from({ length: 9000 }, (_, i): Summed => [`key ${i % 3000}`, 1]);
    const merged = await reduce(rows, 3);
    expect([merged.length, new Set(merged.map(([, n]) => n))]).toEqual([3000, new Set([3])]);
  });

  test('fails the batch in which its function throws, and shows key and value', async () => {
    const fail = (): never => {
      throw new Error('cannot merge');
    };
    const rows: readonly (readonly [string, number])[] = [
      ['a', 1],
      ['b', 2],
      ['b', 3],
    ];
    expect(
      await failureOf(
        run<readonly [string, number], Summed>((_ssc, input) => input.reduceByKey(fail), [rows], { using }),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduceByKey threw in batch 1000 ms, foreachRDD (reduce-by-key.test.ts:…): cannot merge
        why  It was given the row [ 'b', 3 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → reduceByKey (reduce-by-key.test.ts:…)"
    `);
  });

  test('fails the batch in which its function throws on what two partitions have', async () => {
    const fail = (): never => {
      throw new Error('cannot merge');
    };
    const rows: readonly (readonly [string, number])[] = [
      ['a', 1],
      ['a', 2],
    ];
    expect(
      await failureOf(
        run<readonly [string, number], Summed>((_ssc, input) => input.reduceByKey(fail), [rows], {
          using,
          partitions: 2,
        }),
      ),
    ).toMatchInlineSnapshot(`
          "JobError: [STAGE.FUNCTION_THREW] The function of reduceByKey threw in batch 1000 ms, foreachRDD (reduce-by-key.test.ts:…): cannot merge
            why  It was given the row [ 'a', 2 ].
            fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
            at   feed → reduceByKey (reduce-by-key.test.ts:…)"
        `);
  });

  test('wants pairs', async () => {
    expect(
      await failureOf(
        run<never, Summed>((_ssc, input) => input.reduceByKey(add as never), [['to be' as never]], { using }),
      ),
    ).toMatchInlineSnapshot(`
          "JobError: [STAGE.NOT_A_PAIR] reduceByKey was given "to be", which is no [key, value] pair, in batch 1000 ms, foreachRDD (reduce-by-key.test.ts:…).
            why  Keyed operators read each row as an array of a key and a value.
            fix  Make pairs before it: .map((row) => [row.id, row]).reduceByKey(…)
            at   feed → reduceByKey (reduce-by-key.test.ts:…)"
        `);
  });

  test('refuses objects of a class as keys', async () => {
    class UserId {
      readonly id = 7;
    }
    expect(
      await failureOf(
        run<readonly [UserId, number], Summed>((_ssc, input) => input.reduceByKey(add), [[[new UserId(), 1]]], {
          using,
        }),
      ),
    ).toMatchInlineSnapshot(`
      "UsageError: [KEY.CLASS_INSTANCE] A key is, or holds, an instance of the class UserId: UserId { id: 7 }.
        why  Keys are equal by value, and only the class knows which of its objects mean the same.
        fix  Key by its plain data, or let it tell: class UserId { [keyOf]() { return [this.someField]; } }."
    `);
  });

  test('refuses keys that are no values', async () => {
    const rows = [[() => 1, 1]] as never[];
    expect(
      await failureOf(run<never, Summed>((_ssc, input) => input.reduceByKey(add as never), [rows], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [KEY.NOT_A_VALUE] A key is, or holds, a function: [Function (anonymous)].
        why  Keys are equal by value, on every machine, and this has no value that firesteel could compare.
        fix  Key by plain data: text, numbers, booleans, null, tuples, plain objects, dates or bytes."
    `);
  });

  test.each([1, 2])(
    "refuses a promise of merged values, and no rejection is nobody's, in %i partitions",
    async (partitions) => {
      const f = (async (a: number) => Promise.reject(new Error(`no ${a}`))) as never;
      const rows: readonly Summed[] = [
        ['a', 1],
        ['a', 2],
        ['a', 3],
        ['a', 4],
      ];
      const failing = (): Promise<unknown> =>
        run<Summed, Summed>((_ssc, input) => input.reduceByKey(f), [rows], { using, partitions });
      await expect(failing()).rejects.toHaveProperty('code', 'STAGE.RETURNED_PROMISE');
      expect(await unhandledIn(failing)).toEqual([]);
    },
  );

  test('says what is wrong with a promise', async () => {
    const f = (async (a: number, b: number) => a + b) as never;
    expect(
      await failureOf(
        run<Summed, Summed>(
          (_ssc, input) => input.reduceByKey(f),
          [
            [
              ['a', 1],
              ['a', 2],
            ],
          ],
          { using, partitions: 1 },
        ),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of reduceByKey returned a promise in batch 1000 ms, foreachRDD (reduce-by-key.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row [ 'a', 2 ].
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → reduceByKey (reduce-by-key.test.ts:…)"
    `);
  });

  test.each([0, -1, 1.5, Number.NaN, '3'])('refuses %o partitions, at the call', async (partitions) => {
    let refused: unknown;
    const program = (_ssc: unknown, input: DStream<Summed>): DStream<Summed> => {
      try {
        return input.reduceByKey(add, partitions as number);
      } catch (error) {
        refused = error;
        return input;
      }
    };
    await run<Summed, Summed>(program, [], { using });
    expect(refused).toHaveProperty('code', 'RDD.BAD_COUNT');
  });

  test('wants a function', async () => {
    expect(
      await failureOf(run<Summed, Summed>((_ssc, input) => input.reduceByKey(undefined as never), [[]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] reduceByKey was given undefined where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .reduceByKey((row) => …)"
    `);
  });
});
