import { HashPartitioner, type Pair } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { type Engine, engines, failureOf, unhandledIn } from './on-both.ts';
import { partitionCounts, sorted } from './side-by-side.ts';

type Named = Pair<string, number>;

/** The average of each key, as (sum, count), in the functions that a test does not replace. */
const averaging = {
  create: (n: number): [number, number] => [n, 1],
  mergeValue: ([sum, count]: [number, number], n: number): [number, number] => [sum + n, count + 1],
  mergeCombiners: (a: [number, number], b: [number, number]): [number, number] => [a[0] + b[0], a[1] + b[1]],
};

const rows: readonly Named[] = [
  ['a', 1],
  ['b', 10],
  ['a', 2],
  ['a', 3],
];

const combined = (
  using: Engine,
  replaced: Partial<typeof averaging> = {},
  batches: readonly (readonly Named[] | null)[] = [rows],
): Promise<[string, [number, number]][][]> => {
  const { create, mergeValue, mergeCombiners } = { ...averaging, ...replaced };
  return run<Named, [string, [number, number]]>(
    (_ssc, input) => input.combineByKey(create, mergeValue, mergeCombiners),
    batches,
    { using },
  );
};

describe.each(engines)('combineByKey, on the %s,', (using) => {
  test('merges the values of each key into something of another kind, in each batch anew', async () => {
    expect((await combined(using, {}, [rows, [], null, [['a', 5]]])).map(sorted)).toEqual([
      [
        ['a', [6, 3]],
        ['b', [10, 1]],
      ],
      [],
      [['a', [5, 1]]],
    ]);
  });

  test('creates once a key and partition, merges values in, then puts partitions together in order', async () => {
    const [text] = await run<Named, [string, string]>(
      (_ssc, input) =>
        input.combineByKey(
          (n) => `[${n}]`,
          (all, n) => `(${all} ${n})`,
          (a, b) => `{${a} ${b}}`,
        ),
      [
        [
          ['a', 1],
          ['a', 2],
          ['a', 3],
          ['a', 4],
          ['a', 5],
        ],
      ],
      { using, partitions: 3 },
    );
    expect(text).toEqual([['a', '{{[1] ([2] 3)} ([4] 5)}']]);
  });

  test('may change what it is given in place', async () => {
    const push = (all: number[], n: number): number[] => {
      all.push(n);
      return all;
    };
    const [lists] = await run<Named, [string, number[]]>(
      (_ssc, input) =>
        input.combineByKey(
          (n) => [n],
          push,
          (a, b) => b.reduce(push, a),
        ),
      [rows],
      { using },
    );
    expect(sorted(lists)).toEqual([
      ['a', [1, 2, 3]],
      ['b', [10]],
    ]);
  });

  test('gives its functions what they take and nothing else', async () => {
    const counts = new Set<string>();
    const counting =
      (name: string) =>
      (...args: readonly unknown[]): [number, number] => {
        counts.add(`${name} ${args.length}`);
        return [0, 0];
      };
    await combined(using, {
      create: counting('create'),
      mergeValue: counting('mergeValue'),
      mergeCombiners: counting('mergeCombiners'),
    });
    expect([...counts].sort()).toEqual(['create 1', 'mergeCombiners 2', 'mergeValue 2']);
  });

  test('makes as many partitions as a shuffle does, unless told otherwise', async () => {
    const one = (): number => 1;
    expect(await partitionCounts(using, (left) => left.combineByKey(one, one, one))).toEqual([2]);
    expect(await partitionCounts(using, (left) => left.combineByKey(one, one, one, 5))).toEqual([5]);
    expect(await partitionCounts(using, (left) => left.combineByKey(one, one, one, new HashPartitioner(4)))).toEqual([
      4,
    ]);
  });

  test.each(['create', 'mergeValue', 'mergeCombiners'] as const)(
    'fails the batch in which its %s throws, or returns a promise',
    async (name) => {
      const throwing = (): never => {
        throw new Error(`no ${name}`);
      };
      expect(await failureOf(combined(using, { [name]: throwing }))).toContain(
        `(combine-by-key.test.ts:…): no ${name}`,
      );
      const promising = (): Promise<string> =>
        failureOf(combined(using, { [name]: async () => Promise.reject(new Error('no')) }));
      expect(await promising()).toContain('[STAGE.RETURNED_PROMISE] The function of combineByKey returned a promise');
      expect(await unhandledIn(promising)).toEqual([]);
    },
  );

  test('tells which pair it failed on', async () => {
    const throwing = (): never => {
      throw new Error('not this one');
    };
    expect(await failureOf(combined(using, { create: throwing }, [[['a', 1]]]))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of combineByKey threw in batch 1000 ms, foreachRDD (combine-by-key.test.ts:…): not this one
        why  It was given the row [ 'a', 1 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → combineByKey (combine-by-key.test.ts:…)"
    `);
  });

  test('wants pairs', async () => {
    expect(await failureOf(combined(using, {}, [['ab' as never]]))).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] combineByKey was given "ab", which is no [key, value] pair, in batch 1000 ms, foreachRDD (combine-by-key.test.ts:…).
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).combineByKey(…)
        at   feed → combineByKey (combine-by-key.test.ts:…)"
    `);
  });

  test('wants three functions', async () => {
    expect(await failureOf(combined(using, { mergeCombiners: 3 as never }))).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] combineByKey was given 3 where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .combineByKey((row) => …)"
    `);
  });

  test('refuses no partition at the call', async () => {
    const one = (): number => 1;
    expect(await failureOf(partitionCounts(using, (left) => left.combineByKey(one, one, one, 0)))).toContain(
      '[RDD.BAD_COUNT] combineByKey was asked for 0 partitions or parts.',
    );
  });
});
