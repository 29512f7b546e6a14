import { type LogEntry, type LogSink, StreamingContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { codeOf, desk, Tap, Tray } from './kit.ts';

const nothing = (): void => undefined;

describe('the log of a context', () => {
  test('goes to standard error as Spark writes it, unless it is given a sink', async () => {
    const { runtime, conf } = desk({ startMs: Date.UTC(2026, 10, 24, 5, 47, 27) });
    const ssc = new StreamingContext(conf(), '1 s', { runtime });
    await ssc.stop();
    const line = '26/11/24 05:47:27 WARN StreamingContext: StreamingContext has not been started yet\n';
    expect([runtime.terminal.output, runtime.terminal.errors]).toEqual(['', line]);
  });

  test('goes to the sink it is given, entry by entry, and to no terminal', async () => {
    const d = desk({ startMs: 5000 });
    const ssc = d.streaming();
    await ssc.stop();
    expect(d.entries).toEqual<LogEntry[]>([
      { level: 'WARN', timeMs: 5000, logger: 'StreamingContext', message: 'StreamingContext has not been started yet' },
    ]);
    expect([d.runtime.terminal.output, d.runtime.terminal.errors]).toEqual(['', '']);
  });

  test('breaks nothing when its sink does', async () => {
    const { runtime, conf } = desk();
    const logSink: LogSink = {
      log: () => {
        throw Object.assign(new Error('disk full'), { stack: 'Error: disk full' });
      },
    };
    const ssc = new StreamingContext(conf(), '1 s', { runtime, logSink });
    ssc.inputStream(new Tray()).foreachRDD(nothing);
    ssc.start();
    ssc.start();
    await runtime.clock.advance(1000);
    await ssc.stop();
    expect(runtime.terminal.errors).toMatchInlineSnapshot(`
      "70/01/01 00:00:00 ERROR Logger: The log sink failed; from here on, what it does not take is written here.
      Error: disk full
      70/01/01 00:00:00 WARN StreamingContext: StreamingContext has already been started
      "
    `);
  });

  test('tells the error of a batch that nobody waits for, with its cause', async () => {
    const d = desk();
    const ssc = d.streaming();
    const error = new Error('no disk');
    ssc.inputStream(new Tray()).foreachRDD(() => {
      throw error;
    });
    ssc.start();
    await d.runtime.clock.advance(1000);
    expect(d.log()).toEqual(['ERROR StreamingContext: A batch or a source failed']);
    expect(d.entries[0]?.error).toMatchObject({ code: 'OUTPUT.THREW', cause: error });
    await ssc.stop();
  });

  test('is silent in a clean run, from start to stop, with a receiver and without', async () => {
    for (const source of [new Tap(), new Tray()]) {
      const d = desk();
      const ssc = d.streaming({ 'spark.log.level': 'INFO' });
      const stream = source instanceof Tap ? ssc.receiverStream(source) : ssc.inputStream(source);
      stream.foreachRDD(nothing);
      ssc.start();
      await d.runtime.clock.advance(3000);
      await ssc.stop();
      expect(d.log()).toEqual([]);
    }
  });
});

describe('setLogLevel()', () => {
  test('says how grave an entry has to be, for the SparkContext and all that is on it', async () => {
    const d = desk();
    const sc = d.sparkContext();
    sc.setLogLevel('error');
    await d.streaming(sc).stop(false);
    expect(d.log()).toEqual([]);
    sc.setLogLevel('WARN');
    await d.streaming(sc).stop(false);
    expect(d.log()).toEqual(['WARN StreamingContext: StreamingContext has not been started yet']);
    await sc.stop();
  });

  test('is what spark.log.level says until then', async () => {
    const d = desk();
    await d.streaming({ 'spark.log.level': 'OFF' }).stop();
    expect(d.log()).toEqual([]);
  });

  test('takes no level that does not exist', async () => {
    const sc = desk().sparkContext();
    expect(codeOf(() => sc.setLogLevel('LOUD'))).toBe('LOG.BAD_LEVEL');
    await sc.stop();
  });
});

test('a key that firesteel does not honour is warned of, with the one it may have meant', async () => {
  const d = desk();
  const sc = d.sparkContext({
    'spark.streaming.blockIntervall': '100 ms',
    'firesteel.batches.pendingmax': 3,
    'my.own.key': 'is nobody’s business',
  });
  expect(d.log()).toMatchInlineSnapshot(`
    [
      "WARN SparkContext: spark.streaming.blockIntervall is set, but firesteel honours no such key; the nearest it knows is spark.streaming.blockInterval.",
      "WARN SparkContext: firesteel.batches.pendingmax is set, but firesteel honours no such key; the nearest it knows is firesteel.batches.pendingMax.",
    ]
  `);
  await sc.stop();
});

test('a conf is copied when its context is made', async () => {
  const d = desk();
  const conf = d.conf();
  const ssc = new StreamingContext(conf, '1 s', d);
  conf.set('spark.streaming.stopSparkContextByDefault', false);
  ssc.sparkContext.getConf().set('spark.streaming.stopSparkContextByDefault', false);
  await ssc.stop();
  expect(ssc.sparkContext.isStopped).toBe(true);
});

test('a conf without a master or a name makes no context, and takes no place', async () => {
  const { runtime, conf, sparkContext } = desk();
  const without = (key: string) => conf().remove(key);
  expect(codeOf(() => new StreamingContext(without('spark.master'), '1 s', { runtime }))).toBe('CONF.NO_MASTER');
  expect(codeOf(() => new StreamingContext(without('spark.app.name'), '1 s', { runtime }))).toBe('CONF.NO_APP_NAME');
  await sparkContext().stop();
});
