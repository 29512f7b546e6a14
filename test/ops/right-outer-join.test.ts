import { defineOp, HashPartitioner, type Pair, type Row } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';
import { fromBoth, partitionCounts } from './side-by-side.ts';

describe.each(engines)('rightOuterJoin, on the %s,', (using) => {
  test('joins as join does, and keeps the pairs of the right that have no other, with null', async () => {
    expect(
      await fromBoth(
        using,
        (left, right) => left.rightOuterJoin(right),
        [
          [
            ['a', 1],
            ['b', 3],
            ['a', 2],
          ],
          [['a', 4]],
          [],
          [],
        ],
        [
          [
            ['c', 'z'],
            ['a', 'x'],
            ['a', 'y'],
          ],
          [],
          [['d', 'w']],
          [],
        ],
      ),
    ).toEqual([
      [
        ['a', [1, 'x']],
        ['a', [1, 'y']],
        ['a', [2, 'x']],
        ['a', [2, 'y']],
        ['c', [null, 'z']],
      ],
      [],
      [['d', [null, 'w']]],
      [],
    ]);
  });

  test('joins keys that are equal by value, and shows the one of the left', async () => {
    const [left, right] = [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ];
    const [[row] = []] = await fromBoth(using, (a, b) => a.rightOuterJoin(b), [[[left, 1]]], [[[right, 2]]]);
    expect(row).toEqual([left, [1, 2]]);
    expect((row as Pair<Row, Row>)[0]).toBe(left);
  });

  test('takes values that are null for values', async () => {
    expect(
      await fromBoth(using, (left, right) => left.rightOuterJoin(right), [[['a', null]]], [[['a', null]]]),
    ).toEqual([[['a', [null, null]]]]);
  });

  test('joins a stream with itself', async () => {
    expect(await fromBoth(using, (left) => left.rightOuterJoin(left.mapValues((n) => [n])), [[['a', 1]]], [])).toEqual([
      [['a', [1, [1]]]],
    ]);
  });

  test('leaves RDDs that know what placed their keys', async () => {
    const places: unknown[] = [];
    await fromBoth(
      using,
      (left, right) => {
        const joined = left.rightOuterJoin(right, 3);
        joined.foreachRDD((rdd) => void places.push(rdd.partitioner?.numPartitions));
        return joined;
      },
      [[['a', 1]]],
      [[['a', 2]]],
    );
    expect(places).toEqual([3]);
  });

  test('makes as many partitions as a shuffle does, unless told otherwise', async () => {
    expect(await partitionCounts(using, (left, right) => left.rightOuterJoin(right))).toEqual([2]);
    expect(await partitionCounts(using, (left, right) => left.rightOuterJoin(right, 5))).toEqual([5]);
    expect(await partitionCounts(using, (left, right) => left.rightOuterJoin(right, new HashPartitioner(4)))).toEqual([
      4,
    ]);
  });

  test('refuses a batch in which one of its parents has no RDD', async () => {
    expect(
      await failureOf(fromBoth(using, (left, right) => left.rightOuterJoin(right), [null], [[]])),
    ).toMatchInlineSnapshot(`
      "JobError: [BATCH.PARENT_WITHOUT_RDD] rightOuterJoin has nothing to work on in batch 1000 ms: feed made no RDD for it.
        why  rightOuterJoin needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
        fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
        at   rightOuterJoin (right-outer-join.test.ts:…), feed (side-by-side.ts:…)"
    `);
    await expect(fromBoth(using, (left, right) => left.rightOuterJoin(right), [[]], [null])).rejects.toMatchObject({
      code: 'BATCH.PARENT_WITHOUT_RDD',
    });
  });

  test('refuses streams that have batches at different times', async () => {
    const slow = defineOp<Pair<Row, Row>>({ name: 'slow', code: [], slideMs: 2000, plan: (batch) => batch.input() });
    expect(
      await failureOf(fromBoth(using, (left, right) => left.rightOuterJoin(right.via(slow)), [[]], [[]])),
    ).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.DIFFERENT_SLIDES] rightOuterJoin was given streams that have batches at different times: every 1000 ms, every 2000 ms.
        why  It puts RDDs of the same time together, and they would not all have one.
        fix  Put streams together that come from inputs by operators without a slide of their own."
    `);
  });

  test('wants pairs on both sides', async () => {
    const words = [['ab' as never]];
    expect(
      await failureOf(fromBoth(using, (left, right) => left.rightOuterJoin(right), words, [[]])),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] rightOuterJoin was given "ab", which is no [key, value] pair, in batch 1000 ms, foreachRDD (side-by-side.ts:…).
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).rightOuterJoin(…)
        at   feed → rightOuterJoin (right-outer-join.test.ts:…)"
    `);
    await expect(fromBoth(using, (left, right) => left.rightOuterJoin(right), [[]], words)).rejects.toMatchObject({
      code: 'STAGE.NOT_A_PAIR',
    });
  });

  test('refuses no partition at the call', async () => {
    expect(
      await failureOf(partitionCounts(using, (left, right) => left.rightOuterJoin(right, 0))),
    ).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_COUNT] rightOuterJoin was asked for 0 partitions or parts.
        why  It takes a whole number of at least 1.
        fix  Leave it out for the default, or say how many."
    `);
  });
});
