import { type DStream, Seconds } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { batchByBatch, rowsBySecond } from './batch-by-batch.ts';
import { inOrder, lateReads } from './late-reads.ts';
import { engines, failureOf, unhandledIn } from './on-both.ts';
import { refusedAtStart } from './started.ts';

type Numbers = (input: DStream<number>) => DStream<number>;
const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;

describe.each(engines)('reduceByWindow, on the %s,', (using) => {
  const shown = (program: Numbers, batches: readonly (readonly number[] | null)[]) =>
    rowsBySecond(using, program, batches);

  describe.each<[string, (length: number, slide: number) => Numbers]>([
    ['without an inverse', (length, slide) => (input) => input.reduceByWindow(add, Seconds(length), Seconds(slide))],
    [
      'with an inverse',
      (length, slide) => (input) => input.reduceByWindow(add, subtract, Seconds(length), Seconds(slide)),
    ],
  ])('%s,', (_name, windowed) => {
    test('merges all rows of a window into one', async () => {
      expect(await shown(windowed(3, 1), [[1, 2], [4], [], [8], [16]])).toEqual({
        1: [3],
        2: [7],
        3: [7],
        4: [12],
        5: [24],
      });
    });

    test('slides by more than a batch, and by more than its length', async () => {
      const batches = [[1], [2], [4], [8], [16], [32]];
      expect(await shown(windowed(3, 2), batches)).toEqual({ 2: [3], 4: [14], 6: [56] });
      expect(await shown(windowed(1, 3), batches)).toEqual({ 3: [4], 6: [32] });
    });

    test('shows an empty window before the first row, and passes over batches without an RDD', async () => {
      expect(await shown(windowed(2, 1), [null, [], [1], null, [2]])).toEqual({ 1: [], 2: [], 3: [1], 4: [1], 5: [2] });
    });

    test('goes over a window of its own kind', async () => {
      const twice: Numbers = (input) => windowed(2, 1)(windowed(2, 1)(input));
      expect(await shown(twice, [[1], [2], [4]])).toEqual({ 1: [1], 2: [4], 3: [9] });
    });

    test('has one partition', async () => {
      const counts: number[] = [];
      await run<number, number>(
        (_ssc, input) => {
          windowed(2, 1)(input).foreachRDD((rdd) => void counts.push(rdd.getNumPartitions()));
          return input;
        },
        [[1, 2, 3], []],
        { using, partitions: 3 },
      );
      expect(counts).toEqual([1, 1]);
    });

    test("refuses a promise, and no rejection is nobody's", async () => {
      const promised = (async () => Promise.reject(new Error('no'))) as never;
      const failing = (): Promise<unknown> =>
        run<number, number>((_ssc, input) => input.reduceByWindow(promised, Seconds(2), Seconds(1)), [[1], [2]], {
          using,
        });
      await expect(failing()).rejects.toHaveProperty('code', 'STAGE.RETURNED_PROMISE');
      expect(await unhandledIn(failing)).toEqual([]);
    });
  });

  test('without an inverse is empty where its window is', async () => {
    const program: Numbers = (input) => input.reduceByWindow(add, Seconds(1), Seconds(1));
    expect(await shown(program, [[1], [], [2]])).toEqual({ 1: [1], 2: [], 3: [2] });
  });

  test('without an inverse merges in the order of time', async () => {
    const program = (input: DStream<string>) => input.reduceByWindow((a, b) => a + b, Seconds(2), Seconds(1));
    expect(await rowsBySecond(using, program, [['a', 'b'], ['c'], ['d']])).toEqual({
      1: ['ab'],
      2: ['abc'],
      3: ['cd'],
    });
  });

  test('with an inverse shows what is neutral where its window is empty, once there was a row', async () => {
    const program: Numbers = (input) => input.reduceByWindow(add, subtract, Seconds(1), Seconds(1));
    expect(await shown(program, [[], [1], [], [2]])).toEqual({ 1: [], 2: [1], 3: [0], 4: [2] });
  });

  test('with an inverse applies a batch that failed before the next one, and applies it once', async () => {
    let failures = 0;
    const program: Numbers = (input) =>
      input.reduceByWindow(
        add,
        (a, b) => {
          if (b === 1 && failures < 2) {
            failures += 1;
            throw new Error('not yet');
          }
          return a - b;
        },
        Seconds(2),
        Seconds(1),
      );
    const { by, failure } = await batchByBatch(using, program, [[1], [2], [4], [8], [16]]);
    expect(by).toEqual({ 1: [1], 2: [3], 3: 'STAGE.FUNCTION_THREW', 4: 'STATE.STEP_FAILED', 5: [24] });
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [STATE.STEP_FAILED] The state of reduceByWindow could not be brought to batch 3000 ms: [STAGE.FUNCTION_THREW] The function of reduceByWindow threw in batch 4000 ms, reduceByWindow (reduce-by-window.test.ts:…): not yet
        why  It was given the row [ null, 1 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → reduceByWindow (reduce-by-window.test.ts:…)
        why  What that batch held is applied before anything later is; it failed then, and failed again now.
        fix  Make the function answer for what that batch held: every batch tries it again.
        at   reduceByWindow (reduce-by-window.test.ts:…)"
    `);
  });

  test('without an inverse fails while what it fails for is in its window', async () => {
    const program: Numbers = (input) =>
      input.reduceByWindow(
        (a, b) => {
          if (a === 2 || b === 2) throw new Error('never');
          return a + b;
        },
        Seconds(2),
        Seconds(1),
      );
    const { by, failure } = await batchByBatch(using, program, [[1], [2], [4], [8]]);
    expect(by).toEqual({ 1: [1], 2: 'STAGE.FUNCTION_THREW', 3: 'STAGE.FUNCTION_THREW', 4: [12] });
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduceByWindow threw in batch 3000 ms, reduceByWindow (reduce-by-window.test.ts:…): never
        why  It was given the row [ null, 4 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → reduceByWindow (reduce-by-window.test.ts:…)"
    `);
  });

  test('refuses at the call what is no length, no slide and no function', async () => {
    const bad = (program: Numbers) => failureOf(run<number, number>((_ssc, input) => program(input), [], { using }));
    const half = '1500 milliseconds';
    expect(await bad((input) => input.reduceByWindow(add, half, Seconds(1)))).toMatchInlineSnapshot(`
      "UsageError: [WINDOW.NOT_A_MULTIPLE] The window of reduceByWindow is 1500 ms, which is not a multiple of 1000 ms.
        why  A window is made of whole batches of its parent, which has one each slide.
        fix  Use a multiple of 1000 ms."
    `);
    expect(await bad((input) => input.reduceByWindow(add, subtract, Seconds(2), half))).toMatchInlineSnapshot(`
      "UsageError: [WINDOW.NOT_A_MULTIPLE] The slide of reduceByWindow is 1500 ms, which is not a multiple of 1000 ms.
        why  A window is made of whole batches of its parent, which has one each slide.
        fix  Use a multiple of 1000 ms."
    `);
    expect(await bad((input) => input.reduceByWindow(null as never, Seconds(2), Seconds(1)))).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] reduceByWindow was given null where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .reduceByWindow((row) => …)"
    `);
  });
});

test('reduceByWindow needs a checkpoint directory with an inverse, and none without', async () => {
  const values = (input: DStream<[string, number]>) => input.map(([, n]) => n);
  expect(await refusedAtStart((input) => values(input).reduceByWindow(add, Seconds(2), Seconds(1)))).toBeUndefined();
  expect(
    await refusedAtStart((input) => values(input).reduceByWindow(add, subtract, Seconds(2), Seconds(1))),
  ).toMatchInlineSnapshot(`
    "UsageError: [CHECKPOINT.NO_DIRECTORY] reduceByWindow is to be checkpointed, and the checkpoint directory has not been set.
      why  There is nowhere to write its rows down.
      fix  Set it before start(): ssc.checkpoint(directory).
      at   reduceByWindow (reduce-by-window.test.ts:…)"
  `);
});

describe('a late output', () => {
  test.each([2, 3, 4])('reads the window of its own batch, among %i jobs at a time', async (concurrentJobs) => {
    const program: Numbers = (input) => input.reduceByWindow(add, subtract, Seconds(2), Seconds(1));
    const reads = inOrder(await lateReads(concurrentJobs, program, [[1], [2], [4], [8], [16], [32], [64]]));
    expect(reads.slice(0, 7)).toEqual([1, 3, 6, 12, 24, 48, 96].map((n, i) => [i + 1, [n]]));
  });
});
