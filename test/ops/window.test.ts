import { type DStream, Milliseconds, Seconds, StorageLevel } from 'firesteel';
import { run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { batchByBatch, rowsBySecond } from './batch-by-batch.ts';
import { engines, failureOf } from './on-both.ts';

describe.each(engines)('window, on the %s,', (using) => {
  const windowOf = (length: number, slide: number | undefined, batches: readonly (readonly number[] | null)[]) =>
    rowsBySecond<number, number>(
      using,
      (input) => input.window(Seconds(length), slide === undefined ? undefined : Seconds(slide)),
      batches,
    );

  test('shows the rows of all its batches, in every batch, the first ones as far as there are', async () => {
    expect(await windowOf(3, undefined, [[1], [2], [3], [4], [5]])).toEqual({
      1: [1],
      2: [1, 2],
      3: [1, 2, 3],
      4: [2, 3, 4],
      5: [3, 4, 5],
    });
  });

  test('slides by more than a batch, counted from zero time', async () => {
    expect(await windowOf(3, 2, [[1], [2], [3], [4], [5], [6], [7]])).toEqual({
      2: [1, 2],
      4: [2, 3, 4],
      6: [4, 5, 6],
    });
  });

  test('leaves out batches where it slides by more than its length', async () => {
    expect(await windowOf(1, 3, [[1], [2], [3], [4], [5], [6]])).toEqual({ 3: [3], 6: [6] });
  });

  test('is empty, and not missing, where its batches are', async () => {
    expect(await windowOf(2, undefined, [[], [1], [], [], []])).toEqual({ 1: [], 2: [1], 3: [1], 4: [], 5: [] });
  });

  test('passes over batches without an RDD', async () => {
    expect(await windowOf(2, undefined, [null, null, [3], null, null, [6]])).toEqual({
      1: [],
      2: [],
      3: [3],
      4: [3],
      5: [],
      6: [6],
    });
  });

  test('shows rows in the order of time, then of partitions', async () => {
    const shown = await run<number, number>(
      (_ssc, input) => input.window(Seconds(2)),
      [
        [3, 1],
        [2, 0],
      ],
      { using },
    );
    expect(shown).toEqual([
      [3, 1],
      [3, 1, 2, 0],
    ]);
  });

  test('has a partition for each of its batches', async () => {
    const counts: number[] = [];
    await run<number, number>(
      (_ssc, input) => {
        input.window(Seconds(3)).foreachRDD((rdd) => void counts.push(rdd.getNumPartitions()));
        return input;
      },
      [null, [1], null, [2]],
      { using, partitions: 2 },
    );
    expect(counts).toEqual([1, 2, 2, 4]);
  });

  test('over a window shows rows as often as the inner one does', async () => {
    const program = (input: DStream<number>) => input.window(Seconds(2)).window(Seconds(2));
    expect(await rowsBySecond(using, program, [[1], [2], [3], [], []])).toEqual({
      1: [1],
      2: [1, 1, 2],
      3: [1, 2, 2, 3],
      4: [2, 3, 3],
      5: [3],
    });
  });

  test('over a window that slides counts from the slides of that', async () => {
    const program = (input: DStream<number>) => input.window(Seconds(2), Seconds(2)).window(Seconds(4), Seconds(4));
    const batches = [[1], [2], [3], [4], [5], [6], [7], [8]];
    expect(await rowsBySecond(using, program, batches)).toEqual({ 4: [1, 2, 3, 4], 8: [5, 6, 7, 8] });
  });

  test('calls the functions before it once for each row, however many windows the row is in', async () => {
    let calls = 0;
    const program = (input: DStream<number>) =>
      input
        .map((n) => {
          calls += 1;
          return n;
        })
        .window(Seconds(3));
    await rowsBySecond(using, program, [[1], [2], [3], [4]]);
    expect(calls).toBe(4);
  });

  test('that the program persists is computed once for all outputs', async () => {
    let calls = 0;
    await rowsBySecond<number, number>(
      using,
      (input) => {
        const shown = input
          .window(Seconds(2))
          .map((n) => {
            calls += 1;
            return n;
          })
          .persist(StorageLevel.MEMORY_ONLY);
        shown.foreachRDD((rdd) => rdd.count());
        return shown;
      },
      [[1], [2], [3]],
    );
    expect(calls).toBe(5); // Windows of one, two and two rows.
  });

  test('is missing where a function before it throws, until that batch has left it', async () => {
    const program = (input: DStream<number>) =>
      input
        .map((n) => {
          if (n === 2) throw new Error('a two');
          return n;
        })
        .window(Seconds(2));
    const { by, failure } = await batchByBatch<number, number>(using, program, [[1], [2], [3], [4]]);
    expect(by).toEqual({ 1: [1], 2: 'STAGE.FUNCTION_THREW', 3: 'STAGE.FUNCTION_THREW', 4: [3, 4] });
    expect(failure).toBeUndefined(); // Who looks at it has taken the error for an answer.
  });

  test('is whole again as soon as a function that threw once does not any more', async () => {
    let hasThrown = false;
    const program = (input: DStream<number>) =>
      input
        .map((n) => {
          if (n === 2 && !hasThrown) {
            hasThrown = true;
            throw new Error('not yet');
          }
          return n;
        })
        .window(Seconds(3));
    const { by } = await batchByBatch<number, number>(using, program, [[1], [2], [3], [4]]);
    expect(by).toEqual({ 1: [1], 2: 'STAGE.FUNCTION_THREW', 3: [1, 2, 3], 4: [2, 3, 4] });
  });

  test('asks its parent again for a batch that was refused, and is whole when that succeeds', async () => {
    let asked = 0;
    const program = (input: DStream<number>) =>
      input
        .transform((rdd, time) => {
          if (time.milliseconds !== 2000) return rdd;
          asked += 1;
          if (asked === 1) throw new Error('not yet');
          return rdd;
        })
        .window(Seconds(2));
    const { by } = await batchByBatch<number, number>(using, program, [[1], [2], [3], [4]]);
    expect(by).toEqual({ 1: [1], 3: [2, 3], 4: [3, 4] });
    expect(asked).toBe(2);
  });

  test('refuses every batch whose window holds a refused one', async () => {
    const program = (input: DStream<number>) =>
      input
        .transform((rdd, time) => {
          if (time.milliseconds === 2000) throw new Error('never');
          return rdd;
        })
        .window(Seconds(2));
    const { by, failure } = await batchByBatch<number, number>(using, program, [[1], [2], [3], [4]]);
    expect(by).toEqual({ 1: [1], 4: [3, 4] });
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [BATCH.PLAN_THREW] transform threw while batch 2000 ms was planned: never
        why  Functions of transform, and sources that are asked, run on the driver before the batch does; without them it cannot be.
        fix  Look at the cause below. Later batches go on; the outputs of this one did not run.
        at   transform (window.test.ts:…)"
    `);
  });

  test('wants a length that is a multiple of the batch', async () => {
    const program = (input: DStream<number>) => input.window(Milliseconds(1500));
    expect(await failureOf(run<number, number>((_ssc, input) => program(input), [], { using }))).toMatchInlineSnapshot(`
      "UsageError: [WINDOW.NOT_A_MULTIPLE] The window of window is 1500 ms, which is not a multiple of 1000 ms.
        why  A window is made of whole batches of its parent, which has one each slide.
        fix  Use a multiple of 1000 ms."
    `);
  });

  test('wants a slide that is a multiple of the batch', async () => {
    const program = (input: DStream<number>) => input.window(Seconds(2), Milliseconds(1500));
    expect(await failureOf(run<number, number>((_ssc, input) => program(input), [], { using }))).toMatchInlineSnapshot(`
      "UsageError: [WINDOW.NOT_A_MULTIPLE] The slide of window is 1500 ms, which is not a multiple of 1000 ms.
        why  A window is made of whole batches of its parent, which has one each slide.
        fix  Use a multiple of 1000 ms."
    `);
  });

  test('wants lengths that are multiples of the slide of a window before it', async () => {
    const program = (input: DStream<number>) => input.window(Seconds(2), Seconds(2)).window(Seconds(3));
    expect(await failureOf(run<number, number>((_ssc, input) => program(input), [], { using }))).toMatchInlineSnapshot(`
      "UsageError: [WINDOW.NOT_A_MULTIPLE] The window of window is 3000 ms, which is not a multiple of 2000 ms.
        why  A window is made of whole batches of its parent, which has one each slide.
        fix  Use a multiple of 2000 ms."
    `);
  });

  test('wants durations that are more than nothing', async () => {
    const none = (input: DStream<number>) => input.window(Seconds(0));
    const ran = run<number, number>((_ssc, input) => none(input), [], { using });
    expect(await failureOf(ran)).toMatchInlineSnapshot(`
      "UsageError: [DURATION.NOT_POSITIVE] window was given a duration of 0 ms.
        why  It says how long or how often, so it must be longer than 0 ms.
        fix  Give it a longer one: Seconds(10)."
    `);
    const slide = run<number, number>((_ssc, input) => input.window(Seconds(1), Seconds(-1)), [], { using });
    await expect(slide).rejects.toMatchObject({ code: 'DURATION.NOT_POSITIVE' });
  });

  test('takes durations as text', async () => {
    const program = (input: DStream<number>) => input.window('2 seconds', '2 seconds');
    expect(await rowsBySecond(using, program, [[1], [2], [3], [4]])).toEqual({ 2: [1, 2], 4: [3, 4] });
  });
});

test('slices windows that it showed, for as long as they are remembered', async () => {
  const sizes: (number | string)[] = [];
  await run<number, number>(
    (ssc, input) => {
      ssc.remember(Seconds(2));
      const shown = input.window(Seconds(2));
      shown.foreachRDD(async (_rdd, time) => {
        const rdds = await shown.slice(time.minus(Seconds(1)), time);
        for (const rdd of rdds) sizes.push(await rdd.count());
      });
      return shown;
    },
    [[1], [2], [3]],
  );
  expect(sizes).toEqual([1, 1, 2, 2, 2]);
});
