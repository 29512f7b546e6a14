import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { type Engine, engines, failureOf, unhandledIn } from './on-both.ts';

type Effect = (rows: IterableIterator<number>, index: number) => void | Promise<void>;

const effectsOf = (
  using: Engine,
  f: Effect,
  batches: readonly (readonly number[] | null)[],
  partitions = 2,
): Promise<unknown> =>
  run<number, number>(
    (_ssc, input) => {
      input.foreachPartition(f);
      return input.filter(() => false);
    },
    batches,
    { using, partitions },
  );

describe.each(engines)('foreachPartition, on the %s,', (using) => {
  test('gives the rows and the index of each partition to its function, batch by batch, empty ones too', async () => {
    const seen: [number, number[]][] = [];
    await effectsOf(using, (rows, index) => void seen.push([index, [...rows]]), [[1, 2, 3], null, []]);
    expect(seen.sort(([a], [b]) => a - b)).toEqual([
      [0, [1]],
      [0, []],
      [1, [2, 3]],
      [1, []],
    ]);
  });

  test('gives it exactly two arguments', async () => {
    const counts: number[] = [];
    const f = (...args: readonly unknown[]): void => void counts.push(args.length);
    await effectsOf(using, f, [[1, 2]]);
    expect(counts).toEqual([2, 2]);
  });

  test('waits for a promise: the next batch comes after it', async () => {
    const log: string[] = [];
    const f: Effect = async (rows) => {
      const all = [...rows];
      log.push(`begins ${all}`);
      await new Promise(setImmediate);
      log.push(`ends ${all}`);
    };
    await effectsOf(using, f, [[1], [2]], 1);
    expect(log).toEqual(['begins 1', 'ends 1', 'begins 2', 'ends 2']);
  });

  test('lets its function leave rows unread', async () => {
    let computed = 0;
    await run<number, number>(
      (_ssc, input) => {
        input
          .map((n) => {
            computed += 1;
            return n;
          })
          .foreachPartition((rows) => void rows.next());
        return input;
      },
      [[1, 2, 3, 4]],
      { using, partitions: 1 },
    );
    expect(computed).toBe(1);
  });

  test('fails the batch in which its function throws or rejects, and no other', async () => {
    const seen: number[] = [];
    const throwing: Effect = (rows) => {
      for (const row of rows) {
        if (row === 2) throw new Error('cannot write');
        seen.push(row);
      }
    };
    expect(await failureOf(effectsOf(using, throwing, [[1], [2], [3]], 1))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of foreachPartition threw in batch 2000 ms, foreachPartition (foreach-partition.test.ts:…): cannot write
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → foreachPartition (foreach-partition.test.ts:…)"
    `);
    expect(seen).toEqual([1, 3]);
    const rejecting = (): Promise<string> =>
      failureOf(effectsOf(using, () => Promise.reject(new Error('cannot write')), [[1]]));
    expect(await rejecting()).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of foreachPartition threw in batch 1000 ms, foreachPartition (foreach-partition.test.ts:…): cannot write
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → foreachPartition (foreach-partition.test.ts:…)"
    `);
    expect(await unhandledIn(rejecting)).toEqual([]);
  });

  test('fails where the operator before it does', async () => {
    const program = run<number, number>(
      (_ssc, input) => {
        const refused = input.map((n): number => {
          throw new Error(`not ${n}`);
        });
        refused.foreachPartition((rows) => void [...rows]);
        return input;
      },
      [[1]],
      { using, partitions: 1 },
    );
    expect(await failureOf(program)).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, foreachPartition (foreach-partition.test.ts:…): not 1
        why  It was given the row 1.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (foreach-partition.test.ts:…)"
    `);
  });

  test('wants a function', async () => {
    expect(await failureOf(effectsOf(using, 1 as never, [[1]]))).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] foreachPartition was given 1 where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .foreachPartition((row) => …)"
    `);
  });
});
