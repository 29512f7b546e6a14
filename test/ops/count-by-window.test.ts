import { type DStream, Seconds } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { batchByBatch, rowsBySecond } from './batch-by-batch.ts';
import { inOrder, lateReads } from './late-reads.ts';
import { engines, failureOf } from './on-both.ts';
import { refusedAtStart } from './started.ts';

type Rows = readonly unknown[] | null;

describe.each(engines)('countByWindow, on the %s,', (using) => {
  const shown = (length: number, slide: number, batches: readonly Rows[]) =>
    rowsBySecond(
      using,
      (input: DStream<string>) => input.countByWindow(Seconds(length), Seconds(slide)),
      batches as never,
    );

  test('counts the rows of every window', async () => {
    expect(await shown(3, 1, [['a', 'b'], ['a'], [], ['c', 'd', 'e'], []])).toEqual({
      1: [2],
      2: [3],
      3: [3],
      4: [4],
      5: [3],
    });
  });

  test('shows nothing before the first row, and 0 for every empty window behind it', async () => {
    expect(await shown(1, 1, [[], null, ['a'], [], null, ['b', 'c']])).toEqual({
      1: [],
      2: [],
      3: [1],
      4: [0],
      5: [0],
      6: [2],
    });
  });

  test('slides by more than a batch, and by more than its length', async () => {
    const batches = [['a'], ['b', 'c'], [], ['d'], ['e'], ['f', 'g', 'h']];
    expect(await shown(3, 2, batches)).toEqual({ 2: [3], 4: [3], 6: [5] });
    expect(await shown(1, 3, batches)).toEqual({ 3: [], 6: [3] });
    expect(await shown(2, 3, batches)).toEqual({ 3: [2], 6: [4] });
  });

  test('counts rows of any kind', async () => {
    expect(
      await shown(2, 1, [
        [undefined, null, Number.NaN],
        [[], {}],
      ]),
    ).toEqual({ 1: [3], 2: [5] });
  });

  test('goes over a window', async () => {
    const program = (input: DStream<string>) => input.window(Seconds(2)).countByWindow(Seconds(2), Seconds(1));
    expect(await rowsBySecond(using, program, [['a'], ['b'], [], []])).toEqual({ 1: [1], 2: [3], 3: [3], 4: [1] });
  });

  test('is applied once where a function before it failed once', async () => {
    let failures = 0;
    const program = (input: DStream<string>) =>
      input
        .filter((row) => {
          if (row === 'b' && failures === 0) {
            failures += 1;
            throw new Error('not yet');
          }
          return true;
        })
        .countByWindow(Seconds(2), Seconds(1));
    const { by } = await batchByBatch(using, program, [['a'], ['b'], ['c', 'd'], []]);
    expect(by).toEqual({ 1: [1], 2: 'STAGE.FUNCTION_THREW', 3: [3], 4: [2] });
  });

  test('never takes a refused batch for an empty one, though it has left the window', async () => {
    const program = (input: DStream<string>) =>
      input
        .transform((rdd, time) => {
          if (time.milliseconds === 1000) throw new Error('never');
          return rdd;
        })
        .countByWindow(Seconds(3), Seconds(2));
    const { by, failure } = await batchByBatch(using, program, [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]);
    expect(by).toEqual({});
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [BATCH.PLAN_THREW] transform threw while batch 1000 ms was planned: never
        why  Functions of transform, and sources that are asked, run on the driver before the batch does; without them it cannot be.
        fix  Look at the cause below. Later batches go on; the outputs of this one did not run.
        at   transform (count-by-window.test.ts:…)"
    `);
  });

  test('refuses at the call what is no length and no slide', async () => {
    const bad = (length: string, slide: string) =>
      failureOf(run<string, number>((_ssc, input) => input.countByWindow(length, slide), [], { using }));
    expect(await bad('1500 milliseconds', '1 second')).toMatchInlineSnapshot(`
      "UsageError: [WINDOW.NOT_A_MULTIPLE] The window of countByWindow is 1500 ms, which is not a multiple of 1000 ms.
        why  A window is made of whole batches of its parent, which has one each slide.
        fix  Use a multiple of 1000 ms."
    `);
    expect(await bad('2 seconds', '1500 milliseconds')).toMatchInlineSnapshot(`
      "UsageError: [WINDOW.NOT_A_MULTIPLE] The slide of countByWindow is 1500 ms, which is not a multiple of 1000 ms.
        why  A window is made of whole batches of its parent, which has one each slide.
        fix  Use a multiple of 1000 ms."
    `);
    expect(await bad('0 seconds', '1 second')).toMatchInlineSnapshot(`
      "UsageError: [DURATION.NOT_POSITIVE] countByWindow was given a duration of 0 ms.
        why  It says how long or how often, so it must be longer than 0 ms.
        fix  Give it a longer one: Seconds(10)."
    `);
  });
});

test('countByWindow is refused at start without a checkpoint directory', async () => {
  expect(await refusedAtStart((input) => input.countByWindow(Seconds(2), Seconds(1)))).toMatchInlineSnapshot(`
    "UsageError: [CHECKPOINT.NO_DIRECTORY] countByWindow is to be checkpointed, and the checkpoint directory has not been set.
      why  There is nowhere to write its rows down.
      fix  Set it before start(): ssc.checkpoint(directory).
      at   countByWindow (count-by-window.test.ts:…)"
  `);
});

describe('a late output', () => {
  test.each([2, 3, 4])('reads the window of its own batch, among %i jobs at a time', async (concurrentJobs) => {
    const program = (input: DStream<number>) => input.countByWindow(Seconds(1), Seconds(1));
    const batches = [1, 2, 3, 4, 5, 6, 7].map((n) => Array.from({ length: n }, () => n));
    const reads = inOrder(await lateReads(concurrentJobs, program, batches));
    expect(reads.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => [n, [n]]));
  });
});
