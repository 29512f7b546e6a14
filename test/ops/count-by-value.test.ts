import type { Row } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';
import { partitionCounts, sorted } from './side-by-side.ts';

describe.each(engines)('countByValue, on the %s,', (using) => {
  const counted = async (batches: readonly (readonly Row[] | null)[]): Promise<readonly (readonly Row[])[]> =>
    (await run<Row, [Row, number]>((_ssc, input) => input.countByValue(), batches, { using })).map(sorted);

  test('counts how often each row occurs, in each batch anew', async () => {
    expect(await counted([['a', 'b', 'a', 'a'], [], null, ['a']])).toEqual([
      [
        ['a', 3],
        ['b', 1],
      ],
      [],
      [['a', 1]],
    ]);
  });

  test('takes rows for equal by value, and shows the first', async () => {
    const first = { a: 1, b: [2] };
    const [rows] = await counted([[first, { b: [2], a: 1 }, 1, '1', Number.NaN, Number.NaN, null]]);
    expect(rows).toHaveLength(5);
    const [counts] = await run<object, [object, number]>(
      (_ssc, input) => input.countByValue(),
      [[first, { b: [2], a: 1 }]],
      { using, partitions: 1 },
    );
    expect(counts?.[0]?.[0]).toBe(first);
    expect(counts?.[0]?.[1]).toBe(2);
  });

  test('makes as many partitions as a shuffle does, unless told otherwise', async () => {
    expect(await partitionCounts(using, (left) => left.countByValue())).toEqual([2]);
    expect(await partitionCounts(using, (left) => left.countByValue(5))).toEqual([5]);
  });

  test('fails the batch of a row that is no value', async () => {
    class Point {
      readonly x = 1;
    }
    expect(
      await failureOf(
        run<Row, [Row, number]>((_ssc, input) => input.countByValue(), [[new Point()]], { using, partitions: 1 }),
      ),
    ).toMatchInlineSnapshot(`
      "UsageError: [KEY.CLASS_INSTANCE] A key is, or holds, an instance of the class Point: Point { x: 1 }.
        why  Keys are equal by value, and only the class knows which of its objects mean the same.
        fix  Key by its plain data, or let it tell: class Point { [keyOf]() { return [this.someField]; } }."
    `);
  });

  test('refuses no partition at the call', async () => {
    expect(
      await failureOf(run<Row, [Row, number]>((_ssc, input) => input.countByValue(0), [[]], { using })),
    ).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_COUNT] countByValue was asked for 0 partitions or parts.
        why  It takes a whole number of at least 1.
        fix  Leave it out for the default, or say how many."
    `);
  });
});
