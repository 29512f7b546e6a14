import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf, unhandledIn } from './on-both.ts';

type Counted = readonly [string, number];

describe.each(engines)('mapValues, on the %s,', (using) => {
  test('gives every value to its function and leaves the keys', async () => {
    const batches: readonly (readonly Counted[])[] = [
      [
        ['a', 1],
        ['b', 2],
      ],
      [['a', 3]],
    ];
    expect(
      await run<Counted, [string, number]>((_ssc, input) => input.mapValues((n) => n + 10), batches, { using }),
    ).toEqual([
      [
        ['a', 11],
        ['b', 12],
      ],
      [['a', 13]],
    ]);
  });

  test('leaves an empty batch empty, and a batch without an RDD without one', async () => {
    const batches: readonly (readonly Counted[] | null)[] = [[], null, [['a', 1]]];
    expect(
      await run<Counted, [string, number]>((_ssc, input) => input.mapValues((n) => n), batches, { using }),
    ).toEqual([[], [['a', 1]]]);
  });

  test('gives its function exactly one argument', async () => {
    const rows: readonly (readonly [string, string])[] = [
      ['a', '10'],
      ['b', '10'],
    ];
    expect(
      await run<readonly [string, string], [string, number]>(
        (_ssc, input) => input.mapValues(Number.parseInt),
        [rows],
        { using },
      ),
    ).toEqual([
      [
        ['a', 10],
        ['b', 10],
      ],
    ]);
  });

  test('passes on the very key object', async () => {
    const key = { id: 1 };
    const [rows] = await run<readonly [object, number], [object, number]>(
      (_ssc, input) => input.mapValues((n) => n),
      [[[key, 1]]],
      { using },
    );
    expect(rows?.[0]?.[0]).toBe(key);
  });

  test('leaves the pair that it was given as it was', async () => {
    const pair: [string, number] = ['a', 1];
    await run<Counted, [string, number]>((_ssc, input) => input.mapValues((n) => n + 1), [[pair]], { using });
    expect(pair).toEqual(['a', 1]);
  });

  test('keeps the partitioner of its parent, which map does not', async () => {
    const partitions: unknown[] = [];
    await run<Counted, readonly [string, number]>(
      (_ssc, input) => {
        const sums = input.reduceByKey((a, b) => a + b, 3);
        sums.mapValues((n) => n).foreachRDD((rdd) => void partitions.push(rdd.partitioner?.numPartitions));
        sums.map((row) => row).foreachRDD((rdd) => void partitions.push(rdd.partitioner?.numPartitions));
        return sums;
      },
      [[['a', 1]]],
      { using },
    );
    expect(partitions).toEqual([3, undefined]);
  });

  test('fails the batch on whose row its function throws', async () => {
    const upper = (text: string): string => text.toUpperCase();
    const rows: readonly (readonly [string, string])[] = [
      ['a', 'x'],
      ['b', 1 as never],
    ];
    expect(
      await failureOf(
        run<readonly [string, string], [string, string]>((_ssc, input) => input.mapValues(upper), [rows], { using }),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of mapValues threw in batch 1000 ms, foreachRDD (map-values.test.ts:…): text.toUpperCase is not a function
        why  It was given the row [ 'b', 1 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → mapValues (map-values.test.ts:…)"
    `);
  });

  test('wants pairs', async () => {
    const words: readonly string[] = ['to', 'be'];
    expect(
      await failureOf(
        run<never, [never, never]>((_ssc, input) => input.mapValues((n) => n), [words as never], { using }),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] mapValues was given "to", which is no [key, value] pair, in batch 1000 ms, foreachRDD (map-values.test.ts:…).
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).mapValues(…)
        at   feed → mapValues (map-values.test.ts:…)"
    `);
  });

  test("refuses a promise, and its rejection is nobody's", async () => {
    const failing = (): Promise<string> =>
      failureOf(
        run<Counted, [string, unknown]>(
          (_ssc, input) => input.mapValues(async () => Promise.reject(new Error('no'))),
          [[['a', 1]]],
          { using },
        ),
      );
    expect(await failing()).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of mapValues returned a promise in batch 1000 ms, foreachRDD (map-values.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row [ 'a', 1 ].
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → mapValues (map-values.test.ts:…)"
    `);
    expect(await unhandledIn(failing)).toEqual([]);
  });

  test('wants a function', async () => {
    expect(
      await failureOf(run<Counted, Counted>((_ssc, input) => input.mapValues(1 as never), [[]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] mapValues was given 1 where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .mapValues((row) => …)"
    `);
  });
});
