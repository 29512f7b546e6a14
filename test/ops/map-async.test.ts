import { type DStream, JobError, type MapAsyncOptions, type Row, SparkConf, StreamingContext } from 'firesteel';
import { Feed, type FeedBatch, run, type TestRuntime, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { type Engine, engines, failureOf, unhandledIn } from './on-both.ts';

/** Runs a program over the rows of one batch in one partition, and on until all that sleeps has woken. */
async function outputOf<U extends Row>(
  using: Engine,
  rows: readonly number[],
  program: (input: DStream<number>, runtime: TestRuntime) => DStream<U>,
  { partitions = 1 } = {},
): Promise<readonly U[]> {
  const runtime = testRuntime();
  const options = { using, runtime, partitions, batches: 3 };
  const ran = run<number, U>((_ssc, input) => program(input, runtime), [rows], options);
  ran.catch(() => undefined); // It may fail while the clock still moves.
  return (await ran)[0] ?? [];
}

/** The output of a mapAsync whose call for n takes n milliseconds; a negative n rejects after -n. */
function slept<U extends Row = number>(
  using: Engine,
  rows: readonly number[],
  options: MapAsyncOptions<number, number | U> = {},
): Promise<readonly (number | U)[]> {
  return outputOf(using, rows, (input, { clock }) =>
    input.mapAsync<number | U>(async (n) => {
      await clock.sleep(Math.abs(n));
      if (n < 0) throw new Error(`no row for ${n}`);
      return n;
    }, options),
  );
}

/** A promise that never settles. */
const never = (): Promise<never> => new Promise(() => undefined);

describe.each(engines)('mapAsync, on the %s,', (using) => {
  test('makes one row of each, batch by batch', async () => {
    const batches: readonly FeedBatch<number>[] = [[1, 2, 3], [], null, [4]];
    expect(await run<number, number>((_ssc, input) => input.mapAsync(async (n) => n * 2), batches, { using })).toEqual([
      [2, 4, 6],
      [],
      [8],
    ]);
  });

  test('keeps rows in their order, however long each takes', async () => {
    expect(await slept(using, [300, 100, 200])).toEqual([300, 100, 200]);
  });

  test('passes rows on as their calls end, where order is not wanted', async () => {
    expect(await slept(using, [300, 100, 200], { ordered: false })).toEqual([100, 200, 300]);
  });

  test('takes a function that answers at once', async () => {
    expect(await outputOf(using, [1, 2], (input) => input.mapAsync((n) => n + 1))).toEqual([2, 3]);
  });

  test('makes rows of any kind: null, undefined, lists', async () => {
    const rows = [null, undefined, [], [1, [2]], { a: 1 }];
    expect(
      await outputOf<Row>(using, [...rows.keys()], (input) => input.mapAsync(async (i) => rows[i] as Row)),
    ).toEqual(rows);
  });

  test('gives its function exactly one argument', async () => {
    const counts: number[] = [];
    const f = async (...args: readonly unknown[]): Promise<number> => counts.push(args.length);
    await outputOf(using, [1, 2], (input) => input.mapAsync(f));
    expect(counts).toEqual([1, 1]);
  });

  test('works on all partitions, and behind itself', async () => {
    const plus = async (n: number): Promise<number> => n + 1;
    expect(
      await outputOf(using, [1, 2, 3, 4, 5], (input) => input.mapAsync(plus).mapAsync(plus), { partitions: 3 }),
    ).toEqual([3, 4, 5, 6, 7]);
  });

  describe('has under way', () => {
    /** How many calls are under way at most, for these rows. */
    const most = async (rows: readonly number[], options?: MapAsyncOptions<number, number>): Promise<number> => {
      let underWay = 0;
      let max = 0;
      await outputOf(using, rows, (input, { clock }) =>
        input.mapAsync(async (n) => {
          max = Math.max(max, ++underWay);
          await clock.sleep(n);
          underWay -= 1;
          return n;
        }, options),
      );
      return max;
    };
    const equal = Array.from({ length: 40 }, () => 10);

    test('at most 16 calls, unless told otherwise', async () => {
      expect(await most(equal)).toBe(16);
    });

    test.each([1, 2, 7])('at most %i calls, where that is asked for', async (concurrency) => {
      expect(await most(equal, { concurrency })).toBe(concurrency);
      expect(await most(equal, { concurrency, ordered: false })).toBe(concurrency);
    });

    test('fewer, when results wait for an earlier one; as many as may be, when they need not', async () => {
      const callsAt50 = async (ordered: boolean): Promise<number> => {
        let calls = 0;
        let atMs: number | undefined;
        await outputOf(using, [900, 10, 10, 10, 10], (input, { clock }) =>
          input.mapAsync(
            async (n) => {
              atMs ??= clock.now();
              if (clock.now() < atMs + 50) calls += 1;
              await clock.sleep(n);
              return n;
            },
            { concurrency: 2, ordered },
          ),
        );
        return calls;
      };
      expect(await callsAt50(true)).toBe(2);
      expect(await callsAt50(false)).toBe(5);
    });
  });

  describe('fails the batch', () => {
    test('on whose row its promise rejects', async () => {
      expect(await failureOf(slept(using, [10, -20, 30]))).toMatchInlineSnapshot(`
        "JobError: [STAGE.FUNCTION_THREW] The function of mapAsync threw in batch 1000 ms, foreachRDD (map-async.test.ts:…): no row for -20
          why  It was given the row -20.
          fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
          at   feed → mapAsync (map-async.test.ts:…)"
      `);
    });

    test('on whose row its function throws', async () => {
      const ran = outputOf(using, [1], (input) =>
        input.mapAsync((): Promise<number> => {
          throw new RangeError('not this one');
        }),
      );
      expect(await failureOf(ran)).toMatchInlineSnapshot(`
        "JobError: [STAGE.FUNCTION_THREW] The function of mapAsync threw in batch 1000 ms, foreachRDD (map-async.test.ts:…): not this one
          why  It was given the row 1.
          fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
          at   feed → mapAsync (map-async.test.ts:…)"
      `);
    });

    test('and no other', async () => {
      const seen: number[][] = [];
      const ran = run<number, number>(
        (_ssc, input) => {
          const made = input.mapAsync(async (n) => {
            if (n === 2) throw new Error('not this one');
            return n;
          });
          made.foreachRDD(async (rdd) => seen.push(await rdd.collect()));
          return made;
        },
        [[1], [2], [3]],
        { using },
      );
      await expect(ran).rejects.toThrow(JobError);
      expect(seen).toEqual([[1], [3]]);
    });

    test('and keeps what it threw as the cause', async () => {
      const thrown = new RangeError('not this one');
      const ran = outputOf(using, [1], (input) => input.mapAsync(async () => Promise.reject(thrown)));
      await expect(ran).rejects.toSatisfy((error: Error) => error.cause === thrown);
    });

    test('with the first row that failed, not the first failure, where rows keep their order', async () => {
      expect(await failureOf(slept(using, [-300, -100]))).toContain('no row for -300');
      expect(await failureOf(slept(using, [-300, -100], { ordered: false }))).toContain('no row for -100');
    });

    test('behind the rows before it, which an output that reads no further gets', async () => {
      const taken: Row[] = [];
      await outputOf(using, [1, 2, -3], (input) => {
        const made = input.mapAsync(async (n) => (n < 0 ? Promise.reject(new Error('no')) : n));
        made.foreachRDD(async (rdd) => taken.push(await rdd.take(2)));
        return input;
      });
      expect(taken[0]).toEqual([1, 2]);
    });

    test('and calls its function for no further row', async () => {
      const called: number[] = [];
      await failureOf(
        outputOf(using, [1, 2, 3, 4], (input) =>
          input.mapAsync(
            async (n) => {
              called.push(n);
              if (n === 2) throw new Error('not this one');
              return n;
            },
            { concurrency: 1 },
          ),
        ),
      );
      expect(called).toEqual([1, 2]);
    });
  });

  describe('where a call takes longer than timeoutMs,', () => {
    test('fails the batch with the row', async () => {
      expect(await failureOf(slept(using, [10, 500], { timeoutMs: 100 }))).toMatchInlineSnapshot(`
        "JobError: [STAGE.TIMED_OUT] A call of the function of mapAsync took longer than 100 ms in batch 1000 ms, foreachRDD (map-async.test.ts:…).
          why  It was given the row 500, and its promise has not settled; nobody waits for it any more.
          fix  Give it more time, or say what a slow row means: onError: 'drop', or a function that returns a row instead.
          at   feed → mapAsync (map-async.test.ts:…)"
      `);
    });

    test('waits no longer, whatever becomes of the call', async () => {
      const ran = outputOf(using, [1], (input) => input.mapAsync(never, { timeoutMs: 100 }));
      await expect(ran).rejects.toMatchObject({ code: 'STAGE.TIMED_OUT' });
    });

    test('counts the time of each call from its own start', async () => {
      expect(await slept(using, [80, 80, 80], { timeoutMs: 100, concurrency: 1 })).toEqual([80, 80, 80]);
    });

    test('takes what ends in time, to the millisecond before', async () => {
      expect(await slept(using, [99], { timeoutMs: 100 })).toEqual([99]);
    });

    test('drops or replaces the row, if it is to', async () => {
      expect(await slept(using, [10, 500, 20], { timeoutMs: 100, onError: 'drop' })).toEqual([10, 20]);
      const codeOf = (error: unknown): string => (error as JobError).code;
      expect(await slept<string>(using, [10, 500], { timeoutMs: 100, onError: codeOf })).toEqual([
        10,
        'STAGE.TIMED_OUT',
      ]);
    });

    test('leaves no timer behind', async () => {
      const runtime = testRuntime();
      const { clock } = runtime;
      const armed = new Set<object>();
      const at = clock.at.bind(clock);
      clock.at = (deadlineMs, f) => {
        const key = {};
        armed.add(key);
        const timer = at(deadlineMs, () => {
          armed.delete(key);
          f();
        });
        return {
          cancel: () => {
            armed.delete(key);
            timer.cancel();
          },
        };
      };
      const options = { using, runtime, batches: 3 };
      const ran = run<number, number>(
        (_ssc, input) =>
          input.mapAsync(async (n) => (n < 0 ? Promise.reject(new Error('no')) : n === 0 ? never() : n), {
            timeoutMs: 100_000,
          }),
        [
          [1, 2, 3],
          [4, -1, 0, 0],
        ],
        options,
      );
      await expect(ran).rejects.toThrow('no');
      expect(armed.size).toBe(0);
    });
  });

  describe('where onError says so,', () => {
    test('leaves out the rows whose calls fail', async () => {
      expect(await slept(using, [30, -10, 20, -5], { onError: 'drop' })).toEqual([30, 20]);
      expect(await slept(using, [-1, -2], { onError: 'drop' })).toEqual([]);
      expect(await slept(using, [30, -10, 20, -5], { onError: 'drop', ordered: false })).toEqual([20, 30]);
    });

    test('puts what a function says in the place of the row, told the error and the row', async () => {
      const onError = (error: unknown, row: number): string => `${row}: ${(error as Error).message}`;
      expect(await slept<string>(using, [30, -10, 20], { onError })).toEqual([30, '-10: no row for -10', 20]);
    });

    test('waits for a function that has to wait itself', async () => {
      expect(await slept(using, [30, -10], { onError: async (_error, row) => row * 2 })).toEqual([30, -20]);
    });

    test('fails with what that function throws', async () => {
      const onError = (): never => {
        throw new Error('nor this one');
      };
      expect(await failureOf(slept(using, [-10], { onError }))).toMatchInlineSnapshot(`
        "JobError: [STAGE.FUNCTION_THREW] The function of mapAsync threw in batch 1000 ms, foreachRDD (map-async.test.ts:…): nor this one
          why  It was given the row -10.
          fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
          at   feed → mapAsync (map-async.test.ts:…)"
      `);
    });

    test('still fails for the rows of an operator before it, behind the rows that came first', async () => {
      const taken: Row[] = [];
      const ran = outputOf(using, [1, 2, 3], (input) => {
        const made = input
          .map((n) => {
            if (n === 3) throw new Error('not this one');
            return n;
          })
          .mapAsync(async (n) => n, { onError: 'drop' });
        made.foreachRDD(async (rdd) => taken.push(await rdd.take(2)));
        return made;
      });
      expect(await failureOf(ran)).toMatchInlineSnapshot(`
        "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, foreachRDD (map-async.test.ts:…): not this one
          why  It was given the row 3.
          fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
          at   feed → map (map-async.test.ts:…)"
      `);
      expect(taken[0]).toEqual([1, 2]);
    });
  });

  test('calls for no more rows ahead than may be under way', async () => {
    const called: number[] = [];
    await outputOf(using, [1, 2, 3, 4, 5, 6, 7, 8], (input) => {
      const made = input.mapAsync(
        async (n) => {
          called.push(n);
          return n;
        },
        { concurrency: 3 },
      );
      made.foreachRDD((rdd) => rdd.take(1));
      return input;
    });
    expect(called).toEqual([1, 2, 3]);
  });

  test('leaves no rejection unhandled: not of calls behind a failure, nor of those that are too late', async () => {
    for (const ordered of [true, false]) {
      const failing = (): Promise<unknown> => slept(using, [-10, -10, -20, -900, 300], { timeoutMs: 500, ordered });
      expect(await unhandledIn(failing)).toEqual([]);
    }
    const late = (): Promise<unknown> => slept(using, [-900], { timeoutMs: 500, onError: 'drop' });
    expect(await unhandledIn(late)).toEqual([]);
  });

  test('lets the event loop turn, also while every row is dropped', async () => {
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    const rows = Array.from({ length: 20_000 }, (_, i) => i);
    const fail = async (): Promise<never> => Promise.reject(new Error('no'));
    await outputOf(using, rows, (input) => input.mapAsync<number>(fail, { onError: 'drop', concurrency: 1 }));
    isOver = true;
    expect(turns).toBeGreaterThan(10);
  });

  test('wants a function', async () => {
    expect(await failureOf(outputOf(using, [1], (input) => input.mapAsync(1 as never)))).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] mapAsync was given 1 where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .mapAsync((row) => …)"
    `);
  });

  test.each<[string, MapAsyncOptions<number, number>]>([
    ['concurrency', { concurrency: 0 }],
    ['concurrency', { concurrency: 1.5 }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['onError', { onError: 'ignore' as never }],
  ])('refuses a %s that is none: %o', async (option, options) => {
    const failure = await failureOf(slept(using, [1], options));
    expect(failure).toContain(`[ASYNC.BAD_OPTION] mapAsync was given ${option}: `);
  });

  test('tells what its options are', async () => {
    expect(await failureOf(slept(using, [1], { concurrency: 0 }))).toMatchInlineSnapshot(`
      "UsageError: [ASYNC.BAD_OPTION] mapAsync was given concurrency: 0.
        why  concurrency and timeoutMs are whole numbers of at least 1; onError is fail, drop or a function.
        fix  mapAsync(f, { concurrency: 8, timeoutMs: 1000, onError: 'drop' })"
    `);
  });
});

test('mapAsync ends with its job: a stop waits for no call, and closes what it read from', async () => {
  const runtime = testRuntime();
  const ssc = new StreamingContext(new SparkConf().setMaster('local[2]').setAppName('stop'), '1 s', { runtime });
  let isClosed = false;
  let dropped = 0;
  let reject: (error: unknown) => void = () => undefined;
  ssc
    .inputStream(new Feed([[1, 2, 3]], 1))
    .mapPartitions(function* (rows) {
      try {
        yield* rows;
      } finally {
        isClosed = true;
      }
    })
    .mapAsync(
      async () => {
        await runtime.clock.sleep(1);
        return new Promise<number>((_resolve, fail) => {
          reject = fail;
          void runtime.clock.sleep(1_000_000_000).catch(fail);
        });
      },
      {
        concurrency: 2,
        onError: () => {
          dropped += 1;
          return 0;
        },
      },
    )
    .foreachRDD((rdd) => rdd.count());
  ssc.start();
  await runtime.clock.advance(1500);
  expect(isClosed).toBe(false);
  const unhandled = await unhandledIn(async () => {
    const stopped = ssc.stop();
    await runtime.clock.advance(5000);
    await stopped;
    reject(new Error('too late'));
  });
  expect(isClosed).toBe(true);
  expect(dropped).toBe(0);
  expect(unhandled).toEqual([]);
});
