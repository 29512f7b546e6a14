import { HashPartitioner, Milliseconds, type RDD, Seconds, SparkConf } from 'firesteel';
import { type FeedBatch, type RunOptions, run, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { errorOf, textOf } from '../rdd/jobs.ts';

const plusOne = (batches: readonly FeedBatch<number>[], options?: RunOptions): Promise<number[][]> =>
  run<number, number>((_ssc, input) => input.map((n) => n + 1), batches, options);

describe.each(['actors', 'loop'] as const)('run, using the %s,', (using) => {
  test('gives the rows of each batch', async () => {
    expect(await plusOne([[1, 2], [], [3]], { using })).toEqual([[2, 3], [], [4]]);
  });

  test('of no batches gives none', async () => {
    expect(await plusOne([], { using })).toEqual([]);
  });

  test('gives nothing for a batch in which the stream has no RDD, which is not an empty one', async () => {
    expect(await plusOne([null, [], null, [3]], { using })).toEqual([[], [4]]);
  });

  test('runs as many batches as it is told: fewer than are given, or empty ones after them', async () => {
    expect(await plusOne([[1], [2]], { using, batches: 1 })).toEqual([[2]]);
    expect(await plusOne([[1]], { using, batches: 3 })).toEqual([[2], [], []]);
  });

  test('gives each batch the length that it is told', async () => {
    const times = async (batchDuration?: RunOptions['batchDuration']): Promise<readonly number[]> => {
      const seen: number[] = [];
      await run<number, number>(
        (_ssc, input) =>
          input.transform((rdd, time) => {
            seen.push(time.milliseconds);
            return rdd;
          }),
        [[1], [2], [3]],
        { using, ...(batchDuration !== undefined && { batchDuration }) },
      );
      return seen;
    };
    expect(await times()).toEqual([1000, 2000, 3000]);
    expect(await times(Seconds(5))).toEqual([5000, 10_000, 15_000]);
    expect(await times('250 ms')).toEqual([250, 500, 750]);
    expect(await times(Milliseconds(1))).toEqual([1, 2, 3]);
  });

  test('cuts the rows of a batch into as many partitions as it is told, two unless told', async () => {
    const cut = async (options: RunOptions): Promise<readonly (readonly number[])[]> => {
      const seen: number[][] = [];
      await run<number, number>(
        (_ssc, input) => {
          input.foreachRDD(async (rdd: RDD<number>) => seen.push(...(await rdd.collectPartitions())));
          return input;
        },
        [[1, 2, 3, 4, 5]],
        options,
      );
      return seen;
    };
    expect(await cut({ using })).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(await cut({ using, partitions: 4 })).toEqual([[1], [2], [3], [4, 5]]);
  });

  test('runs in the world that it is given, from the time there', async () => {
    const runtime = testRuntime({ startMs: 10_400 });
    const printing = run<number, number>(
      (_ssc, input) => {
        input.print();
        return input;
      },
      [[1], [2]],
      { using, runtime },
    );
    expect(await printing).toEqual([[1], [2]]);
    expect(runtime.terminal.output.match(/Time: \d+ ms/g)).toEqual(['Time: 11000 ms', 'Time: 12000 ms']);
  });

  test('may be called again in the same world', async () => {
    const runtime = testRuntime();
    expect(await plusOne([[1]], { using, runtime })).toEqual([[2]]);
    expect(await plusOne([[2]], { using, runtime })).toEqual([[3]]);
  });

  test('takes settings, and leaves them as they are', async () => {
    const conf = new SparkConf().set('spark.default.parallelism', '5');
    let partitions = 0;
    await run<number, number>(
      (_ssc, input) =>
        input.transform((rdd) => {
          const pairs = rdd.map((n) => [n, n]).reduceByKey((a) => a);
          partitions = pairs.getNumPartitions();
          expect(pairs.partitioner).toEqual(new HashPartitioner(5));
          return rdd;
        }),
      [[1]],
      { using, conf },
    );
    expect(partitions).toBe(5);
    expect(conf.getAll()).toEqual([['spark.default.parallelism', '5']]);
  });

  test('throws the error of a batch, when all batches have run', async () => {
    const seen: number[] = [];
    const failing = run<number, number>(
      (_ssc, input) => {
        input.foreachRDD(async (rdd) => seen.push(await rdd.first()));
        return input.map((n) => {
          if (n < 3) throw new Error(`no ${n}`);
          return n;
        });
      },
      [[1], [2], [3]],
      { using },
    );
    expect(await textOf(failing)).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 2000 ms, foreachRDD (run.test.ts): no 2
        why  It was given the row 2.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (run.test.ts)"
    `);
    expect(seen).toEqual([1, 2, 3]);
  });

  test('throws what the program itself throws, and leaves its world free', async () => {
    const runtime = testRuntime();
    const error = new Error('in the program');
    const broken = run<number, number>(
      () => {
        throw error;
      },
      [[1]],
      { using, runtime },
    );
    expect(await errorOf(broken)).toBe(error);
    expect(await plusOne([[1]], { using, runtime })).toEqual([[2]]);
  });
});

describe('run with a seed', () => {
  /** What the outputs of a program say, in the order in which they come. */
  const traceOf = async (options: RunOptions): Promise<string> => {
    const runtime = testRuntime(options.seed === undefined ? {} : { seed: options.seed });
    await run<number, number>(
      (_ssc, input) => {
        const parts = [1, 2, 3, 4].map((k) =>
          input
            .map((n) => n * k)
            .transform(async (rdd, time) => {
              runtime.terminal.out(`${k}@${time.milliseconds} `);
              return rdd;
            }),
        );
        for (const part of parts) part.foreachRDD(() => undefined);
        return input;
      },
      [[1], [2], [3]],
      { ...options, runtime },
    );
    return runtime.terminal.output;
  };

  test('repeats itself, and differs from seed to seed', async () => {
    const traces = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => traceOf({ seed })));
    expect(await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => traceOf({ seed })))).toEqual(traces);
    expect(new Set(traces).size).toBeGreaterThan(1);
  });

  test('gives the same rows for every seed', async () => {
    for (let seed = 1; seed <= 8; seed += 1) expect(await plusOne([[1, 2], [3]], { seed })).toEqual([[2, 3], [4]]);
  });

  test('hands the seed to the chance of its world', async () => {
    const draw = async (seed?: number): Promise<number> => {
      let drawn = 0;
      const program: Parameters<typeof run<number, number>>[0] = (ssc, input) => {
        drawn = ssc.sparkContext.engine.runtime.random.next();
        return input;
      };
      await run<number, number>(program, [], seed === undefined ? {} : { seed });
      return drawn;
    };
    expect(await draw(7)).toBe(await draw(7));
    expect(await draw(7)).not.toBe(await draw(8));
  });
});
