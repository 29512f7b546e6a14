import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf, unhandledIn } from './on-both.ts';

describe.each(engines)('flatMap, on the %s,', (using) => {
  test('passes on each of the rows that its function returns', async () => {
    expect(
      await run<string, string>((_ssc, input) => input.flatMap((line) => line.split(' ')), [['to be', 'or'], []], {
        using,
      }),
    ).toEqual([['to', 'be', 'or'], []]);
  });

  test('leaves a batch without an RDD without one', async () => {
    expect(await run<number, number>((_ssc, input) => input.flatMap((n) => [n, n]), [null, [1]], { using })).toEqual([
      [1, 1],
    ]);
  });

  test('makes no row of an empty iterable', async () => {
    expect(
      await run<number, number>((_ssc, input) => input.flatMap((n) => (n > 1 ? [n] : [])), [[1, 2, 1]], { using }),
    ).toEqual([[2]]);
  });

  test.each<[string, () => Iterable<unknown>, unknown[]]>([
    ['an array', () => [1, 2], [1, 2]],
    ['an array with a hole', () => Object.assign([1], { 2: 3 }), [1, undefined, 3]],
    ['a Set', () => new Set([1, 2, 1]), [1, 2]],
    ['a Map', () => new Map([['a', 1]]), [['a', 1]]],
    ['a text, by its characters', () => 'aé😀', ['a', 'é', '😀']],
    ['a typed array', () => Uint8Array.of(1, 2), [1, 2]],
    [
      'a generator',
      function* () {
        yield 1;
        yield 2;
      },
      [1, 2],
    ],
    ['an iterator of a Map', () => new Map([['a', 1]]).keys(), ['a']],
    ['an iterable of its own', () => ({ [Symbol.iterator]: () => [7][Symbol.iterator]() }), [7]],
    ['arrays, one level deep', () => [[1], [[2]]], [[1], [[2]]]],
  ])('takes %s', async (_name, f, rows) => {
    expect(await run<number, unknown>((_ssc, input) => input.flatMap(f as () => never[]), [[0]], { using })).toEqual([
      rows,
    ]);
  });

  test('gives its function exactly one argument', async () => {
    const f = (...args: readonly unknown[]): readonly number[] => [args.length];
    expect(await run<number, number>((_ssc, input) => input.flatMap(f), [[5, 5]], { using })).toEqual([[1, 1]]);
  });

  test('reads a generator no further than its rows are wanted, and closes it', async () => {
    const log: string[] = [];
    const naturals = function* (): Generator<number> {
      try {
        for (let n = 0; ; n++) {
          log.push(`makes ${n}`);
          yield n;
        }
      } finally {
        log.push('closed');
      }
    };
    const taken: number[][] = [];
    await run<number, number>(
      (_ssc, input) => {
        input
          .flatMap(naturals)
          .map((n) => n * 10)
          .foreachRDD(async (rdd) => taken.push(await rdd.take(3)));
        return input;
      },
      [[1, 2]],
      { using, partitions: 1 },
    );
    expect(taken).toEqual([[0, 10, 20]]);
    expect(log).toEqual(['makes 0', 'makes 1', 'makes 2', 'closed']);
  });

  test('closes generators inside of generators from the inside out', async () => {
    const log: string[] = [];
    const named = (name: string): (() => Generator<number>) =>
      function* () {
        try {
          for (;;) yield 1;
        } finally {
          log.push(name);
        }
      };
    await run<number, number>(
      (_ssc, input) => {
        input
          .flatMap(named('outer'))
          .flatMap(named('inner'))
          .foreachRDD((rdd) => rdd.take(2));
        return input;
      },
      [[1]],
      { using },
    );
    expect(log).toEqual(['inner', 'outer']);
  });

  test('closes its generator when what is behind it throws', async () => {
    const log: string[] = [];
    const numbers = function* (): Generator<number> {
      try {
        yield 1;
        yield 2;
      } finally {
        log.push('closed');
      }
    };
    const fail = (n: number): number => {
      throw new Error(`no ${n}`);
    };
    const ran = run<number, number>((_ssc, input) => input.flatMap(numbers).map(fail), [[0]], { using, partitions: 1 });
    await expect(ran).rejects.toHaveProperty('code', 'STAGE.FUNCTION_THREW');
    expect(log).toEqual(['closed']);
  });

  test('fails the batch on whose row its function throws', async () => {
    const words = (line: string | null): string[] => (line as string).split(' ');
    expect(
      await failureOf(run<string | null, string>((_ssc, input) => input.flatMap(words), [['to be', null]], { using })),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of flatMap threw in batch 1000 ms, foreachRDD (flat-map.test.ts:…): Cannot read properties of null (reading 'split')
        why  It was given the row null.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → flatMap (flat-map.test.ts:…)"
    `);
  });

  test('fails the batch on whose row its generator throws half-way, and names that row', async () => {
    const some = function* (n: number): Generator<number> {
      yield n;
      throw new Error('half-way');
    };
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.flatMap(some).map((n) => n + 100), [[7]], { using })),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of flatMap threw in batch 1000 ms, foreachRDD (flat-map.test.ts:…): half-way
        why  It was given the row 7.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → flatMap (flat-map.test.ts:…)"
    `);
  });

  test('names the inner row when what comes behind it throws', async () => {
    const check = (n: number): number => {
      if (n === 12) throw new Error('twelve');
      return n;
    };
    expect(
      await failureOf(
        run<number, number>((_ssc, input) => input.flatMap((n) => [n, n + 1]).map(check), [[1, 11]], { using }),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, foreachRDD (flat-map.test.ts:…): twelve
        why  It was given the row 12.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → flatMap → map (flat-map.test.ts:…)"
    `);
  });

  test.each<[string, unknown]>([
    ['a number', 5],
    ['null', null],
    ['a plain object', { a: 1 }],
  ])('refuses %s', async (_name, returned) => {
    const ran = run<number, number>((_ssc, input) => input.flatMap(() => returned as never), [[1]], { using });
    await expect(ran).rejects.toHaveProperty('code', 'STAGE.NOT_ITERABLE');
  });

  test('says what it was given instead of rows', async () => {
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.flatMap((n) => (n + 1) as never), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_ITERABLE] The function of flatMap returned 2, which is not iterable, in batch 1000 ms, foreachRDD (flat-map.test.ts:…).
        why  flatMap puts the rows of what is returned into the stream; it was given the row 1.
        fix  Return an array or another iterable; [] for no rows. For exactly one row, use map.
        at   feed → flatMap (flat-map.test.ts:…)"
    `);
  });

  test("refuses a promise, and its rejection is nobody's", async () => {
    const f = (async () => Promise.reject(new Error('no'))) as never;
    const failing = (): Promise<string> =>
      failureOf(run<number, number>((_ssc, input) => input.flatMap(f), [[1]], { using }));
    expect(await failing()).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of flatMap returned a promise in batch 1000 ms, foreachRDD (flat-map.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row 1.
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → flatMap (flat-map.test.ts:…)"
    `);
    expect(await unhandledIn(failing)).toEqual([]);
  });

  test('wants a function', async () => {
    expect(
      await failureOf(run<number, number>((_ssc, input) => input.flatMap([1] as never), [[1]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] flatMap was given 1 where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .flatMap((row) => …)"
    `);
  });
});
