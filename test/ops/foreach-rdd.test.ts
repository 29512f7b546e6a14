import { defineOp, type RDD, Seconds, SparkConf, StreamingContext, type Time } from 'firesteel';
import { Feed, run, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { type Engine, engines, failureOf, unhandledIn } from './on-both.ts';

type Body = (rdd: RDD<number>, time: Time) => unknown;

/** Runs outputs behind one input, in the order given. */
const runOutputs = (
  using: Engine,
  bodies: readonly Body[],
  batches: readonly (readonly number[] | null)[],
): Promise<unknown> =>
  run<number, never>(
    (_ssc, input) => {
      for (const body of bodies) input.foreachRDD(body);
      return input.filter(() => false).map((n) => n as never);
    },
    batches,
    { using },
  );

const broken = new Error('broken');
const throwing = (): never => {
  throw broken;
};

describe.each(engines)('foreachRDD, on the %s,', (using) => {
  test('is called once a batch, in order, with the RDD and the time, for an empty one too', async () => {
    const seen: [number, number[]][] = [];
    await runOutputs(
      using,
      [async (rdd, time) => seen.push([time.milliseconds, await rdd.collect()])],
      [[1, 2], [], [3]],
    );
    expect(seen).toEqual([
      [1000, [1, 2]],
      [2000, []],
      [3000, [3]],
    ]);
  });

  test('is not called for a batch without an RDD', async () => {
    const seen: number[] = [];
    await runOutputs(using, [(_rdd, time) => seen.push(time.milliseconds)], [[1], null, [3]]);
    expect(seen).toEqual([1000, 3000]);
  });

  test('is called only as often as its stream has an RDD', async () => {
    const seen: number[] = [];
    const slow = defineOp<number>({ name: 'slow', code: [], slideMs: 2000, plan: (batch) => batch.input() });
    await run<number, number>(
      (_ssc, input) => {
        input.via(slow).foreachRDD((_rdd, time) => seen.push(time.milliseconds));
        return input;
      },
      [[1], [2], [3], [4], [5]],
      { using },
    );
    expect(seen).toEqual([2000, 4000]);
  });

  test('is not called before the outputs and the batch in front of it have ended', async () => {
    const log: string[] = [];
    const logging =
      (name: string): Body =>
      async (rdd, time) => {
        log.push(`${name} begins ${time.milliseconds}`);
        await rdd.count();
        log.push(`${name} ends ${time.milliseconds}`);
      };
    await runOutputs(using, [logging('first'), logging('second')], [[1], [2]]);
    expect(log).toEqual([
      ...['first begins 1000', 'first ends 1000', 'second begins 1000', 'second ends 1000'],
      ...['first begins 2000', 'first ends 2000', 'second begins 2000', 'second ends 2000'],
    ]);
  });

  test('belongs to its batch until what it began has ended, awaited or not', async () => {
    const log: string[] = [];
    const unawaited: Body = (rdd, time) => {
      void rdd.foreach((n) => void log.push(`${time.milliseconds}: ${n}`));
    };
    const next: Body = (_rdd, time) => log.push(`${time.milliseconds} next`);
    await runOutputs(using, [unawaited, next], [[1, 2], [3]]);
    expect(log).toEqual(['1000: 1', '1000: 2', '1000 next', '2000: 3', '2000 next']);
  });

  test('may begin several actions at once', async () => {
    const seen: unknown[] = [];
    const body: Body = async (rdd) =>
      seen.push(await Promise.all([rdd.count(), rdd.collect(), rdd.take(1), rdd.first()]));
    await runOutputs(using, [body], [[1, 2, 3]]);
    expect(seen).toEqual([[3, [1, 2, 3], [1], 1]]);
  });

  test('fails its batch when it throws, and hinders neither the outputs behind it nor the next batch', async () => {
    const seen: number[] = [];
    const failsFirst: Body = (_rdd, time) => {
      if (time.milliseconds === 1000) throw broken;
    };
    const ran = runOutputs(using, [failsFirst, (_rdd, time) => seen.push(time.milliseconds)], [[1], [2]]);
    expect(await failureOf(ran)).toMatchInlineSnapshot(`
      "JobError: [OUTPUT.THREW] The function of foreachRDD threw in batch 1000 ms: broken
        why  It failed as a whole, outside of any one row.
        fix  Look at the cause below. Later batches go on; this output of this batch is lost unless it is run again.
        at   foreachRDD (foreach-rdd.test.ts:…)"
    `);
    expect(seen).toEqual([1000, 2000]);
  });

  test('keeps what was thrown as the cause', async () => {
    await expect(runOutputs(using, [throwing], [[1]])).rejects.toSatisfy((error: Error) => error.cause === broken);
  });

  test.each<[string, unknown]>([
    ['a text', 'just text'],
    ['nothing', undefined],
  ])('fails its batch when it throws %s', async (_name, thrown) => {
    const body: Body = () => {
      throw thrown;
    };
    await expect(runOutputs(using, [body], [[1]])).rejects.toHaveProperty('code', 'OUTPUT.THREW');
  });

  test('fails its batch when its promise is rejected', async () => {
    const body: Body = async (rdd) => {
      await rdd.count();
      throw broken;
    };
    expect(await failureOf(runOutputs(using, [body], [[1]]))).toMatchInlineSnapshot(`
      "JobError: [OUTPUT.THREW] The function of foreachRDD threw in batch 1000 ms: broken
        why  It failed as a whole, outside of any one row.
        fix  Look at the cause below. Later batches go on; this output of this batch is lost unless it is run again.
        at   foreachRDD (foreach-rdd.test.ts:…)"
    `);
  });

  test('fails its batch when an action that it awaits fails', async () => {
    const body: Body = async (rdd) => {
      await rdd.map(throwing).collect();
    };
    expect(await failureOf(runOutputs(using, [body], [[7]]))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, foreachRDD (foreach-rdd.test.ts:…): broken
        why  It was given the row 7.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (foreach-rdd.test.ts:…)"
    `);
  });

  test('fails its batch when an action that nobody awaits fails, and no rejection is left over', async () => {
    const body: Body = (rdd) => {
      void rdd.map(throwing).collect();
    };
    const failing = (): Promise<string> => failureOf(runOutputs(using, [body], [[7]]));
    expect(await failing()).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, foreachRDD (foreach-rdd.test.ts:…): broken
        why  It was given the row 7.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (foreach-rdd.test.ts:…)"
    `);
    expect(await unhandledIn(failing)).toEqual([]);
  });

  test('waits for what is chained to an action, awaited or not, and fails with it', async () => {
    const log: unknown[] = [];
    const body: Body = (rdd, time) => {
      void rdd
        .collect()
        .then((rows) => rows.length)
        .then((length) => log.push(`${time.milliseconds}: ${length}`));
    };
    const chained: Body = (rdd) => {
      void rdd
        .map(throwing)
        .collect()
        .then((rows) => log.push(rows));
    };
    await runOutputs(using, [body, () => log.push('next')], [[1, 2]]);
    expect(log).toEqual(['1000: 2', 'next']);
    const failing = (): Promise<unknown> => runOutputs(using, [chained], [[7]]);
    await expect(failing()).rejects.toSatisfy((error: Error) => error.cause === broken);
    expect(await unhandledIn(failing)).toEqual([]);
  });

  test('does not fail when the failure of an action is caught', async () => {
    const seen: unknown[] = [];
    const body: Body = async (rdd) => {
      try {
        await rdd.map(throwing).collect();
      } catch (error) {
        seen.push((error as Error).cause);
      }
      void rdd
        .map(throwing)
        .count()
        .catch((error: Error) => seen.push(error.cause));
    };
    await runOutputs(using, [body], [[1]]);
    expect(seen).toEqual([broken, broken]);
  });

  test('fails with its own throw, where an action that nobody awaits fails too', async () => {
    const body: Body = (rdd) => {
      void rdd.map(() => Promise.reject(new Error('another')) as never).count();
      throw broken;
    };
    const failing = (): Promise<unknown> => runOutputs(using, [body], [[1]]);
    await expect(failing()).rejects.toSatisfy((error: Error) => error.cause === broken);
    expect(await unhandledIn(failing)).toEqual([]);
  });

  test('waits for its actions also when it throws', async () => {
    const log: string[] = [];
    const body: Body = (rdd) => {
      void rdd.foreach((n) => void log.push(`row ${n}`));
      throw broken;
    };
    await runOutputs(using, [body, () => log.push('next')], [[1]]).catch(() => undefined); // It throws on purpose.
    expect(log).toEqual(['row 1', 'next']);
  });

  test('refuses foreach with a promise', async () => {
    const body: Body = (rdd) => rdd.foreach(async () => Promise.reject(broken));
    const failing = (): Promise<string> => failureOf(runOutputs(using, [body], [[7]]));
    expect(await failing()).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of foreach returned a promise in batch 1000 ms, foreachRDD (foreach-rdd.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row 7.
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → foreach (foreach-rdd.test.ts:…)"
    `);
    expect(await unhandledIn(failing)).toEqual([]);
  });

  test('is told that an RDD without rows has no first and nothing to reduce', async () => {
    expect(await failureOf(runOutputs(using, [(rdd) => rdd.first()], [[]]))).toMatchInlineSnapshot(`
      "UsageError: [RDD.EMPTY] first() was called on an RDD without rows.
        why  There is no row that it could give.
        fix  Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows."
    `);
    expect(await failureOf(runOutputs(using, [(rdd) => rdd.reduce((a, b) => a + b)], [[]]))).toMatchInlineSnapshot(`
      "UsageError: [RDD.EMPTY] reduce() was called on an RDD without rows.
        why  There is no row that it could give.
        fix  Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows."
    `);
  });

  test('wants a function', async () => {
    expect(await failureOf(runOutputs(using, ['print' as never], [[1]]))).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] foreachRDD was given print where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .foreachRDD((row) => …)"
    `);
  });
});

test('a function that waits for the clock holds the batches behind it, not its own actions', async () => {
  const runtime = testRuntime();
  const conf = new SparkConf().setMaster('local').setAppName('late');
  await using ssc = new StreamingContext(conf, Seconds(1), { runtime });
  const log: string[] = [];
  ssc.inputStream(new Feed([[1], [2]])).foreachRDD(async (rdd, time) => {
    void rdd.foreach((n) => void log.push(`row ${n}`));
    if (time.milliseconds > 2000) return;
    await runtime.clock.sleep(1500);
    log.push(`${time.milliseconds} ends at ${runtime.clock.now()}`);
  });
  ssc.start();
  await runtime.clock.advance(4000);
  expect(log).toEqual(['row 1', '1000 ends at 2500', 'row 2', '2000 ends at 4000']);
});
