import { SparkContext, StreamingContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { codeOf, desk, Tray, watched } from './kit.ts';

const nothing = (): void => undefined;

/** A context that is active, with batches of one second. */
function active(d: ReturnType<typeof desk>, on?: Parameters<typeof d.streaming>[0]): StreamingContext {
  const ssc = d.streaming(on);
  ssc.inputStream(new Tray()).foreachRDD(nothing);
  ssc.start();
  return ssc;
}

describe('stop()', () => {
  test('ends an active context and its SparkContext, and frees both places', async () => {
    const d = desk();
    const ssc = active(d);
    await ssc.stop();
    expect([ssc.getState(), ssc.sparkContext.isStopped]).toEqual(['STOPPED', true]);
    expect(StreamingContext.getActive(d)).toBe(undefined);
    expect(d.log()).toEqual([]);
    await active(d).stop();
  });

  test('before start() warns, and ends the context for good', async () => {
    const d = desk();
    const ssc = d.streaming();
    const stream = ssc.inputStream(new Tray());
    stream.foreachRDD(nothing);
    await ssc.stop();
    expect([ssc.getState(), ssc.sparkContext.isStopped]).toEqual(['STOPPED', true]);
    expect(d.log()).toEqual(['WARN StreamingContext: StreamingContext has not been started yet']);
    expect(codeOf(() => ssc.start())).toBe('CONTEXT.ALREADY_STOPPED');
    await ssc.awaitTermination();
  });

  test('a second time warns', async () => {
    const d = desk();
    const ssc = active(d);
    await ssc.stop();
    await ssc.stop();
    expect(ssc.getState()).toBe('STOPPED');
    expect(d.log()).toEqual(['WARN StreamingContext: StreamingContext has already been stopped']);
  });

  test('without the SparkContext leaves it to a later one', async () => {
    const d = desk();
    const sc = d.sparkContext();
    const first = active(d, sc);
    await first.stop(false);
    expect([first.getState(), sc.isStopped]).toEqual(['STOPPED', false]);
    const second = active(d, sc);
    await second.stop(false);
    expect(await sc.parallelize([1, 2, 3]).count()).toBe(3);
    await sc.stop();
  });

  test('with the SparkContext after stop(false) stops it yet', async () => {
    const d = desk();
    const ssc = active(d);
    await ssc.stop(false);
    expect(ssc.sparkContext.isStopped).toBe(false);
    await ssc.stop(true);
    expect(ssc.sparkContext.isStopped).toBe(true);
  });

  test.each([
    ['nothing', {}, false],
    ['true', { stopSparkContext: true }, true],
  ])('where stopSparkContextByDefault is false and the call says %s', async (_, options, isStopped) => {
    const d = desk();
    const ssc = active(d, { 'spark.streaming.stopSparkContextByDefault': false });
    await ssc.stop(options);
    expect([ssc.getState(), ssc.sparkContext.isStopped]).toEqual(['STOPPED', isStopped]);
    await ssc.sparkContext.stop();
  });

  test.each([
    ['stop()', [], true, false],
    ['stop(true)', [true], true, false],
    ['stop(false)', [false], false, false],
    ['stop(true, true)', [true, true], true, true],
    ['stop(false, true)', [false, true], false, true],
    ['stop({})', [{}], true, false],
    ['stop({ stopSparkContext: false })', [{ stopSparkContext: false }], false, false],
    ['stop({ stopGracefully: true })', [{ stopGracefully: true }], true, true],
    ['stop({ both })', [{ stopSparkContext: false, stopGracefully: true }], false, true],
  ] as const)('takes %s at its word', async (_, given, stopsSparkContext, isGraceful) => {
    const d = desk();
    const ssc = d.streaming();
    const tray = new Tray();
    const sums: number[] = [];
    ssc.inputStream(tray).foreachRDD(async (rdd) => sums.push(await rdd.reduce((a, b) => a + b)));
    ssc.start();
    tray.rows.push(1, 2, 3);
    const stopped = watched(ssc.stop(...(given as [])));
    await d.runtime.settle();
    expect(stopped.outcome).toBe(isGraceful ? undefined : 'resolved');
    await d.runtime.clock.advance(1000);
    expect([stopped.outcome, sums]).toEqual(['resolved', isGraceful ? [6] : []]);
    expect(ssc.sparkContext.isStopped).toBe(stopsSparkContext);
    await ssc.sparkContext.stop();
  });

  test('a second call while one is under way waits for the same end', async () => {
    const d = desk();
    const ssc = active(d);
    const both = [watched(ssc.stop(false, true)), watched(ssc.stop(false, true))];
    await d.runtime.clock.advance(999);
    expect([both.map(({ outcome }) => outcome), ssc.getState()]).toEqual([[undefined, undefined], 'ACTIVE']);
    await d.runtime.clock.advance(1);
    expect([both.map(({ outcome }) => outcome), ssc.getState()]).toEqual([['resolved', 'resolved'], 'STOPPED']);
    expect(d.log()).toEqual([]);
    await ssc.sparkContext.stop();
  });

  test('a second call without grace hurries one with grace', async () => {
    const d = desk();
    const ssc = active(d);
    const graceful = ssc.stop(false, true);
    await d.runtime.clock.advance(100);
    expect(ssc.getState()).toBe('ACTIVE');
    await Promise.all([ssc.stop(false, false), graceful]);
    expect([ssc.getState(), d.runtime.clock.now()]).toEqual(['STOPPED', 100]);
    await ssc.sparkContext.stop();
  });

  test('a second call with the SparkContext stops it after a first one that spared it', async () => {
    const d = desk();
    const ssc = active(d);
    const both = [ssc.stop(false, true), ssc.stop(true, true)];
    await d.runtime.clock.advance(1000);
    await Promise.all(both);
    expect(ssc.sparkContext.isStopped).toBe(true);
  });

  test('of a context that has stopped takes the SparkContext from under the next one, when it is told to', async () => {
    const d = desk();
    const sc = d.sparkContext();
    const first = active(d, sc);
    await first.stop(false);
    const second = active(d, sc);
    await first.stop(true);
    expect([second.getState(), sc.isStopped]).toEqual(['STOPPED', true]);
    await second.awaitTermination();
  });
});

describe('a context that is active', () => {
  test('takes no further source, operator or output', async () => {
    const ssc = desk().streaming();
    const stream = ssc.inputStream(new Tray());
    stream.foreachRDD(nothing);
    ssc.start();
    const additions = [
      () => ssc.inputStream(new Tray()),
      () => ssc.queueStream([]),
      () => ssc.socketTextStream('localhost', 9999),
      () => stream.map((n) => n),
      () => stream.print(),
      () => stream.foreachRDD(nothing),
    ];
    const codes = (): readonly (string | undefined)[] => additions.map(codeOf);
    expect(new Set(codes())).toEqual(new Set(['CONTEXT.DEFINE_AFTER_START']));
    const stopped = ssc.stop();
    expect(new Set(codes())).toEqual(new Set(['CONTEXT.DEFINE_AFTER_START']));
    await stopped;
    expect(new Set(codes())).toEqual(new Set(['CONTEXT.DEFINE_AFTER_STOP']));
  });

  test('takes listeners, and lets them go', async () => {
    const d = desk();
    const ssc = active(d);
    const heard: number[] = [];
    const listener = {
      onBatchCompleted: ({ batchTimeMs }: { readonly batchTimeMs: number }) => heard.push(batchTimeMs),
    };
    await d.runtime.clock.advance(1000);
    ssc.addStreamingListener(listener);
    await d.runtime.clock.advance(1000);
    ssc.removeStreamingListener(listener);
    await d.runtime.clock.advance(1000);
    expect(heard).toEqual([2000]);
    await ssc.stop();
  });
});

describe('SparkContext.stop()', () => {
  test('stops the streaming context that is active on it, without grace', async () => {
    const d = desk();
    const ssc = active(d);
    const ended = watched(ssc.awaitTermination());
    await d.runtime.clock.advance(1500);
    await ssc.sparkContext.stop();
    await d.runtime.settle();
    expect([ssc.getState(), ended.outcome, d.runtime.clock.now()]).toEqual(['STOPPED', 'resolved', 1500]);
    expect(StreamingContext.getActive(d)).toBe(undefined);
    expect(d.log()).toEqual([]);
  });

  test('hurries a graceful stop of it', async () => {
    const d = desk();
    const ssc = active(d);
    const graceful = ssc.stop(false, true);
    await Promise.all([ssc.sparkContext.stop(), graceful]);
    expect([ssc.getState(), ssc.sparkContext.isStopped, d.runtime.clock.now()]).toEqual(['STOPPED', true, 0]);
  });

  test('is done once, however often it is called', async () => {
    const d = desk();
    const sc = d.sparkContext();
    await Promise.all([sc.stop(), sc.stop()]);
    await sc.stop();
    expect([sc.isStopped, d.log()]).toEqual([true, []]);
  });

  test('leaves a streaming context that was not started as it is, and useless', async () => {
    const d = desk();
    const ssc = d.streaming();
    ssc.inputStream(new Tray()).foreachRDD(nothing);
    await ssc.sparkContext.stop();
    expect([ssc.getState(), codeOf(() => ssc.start())]).toEqual(['INITIALIZED', 'CONTEXT.SPARK_CONTEXT_STOPPED']);
    await ssc.stop();
    expect(ssc.getState()).toBe('STOPPED');
  });

  test('ends every use of it', async () => {
    const d = desk();
    const sc = d.sparkContext();
    const rdd = sc.parallelize([1, 2, 3]);
    await sc.stop();
    expect(codeOf(() => sc.parallelize([1]))).toBe('CONTEXT.SPARK_CONTEXT_STOPPED');
    expect(codeOf(() => sc.emptyRDD())).toBe('CONTEXT.SPARK_CONTEXT_STOPPED');
    expect(codeOf(() => d.streaming(sc))).toBe('CONTEXT.SPARK_CONTEXT_STOPPED');
    await expect(rdd.count()).rejects.toMatchObject({ code: 'CONTEXT.SPARK_CONTEXT_STOPPED' });
  });

  test('aborts the actions that run', async () => {
    const d = desk();
    const sc = d.sparkContext();
    const slow = sc.parallelize([1]).mapPartitions(async function* (rows) {
      await d.runtime.clock.sleep(60_000);
      yield* rows;
    });
    const counted = watched(slow.count());
    await d.runtime.settle();
    await sc.stop();
    await d.runtime.settle();
    expect(counted.outcome).toBe('JOB.ABORTED');
  });
});

describe('the signal of a context', () => {
  test('stops it and its SparkContext', async () => {
    const d = desk();
    const control = new AbortController();
    const ssc = d.streaming({}, { signal: control.signal });
    ssc.inputStream(new Tray()).foreachRDD(nothing);
    ssc.start();
    control.abort();
    await ssc.awaitTermination();
    expect([ssc.getState(), ssc.sparkContext.isStopped]).toEqual(['STOPPED', true]);
  });

  test('hurries a graceful stop', async () => {
    const d = desk();
    const control = new AbortController();
    const ssc = d.streaming({}, { signal: control.signal });
    ssc.inputStream(new Tray()).foreachRDD(nothing);
    ssc.start();
    const graceful = ssc.stop({ stopGracefully: true });
    control.abort();
    await graceful;
    expect(d.runtime.clock.now()).toBe(0);
  });

  test('stops a SparkContext', async () => {
    const { conf, runtime } = desk();
    const control = new AbortController();
    const sc = new SparkContext(conf(), { runtime, signal: control.signal });
    control.abort();
    await runtime.settle();
    expect(sc.isStopped).toBe(true);
  });

  test('refuses a context from the start when it is aborted', () => {
    const d = desk();
    const signal = AbortSignal.abort(new Error('too late'));
    expect(codeOf(() => d.streaming({}, { signal }))).toBe('too late');
    expect(codeOf(() => new SparkContext(d.conf(), { runtime: d.runtime, signal }))).toBe('too late');
  });

  test('means nothing any more to a context that has ended', async () => {
    const d = desk();
    const control = new AbortController();
    const sc = d.sparkContext();
    const first = d.streaming(sc, { signal: control.signal });
    await first.stop(false);
    const second = active(d, sc);
    control.abort();
    await d.runtime.settle();
    expect([second.getState(), sc.isStopped]).toEqual(['ACTIVE', false]);
    expect(d.log()).toEqual(['WARN StreamingContext: StreamingContext has not been started yet']);
    await second.stop();
  });
});

describe('await using', () => {
  test('stops a context and its SparkContext at the end of its block', async () => {
    const d = desk();
    const used = await (async () => {
      await using ssc = d.streaming();
      ssc.inputStream(new Tray()).foreachRDD(nothing);
      ssc.start();
      return ssc;
    })();
    expect([used.getState(), used.sparkContext.isStopped, d.log()]).toEqual(['STOPPED', true, []]);
  });

  test('leaves alone what the block has stopped, and the SparkContext it has spared', async () => {
    const d = desk();
    const used = await (async () => {
      await using ssc = active(d);
      await ssc.stop(false);
      return ssc;
    })();
    expect([used.sparkContext.isStopped, d.log()]).toEqual([false, []]);
    await used.sparkContext.stop();
  });

  test('stops a SparkContext', async () => {
    const d = desk();
    const used = await (async () => {
      await using sc = d.sparkContext();
      return sc;
    })();
    expect(used.isStopped).toBe(true);
  });
});

test('a batch interval of 0 ms or less is refused, and nothing is made', async () => {
  const d = desk();
  const { runtime } = d;
  for (const interval of ['0 s', '0ms'] as const) {
    expect(codeOf(() => new StreamingContext(d.conf(), interval, { runtime }))).toBe('CONTEXT.BAD_INTERVAL');
  }
  await d.sparkContext().stop();
});
