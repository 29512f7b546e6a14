import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';

describe.each(engines)('glom, on the %s,', (using) => {
  test('makes one array of each partition, batch by batch, of empty ones too', async () => {
    expect(
      await run<number, number[]>((_ssc, input) => input.glom(), [[1, 2, 3, 4], [5], null, []], { using }),
    ).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [[], [5]],
      [[], []],
    ]);
  });

  test('makes arrays that are nobody else’s', async () => {
    const rows = [1, 2];
    const [[made] = []] = await run<number, number[]>((_ssc, input) => input.glom(), [rows], { using, partitions: 1 });
    expect(made).toEqual(rows);
    expect(made).not.toBe(rows);
  });

  test('fails where the operator before it does', async () => {
    const refuse = (n: number): number => {
      throw new Error(`not ${n}`);
    };
    expect(
      await failureOf(
        run<number, number[]>((_ssc, input) => input.map(refuse).glom(), [[1]], { using, partitions: 1 }),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, foreachRDD (glom.test.ts:…): not 1
        why  It was given the row 1.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (glom.test.ts:…)"
    `);
  });
});
