import { type DStream, HashPartitioner, type RDD, Seconds, StorageLevel, type Time } from 'firesteel';
import { type FeedBatch, run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { batchByBatch, rowsBySecond } from './batch-by-batch.ts';
import { inOrder, lateReads } from './late-reads.ts';
import { engines } from './on-both.ts';
import { partitionCounts } from './side-by-side.ts';

type Letters = [string, number];
type Program = (input: DStream<Letters>) => DStream<Letters>;

/** The sum of all values so far. */
const sum = (values: number[], so = 0): number => values.reduce((a, b) => a + b, so);

describe.each(engines)('updateStateByKey, on the %s,', (using) => {
  const shown = (program: Program, batches: readonly FeedBatch<Letters>[]) => rowsBySecond(using, program, batches);

  test('keeps the state of every key, and shows all of it in every batch', async () => {
    const batches: FeedBatch<Letters>[] = [
      [
        ['a', 1],
        ['b', 10],
        ['a', 2],
      ],
      [['a', 4]],
      [],
      [['c', 100]],
    ];
    const a3b10 = [
      ['a', 3],
      ['b', 10],
    ];
    expect(await shown((input) => input.updateStateByKey(sum), batches)).toEqual({
      1: a3b10,
      2: [
        ['a', 7],
        ['b', 10],
      ],
      3: [
        ['a', 7],
        ['b', 10],
      ],
      4: [
        ['a', 7],
        ['b', 10],
        ['c', 100],
      ],
    });
  });

  test('calls its function for keys without data too, with an empty list; lists keep the order of rows', async () => {
    const calls: unknown[] = [];
    const program: Program = (input) =>
      input.updateStateByKey((values, state: number | undefined) => {
        calls.push([[...values], state]);
        return sum(values, state);
      });
    await shown(program, [
      [
        ['a', 1],
        ['a', 3],
        ['a', 2],
      ],
      [],
      [['a', 4]],
    ]);
    expect(calls).toEqual([
      [[1, 3, 2], undefined],
      [[], 6],
      [[4], 6],
    ]);
  });

  test('removes a key for which its function returns undefined; one that comes back begins anew', async () => {
    const program: Program = (input) =>
      input.updateStateByKey((values, state: number | undefined) =>
        values.length === 0 ? undefined : sum(values, state),
      );
    expect(await shown(program, [[['a', 1]], [['a', 2]], [['b', 5]], [['a', 4]], []])).toEqual({
      1: [['a', 1]],
      2: [['a', 3]],
      3: [['b', 5]],
      4: [['a', 4]],
      5: [],
    });
  });

  test('keeps null, and values of any kind', async () => {
    const program = (input: DStream<Letters>) =>
      input.updateStateByKey((values: number[], state: { n: number } | null | undefined) =>
        state === undefined ? null : { n: values.length },
      );
    expect(await rowsBySecond(using, program, [[['a', 1]], [['a', 2]], []])).toEqual({
      1: [['a', null]],
      2: [['a', { n: 1 }]],
      3: [['a', { n: 0 }]],
    });
  });

  test('shows nothing before its parent has an RDD; afterwards a batch without one is as an empty one', async () => {
    const batches: FeedBatch<Letters>[] = [null, null, [['a', 1]], null, [['a', 2]]];
    expect(await shown((input) => input.updateStateByKey(sum), batches)).toEqual({
      3: [['a', 1]],
      4: [['a', 1]],
      5: [['a', 3]],
    });
  });

  test('takes keys for equal by value', async () => {
    const keys = [['a', [1]], { x: 1, y: 2 }, Number.NaN, new Date(5), null, undefined, -0, 10n, 'ключ 🔑'];
    const again = [['a', [1]], { y: 2, x: 1 }, Number.NaN, new Date(5), null, undefined, 0, 10n, 'ключ 🔑'];
    const seen: unknown[][] = [];
    const batches = [keys, again].map((row) => row.map((key) => [key, 1] as const));
    await run<readonly [never, number], [never, number]>(
      (_ssc, input) => {
        const sums = input.updateStateByKey(sum);
        sums.foreachRDD(async (rdd) => void seen.push(await rdd.collect()));
        return sums;
      },
      batches as never,
      { using },
    );
    expect((seen[1] as [unknown, number][]).map(([, n]) => n)).toEqual(keys.map(() => 2));
    expect(new Set((seen[1] as [unknown, number][]).map(([key]) => key))).toEqual(new Set(keys)); // The first ones.
  });

  describe('with an initial RDD', () => {
    const begun = (batches: readonly FeedBatch<Letters>[], f: typeof sum = sum) =>
      rowsBySecond<Letters, Letters>(
        using,
        (input, ssc) => {
          const initial: RDD<Letters> = ssc.sparkContext.parallelize([
            ['a', 100],
            ['z', 7],
          ] as Letters[]);
          return input.updateStateByKey(f, undefined, initial);
        },
        batches,
      );

    test('begins with it in the first batch, in which its keys are called too', async () => {
      const lists: number[] = [];
      const f = (values: number[], state?: number): number => {
        lists.push(values.length);
        return sum(values, state);
      };
      expect(await begun([[['a', 1]], []], f)).toEqual({
        1: [
          ['a', 101],
          ['z', 7],
        ],
        2: [
          ['a', 101],
          ['z', 7],
        ],
      });
      expect(lists.sort()).toEqual([0, 0, 0, 1]);
    });

    test('waits with it for the first batch that has an RDD', async () => {
      expect(await begun([null, [], [['a', 1]]])).toEqual({
        2: [
          ['a', 100],
          ['z', 7],
        ],
        3: [
          ['a', 101],
          ['z', 7],
        ],
      });
    });

    test('takes it in once, also where the first batch had to be tried again', async () => {
      let failures = 0;
      const f = (values: number[], state?: number): number => {
        if (failures === 0) {
          failures += 1;
          throw new Error('not yet');
        }
        return sum(values, state);
      };
      const { by } = await batchByBatch<Letters, Letters>(
        using,
        (input, ssc) => {
          const initialRDD = ssc.sparkContext.parallelize([['a', 100]] as Letters[]);
          return input.updateStateByKey(f, { partitions: 1, initialRDD });
        },
        [[['a', 1]], [['a', 2]], []],
      );
      expect(by).toEqual({ 1: 'STAGE.FUNCTION_THREW', 2: [['a', 103]], 3: [['a', 103]] });
    });
  });

  test('in its form with the time is told the batch and the key', async () => {
    const calls: unknown[] = [];
    const program: Program = (input) =>
      input.updateStateByKey(
        (time: Time, key: string, values: number[], state: number | undefined) => {
          calls.push([time.milliseconds, key, [...values], state]);
          return sum(values, state);
        },
        { form: 'withTime', partitions: 1 },
      );
    await shown(program, [[['a', 1]], [['b', 2]]]);
    expect(calls).toEqual([
      [1000, 'a', [1], undefined],
      [2000, 'a', [], 1],
      [2000, 'b', [2], undefined],
    ]);
  });

  describe('in its iterator form', () => {
    type Rows = IterableIterator<[string, number[], number | undefined]>;

    test('gives all keys of a partition at once, those with state first', async () => {
      const calls: unknown[] = [];
      const program: Program = (input) =>
        input.updateStateByKey(
          (rows: Rows) => {
            const all = [...rows];
            calls.push(all.map(([key, values, state]) => [key, [...values], state]));
            return all.map(([key, values, state]): Letters => [key, sum(values, state)]);
          },
          { form: 'iterator', partitions: 1 },
        );
      expect(await shown(program, [[['a', 1]], [['b', 2]], []])).toEqual({
        1: [['a', 1]],
        2: [
          ['a', 1],
          ['b', 2],
        ],
        3: [
          ['a', 1],
          ['b', 2],
        ],
      });
      expect(calls).toEqual([
        [['a', [1], undefined]],
        [
          ['a', [], 1],
          ['b', [2], undefined],
        ],
        [
          ['a', [], 1],
          ['b', [], 2],
        ],
      ]);
    });

    test('moves keys that it rewrites into the partitions where they belong', async () => {
      const parts: unknown[] = [];
      const program = (input: DStream<[number, number]>) => {
        const moved = input.updateStateByKey(
          function* (rows: IterableIterator<[number, number[], number | undefined]>): Generator<[number, number]> {
            for (const [key, values, state] of rows) yield [key + 1, sum(values, state)];
          },
          { form: 'iterator', partitions: 3 },
        );
        moved.foreachRDD(async (rdd) => void parts.push(await rdd.collectPartitions()));
        return moved;
      };
      await rowsBySecond(using, program, [
        [
          [0, 1],
          [1, 2],
        ],
        [[2, 4]],
      ]);
      expect(parts).toEqual([
        [[], [[1, 1]], [[2, 2]]],
        [[[3, 6]], [], [[2, 1]]],
      ]);
    });

    test('forgets a key that it does not give', async () => {
      const program: Program = (input) =>
        input.updateStateByKey(
          (rows: Rows) =>
            [...rows].flatMap(([key, values, state]): Letters[] =>
              values.length > 0 ? [[key, sum(values, state)]] : [],
            ),
          { form: 'iterator' },
        );
      expect(await shown(program, [[['a', 1]], [['b', 2]], [['a', 4]]])).toEqual({
        1: [['a', 1]],
        2: [['b', 2]],
        3: [['a', 4]],
      });
    });

    test.each([true, false])('keeps its partitioner if it says so: %s', async (rememberPartitioner) => {
      const places: boolean[] = [];
      const program: Program = (input) => {
        const made = input.updateStateByKey((rows: Rows) => [...rows].map(([key, v, s]): Letters => [key, sum(v, s)]), {
          form: 'iterator',
          partitions: new HashPartitioner(3),
          rememberPartitioner,
        });
        made.foreachRDD((rdd) => void places.push(rdd.partitioner !== undefined));
        return made;
      };
      await shown(program, [[['a', 1]]]);
      expect(places).toEqual([rememberPartitioner]);
    });

    test('fails whole where it throws, and is applied once when it does not any more', async () => {
      let failures = 0;
      const program: Program = (input) =>
        input.updateStateByKey(
          function* (rows: Rows): Generator<Letters> {
            for (const [key, values, state] of rows) {
              if (key === 'b' && failures === 0) {
                failures += 1;
                throw new Error('no b yet');
              }
              yield [key, sum(values, state)];
            }
          },
          { form: 'iterator' },
        );
      const { by, failure } = await batchByBatch(using, program, [
        [['a', 1]],
        [
          ['a', 2],
          ['b', 4],
        ],
        [['a', 8]],
      ]);
      expect(by).toEqual({
        1: [['a', 1]],
        2: 'STAGE.FUNCTION_THREW',
        3: [
          ['a', 11],
          ['b', 4],
        ],
      });
      expect(failure).toMatchInlineSnapshot(`
        "JobError: [STAGE.FUNCTION_THREW] The function of updateStateByKey threw in batch 2000 ms, updateStateByKey (update-state-by-key.test.ts:…): no b yet
          why  It threw outside of any one row.
          fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
          at   feed → updateStateByKey (update-state-by-key.test.ts:…)"
      `);
    });
  });

  test('is brought to a batch by an action of transform, and once', async () => {
    let calls = 0;
    const counts: number[] = [];
    const program: Program = (input) =>
      input
        .updateStateByKey((values, state: number | undefined) => {
          calls += 1;
          return sum(values, state);
        })
        .transform(async (rdd) => {
          counts.push(await rdd.count());
          return rdd;
        });
    expect(await shown(program, [[['a', 1]], [['b', 2]]])).toEqual({
      1: [['a', 1]],
      2: [
        ['a', 1],
        ['b', 2],
      ],
    });
    expect([counts, calls]).toEqual([[1, 2], 3]);
  });

  test('is updated in every batch, whether an output reads it or not, and once for all that do', async () => {
    let calls = 0;
    const program: Program = (input) => {
      const sums = input.updateStateByKey((values, state: number | undefined) => {
        calls += 1;
        return sum(values, state);
      });
      sums.foreachRDD((rdd) => rdd.count());
      return sums.window(Seconds(1), Seconds(2)) as DStream<Letters>;
    };
    expect(await shown(program, [[['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]])).toEqual({
      2: [['a', 3]],
      4: [['a', 15]],
    });
    expect(calls).toBe(4);
  });

  test('below a window that slides is updated once a slide', async () => {
    const program: Program = (input) => input.window(Seconds(2), Seconds(2)).updateStateByKey(sum);
    expect(await shown(program, [[['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]])).toEqual({
      2: [['a', 3]],
      4: [['a', 15]],
    });
  });

  test('over which there is a window shows the versions of all its batches', async () => {
    const program: Program = (input) => input.updateStateByKey(sum).window(Seconds(3));
    expect(await shown(program, [[['a', 1]], [['a', 2]], [['a', 4]], [], []])).toEqual({
      1: [['a', 1]],
      2: [
        ['a', 1],
        ['a', 3],
      ],
      3: [
        ['a', 1],
        ['a', 3],
        ['a', 7],
      ],
      4: [
        ['a', 3],
        ['a', 7],
        ['a', 7],
      ],
      5: [
        ['a', 7],
        ['a', 7],
        ['a', 7],
      ],
    });
  });

  test('over state is brought on in the order of the program', async () => {
    const program: Program = (input) => input.updateStateByKey(sum).updateStateByKey(sum);
    expect(await shown(program, [[['a', 1]], [['a', 2]], []])).toEqual({ 1: [['a', 1]], 2: [['a', 4]], 3: [['a', 7]] });
  });

  test('that is persisted shows the same', async () => {
    const program: Program = (input) => input.updateStateByKey(sum).persist(StorageLevel.MEMORY_ONLY);
    expect(await shown(program, [[['a', 1]], [['a', 2]]])).toEqual({ 1: [['a', 1]], 2: [['a', 3]] });
  });

  test('makes as many partitions as the default parallelism, as it is told, or those of a partitioner', async () => {
    const counts = (f: (left: DStream<Letters>) => DStream<Letters>) =>
      partitionCounts(using, (left) => f(left as never), [[['a', 1]], []]);
    expect(await counts((left) => left.updateStateByKey(sum))).toEqual([2, 2]);
    expect(await counts((left) => left.updateStateByKey(sum, 5))).toEqual([5, 5]);
    expect(await counts((left) => left.updateStateByKey(sum, new HashPartitioner(4)))).toEqual([4, 4]);
    expect(await counts((left) => left.updateStateByKey(sum, { partitions: 3 }))).toEqual([3, 3]);
    const own = { numPartitions: 3, getPartition: () => 2, equals: () => false };
    expect(await counts((left) => left.updateStateByKey(sum, own))).toEqual([3, 3]);
  });
});

describe('a late output', () => {
  test.each([2, 3, 4])('reads the state of its own batch, among %i jobs at a time', async (concurrentJobs) => {
    const batches: FeedBatch<Letters>[] = [1, 2, 4, 8, 16, 32, 64].map((n) => [['a', n]]);
    const program: Program = (input) => input.updateStateByKey(sum);
    const reads = inOrder(await lateReads(concurrentJobs, program, batches));
    expect(reads.slice(0, 7)).toEqual([1, 3, 7, 15, 31, 63, 127].map((n, i) => [i + 1, [['a', n]]]));
  });
});

describe('what was let go of', () => {
  /** What two batches later becomes of the RDD of the first one. */
  const laterOf = async (remember: boolean): Promise<unknown> => {
    let first: RDD<Letters> | undefined;
    let later: unknown;
    await run<Letters, Letters>(
      (ssc, input) => {
        if (remember) ssc.remember(Seconds(3));
        const sums = input.updateStateByKey(sum);
        sums.foreachRDD(async (rdd, time) => {
          first ??= rdd;
          if (time.milliseconds === 3000) later = await first.collect().catch((error) => String(error));
        });
        return sums;
      },
      [[['a', 1]], [['a', 2]], [['a', 4]]],
    );
    return later;
  };

  test('is never read as something newer', async () => {
    expect(await laterOf(false)).toMatchInlineSnapshot(`
      "UsageError: [STATE.VERSION_RELEASED] The state of batch 1000 ms was read after it was let go of.
        why  A version is kept until its batch is over, or for as long as remember() says; newer values are never shown.
        fix  Collect or persist it in its batch, or call remember(duration) before start()."
    `);
  });

  test('is there for as long as it is remembered', async () => {
    expect(await laterOf(true)).toEqual([['a', 1]]);
  });

  test('is there in a slice, version by version', async () => {
    const slices: unknown[] = [];
    await run<Letters, Letters>(
      (ssc, input) => {
        ssc.remember(Seconds(3));
        const sums = input.updateStateByKey(sum);
        sums.foreachRDD(async (_rdd, time) => {
          const rdds = await sums.slice(time.minus(Seconds(2)), time);
          slices.push(await Promise.all(rdds.map((rdd) => rdd.collect())));
        });
        return sums;
      },
      [[['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]],
    );
    expect(slices.at(-1)).toEqual([[['a', 3]], [['a', 7]], [['a', 15]]]);
  });
});
