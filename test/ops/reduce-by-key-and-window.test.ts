import { type DStream, HashPartitioner, Seconds } from 'firesteel';
import { type FeedBatch, run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { batchByBatch, rowsBySecond } from './batch-by-batch.ts';
import { inOrder, lateReads } from './late-reads.ts';
import { engines, failureOf, unhandledIn } from './on-both.ts';
import { partitionCounts } from './side-by-side.ts';
import { refusedAtStart } from './started.ts';

type Letters = [string, number];
type Program = (input: DStream<Letters>) => DStream<Letters>;
const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;
const some = ([, sum]: Letters): boolean => sum !== 0;

/** A pair of a key and a number in every batch. */
const each = (...batches: readonly (readonly [string, number][] | null)[]): FeedBatch<Letters>[] => [...batches];

describe.each(engines)('reduceByKeyAndWindow, on the %s,', (using) => {
  const shown = (program: Program, batches: readonly FeedBatch<Letters>[]) => rowsBySecond(using, program, batches);

  describe.each<[string, (length: number, slide: number) => Program]>([
    [
      'without an inverse',
      (length, slide) => (input) => input.reduceByKeyAndWindow(add, Seconds(length), Seconds(slide)),
    ],
    [
      'with an inverse and a filter of what is neutral',
      (length, slide) => (input) =>
        input.reduceByKeyAndWindow(add, subtract, Seconds(length), Seconds(slide), undefined, some),
    ],
  ])('%s,', (_name, windowed) => {
    test('merges the values of each key, the first windows as far as there are batches', async () => {
      const batches = each(
        [
          ['a', 1],
          ['a', 2],
          ['b', 10],
        ],
        [['a', 4]],
        [['b', 20]],
        [],
        [],
      );
      expect(await shown(windowed(3, 1), batches)).toEqual({
        1: [
          ['a', 3],
          ['b', 10],
        ],
        2: [
          ['a', 7],
          ['b', 10],
        ],
        3: [
          ['a', 7],
          ['b', 30],
        ],
        4: [
          ['a', 4],
          ['b', 20],
        ],
        5: [['b', 20]],
      });
    });

    test('slides by more than a batch', async () => {
      const batches = each([['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]], [['a', 16]], [['a', 32]], []);
      expect(await shown(windowed(3, 2), batches)).toEqual({ 2: [['a', 3]], 4: [['a', 14]], 6: [['a', 56]] });
    });

    test('slides by its length: every batch is in one window', async () => {
      const batches = each([['a', 1]], [['a', 2]], [], [], [['a', 16]], []);
      expect(await shown(windowed(2, 2), batches)).toEqual({ 2: [['a', 3]], 4: [], 6: [['a', 16]] });
    });

    // Spark counts such batches for the keys that were not in the window before.
    test('leaves out the batches between windows, where it slides by more than its length', async () => {
      const batches = each([['a', 1]], [['a', 2]], [['a', 4]], [['b', 8]], [['a', 16]], [['a', 32]]);
      expect(await shown(windowed(1, 3), batches)).toEqual({ 3: [['a', 4]], 6: [['a', 32]] });
      expect(await shown(windowed(2, 3), batches)).toEqual({ 3: [['a', 6]], 6: [['a', 48]] });
    });

    test('is empty, and not missing, where its batches are or have no RDD', async () => {
      const batches = each(null, [], [['a', 1]], null, null, [['a', 2]]);
      expect(await shown(windowed(2, 1), batches)).toEqual({
        1: [],
        2: [],
        3: [['a', 1]],
        4: [['a', 1]],
        5: [],
        6: [['a', 2]],
      });
    });

    test('takes a key in again that had left', async () => {
      const batches = each([['a', 1]], [], [['a', 2]], [], [['a', 4]], [['a', 8]]);
      expect(await shown(windowed(2, 1), batches)).toEqual({
        1: [['a', 1]],
        2: [['a', 1]],
        3: [['a', 2]],
        4: [['a', 2]],
        5: [['a', 4]],
        6: [['a', 12]],
      });
    });

    test('goes over a window of its own kind', async () => {
      const twice: Program = (input) => windowed(2, 1)(windowed(2, 1)(input));
      const batches = each([['a', 1]], [['a', 2]], [['a', 4]], []);
      expect(await shown(twice, batches)).toEqual({ 1: [['a', 1]], 2: [['a', 4]], 3: [['a', 9]], 4: [['a', 10]] });
    });

    test('takes keys for equal by value, across batches too', async () => {
      const keys = [['a', [1]], Number.NaN, new Date(5), null, -0];
      const again = [['a', [1]], Number.NaN, new Date(5), null, 0];
      const program = (input: DStream<[unknown, number]>) => windowed(2, 1)(input as DStream<never>);
      const by = await rowsBySecond(
        using,
        program as never,
        [keys, again].map((row) => row.map((key) => [key, 1])) as never,
      );
      const sums = (by[2] as [unknown, number][]).map(([, sum]) => sum);
      expect(sums).toEqual([2, 2, 2, 2, 2]);
    });

    test('refuses batches while a refused one is in its window; whole ones are as if nothing had been', async () => {
      const program: Program = (input) => {
        let hasThrown = false;
        const once = input.transform((rdd, time) => {
          if (time.milliseconds === 2000 && !hasThrown) {
            hasThrown = true;
            throw new Error('not yet');
          }
          return rdd;
        });
        return windowed(2, 1)(once);
      };
      const batches = each([['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]);
      const { by, failure } = await batchByBatch(using, program, batches);
      expect(by).toEqual({ 1: [['a', 1]], 3: [['a', 6]], 4: [['a', 12]] });
      expect(failure).toMatch(
        /^JobError: \[BATCH.PLAN_THREW\] transform threw while batch 2000 ms was planned: not yet/,
      );
    });

    test('is whole as soon as a function that threw does not any more', async () => {
      let hasThrown = false;
      const program: Program = (input) =>
        windowed(
          3,
          1,
        )(
          input.mapValues((n) => {
            if (n === 2 && !hasThrown) {
              hasThrown = true;
              throw new Error('not yet');
            }
            return n;
          }),
        );
      const batches = each([['a', 1]], [['a', 2]], [['a', 4]], [], []);
      const { by } = await batchByBatch(using, program, batches);
      expect(by).toEqual({ 1: [['a', 1]], 2: 'STAGE.FUNCTION_THREW', 3: [['a', 7]], 4: [['a', 6]], 5: [['a', 4]] });
    });

    test('wants pairs', async () => {
      const program = windowed(2, 1) as unknown as (input: DStream<string>) => DStream<Letters>;
      const { by, failure } = await batchByBatch<string, Letters>(using, program, [['to be']]);
      expect(by).toEqual({ 1: 'STAGE.NOT_A_PAIR' });
      expect(failure).toContain('[STAGE.NOT_A_PAIR] reduceByKeyAndWindow was given "to be"');
    });

    test("refuses a promise, and no rejection is nobody's", async () => {
      const promised = (async () => Promise.reject(new Error('no'))) as never;
      const failing = (): Promise<unknown> =>
        run<Letters, Letters>(
          (_ssc, input) => input.reduceByKeyAndWindow(promised, Seconds(2)),
          each([['a', 1]], [['a', 2]]),
          { using },
        );
      expect(await failureOf(failing)).toMatch(/^JobError: \[STAGE.RETURNED_PROMISE\]/);
      expect(await unhandledIn(failing)).toEqual([]);
    });

    test('has partitions of its own: as many as the default parallelism', async () => {
      const counts = await partitionCounts(using, (left) => windowed(2, 1)(left as never), [[['a', 1]], [], null]);
      expect(counts).toEqual([2, 2, 2]);
    });
  });

  test('makes as many partitions as it is told, or those of a partitioner', async () => {
    const place = { numPartitions: 3, getPartition: () => 2, equals: () => false };
    const counts = (windowed: (left: DStream<Letters>) => DStream<Letters>) =>
      partitionCounts(using, (left) => windowed(left as never));
    expect(await counts((left) => left.reduceByKeyAndWindow(add, Seconds(2), undefined, 5))).toEqual([5]);
    expect(await counts((left) => left.reduceByKeyAndWindow(add, Seconds(2), undefined, place))).toEqual([3]);
    expect(await counts((left) => left.reduceByKeyAndWindow(add, subtract, Seconds(2), undefined, 5))).toEqual([5]);
    const hash = new HashPartitioner(4);
    expect(await counts((left) => left.reduceByKeyAndWindow(add, subtract, Seconds(2), undefined, hash))).toEqual([4]);
  });

  test('slides with its parent unless it is told otherwise', async () => {
    const batches = each([['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]);
    const inner = (input: DStream<Letters>) => input.window(Seconds(2), Seconds(2));
    const plain: Program = (input) => inner(input).reduceByKeyAndWindow(add, Seconds(2));
    expect(await shown(plain, batches)).toEqual({ 2: [['a', 3]], 4: [['a', 12]] });
    const inverse: Program = (input) => inner(input).reduceByKeyAndWindow(add, subtract, Seconds(2));
    expect(await shown(inverse, batches)).toEqual({ 2: [['a', 3]], 4: [['a', 12]] });
  });

  test('without an inverse merges in the order of time', async () => {
    const program = (input: DStream<[string, string]>) => input.reduceByKeyAndWindow((a, b) => a + b, Seconds(3));
    const batches: FeedBatch<[string, string]>[] = [[['k', 'a']], [['k', 'b']], [['k', 'c']], [['k', 'd']]];
    expect(await rowsBySecond(using, program, batches)).toEqual({
      1: [['k', 'a']],
      2: [['k', 'ab']],
      3: [['k', 'abc']],
      4: [['k', 'bcd']],
    });
  });

  test('with an inverse keeps a key that has left with its neutral value', async () => {
    const program: Program = (input) => input.reduceByKeyAndWindow(add, subtract, Seconds(2));
    expect(await shown(program, each([['a', 1]], [], [], [['b', 2]], [], [['a', 5]]))).toEqual({
      1: [['a', 1]],
      2: [['a', 1]],
      3: [['a', 0]],
      4: [
        ['a', 0],
        ['b', 2],
      ],
      5: [
        ['a', 0],
        ['b', 2],
      ],
      6: [
        ['a', 5],
        ['b', 0],
      ],
    });
  });

  test('with an inverse takes out what left before it merges in what came, once a window', async () => {
    const calls: string[] = [];
    const program: Program = (input) =>
      input.reduceByKeyAndWindow(
        (a, b) => {
          calls.push(`${a} + ${b}`);
          return a + b;
        },
        (a, b) => {
          calls.push(`${a} - ${b}`);
          return a - b;
        },
        Seconds(2),
      );
    await shown(program, each([['a', 1]], [['a', 2]], [['a', 4]], [], []));
    expect(calls).toEqual(['1 + 2', '3 - 1', '2 + 4', '6 - 2', '4 - 4']);
  });

  // Spark's filter also forgets: windows 3 to 5 are empty there, and the batch of 6 s fails.
  test('with a filter shows what the filter takes of the whole window, whatever it dropped before', async () => {
    const program: Program = (input) =>
      input.reduceByKeyAndWindow(add, subtract, Seconds(3), undefined, undefined, ([, sum]) => sum > 2);
    const one: [string, number][] = [['a', 1]];
    expect(await shown(program, each(one, one, one, one, one, [], [], one, one, one))).toEqual({
      1: [],
      2: [],
      3: [['a', 3]],
      4: [['a', 3]],
      5: [['a', 3]],
      6: [],
      7: [],
      8: [],
      9: [],
      10: [['a', 3]],
    });
  });

  test.each(['f', 'inverse', 'filter'] as const)(
    'applies a batch in which %s threw once before the next one, and applies it once',
    async (which) => {
      let failures = 0;
      const failing =
        <A extends readonly unknown[], R>(name: string, f: (...args: A) => R, isDue: (...args: A) => boolean) =>
        (...args: A): R => {
          if (name === which && isDue(...args) && failures === 0) {
            failures += 1;
            throw new Error('not yet');
          }
          return f(...args);
        };
      const program: Program = (input) =>
        input.reduceByKeyAndWindow(
          failing('f', add, (_a, b) => b === 4),
          failing('inverse', subtract, (_a, b) => b === 1),
          Seconds(2),
          undefined,
          undefined,
          failing('filter', some, ([key]) => key === 'b'),
        );
      const batches = each(
        [
          ['a', 1],
          ['b', 100],
        ],
        [['a', 2]],
        [['a', 4]],
        [['a', 8]],
        [['a', 16]],
      );
      const { by } = await batchByBatch(using, program, batches);
      const bad = Object.entries(by).filter(([, rows]) => typeof rows === 'string');
      expect(bad).toHaveLength(1);
      const whole: Record<number, unknown> = {
        1: [
          ['a', 1],
          ['b', 100],
        ],
        2: [
          ['a', 3],
          ['b', 100],
        ],
        3: [['a', 6]],
        4: [['a', 12]],
        5: [['a', 24]],
      };
      expect({ ...by, ...Object.fromEntries(bad) }).toEqual({ ...whole, ...Object.fromEntries(bad) });
      expect(failures).toBe(1);
    },
  );

  test('with an inverse never leaves out a batch that fails: those behind it fail too, and name it', async () => {
    const program: Program = (input) =>
      input.reduceByKeyAndWindow(
        add,
        (a, b) => {
          if (b === 1) throw new Error('cannot take 1 out');
          return a - b;
        },
        Seconds(2),
      );
    const batches = each([['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]], [['b', 16]]);
    const { by, failure } = await batchByBatch(using, program, batches);
    expect(by).toEqual({
      1: [['a', 1]],
      2: [['a', 3]],
      3: 'STAGE.FUNCTION_THREW',
      4: 'STATE.STEP_FAILED',
      5: 'STATE.STEP_FAILED',
    });
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [STATE.STEP_FAILED] The state of reduceByKeyAndWindow could not be brought to batch 3000 ms: [STAGE.FUNCTION_THREW] The function of reduceByKeyAndWindow threw in batch 5000 ms, reduceByKeyAndWindow (reduce-by-key-and-window.test.ts:…): cannot take 1 out
        why  It was given the row [ 'a', 1 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → reduceByKeyAndWindow (reduce-by-key-and-window.test.ts:…)
        why  What that batch held is applied before anything later is; it failed then, and failed again now.
        fix  Make the function answer for what that batch held: every batch tries it again.
        at   reduceByKeyAndWindow (reduce-by-key-and-window.test.ts:…)"
    `);
  });

  test('without an inverse fails while the rows that it fails for are in the window', async () => {
    const program: Program = (input) =>
      input.reduceByKeyAndWindow((a, b) => {
        if (b === 2) throw new Error('cannot merge 2');
        return a + b;
      }, Seconds(2));
    const batches = each([['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]);
    const { by, failure } = await batchByBatch(using, program, batches);
    expect(by).toEqual({ 1: [['a', 1]], 2: 'STAGE.FUNCTION_THREW', 3: [['a', 6]], 4: [['a', 12]] });
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduceByKeyAndWindow threw in batch 2000 ms, reduceByKeyAndWindow (reduce-by-key-and-window.test.ts:…): cannot merge 2
        why  It was given the row [ 'a', 2 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → reduceByKeyAndWindow (reduce-by-key-and-window.test.ts:…)"
    `);
  });

  test('refuses a batch of which a window with an inverse knows nothing, for ever', async () => {
    const program: Program = (input) =>
      input
        .transform((rdd, time) => {
          if (time.milliseconds === 2000) throw new Error('never');
          return rdd;
        })
        .reduceByKeyAndWindow(add, subtract, Seconds(1));
    const { by, failure } = await batchByBatch(using, program, each([['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]));
    expect(by).toEqual({ 1: [['a', 1]] });
    expect(failure).toMatch(/transform threw while batch 2000 ms was planned: never/);
  });

  test('without an inverse is whole again when a refused batch has left the window', async () => {
    const program: Program = (input) =>
      input
        .transform((rdd, time) => {
          if (time.milliseconds === 2000) throw new Error('never');
          return rdd;
        })
        .reduceByKeyAndWindow(add, Seconds(2));
    const { by } = await batchByBatch(using, program, each([['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]));
    expect(by).toEqual({ 1: [['a', 1]], 4: [['a', 12]] });
  });

  test('wants lengths that are multiples of the batch', async () => {
    const bad = (program: Program) => failureOf(run<Letters, Letters>((_ssc, input) => program(input), [], { using }));
    expect(await bad((input) => input.reduceByKeyAndWindow(add, '1500 milliseconds'))).toMatchInlineSnapshot(`
      "UsageError: [WINDOW.NOT_A_MULTIPLE] The window of reduceByKeyAndWindow is 1500 ms, which is not a multiple of 1000 ms.
        why  A window is made of whole batches of its parent, which has one each slide.
        fix  Use a multiple of 1000 ms."
    `);
    expect(await bad((input) => input.reduceByKeyAndWindow(add, subtract, Seconds(2), '1500 milliseconds'))).toMatch(
      /The slide of reduceByKeyAndWindow is 1500 ms/,
    );
    expect(await bad((input) => input.reduceByKeyAndWindow(add, Seconds(0)))).toMatch(/DURATION.NOT_POSITIVE/);
    expect(await bad((input) => input.reduceByKeyAndWindow(add, Seconds(1), Seconds(0)))).toMatch(/DURATION.NOT_POS/);
    expect(await bad((input) => input.reduceByKeyAndWindow(add, Seconds(1), Seconds(1), 0))).toMatch(/RDD.BAD_COUNT/);
    expect(await bad((input) => input.reduceByKeyAndWindow(null as never, Seconds(1)))).toMatch(/GRAPH.NOT_A_FUNCTION/);
    expect(
      await bad((input) => input.reduceByKeyAndWindow(add, subtract, Seconds(1), undefined, 2, 5 as never)),
    ).toMatch(/GRAPH.NOT_A_FUNCTION/);
  });
});

describe('at start, without a checkpoint directory,', () => {
  test('a window with an inverse is refused', async () => {
    expect(
      await refusedAtStart((input) => input.reduceByKeyAndWindow(add, subtract, Seconds(2))),
    ).toMatchInlineSnapshot(`
      "UsageError: [CHECKPOINT.NO_DIRECTORY] reduceByKeyAndWindow is to be checkpointed, and the checkpoint directory has not been set.
        why  There is nowhere to write its rows down.
        fix  Set it before start(): ssc.checkpoint(directory).
        at   reduceByKeyAndWindow (reduce-by-key-and-window.test.ts:…)"
    `);
  });

  test('a window without an inverse is not', async () => {
    expect(await refusedAtStart((input) => input.reduceByKeyAndWindow(add, Seconds(2)))).toBeUndefined();
  });
});

describe.each<[string, Program]>([
  ['without an inverse', (input) => input.reduceByKeyAndWindow(add, Seconds(2))],
  ['with an inverse', (input) => input.reduceByKeyAndWindow(add, subtract, Seconds(2))],
])('a late output %s', (_name, program) => {
  test.each([2, 3, 4])('reads the window of its own batch, among %i jobs at a time', async (concurrentJobs) => {
    const batches = each([['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]], [['a', 16]], [['a', 32]], [['a', 64]]);
    const reads = inOrder(await lateReads(concurrentJobs, program, batches));
    expect(reads.slice(0, 7)).toEqual([1, 3, 6, 12, 24, 48, 96].map((sum, i) => [i + 1, [['a', sum]]]));
  });
});
