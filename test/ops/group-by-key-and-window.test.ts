import { type DStream, HashPartitioner, Seconds } from 'firesteel';
import { type FeedBatch, run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { batchByBatch, rowsBySecond } from './batch-by-batch.ts';
import { inOrder, lateReads } from './late-reads.ts';
import { engines, failureOf } from './on-both.ts';
import { partitionCounts } from './side-by-side.ts';
import { refusedAtStart } from './started.ts';

type Letters = [string, number];
type Grouped = (input: DStream<Letters>) => DStream<[string, number[]]>;

describe.each(engines)('groupByKeyAndWindow, on the %s,', (using) => {
  const shown = (program: Grouped, batches: readonly FeedBatch<Letters>[]) => rowsBySecond(using, program, batches);

  test('puts the values of a key into one list, in the order of time and then of rows', async () => {
    const batches: FeedBatch<Letters>[] = [
      [
        ['a', 3],
        ['b', 10],
        ['a', 1],
      ],
      [['a', 2]],
      [],
      [['b', 20]],
      [],
    ];
    expect(await shown((input) => input.groupByKeyAndWindow(Seconds(3)), batches)).toEqual({
      1: [
        ['a', [3, 1]],
        ['b', [10]],
      ],
      2: [
        ['a', [3, 1, 2]],
        ['b', [10]],
      ],
      3: [
        ['a', [3, 1, 2]],
        ['b', [10]],
      ],
      4: [
        ['a', [2]],
        ['b', [20]],
      ],
      5: [['b', [20]]],
    });
  });

  test('slides by more than a batch, and by more than its length', async () => {
    const batches: FeedBatch<Letters>[] = [1, 2, 3, 4, 5, 6].map((n) => [['a', n]]);
    expect(await shown((input) => input.groupByKeyAndWindow(Seconds(3), Seconds(2)), batches)).toEqual({
      2: [['a', [1, 2]]],
      4: [['a', [2, 3, 4]]],
      6: [['a', [4, 5, 6]]],
    });
    expect(await shown((input) => input.groupByKeyAndWindow(Seconds(1), Seconds(3)), batches)).toEqual({
      3: [['a', [3]]],
      6: [['a', [6]]],
    });
  });

  test('is empty where its batches are, or have no RDD', async () => {
    const batches: FeedBatch<Letters>[] = [null, [['a', 1]], null, [], [['a', 2]]];
    expect(await shown((input) => input.groupByKeyAndWindow(Seconds(2)), batches)).toEqual({
      1: [],
      2: [['a', [1]]],
      3: [['a', [1]]],
      4: [],
      5: [['a', [2]]],
    });
  });

  test('goes over a window', async () => {
    const program: Grouped = (input) => input.window(Seconds(2)).groupByKeyAndWindow(Seconds(2));
    const batches: FeedBatch<Letters>[] = [[['a', 1]], [['a', 2]], [], []];
    expect(await shown(program, batches)).toEqual({
      1: [['a', [1]]],
      2: [['a', [1, 1, 2]]],
      3: [['a', [1, 2, 2]]],
      4: [['a', [2]]],
    });
  });

  test('gives lists of its own to every window: what is done to one is not seen in the next', async () => {
    const program: Grouped = (input) => {
      const grouped = input.groupByKeyAndWindow(Seconds(3));
      return grouped.mapValues((values) => [values.reduce((a, b) => a + b, 0), values.length]) as never;
    };
    const batches: FeedBatch<Letters>[] = [[['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]];
    expect(await shown(program, batches)).toEqual({
      1: [['a', [1, 1]]],
      2: [['a', [3, 2]]],
      3: [['a', [7, 3]]],
      4: [['a', [14, 3]]],
    });
  });

  test('is refused, or fails, while such a batch is in its window', async () => {
    const refusing: Grouped = (input) =>
      input
        .transform((rdd, time) => {
          if (time.milliseconds === 2000) throw new Error('never');
          return rdd;
        })
        .groupByKeyAndWindow(Seconds(2));
    const batches: FeedBatch<Letters>[] = [[['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]];
    expect((await batchByBatch(using, refusing, batches)).by).toEqual({ 1: [['a', [1]]], 4: [['a', [4, 8]]] });
    const failing: Grouped = (input) =>
      input
        .mapValues((n) => {
          if (n === 2) throw new Error('never');
          return n;
        })
        .groupByKeyAndWindow(Seconds(2));
    expect((await batchByBatch(using, failing, batches)).by).toEqual({
      1: [['a', [1]]],
      2: 'STAGE.FUNCTION_THREW',
      3: 'STAGE.FUNCTION_THREW',
      4: [['a', [4, 8]]],
    });
  });

  test('is not refused for a batch that has left it, though nobody could make that', async () => {
    const program: Grouped = (input) => input.transform((rdd) => rdd).groupByKeyAndWindow(Seconds(3), Seconds(2));
    const batches: FeedBatch<Letters>[] = [null, [['a', 2]], [['a', 3]], [['a', 4]]];
    expect((await batchByBatch(using, program, batches)).by).toEqual({ 4: [['a', [2, 3, 4]]] });
  });

  test('makes as many partitions as the default parallelism, as it is told, or those of a partitioner', async () => {
    const counts = (grouped: Grouped) => partitionCounts(using, (left) => grouped(left as never));
    expect(await counts((left) => left.groupByKeyAndWindow(Seconds(2)))).toEqual([2]);
    expect(await counts((left) => left.groupByKeyAndWindow(Seconds(2), undefined, 5))).toEqual([5]);
    const four = new HashPartitioner(4);
    expect(await counts((left) => left.groupByKeyAndWindow(Seconds(2), Seconds(1), four))).toEqual([4]);
  });

  test('refuses at the call what is no length, no slide and no partition count', async () => {
    const bad = (program: Grouped) =>
      failureOf(run<Letters, [string, number[]]>((_ssc, input) => program(input), [], { using }));
    expect(await bad((input) => input.groupByKeyAndWindow('1500 milliseconds'))).toMatchInlineSnapshot(`
      "UsageError: [WINDOW.NOT_A_MULTIPLE] The window of groupByKeyAndWindow is 1500 ms, which is not a multiple of 1000 ms.
        why  A window is made of whole batches of its parent, which has one each slide.
        fix  Use a multiple of 1000 ms."
    `);
    expect(await bad((input) => input.groupByKeyAndWindow(Seconds(2), Seconds(0)))).toMatchInlineSnapshot(`
      "UsageError: [DURATION.NOT_POSITIVE] groupByKeyAndWindow was given a duration of 0 ms.
        why  It says how long or how often, so it must be longer than 0 ms.
        fix  Give it a longer one: Seconds(10)."
    `);
    expect(await bad((input) => input.groupByKeyAndWindow(Seconds(2), undefined, 0))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_COUNT] groupByKeyAndWindow was asked for 0 partitions or parts.
        why  It takes a whole number of at least 1.
        fix  Leave it out for the default, or say how many."
    `);
  });

  test('wants pairs', async () => {
    const program = (input: DStream<string>) => (input as never as DStream<Letters>).groupByKeyAndWindow(Seconds(2));
    expect(
      await failureOf(run<string, [string, number[]]>((_ssc, input) => program(input), [['to be']], { using })),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] groupByKeyAndWindow was given "to be", which is no [key, value] pair, in batch 1000 ms, groupByKeyAndWindow (group-by-key-and-window.test.ts:…).
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).groupByKeyAndWindow(…)
        at   feed → groupByKeyAndWindow (group-by-key-and-window.test.ts:…)"
    `);
  });
});

test('groupByKeyAndWindow needs no checkpoint directory', async () => {
  expect(await refusedAtStart((input) => input.groupByKeyAndWindow(Seconds(2)))).toBeUndefined();
});

describe('a late output', () => {
  test.each([2, 3, 4])('reads the window of its own batch, among %i jobs at a time', async (concurrentJobs) => {
    const batches: FeedBatch<Letters>[] = [1, 2, 3, 4, 5, 6, 7].map((n) => [['a', n]]);
    const program: Grouped = (input) => input.groupByKeyAndWindow(Seconds(2));
    const reads = inOrder(await lateReads(concurrentJobs, program, batches));
    expect(reads.slice(1, 7)).toEqual([2, 3, 4, 5, 6, 7].map((n) => [n, [['a', [n - 1, n]]]]));
  });
});
