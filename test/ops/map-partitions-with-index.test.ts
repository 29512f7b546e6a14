import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';

describe.each(engines)('mapPartitionsWithIndex, on the %s,', (using) => {
  const number = (index: number, rows: Iterable<string>): string[] => [...rows].map((row) => `${index}${row}`);

  test('gives the index and the rows of each partition to its function, batch by batch', async () => {
    expect(
      await run<string, string>(
        (_ssc, input) => input.mapPartitionsWithIndex(number),
        [['a', 'b', 'c'], ['d'], null, []],
        { using },
      ),
    ).toEqual([['0a', '1b', '1c'], ['1d'], []]);
  });

  test('gives it exactly two arguments', async () => {
    const given: number[] = [];
    const f = (...args: readonly unknown[]): number[] => [given.push(args.length)];
    await run<string, number>((_ssc, input) => input.mapPartitionsWithIndex(f), [['a', 'b']], { using });
    expect(given).toEqual([2, 2]);
  });

  test('counts the partitions of a union through', async () => {
    const indexOf = (index: number): number[] => [index];
    expect(
      await run<string, number>((_ssc, input) => input.union(input).mapPartitionsWithIndex(indexOf), [['a']], {
        using,
      }),
    ).toEqual([[0, 1, 2, 3]]);
  });

  test('loses the partitioner unless it is told that keys stay', async () => {
    const places: unknown[] = [];
    await run<string, readonly [string, number]>(
      (_ssc, input) => {
        const sums = input.map((word) => [word, 1]).reduceByKey((a, b) => a + b, 3);
        for (const preserves of [undefined, true]) {
          sums
            .mapPartitionsWithIndex((_index, rows) => rows, preserves)
            .foreachRDD((rdd) => void places.push(rdd.partitioner?.numPartitions));
        }
        return sums;
      },
      [['a']],
      { using },
    );
    expect(places).toEqual([undefined, 3]);
  });

  test('fails the batch in which its function throws', async () => {
    const refuse = (index: number): string[] => {
      throw new Error(`not partition ${index}`);
    };
    expect(
      await failureOf(
        run<string, string>((_ssc, input) => input.mapPartitionsWithIndex(refuse), [['a']], { using, partitions: 1 }),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of mapPartitionsWithIndex threw in batch 1000 ms, foreachRDD (map-partitions-with-index.test.ts:…): not partition 0
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → mapPartitionsWithIndex (map-partitions-with-index.test.ts:…)"
    `);
  });

  test('wants a function', async () => {
    expect(
      await failureOf(
        run<string, string>((_ssc, input) => input.mapPartitionsWithIndex(undefined as never), [['a']], { using }),
      ),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] mapPartitionsWithIndex was given undefined where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .mapPartitionsWithIndex((row) => …)"
    `);
  });
});
