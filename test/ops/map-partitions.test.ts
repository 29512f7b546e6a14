import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf, unhandledIn } from './on-both.ts';

const sum = (rows: Iterable<number>): number[] => [[...rows].reduce((a, b) => a + b, 0)];

describe.each(engines)('mapPartitions, on the %s,', (using) => {
  test('gives the rows of each partition to its function, batch by batch', async () => {
    expect(
      await run<number, number>((_ssc, input) => input.mapPartitions(sum), [[1, 2, 3, 4], [5]], { using }),
    ).toEqual([
      [3, 7],
      [0, 5],
    ]);
  });

  test('calls it for empty partitions too, and for a batch without an RDD not at all', async () => {
    expect(
      await run<number, number>((_ssc, input) => input.mapPartitions(sum), [[], null], { using, partitions: 3 }),
    ).toEqual([[0, 0, 0]]);
  });

  test('gives it exactly one argument', async () => {
    const counts: number[] = [];
    const f = (...args: readonly unknown[]): number[] => [counts.push(args.length)];
    await run<number, number>((_ssc, input) => input.mapPartitions(f), [[1, 2]], { using });
    expect(counts).toEqual([1, 1]);
  });

  test('takes generators, which may stop reading, and asynchronous ones', async () => {
    const first = function* (rows: Iterable<number>): Iterable<number> {
      for (const row of rows) {
        yield row * 10;
        return;
      }
    };
    const later = async function* (rows: Iterable<number>): AsyncIterable<number> {
      for (const row of rows) yield await Promise.resolve(row + 1);
    };
    expect(
      await run<number, number>((_ssc, input) => input.mapPartitions(first).mapPartitions(later), [[1, 2, 3, 4]], {
        using,
      }),
    ).toEqual([[11, 31]]);
  });

  test('reads no further than its rows are wanted', async () => {
    let read = 0;
    const counting = function* (rows: Iterable<number>): Iterable<number> {
      for (const row of rows) {
        read += 1;
        yield row;
      }
    };
    await run<number, number>(
      (_ssc, input) => {
        input.mapPartitions(counting).foreachRDD((rdd) => rdd.take(1));
        return input;
      },
      [[1, 2, 3, 4]],
      { using },
    );
    expect(read).toBe(1);
  });

  test('gets the rows before a failure of an asynchronous step too', async () => {
    const later = async function* (rows: Iterable<number>): AsyncIterable<number> {
      for (const row of rows) {
        if (row === 3) throw new Error('not this one');
        yield row;
      }
    };
    const taken: number[][] = [];
    const ran = run<number, number>(
      (_ssc, input) => {
        const rows = input.mapPartitions(later).mapPartitions((some) => some);
        rows.foreachRDD(async (rdd) => taken.push(await rdd.take(2)));
        return rows;
      },
      [[1, 2, 3]],
      { using, partitions: 1 },
    );
    await expect(ran).rejects.toThrow('not this one');
    expect(taken).toEqual([[1, 2]]);
  });

  test('loses the partitioner unless it is told that keys stay', async () => {
    const places: unknown[] = [];
    await run<number, readonly [number, number]>(
      (_ssc, input) => {
        const sums = input.map((n) => [n, 1]).reduceByKey((a, b) => a + b, 3);
        for (const preserves of [undefined, true]) {
          sums
            .mapPartitions((rows) => rows, preserves)
            .foreachRDD((rdd) => void places.push(rdd.partitioner?.numPartitions));
        }
        return sums;
      },
      [[1]],
      { using },
    );
    expect(places).toEqual([undefined, 3]);
  });

  test('fails the batch in which its function throws', async () => {
    const refuse = (rows: Iterable<number>): number[] => {
      if ([...rows].includes(3)) throw new Error('not this one');
      return [];
    };
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.mapPartitions(refuse), [[1], [3], [5]], { using })),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of mapPartitions threw in batch 2000 ms, foreachRDD (map-partitions.test.ts:…): not this one
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → mapPartitions (map-partitions.test.ts:…)"
    `);
  });

  test('refuses what is not iterable, a promise too', async () => {
    const failing = (f: () => unknown) => (): Promise<string> =>
      failureOf(run<number, number>((_ssc, input) => input.mapPartitions(f as never), [[1]], { using, partitions: 1 }));
    expect(await failing(() => 1)()).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_ITERABLE] The function of mapPartitions returned 1, which is not iterable, in batch 1000 ms, foreachRDD (map-partitions.test.ts:…).
        why  mapPartitions puts the rows of what is returned into the stream.
        fix  Return an array or another iterable; [] for no rows. For exactly one row, use map.
        at   feed → mapPartitions (map-partitions.test.ts:…)"
    `);
    const promising = failing(async () => Promise.reject(new Error('no')));
    expect(await promising()).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of mapPartitions returned a promise in batch 1000 ms, foreachRDD (map-partitions.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop.
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → mapPartitions (map-partitions.test.ts:…)"
    `);
    expect(await unhandledIn(promising)).toEqual([]);
  });

  test('leaves no rejection unhandled of a promise behind the rows that are wanted', async () => {
    const taken: unknown[] = [];
    const reading = (): Promise<unknown> =>
      run<number, number>(
        (_ssc, input) => {
          const refused = input.map((n) => (n === 3 ? (Promise.reject(new Error('no')) as never) : n));
          refused.mapPartitions((rows) => rows).foreachRDD(async (rdd) => taken.push(await rdd.take(2)));
          return input;
        },
        [[1, 2, 3, 4]],
        { using, partitions: 1 },
      );
    expect(await unhandledIn(reading)).toEqual([]);
    expect(taken).toEqual([[1, 2]]);
  });

  test('wants a function', async () => {
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.mapPartitions(1 as never), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] mapPartitions was given 1 where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .mapPartitions((row) => …)"
    `);
  });
});
