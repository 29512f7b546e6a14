import {
  type DeadLetter,
  deadLetter,
  type FailurePolicy,
  fail,
  type OutputOperationInfo,
  type RDD,
  retry,
  stop,
  type Time,
} from 'firesteel';
import { run, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { type Engine, engines, failureOf } from '../ops/on-both.ts';
import { codeOf, type Desk, desk, rejectionOf, Tray, watched } from './kit.ts';

interface Seen {
  /** The batches in which the output ran, once for each attempt. */
  readonly attempts: number[];
  /** Which batches the output behind it has had. */
  readonly behind: number[];
  failure: unknown;
}

/** Runs an output that fails so often in the batch of 2000 ms, one behind it, and two batches more. */
async function failing(using: Engine, times: number, onFailure?: FailurePolicy<number>): Promise<Seen> {
  const runtime = testRuntime({ seed: 1 });
  const seen: Seen = { attempts: [], behind: [], failure: undefined };
  let left = times;
  const body = (_rdd: RDD<number>, { milliseconds }: Time): void => {
    seen.attempts.push(milliseconds);
    if (milliseconds !== 2000 || left === 0) return;
    left -= 1;
    throw new Error(`${left} more`);
  };
  const ran = run<number, number>(
    (_ssc, input) => {
      input.foreachRDD(body, onFailure === undefined ? {} : { onFailure });
      input.foreachRDD((_rdd, time) => seen.behind.push(time.milliseconds));
      return input;
    },
    [[1], [2], [3], [4]],
    { using, runtime, batches: 20 },
  );
  await ran.catch((error: unknown) => {
    seen.failure = error;
  });
  seen.attempts.splice(seen.attempts.indexOf(4000) + 1 || seen.attempts.length);
  seen.behind.splice(seen.behind.indexOf(4000) + 1 || seen.behind.length);
  return seen;
}

describe.each(engines)('an output that fails, on the %s,', (using) => {
  test('fails its batch, and the next one follows, unless the program says otherwise', async () => {
    for (const policy of [undefined, fail]) {
      const { attempts, behind, failure } = await failing(using, 1, policy);
      expect(attempts).toEqual([1000, 2000, 3000, 4000]);
      expect(behind).toEqual([1000, 2000, 3000, 4000]);
      expect(failure).toHaveProperty('code', 'OUTPUT.THREW');
    }
  });

  test('under stop is the last: its siblings end, and no later batch begins', async () => {
    const { attempts, behind, failure } = await failing(using, 1, stop);
    expect(attempts).toEqual([1000, 2000]);
    expect(behind).toEqual([1000, 2000]);
    expect(failure).toHaveProperty('code', 'OUTPUT.THREW');
  });

  test('under retry runs again for its batch, before its siblings and later batches', async () => {
    const { attempts, behind, failure } = await failing(using, 2, retry(3, '500 ms'));
    expect(attempts).toEqual([1000, 2000, 2000, 2000, 3000, 4000]);
    expect(behind).toEqual([1000, 2000, 3000, 4000]);
    expect(failure).toBeUndefined();
  });

  test('under retry fails with its last error when it never succeeds', async () => {
    const { attempts, behind, failure } = await failing(using, 9, retry(2, '0 ms'));
    expect(attempts).toEqual([1000, 2000, 2000, 2000, 3000, 4000]);
    expect(behind).toEqual([1000, 2000, 3000, 4000]);
    expect(failure).toHaveProperty('cause.message', '6 more');
  });

  test('under retry ends as its last policy says', async () => {
    const letters: string[] = [];
    const keep = deadLetter<number>(({ error }) => letters.push((error.cause as Error).message));
    expect((await failing(using, 9, retry(1, '0 ms', keep))).failure).toBeUndefined();
    expect(letters).toEqual(['7 more']);
    expect((await failing(using, 9, retry(1, '0 ms', stop))).attempts).toEqual([1000, 2000, 2000]);
  });

  test('under deadLetter gives its batch away, and the batch counts as completed', async () => {
    const letters: DeadLetter<number>[] = [];
    const rows: number[][] = [];
    const keep = deadLetter<number>(async (letter) => {
      letters.push(letter);
      rows.push(await letter.rdd.collect());
    });
    const { attempts, failure } = await failing(using, 1, keep);
    expect(attempts).toEqual([1000, 2000, 3000, 4000]);
    expect(failure).toBeUndefined();
    expect(rows).toEqual([[2]]);
    expect(
      letters.map(({ output, time, error }) => [output, time.milliseconds, (error.cause as Error).message]),
    ).toEqual([['foreachRDD', 2000, '0 more']]);
  });

  test('fails its batch with both errors when its dead letter fails too, awaited or not', async () => {
    const noRoom = (): never => {
      throw new Error('no room');
    };
    for (const sink of [noRoom, ({ rdd }: DeadLetter<number>) => void rdd.foreach(noRoom)]) {
      const { attempts, failure } = await failing(using, 1, deadLetter<number>(sink));
      expect(attempts).toEqual([1000, 2000, 3000, 4000]);
      expect(failure).toMatchObject({ code: 'OUTPUT.NOT_SET_ASIDE' });
      const causes = ((failure as Error).cause as AggregateError).errors as readonly Error[];
      expect(causes.map(({ cause }) => (cause as Error).message)).toEqual(['0 more', 'no room']);
    }
  });
});

/** A program with one output, whose infos are kept; it fails as often as `failures` says, in every batch. */
function started(onFailure: FailurePolicy, failures: () => boolean, d: Desk = desk()) {
  const ssc = d.streaming({}, { onFailure });
  const infos: OutputOperationInfo[] = [];
  const begun: number[] = [];
  ssc.addStreamingListener({ onOutputOperationCompleted: (info) => infos.push(info) });
  ssc.inputStream(new Tray()).foreachRDD(() => {
    begun.push(d.runtime.clock.now());
    if (failures()) throw new Error('connection lost');
  });
  ssc.start();
  return { ssc, infos, begun, clock: d.runtime.clock };
}

describe('a context whose outputs have a policy', () => {
  test('tells listeners of the last attempt alone', async () => {
    let left = 2;
    const { ssc, infos, begun, clock } = started(retry(2, '100 ms'), () => left-- > 0);
    await clock.advance(1999);
    const [first = 0, second = 0, third = 0] = begun;
    expect([first, begun.length]).toEqual([1000, 3]);
    expect(second - first).toBeGreaterThanOrEqual(100);
    expect(second - first).toBeLessThanOrEqual(120);
    expect(third - second).toBeGreaterThanOrEqual(200);
    expect(third - second).toBeLessThanOrEqual(240);
    expect(infos.map(({ startTimeMs, endTimeMs, failureReason }) => [startTimeMs, endTimeMs, failureReason])).toEqual([
      [1000, third, undefined],
    ]);
    expect(await ssc.awaitTerminationOrTimeout(0).catch(String)).toBe(false);
    await ssc.stop();
  });

  test('tells listeners why the last attempt failed', async () => {
    const { ssc, infos, clock } = started(retry(1, '0 ms'), () => true);
    await clock.advance(1000);
    expect(infos.map(({ failureReason }) => failureReason?.split('\n')[0])).toEqual([
      '[OUTPUT.THREW] The function of foreachRDD threw in batch 1000 ms: connection lost',
    ]);
    expect(await rejectionOf(ssc.awaitTermination())).toBe('OUTPUT.THREW');
    expect(ssc.getState()).toBe('ACTIVE');
    await ssc.stop();
  });

  test('has a completed output behind a dead letter', async () => {
    const { ssc, infos, clock } = started(
      deadLetter(() => undefined),
      () => true,
    );
    await clock.advance(2000);
    expect(infos.map(({ failureReason }) => failureReason)).toEqual([undefined, undefined]);
    await ssc.stop();
    await ssc.awaitTermination();
  });

  test('is stopped by an output under stop, and its SparkContext with it', async () => {
    const { ssc, begun, clock } = started(stop, () => true);
    await clock.advance(5000);
    expect(begun).toEqual([1000]);
    expect(ssc.getState()).toBe('STOPPED');
    expect(ssc.sparkContext.isStopped).toBe(true);
    expect(await rejectionOf(ssc.awaitTermination())).toBe('OUTPUT.THREW');
  });

  test('does not wait for another attempt when it is stopped, and tells the error of the last', async () => {
    const { ssc, begun, clock } = started(retry(3, '1 hour'), () => true);
    await clock.advance(1000);
    const stopped = watched(ssc.stop());
    await clock.advance(10_000);
    expect([stopped.outcome, begun]).toEqual(['resolved', [1000]]);
    expect(await rejectionOf(ssc.awaitTermination())).toBe('OUTPUT.THREW');
  });

  test('gives no dead letter of a job that was aborted', async () => {
    const d = desk();
    const letters: unknown[] = [];
    const ssc = d.streaming(
      {},
      {
        onFailure: retry(
          3,
          '0 ms',
          deadLetter((letter) => letters.push(letter)),
        ),
      },
    );
    ssc.inputStream(new Tray()).to({
      name: 'endless',
      code: [],
      run: (_rdd, _time, { signal }) => d.runtime.clock.sleep(3_600_000, signal),
    });
    ssc.start();
    await d.runtime.clock.advance(1000);
    const stopped = watched(ssc.stop());
    await d.runtime.clock.advance(10_000);
    expect([stopped.outcome, letters]).toEqual(['resolved', []]);
  });
});

test('an output has the policy of its context, unless it has one of its own', async () => {
  const d = desk();
  const letters: string[] = [];
  const ssc = d.streaming({}, { onFailure: deadLetter(({ output }) => letters.push(output)) });
  const broken = ssc.inputStream(new Tray()).transform((rdd) => rdd.mapPartitions((): number[] => JSON.parse('{')));
  broken.print();
  broken.foreachPartition(() => undefined);
  broken.foreachRDD((rdd) => rdd.count(), { onFailure: deadLetter(() => letters.push('its own')) });
  ssc.start();
  await d.runtime.clock.advance(1000);
  expect(letters).toEqual(['print', 'foreachPartition', 'its own']);
  await ssc.stop();
});

test('what is no policy is refused at the call', async () => {
  const d = desk();
  const bad = { onFailure: 'stop' as never };
  expect(codeOf(() => d.streaming({}, bad))).toBe('OUTPUT.BAD_POLICY');
  const ssc = d.streaming();
  const stream = ssc.inputStream(new Tray());
  expect(codeOf(() => stream.print(10, bad))).toBe('OUTPUT.BAD_POLICY');
  expect(codeOf(() => deadLetter(undefined as never))).toBe('OUTPUT.BAD_POLICY');
  expect(codeOf(() => retry(0, '1 s'))).toBe('OUTPUT.BAD_POLICY');
  expect(codeOf(() => retry(1, '1 s', retry(1, '1 s') as never))).toBe('OUTPUT.BAD_POLICY');
  expect(await failureOf(() => retry(1, '-1 s' as never))).toMatch(/^UsageError/);
  await ssc.stop();
});
