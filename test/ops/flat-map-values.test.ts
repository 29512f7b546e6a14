import type { Pair } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { type Engine, engines, failureOf, unhandledIn } from './on-both.ts';

type Named = Pair<string, number>;

const spread = (
  using: Engine,
  rows: readonly Named[],
  f: (value: number) => Iterable<number>,
): Promise<[string, number][][]> =>
  run<Named, [string, number]>((_ssc, input) => input.flatMapValues(f), [rows], { using, partitions: 1 });

describe.each(engines)('flatMapValues, on the %s,', (using) => {
  test('makes a pair for each of the values its function returns, in order, batch by batch', async () => {
    const batches: readonly (readonly Named[] | null)[] = [
      [
        ['a', 2],
        ['b', 0],
        ['c', 1],
      ],
      [],
      null,
      [['d', 1]],
    ];
    const downFrom = (n: number): number[] => Array.from({ length: n }, (_, i) => n - i);
    expect(
      await run<Named, [string, number]>((_ssc, input) => input.flatMapValues(downFrom), batches, { using }),
    ).toEqual([
      [
        ['a', 2],
        ['a', 1],
        ['c', 1],
      ],
      [],
      [['d', 1]],
    ]);
  });

  test('takes any iterable: a set, a generator, an array with holes', async () => {
    const twice = function* (n: number): Iterable<number> {
      yield n;
      yield n * 10;
    };
    const pairs = [
      ['a', 1],
      ['a', 10],
    ];
    expect(await spread(using, [['a', 1]], twice)).toEqual([pairs]);
    expect(await spread(using, [['a', 1]], (n) => new Set([n, n * 10]))).toEqual([pairs]);
    expect(await spread(using, [['a', 1]], () => new Array(2))).toEqual([
      [
        ['a', undefined],
        ['a', undefined],
      ],
    ]);
  });

  test('reads a generator no further than its rows are wanted, and closes it', async () => {
    const log: string[] = [];
    const endless = function* (n: number): Iterable<number> {
      try {
        for (let i = n; ; i++) {
          log.push(`made ${i}`);
          yield i;
        }
      } finally {
        log.push('closed');
      }
    };
    const taken: unknown[] = [];
    await run<Named, Named>(
      (_ssc, input) => {
        input.flatMapValues(endless).foreachRDD(async (rdd) => taken.push(await rdd.take(2)));
        return input;
      },
      [[['a', 1]]],
      { using, partitions: 1 },
    );
    expect(taken).toEqual([
      [
        ['a', 1],
        ['a', 2],
      ],
    ]);
    expect(log).toEqual(['made 1', 'made 2', 'closed']);
  });

  test('gives its function exactly one argument, and passes on the very key', async () => {
    const key = { id: 1 };
    const counts: number[] = [];
    const f = (...args: readonly unknown[]): number[] => [counts.push(args.length)];
    const [rows] = await run<Pair<object, number>, [object, number]>(
      (_ssc, input) => input.flatMapValues(f),
      [[[key, 1]]],
      { using },
    );
    expect(counts).toEqual([1]);
    expect(rows?.[0]?.[0]).toBe(key);
  });

  test('keeps the partitioner of its parent', async () => {
    const places: unknown[] = [];
    await run<Named, Named>(
      (_ssc, input) => {
        const many = input.reduceByKey((a, b) => a + b, 3).flatMapValues((n) => [n, n]);
        many.foreachRDD((rdd) => void places.push(rdd.partitioner?.numPartitions));
        return many;
      },
      [[['a', 1]]],
      { using },
    );
    expect(places).toEqual([3]);
  });

  test('fails the batch on whose row its function throws, also half-way', async () => {
    const halfWay = function* (n: number): Iterable<number> {
      yield n;
      if (n === 2) throw new Error('no more');
    };
    const rows: readonly Named[] = [
      ['a', 1],
      ['b', 2],
    ];
    expect(await failureOf(spread(using, rows, halfWay))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of flatMapValues threw in batch 1000 ms, foreachRDD (flat-map-values.test.ts:…): no more
        why  It was given the row [ 'b', 2 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → flatMapValues (flat-map-values.test.ts:…)"
    `);
  });

  test('refuses what is not iterable, a promise too', async () => {
    expect(await failureOf(spread(using, [['a', 1]], (n) => n as never))).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_ITERABLE] The function of flatMapValues returned 1, which is not iterable, in batch 1000 ms, foreachRDD (flat-map-values.test.ts:…).
        why  flatMapValues puts the rows of what is returned into the stream; it was given the row [ 'a', 1 ].
        fix  Return an array or another iterable; [] for no rows. For exactly one row, use map.
        at   feed → flatMapValues (flat-map-values.test.ts:…)"
    `);
    const failing = (): Promise<string> =>
      failureOf(spread(using, [['a', 1]], (async () => Promise.reject(new Error('no'))) as never));
    expect(await failing()).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of flatMapValues returned a promise in batch 1000 ms, foreachRDD (flat-map-values.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row [ 'a', 1 ].
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → flatMapValues (flat-map-values.test.ts:…)"
    `);
    expect(await unhandledIn(failing)).toEqual([]);
  });

  test('wants pairs', async () => {
    expect(await failureOf(spread(using, ['ab' as never], (n) => [n]))).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] flatMapValues was given "ab", which is no [key, value] pair, in batch 1000 ms, foreachRDD (flat-map-values.test.ts:…).
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).flatMapValues(…)
        at   feed → flatMapValues (flat-map-values.test.ts:…)"
    `);
  });

  test('wants a function', async () => {
    expect(await failureOf(spread(using, [], 1 as never))).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] flatMapValues was given 1 where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .flatMapValues((row) => …)"
    `);
  });
});
