import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { type Engine, engines, failureOf, unhandledIn } from './on-both.ts';

const add = (a: number, b: number): number => a + b;

const reduced = (
  using: Engine,
  batches: readonly (readonly number[] | null)[],
  f: (a: number, b: number) => number = add,
  partitions = 2,
): Promise<number[][]> => run<number, number>((_ssc, input) => input.reduce(f), batches, { using, partitions });

describe.each(engines)('reduce, on the %s,', (using) => {
  test('merges the rows of every batch into one; of an empty one comes none', async () => {
    expect(await reduced(using, [[1, 2, 3], [], null, [4]])).toEqual([[6], [], [4]]);
  });

  test.each([1, 3, 7])('merges over all of %i partitions', async (partitions) => {
    const rows = Array.from({ length: 20 }, (_, i) => i);
    expect(await reduced(using, [rows], add, partitions)).toEqual([[190]]);
  });

  test('leaves the only row of a batch as it is, and calls nothing', async () => {
    const row = { n: 1 };
    const never = (): never => {
      throw new Error('nothing to merge');
    };
    const [rows] = await run<object, object>((_ssc, input) => input.reduce(never), [[row]], { using });
    expect(rows?.[0]).toBe(row);
  });

  test('gives its function two rows and nothing else', async () => {
    const counts = new Set<number>();
    const f = (...args: readonly number[]): number => {
      counts.add(args.length);
      return args.reduce(add);
    };
    await reduced(using, [[1, 2, 3, 4]], f);
    expect([...counts]).toEqual([2]);
  });

  test('makes one partition', async () => {
    const counts: number[] = [];
    await run<number, number>(
      (_ssc, input) => {
        const sum = input.reduce(add);
        sum.foreachRDD((rdd) => void counts.push(rdd.getNumPartitions()));
        return sum;
      },
      [[1, 2], []],
      { using, partitions: 4 },
    );
    expect(counts).toEqual([1, 1]);
  });

  test('fails the batch in which its function throws', async () => {
    const f = (): never => {
      throw new Error('cannot merge');
    };
    expect(await failureOf(reduced(using, [[1, 2]], f, 1))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduce threw in batch 1000 ms, foreachRDD (reduce.test.ts:…): cannot merge
        why  It was given the row 2.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → reduce (reduce.test.ts:…)"
    `);
  });

  test('shows the row itself where two partitions meet', async () => {
    const f = (a: number, b: number): number => {
      if (b === 7) throw new Error('no sevens');
      return a + b;
    };
    expect(await failureOf(reduced(using, [[1, 7]], f, 2))).toContain('It was given the row 7.');
  });

  test('refuses a promise', async () => {
    const failing = (): Promise<string> =>
      failureOf(reduced(using, [[1, 2]], (async () => Promise.reject(new Error('no'))) as never, 1));
    expect(await failing()).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of reduce returned a promise in batch 1000 ms, foreachRDD (reduce.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row 2.
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → reduce (reduce.test.ts:…)"
    `);
    expect(await unhandledIn(failing)).toEqual([]);
  });

  test('wants a function', async () => {
    expect(await failureOf(reduced(using, [[1]], '+' as never))).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] reduce was given + where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .reduce((row) => …)"
    `);
  });
});
