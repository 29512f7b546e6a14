import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf, unhandledIn } from './on-both.ts';

describe.each(engines)('map, on the %s,', (using) => {
  test('makes one row of each, batch by batch', async () => {
    expect(await run<number, number>((_ssc, input) => input.map((n) => n * 2), [[1, 2], [3]], { using })).toEqual([
      [2, 4],
      [6],
    ]);
  });

  test('leaves an empty batch empty, and a batch without an RDD without one', async () => {
    expect(await run<number, number>((_ssc, input) => input.map((n) => n + 1), [[], null, [1]], { using })).toEqual([
      [],
      [2],
    ]);
  });

  test('gives its function exactly one argument, so that Number.parseInt reads decimals', async () => {
    expect(
      await run<string, number>((_ssc, input) => input.map(Number.parseInt), [['10', '10', '10']], { using }),
    ).toEqual([[10, 10, 10]]);
  });

  test('makes rows of any kind: null, undefined, lists, objects', async () => {
    const rows = [null, undefined, [], [1, [2]], { a: 1 }, Number.NaN, '', false];
    expect(
      await run<number, unknown[]>((_ssc, input) => input.map((i) => rows[i] as never), [[...rows.keys()]], { using }),
    ).toEqual([rows]);
  });

  test('keeps rows in their order and their partitions', async () => {
    const partitions: number[][][] = [];
    await run<number, number>(
      (_ssc, input) => {
        const mapped = input.map((n) => n * 10);
        mapped.foreachRDD(async (rdd) => partitions.push(await rdd.collectPartitions()));
        return mapped;
      },
      [[1, 2, 3, 4, 5]],
      { using, partitions: 3 },
    );
    expect(partitions).toEqual([[[10], [20, 30], [40, 50]]]);
  });

  test('calls its function once a row and output, and for rows that no output wants not at all', async () => {
    let calls = 0;
    await run<number, number>(
      (_ssc, input) => {
        const mapped = input.map((n) => {
          calls += 1;
          return n;
        });
        mapped.foreachRDD((rdd) => rdd.take(1));
        return input;
      },
      [[1, 2, 3, 4]],
      { using },
    );
    expect(calls).toBe(1);
  });

  test('fails the batch on whose row its function throws, and no other', async () => {
    const seen: number[][] = [];
    const reciprocal = (n: number): number => {
      if (n === 0) throw new RangeError('division by zero');
      return 1 / n;
    };
    const ran = run<number, number>(
      (_ssc, input) => {
        const mapped = input.map(reciprocal);
        mapped.foreachRDD(async (rdd) => seen.push(await rdd.collect()));
        return mapped;
      },
      [[1], [2, 0], [4]],
      { using },
    );
    expect(await failureOf(ran)).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 2000 ms, foreachRDD (map.test.ts:…): division by zero
        why  It was given the row 0.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (map.test.ts:…)"
    `);
    expect(seen).toEqual([[1], [0.25]]);
  });

  test('keeps what its function threw as the cause', async () => {
    const thrown = new RangeError('division by zero');
    const ran = run<number, number>(
      (_ssc, input) =>
        input.map(() => {
          throw thrown;
        }),
      [[1]],
      { using },
    );
    await expect(ran).rejects.toSatisfy((error: Error) => error.cause === thrown);
  });

  test("refuses a promise, and its rejection is nobody's", async () => {
    const failing = (): Promise<string> =>
      failureOf(
        run<number, unknown>((_ssc, input) => input.map(async (n) => Promise.reject(new Error(`no ${n}`))), [[7, 8]], {
          using,
        }),
      );
    expect(await failing()).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of map returned a promise in batch 1000 ms, foreachRDD (map.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row 7.
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → map (map.test.ts:…)"
    `);
    expect(await unhandledIn(failing)).toEqual([]);
  });

  test('wants a function', async () => {
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.map('n + 1' as never), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] map was given n + 1 where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .map((row) => …)"
    `);
  });
});
