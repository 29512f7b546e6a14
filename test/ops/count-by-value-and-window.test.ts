import { type DStream, Seconds } from 'firesteel';
import { type FeedBatch, run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { batchByBatch, rowsBySecond } from './batch-by-batch.ts';
import { inOrder, lateReads } from './late-reads.ts';
import { engines, failureOf } from './on-both.ts';
import { partitionCounts } from './side-by-side.ts';
import { refusedAtStart } from './started.ts';

describe.each(engines)('countByValueAndWindow, on the %s,', (using) => {
  const shown = (length: number, slide: number, batches: readonly FeedBatch<string>[]) =>
    rowsBySecond(
      using,
      (input: DStream<string>) => input.countByValueAndWindow(Seconds(length), Seconds(slide)),
      batches,
    );

  test('counts how often each row is in the window; rows that have left it are gone', async () => {
    expect(await shown(2, 1, [['a', 'b', 'a'], ['a'], [], ['b'], [], []])).toEqual({
      1: [
        ['a', 2],
        ['b', 1],
      ],
      2: [
        ['a', 3],
        ['b', 1],
      ],
      3: [['a', 1]],
      4: [['b', 1]],
      5: [['b', 1]],
      6: [],
    });
  });

  test('slides by more than a batch, and by more than its length', async () => {
    const batches = [['a'], ['b', 'a'], ['b'], ['a'], ['c'], ['a', 'a']];
    expect(await shown(3, 2, batches)).toEqual({
      2: [
        ['a', 2],
        ['b', 1],
      ],
      4: [
        ['a', 2],
        ['b', 2],
      ],
      6: [
        ['a', 3],
        ['c', 1],
      ],
    });
    expect(await shown(1, 3, batches)).toEqual({ 3: [['b', 1]], 6: [['a', 2]] });
  });

  test('is empty where its batches are, or have no RDD', async () => {
    expect(await shown(1, 1, [null, [], ['a'], null, []])).toEqual({ 1: [], 2: [], 3: [['a', 1]], 4: [], 5: [] });
  });

  test('counts rows that are equal by value as one', async () => {
    const program = (input: DStream<never>) => input.countByValueAndWindow(Seconds(2), Seconds(1));
    const batches = [
      [['a', 1], Number.NaN, new Date(5), null],
      [['a', 1], Number.NaN, new Date(5), null],
    ] as never[][];
    const by = await rowsBySecond<never, [unknown, number]>(using, program as never, batches);
    expect((by[2] as [unknown, number][]).map(([, count]) => count)).toEqual([2, 2, 2, 2]);
  });

  test('is applied once where a function before it failed once', async () => {
    let failures = 0;
    const program = (input: DStream<string>) =>
      input
        .map((row) => {
          if (row === 'b' && failures === 0) {
            failures += 1;
            throw new Error('not yet');
          }
          return row;
        })
        .countByValueAndWindow(Seconds(2), Seconds(1));
    const { by } = await batchByBatch(using, program, [['a'], ['b'], ['b'], []]);
    expect(by).toEqual({ 1: [['a', 1]], 2: 'STAGE.FUNCTION_THREW', 3: [['b', 2]], 4: [['b', 1]] });
  });

  test('makes as many partitions as the default parallelism, or as it is told', async () => {
    expect(await partitionCounts(using, (left) => left.countByValueAndWindow(Seconds(2), Seconds(1)))).toEqual([2]);
    expect(await partitionCounts(using, (left) => left.countByValueAndWindow(Seconds(2), Seconds(1), 5))).toEqual([5]);
  });

  test('refuses at the call what is no length, no slide and no partition count', async () => {
    const bad = (length: string, slide: string, partitions?: number) =>
      failureOf(
        run<string, [string, number]>((_ssc, input) => input.countByValueAndWindow(length, slide, partitions), [], {
          using,
        }),
      );
    expect(await bad('1500 milliseconds', '1 second')).toMatchInlineSnapshot(`
      "UsageError: [WINDOW.NOT_A_MULTIPLE] The window of countByValueAndWindow is 1500 ms, which is not a multiple of 1000 ms.
        why  A window is made of whole batches of its parent, which has one each slide.
        fix  Use a multiple of 1000 ms."
    `);
    expect(await bad('2 seconds', '0 seconds')).toMatchInlineSnapshot(`
      "UsageError: [DURATION.NOT_POSITIVE] countByValueAndWindow was given a duration of 0 ms.
        why  It says how long or how often, so it must be longer than 0 ms.
        fix  Give it a longer one: Seconds(10)."
    `);
    expect(await bad('2 seconds', '1 second', 0)).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_COUNT] countByValueAndWindow was asked for 0 partitions or parts.
        why  It takes a whole number of at least 1.
        fix  Leave it out for the default, or say how many."
    `);
  });

  test('refuses rows that are no values', async () => {
    const program = (input: DStream<never>) => input.countByValueAndWindow(Seconds(2), Seconds(1));
    const ran = run<never, [never, number]>((_ssc, input) => program(input), [[() => 1] as never[]], { using });
    expect(await failureOf(ran)).toMatchInlineSnapshot(`
      "UsageError: [KEY.NOT_A_VALUE] A key is, or holds, a function: [Function (anonymous)].
        why  Keys are equal by value, on every machine, and this has no value that firesteel could compare.
        fix  Key by plain data: text, numbers, booleans, null, tuples, plain objects, dates or bytes."
    `);
  });
});

test('countByValueAndWindow is refused at start without a checkpoint directory', async () => {
  expect(await refusedAtStart((input) => input.countByValueAndWindow(Seconds(2), Seconds(1)))).toMatchInlineSnapshot(`
    "UsageError: [CHECKPOINT.NO_DIRECTORY] countByValueAndWindow is to be checkpointed, and the checkpoint directory has not been set.
      why  There is nowhere to write its rows down.
      fix  Set it before start(): ssc.checkpoint(directory).
      at   countByValueAndWindow (count-by-value-and-window.test.ts:…)"
  `);
});

describe('a late output', () => {
  test.each([2, 3, 4])('reads the window of its own batch, among %i jobs at a time', async (concurrentJobs) => {
    const program = (input: DStream<number>) => input.countByValueAndWindow(Seconds(1), Seconds(1));
    const reads = inOrder(await lateReads(concurrentJobs, program, [[1], [2], [3], [4], [5], [6], [7]]));
    expect(reads.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => [n, [[n, 1]]]));
  });
});
