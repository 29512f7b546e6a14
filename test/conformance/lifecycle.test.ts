import { type BatchInfo, Milliseconds, type ReceiverInfo, Seconds, SparkContext, StreamingContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { codeOf, desk, rejectionOf, Tap, Tray, watched } from '../context/kit.ts';

// Facts that the suites of Apache Spark assert, by their numbers; where ours is another on purpose the test says so.

function program(on: Parameters<ReturnType<typeof desk>['streaming']>[0] = {}) {
  const at = desk();
  const ssc = at.streaming(on);
  const seen: number[][] = [];
  const tray = new Tray();
  ssc.inputStream(tray).foreachRDD(async (rdd) => seen.push(await rdd.collect()));
  return { ...at, ssc, tray, seen };
}

describe('making, states', () => {
  test('fact 1: INITIALIZED when new, ACTIVE after start, STOPPED after stop', async () => {
    const { ssc } = program();
    expect(ssc.getState()).toBe('INITIALIZED');
    ssc.start();
    expect(ssc.getState()).toBe('ACTIVE');
    await ssc.stop();
    expect(ssc.getState()).toBe('STOPPED');
  });

  test('fact 2: stop() stops the SparkContext too: making data on it throws', async () => {
    const { ssc } = program();
    ssc.start();
    await ssc.stop();
    expect(codeOf(() => ssc.sparkContext.parallelize([1]))).toBe('CONTEXT.SPARK_CONTEXT_STOPPED');
  });

  test('fact 3: start() on an active context does nothing', async () => {
    const { ssc } = program();
    ssc.start();
    ssc.start();
    expect(ssc.getState()).toBe('ACTIVE');
    await ssc.stop();
  });

  test('fact 4: stop() on a stopped context does nothing', async () => {
    const { ssc } = program();
    ssc.start();
    await ssc.stop();
    await ssc.stop();
    expect(ssc.getState()).toBe('STOPPED');
  });

  test('fact 5: stop() before start() is allowed and gives STOPPED', async () => {
    const { ssc } = program();
    await ssc.stop();
    expect(ssc.getState()).toBe('STOPPED');
  });

  test('fact 6: start() after stop() throws, and the state stays STOPPED', async () => {
    const { ssc } = program();
    ssc.start();
    await ssc.stop();
    expect(codeOf(() => ssc.start())).toBe('CONTEXT.ALREADY_STOPPED');
    expect(ssc.getState()).toBe('STOPPED');
  });

  test('fact 10: a context can be made on a SparkContext that is there', async () => {
    const { runtime, conf } = desk();
    const sc = new SparkContext(conf(), { runtime });
    const ssc = new StreamingContext(sc, Seconds(1));
    expect(ssc.sparkContext).toBe(sc);
    await sc.stop();
  });

  test('fact 12: a second context may be made while one is active, not started; the text names it', async () => {
    const { ssc, streaming } = program();
    ssc.start();
    const second = streaming(ssc.sparkContext);
    second.inputStream(new Tray()).print();
    expect(() => second.start()).toThrow(/StreamingContext/);
    expect(codeOf(() => second.start())).toBe('CONTEXT.OTHER_ACTIVE');
    await ssc.stop();
  });

  test('fact 13: adding anything is refused with `start` while active, with `stop` when stopped', async () => {
    const { ssc } = program();
    const stream = ssc.inputStream(new Tray());
    const calls = [() => ssc.inputStream(new Tray()), () => stream.map((n) => n), () => stream.print()];
    ssc.start();
    for (const call of calls) expect(call).toThrow(/start/);
    await ssc.stop();
    for (const call of calls) expect(call).toThrow(/stop/);
  });
});

describe('getActive, getActiveOrCreate', () => {
  test('fact 19: getActive() is empty (undefined) before start and after stop, the context between', async () => {
    const { ssc, runtime } = program();
    expect(StreamingContext.getActive({ runtime })).toBeUndefined();
    ssc.start();
    expect(StreamingContext.getActive({ runtime })).toBe(ssc);
    await ssc.stop();
    expect(StreamingContext.getActive({ runtime })).toBeUndefined();
  });

  test('fact 20: getActiveOrCreate(f) calls f only while none is active', async () => {
    const { ssc, runtime, streaming } = program();
    ssc.start();
    const refuse = (): never => {
      throw new Error('called');
    };
    expect(await StreamingContext.getActiveOrCreate(refuse, { runtime })).toBe(ssc);
    await ssc.stop();
    const made = await StreamingContext.getActiveOrCreate(() => streaming(), { runtime });
    expect(made.getState()).toBe('INITIALIZED');
    await made.stop();
  });
});

describe('waiting for the end', () => {
  test('fact 27: awaitTermination() waits for stop(), the timed form for its time', async () => {
    const { ssc, runtime } = program();
    ssc.start();
    const ended = watched(ssc.awaitTermination());
    const timed = watched(ssc.awaitTerminationOrTimeout(500));
    await runtime.clock.advance(499);
    expect([ended.outcome, timed.outcome]).toEqual([undefined, undefined]);
    await runtime.clock.advance(1);
    expect([ended.outcome, timed.outcome]).toEqual([undefined, 'resolved']);
    await ssc.stop();
    await ended.promise;
  });

  test('fact 28: the timed form gives false when time is over, true when stopped, also before', async () => {
    const { ssc, runtime } = program();
    ssc.start();
    const early = ssc.awaitTerminationOrTimeout(500);
    await runtime.clock.advance(500);
    expect(await early).toBe(false);
    const late = ssc.awaitTerminationOrTimeout(Seconds(100));
    await ssc.stop();
    expect(await late).toBe(true);
    expect(await ssc.awaitTerminationOrTimeout(0)).toBe(true);
  });

  test('fact 29: awaitTermination after stop returns at once', async () => {
    const { ssc } = program();
    ssc.start();
    await ssc.stop();
    await ssc.awaitTermination();
  });

  test('fact 30: the error of a row function is thrown again by awaitTermination, with its text', async () => {
    const { streaming, runtime } = desk();
    const ssc = streaming();
    const tray = new Tray();
    tray.rows.push(1);
    const thrower = (): number => {
      throw new Error('This is a special error');
    };
    ssc.inputStream(tray).map(thrower).print();
    ssc.start();
    await runtime.clock.advance(1000);
    await expect(ssc.awaitTermination()).rejects.toThrow(/This is a special error/);
    await ssc.stop();
  });
});

test('fact 33: four contexts in sequence on one SparkContext stop with grace and lose no row', async () => {
  const { runtime, sparkContext } = desk({ seed: 33 });
  const sc = sparkContext();
  for (let n = 1; n <= 4; n++) {
    const ssc = new StreamingContext(sc, Milliseconds(100));
    const tap = new Tap();
    let processed = 0;
    ssc.receiverStream(tap).foreachRDD(async (rdd) => {
      processed += await rdd.count();
    });
    ssc.start();
    let stored = 0;
    for (let i = 0; i < 50 * n; i++) {
      await runtime.clock.advance(7);
      for (let row = 0; row < 20; row++) tap.store(row);
      stored += 20;
    }
    const stopped = ssc.stop(false, true);
    await runtime.clock.advance(200);
    await stopped;
    expect(processed).toBe(stored);
    expect(sc.isStopped).toBe(false);
  }
  await sc.stop();
});

describe('scheduling', () => {
  test('fact 57: batches begin at the first multiple of the interval after start, in order', async () => {
    const { streaming, runtime } = desk({ startMs: 10_300 });
    const ssc = streaming();
    const times: number[] = [];
    ssc.inputStream(new Tray()).foreachRDD((_rdd, time) => void times.push(time.milliseconds));
    ssc.start();
    await runtime.clock.advance(3000);
    expect(times).toEqual([11_000, 12_000, 13_000]);
    await ssc.stop();
  });

  test('fact 59: a failed output does not stop later batches', async () => {
    const { streaming, runtime } = desk();
    const ssc = streaming();
    let batches = 0;
    ssc.inputStream(new Tray()).foreachRDD(() => {
      batches += 1;
      if (batches === 2) throw new Error('second');
    });
    ssc.start();
    await runtime.clock.advance(4000);
    expect(batches).toBe(4);
    await ssc.stop();
  });

  test('fact 60: outputs are numbered 0, 1, 2 in order of definition', async () => {
    const { streaming, runtime } = desk();
    const ssc = streaming();
    const stream = ssc.inputStream(new Tray());
    for (let i = 0; i < 3; i++) stream.foreachRDD(() => undefined);
    const ids: number[] = [];
    ssc.addStreamingListener({ onOutputOperationStarted: ({ id }) => void ids.push(id) });
    ssc.start();
    await runtime.clock.advance(1000);
    expect(ids).toEqual([0, 1, 2]);
    await ssc.stop();
  });
});

describe('received blocks', () => {
  test('fact 61: a batch gets all blocks before it, in order; without blocks it is empty', async () => {
    const { streaming, runtime } = desk();
    const ssc = streaming();
    const tap = new Tap();
    const batches: number[][][] = [];
    ssc.receiverStream(tap).foreachRDD(async (rdd) => batches.push(await rdd.collectPartitions()));
    ssc.start();
    await runtime.settle();
    tap.store(1);
    await runtime.clock.advance(200);
    tap.store(2);
    await runtime.clock.advance(1800);
    expect(batches).toEqual([[[1], [2]], []]);
    await ssc.stop();
  });

  test('fact 62: no batch time comes twice, also where the clock is put back', async () => {
    const { runtime, conf } = desk();
    const { clock: real } = runtime;
    let backMs = 0;
    const now = (): number => real.now() - backMs;
    const at: Clock['at'] = (deadlineMs, f) =>
      real.at(deadlineMs + backMs, () => (now() < deadlineMs ? at(deadlineMs, f) : f()));
    const clock: Clock = { now, at, monotonicMs: now, sleep: (ms, signal) => real.sleep(ms, signal) };
    const ssc = new StreamingContext(conf(), Seconds(1), { runtime: { ...runtime, clock } });
    const tap = new Tap();
    const batches: [number, number[]][] = [];
    ssc.receiverStream(tap).foreachRDD(async (rdd, time) => batches.push([time.milliseconds, await rdd.collect()]));
    ssc.start();
    await real.advance(500);
    tap.store(1);
    await real.advance(1600);
    backMs = 1500;
    tap.store(2);
    await real.advance(2400);
    expect(batches).toEqual([
      [1000, [1]],
      [2000, []],
      [3000, [2]],
    ]);
    await ssc.stop();
  });

  test('fact 72: a block tells its number of rows; that of bytes too, where Spark cannot', async () => {
    const { streaming, runtime } = desk();
    const ssc = streaming();
    const tap = new Tap();
    const counts: number[] = [];
    ssc.receiverStream(tap).foreachRDD(() => undefined);
    ssc.addStreamingListener({ onBatchSubmitted: ({ numRecords }) => void counts.push(numRecords) });
    ssc.start();
    await runtime.settle();
    await tap.storeBlock([1, 2, 3]);
    await tap.storeBlock(new Set([4, 5]).values());
    await tap.storeBlock(Buffer.from('a\nb\n'));
    await runtime.clock.advance(1000);
    expect(counts).toEqual([7]);
    await ssc.stop();
  });
});

describe('receivers', () => {
  async function receiving() {
    const { streaming, runtime } = desk();
    const ssc = streaming();
    const tap = new Tap();
    const rows: number[] = [];
    const infos: [string, ReceiverInfo][] = [];
    ssc.receiverStream(tap).foreachRDD(async (rdd) => void rows.push(...(await rdd.collect())));
    ssc.addStreamingListener({
      onReceiverStarted: (info) => void infos.push(['started', info]),
      onReceiverStopped: (info) => void infos.push(['stopped', info]),
      onReceiverError: (info) => void infos.push(['error', info]),
    });
    ssc.start();
    await runtime.settle();
    return { ssc, runtime, tap, rows, infos };
  }

  test('fact 89: a receiver has had onStart once; each way to store reaches the batch', async () => {
    const { ssc, runtime, tap, rows } = await receiving();
    expect([tap.calls, tap.isStarted(), tap.isStopped()]).toEqual([['onStart'], true, false]);
    tap.store(1);
    await tap.storeBlock([2]);
    await tap.storeBlock([3, 4].values());
    await runtime.clock.advance(1000);
    expect(rows).toEqual([1, 2, 3, 4]);
    await ssc.stop();
  });

  test('fact 90: restart(message, error, 100): onStop, then onStart at least 100 ms later', async () => {
    const { ssc, runtime, tap } = await receiving();
    tap.restart('again', new Error('why'), 100);
    await runtime.clock.advance(99);
    expect(tap.calls).toEqual(['onStart', 'onStop']);
    await runtime.clock.advance(1);
    expect(tap.calls).toEqual(['onStart', 'onStop', 'onStart']);
    await ssc.stop();
  });

  test('fact 91: stop(message): it is stopped, and listeners are told', async () => {
    const { ssc, runtime, tap, infos } = await receiving();
    tap.stop('enough');
    await runtime.settle();
    expect(tap.isStopped()).toBe(true);
    expect(infos.map(([event, { lastErrorMessage }]) => [event, lastErrorMessage])).toEqual([
      ['started', ''],
      ['stopped', 'enough'],
    ]);
    await ssc.stop();
  });

  test('fact 93: at each block interval what was stored becomes one block, in order', async () => {
    const { streaming, runtime } = desk();
    const ssc = streaming({ 'spark.streaming.blockInterval': '100ms' });
    const tap = new Tap();
    const batches: number[][][] = [];
    ssc.receiverStream(tap).foreachRDD(async (rdd) => batches.push(await rdd.collectPartitions()));
    ssc.start();
    await runtime.settle();
    for (let i = 0; i < 6; i++) {
      tap.store(i);
      await runtime.clock.advance(50);
    }
    await runtime.clock.advance(700);
    expect(batches).toEqual([
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    ]);
    await ssc.stop();
  });

  test('fact 98: a receiver that stops by itself starts again (Spark: at once; here: after a back-off)', async () => {
    const { ssc, runtime, tap, infos } = await receiving();
    tap.stop('by itself');
    await runtime.clock.advance(10_000);
    expect(infos.map(([event]) => event)).toEqual(['started', 'stopped', 'started']);
    await ssc.stop();
  });

  test('fact 101: started and stopped once for stream 0, one error event with both texts', async () => {
    const { ssc, runtime, tap, infos } = await receiving();
    tap.reportError('test report error', new Error('test exception'));
    await runtime.settle();
    await ssc.stop();
    expect(infos.map(([event, info]) => [event, info.streamId, info.lastErrorMessage, info.lastError])).toEqual([
      ['started', 0, '', ''],
      ['error', 0, 'test report error', 'test exception'],
      // An ordered stop is no error: the last one stays.
      ['stopped', 0, 'test report error', 'test exception'],
    ]);
  });
});

describe('listener events', () => {
  async function fourBatches(outputs: (() => unknown)[]) {
    const { streaming, runtime } = desk();
    const ssc = streaming();
    const tray = new Tray();
    const stream = ssc.inputStream(tray);
    for (const output of outputs) stream.foreachRDD(output);
    const infos: Record<'submitted' | 'started' | 'completed', BatchInfo[]> = {
      submitted: [],
      started: [],
      completed: [],
    };
    ssc.addStreamingListener({
      onBatchSubmitted: (info) => void infos.submitted.push(info),
      onBatchStarted: (info) => void infos.started.push(info),
      onBatchCompleted: (info) => void infos.completed.push(info),
    });
    ssc.start();
    for (let i = 0; i < 4; i++) {
      tray.rows.push(i);
      await runtime.clock.advance(1000);
    }
    return { ssc, infos };
  }

  test('fact 100: four batches give four events of each kind, with delays and counts', async () => {
    const { ssc, infos } = await fourBatches([() => undefined]);
    const delays = (info: BatchInfo) => [info.schedulingDelayMs, info.processingDelayMs, info.totalDelayMs];
    expect(infos.submitted.map(delays)).toEqual(Array(4).fill([undefined, undefined, undefined]));
    expect(infos.started.map(delays)).toEqual(Array(4).fill([0, undefined, undefined]));
    expect(infos.completed.map(delays)).toEqual(Array(4).fill([0, 0, 0]));
    for (const list of Object.values(infos)) {
      expect(list.map(({ numRecords }) => numRecords)).toEqual([1, 1, 1, 1]);
      expect(list.map((info) => info.streamIdToInputInfo.get(0)?.numRecords)).toEqual([1, 1, 1, 1]);
    }
    for (const times of [
      infos.completed.map(({ submissionTimeMs }) => submissionTimeMs),
      infos.completed.map(({ processingStartTimeMs }) => processingStartTimeMs),
      infos.completed.map(({ processingEndTimeMs }) => processingEndTimeMs),
    ]) {
      expect(times).toEqual([1000, 2000, 3000, 4000]);
    }
    await ssc.stop();
  });

  test('fact 103: failures are told under the number of their output; awaitTermination throws', async () => {
    const fail = (text: string) => () => {
      throw new Error(text);
    };
    const good = await fourBatches([() => undefined]);
    expect(reasonsOf(good.infos.completed[0])).toEqual([[0, undefined]]);
    await good.ssc.stop();
    const bad = await fourBatches([fail('first fails'), () => undefined, fail('third fails')]);
    expect(reasonsOf(bad.infos.completed[0])).toEqual([
      [0, expect.stringContaining('first fails')],
      [1, undefined],
      [2, expect.stringContaining('third fails')],
    ]);
    expect(await rejectionOf(bad.ssc.awaitTermination())).toBe('OUTPUT.THREW');
    await bad.ssc.stop();
  });
});

function reasonsOf(info: BatchInfo | undefined): [number, string | undefined][] {
  return [...(info?.outputOperationInfos ?? [])].map(([id, { failureReason }]) => [id, failureReason]);
}
