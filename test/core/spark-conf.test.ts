import { describe, expect, test } from 'vitest';
import { confKeys } from '../../src/core/conf-keys.ts';
import { SparkConf } from '../../src/core/spark-conf.ts';
import { Milliseconds, Minutes, Seconds } from '../../src/core/time.ts';

const block = 'spark.streaming.blockInterval';

describe('SparkConf', () => {
  test('is written as a chain and keeps everything as text', () => {
    const conf = new SparkConf()
      .setMaster('local[2]')
      .setAppName('WordCount')
      .set(block, Milliseconds(100))
      .set('spark.streaming.concurrentJobs', 2)
      .set('my.flag', true)
      .setAll([['my.a', 'x']])
      .setAll(Object.entries({ 'my.b': 1 }));
    expect(conf.getAll()).toEqual([
      ['spark.master', 'local[2]'],
      ['spark.app.name', 'WordCount'],
      [block, '100 ms'],
      ['spark.streaming.concurrentJobs', '2'],
      ['my.flag', 'true'],
      ['my.a', 'x'],
      ['my.b', '1'],
    ]);
  });

  test('sets what is missing and keeps what is there', () => {
    const conf = new SparkConf().set('a', '1').setIfMissing('a', '2').setIfMissing('b', '3');
    expect([conf.get('a'), conf.get('b')]).toEqual(['1', '3']);
  });

  test('gives the default of the call only where nothing was set', () => {
    const conf = new SparkConf().set('a', '');
    expect(conf.get('a', 'x')).toBe('');
    expect(conf.get('b', 'x')).toBe('x');
    expect(conf.getOption('a')).toBe('');
    expect(conf.getOption('b')).toBeUndefined();
    expect([conf.contains('a'), conf.contains('b')]).toEqual([true, false]);
  });

  test('says how to ask for a key that may be missing', () => {
    expect(() => new SparkConf().get('my.key')).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [CONF.MISSING_KEY] The configuration has no value for 'my.key'.
        why  get() with a key alone is for a value that must be there.
        fix  Set it first, or say what holds without it: conf.get('my.key', 'the default').]
    `);
  });

  test('forgets what is removed', () => {
    const conf = new SparkConf().set('a', '1').remove('a').remove('b');
    expect(conf.contains('a')).toBe(false);
  });

  test('is not changed through its clone, nor the clone through it', () => {
    const conf = new SparkConf().set('a', '1');
    const clone = conf.clone().set('a', '2').set('b', '2');
    conf.set('c', '3');
    expect(conf.getAll()).toEqual([
      ['a', '1'],
      ['c', '3'],
    ]);
    expect(clone.getAll()).toEqual([
      ['a', '2'],
      ['b', '2'],
    ]);
  });

  test('prints a sorted line for each key', () => {
    expect(new SparkConf().set('b', 2).set('a', 1).toDebugString()).toBe('a=1\nb=2');
  });
});

describe('reading a key that firesteel honours', () => {
  test('gives its default while it is not set', () => {
    const conf = new SparkConf();
    const defaults = Object.values(confKeys).map((key) => [key.name, String(conf.read(key))]);
    expect(Object.fromEntries(defaults)).toMatchInlineSnapshot(`
      {
        "firesteel.batches.pendingMax": "64",
        "firesteel.checkpoint.snapshotBytesMin": "16777216",
        "firesteel.executor.codegen": "true",
        "firesteel.executor.kernels": "true",
        "firesteel.receiver.bufferBytesMax": "134217728",
        "firesteel.receiver.bufferRowsMax": "1000000",
        "firesteel.receiver.restartDelayMax": "60000 ms",
        "firesteel.receiver.restartsMax": "0",
        "spark.app.name": "undefined",
        "spark.default.parallelism": "undefined",
        "spark.log.level": "WARN",
        "spark.master": "undefined",
        "spark.streaming.blockInterval": "200 ms",
        "spark.streaming.blockQueueSize": "10",
        "spark.streaming.concurrentJobs": "1",
        "spark.streaming.fileStream.minRememberDuration": "undefined",
        "spark.streaming.gracefulStopTimeout": "undefined",
        "spark.streaming.minRememberDuration": "60000 ms",
        "spark.streaming.receiver.blockStoreTimeout": "30000 ms",
        "spark.streaming.receiver.maxRate": "undefined",
        "spark.streaming.receiver.writeAheadLog.enable": "undefined",
        "spark.streaming.receiverRestartDelay": "2000 ms",
        "spark.streaming.stopGracefullyOnShutdown": "false",
        "spark.streaming.stopSparkContextByDefault": "true",
        "spark.streaming.unpersist": "true",
      }
    `);
  });

  test('gives a value of its type', () => {
    const conf = new SparkConf()
      .set(block, '2s')
      .set('spark.streaming.concurrentJobs', '4')
      .set('firesteel.executor.codegen', 'FALSE')
      .set('spark.log.level', 'debug')
      .set('spark.streaming.gracefulStopTimeout', Minutes(1));
    expect(conf.read(confKeys.blockInterval)).toEqual(Seconds(2));
    expect(conf.read(confKeys.concurrentJobs)).toBe(4);
    expect(conf.read(confKeys.codegen)).toBe(false);
    expect(conf.read(confKeys.logLevel)).toBe('DEBUG');
    expect(conf.read(confKeys.gracefulStopTimeout)).toEqual(Minutes(1));
  });

  test.each([
    ['250', 250],
    [250, 250],
    ['250 ms', 250],
    [Seconds(1), 1000],
  ])('takes the time %s as %d ms', (value, ms) => {
    expect(new SparkConf().set(block, value).read(confKeys.blockInterval).milliseconds).toBe(ms);
  });

  test.each([
    ['spark.streaming.minRememberDuration', '90', 90_000],
    ['spark.streaming.fileStream.minRememberDuration', 2, 2000],
    ['spark.streaming.minRememberDuration', '90 ms', 90],
  ])('takes %s of %s as %d ms: seconds where Spark counts them', (key, value, ms) => {
    const conf = new SparkConf().set(key, value);
    const read = conf.read(confKeys.fileStreamMinRemember) ?? conf.read(confKeys.minRemember);
    expect(read.milliseconds).toBe(ms);
  });

  test.each([
    [block, 0],
    [block, '-1'],
    [block, 'soon'],
    [block, '0.1 ms'],
    ['spark.streaming.concurrentJobs', 0],
    ['spark.streaming.concurrentJobs', 1.5],
    ['spark.streaming.concurrentJobs', 'two'],
    ['spark.streaming.concurrentJobs', ''],
    ['spark.streaming.concurrentJobs', '1e3'],
    ['spark.streaming.concurrentJobs', Number.NaN],
    ['spark.streaming.concurrentJobs', '9007199254740993'],
    ['spark.default.parallelism', 0],
    ['firesteel.receiver.restartsMax', -1],
    ['firesteel.receiver.bufferBytesMax', 0],
    ['firesteel.receiver.bufferRowsMax', 0],
    ['firesteel.batches.pendingMax', 0],
    ['firesteel.executor.codegen', 'yes'],
    ['firesteel.executor.codegen', 1],
    ['spark.log.level', 'LOUD'],
    ['spark.app.name', ' '],
  ])('refuses %s = %s where it is set, and keeps what was set before', (key, value) => {
    const conf = new SparkConf();
    expect(() => conf.set(key, value)).toThrow(expect.objectContaining({ code: 'CONF.BAD_VALUE' }));
    expect(conf.contains(key)).toBe(false);
  });

  test('says what a key takes', () => {
    const conf = new SparkConf();
    const cases = [
      [block, 'soon'],
      ['spark.streaming.concurrentJobs', '0'],
      ['firesteel.executor.codegen', 'yes'],
      ['spark.log.level', 'LOUD'],
    ] as const;
    const said = cases.map(([key, value]) => {
      try {
        conf.set(key, value);
      } catch (error) {
        return String(error);
      }
      return 'taken';
    });
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "UsageError: [CONF.BAD_VALUE] The configuration key spark.streaming.blockInterval cannot be 'soon'.
        why  It takes a length of time, at least 1 ms, such as '200 ms' or '2s'; a bare number counts ms.
        fix  Set it to such a value, or not at all: docs/configuration.md lists the keys and their defaults.
      UsageError: [CONF.BAD_VALUE] The configuration key spark.streaming.concurrentJobs cannot be '0'.
        why  It takes a whole number, at least 1.
        fix  Set it to such a value, or not at all: docs/configuration.md lists the keys and their defaults.
      UsageError: [CONF.BAD_VALUE] The configuration key firesteel.executor.codegen cannot be 'yes'.
        why  It takes true or false.
        fix  Set it to such a value, or not at all: docs/configuration.md lists the keys and their defaults.
      UsageError: [CONF.BAD_VALUE] The configuration key spark.log.level cannot be 'LOUD'.
        why  It takes one of ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF.
        fix  Set it to such a value, or not at all: docs/configuration.md lists the keys and their defaults."
    `);
  });

  test('keeps the reason why a time was not understood', () => {
    expect(() => new SparkConf().set(block, 'soon')).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: 'TIME.BAD_DURATION' }) }),
    );
  });

  test('refuses a master at once', () => {
    expect(() => new SparkConf().setMaster('yarn')).toThrow(expect.objectContaining({ code: 'CONF.BAD_MASTER' }));
  });

  test('refuses a value that is no value, for any key', () => {
    expect(() => new SparkConf().set('my.key', undefined as never)).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [CONF.BAD_VALUE] The configuration key my.key cannot be undefined.
        why  It takes a text, a number, a boolean or a Duration.
        fix  Set it to such a value, or not at all: docs/configuration.md lists the keys and their defaults.]
    `);
    expect(() => new SparkConf().set('my.key', { a: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'CONF.BAD_VALUE' }),
    );
  });
});

describe('keys that firesteel does not honour', () => {
  test('are told with the nearest that it honours', () => {
    const conf = new SparkConf()
      .setMaster('local')
      .set('spark.streaming.blockinterval', '1s')
      .set('spark.streaming.concurentJobs', 2)
      .set('firesteel.receiver.bufferByteMax', 1)
      .set('spark.appname', 'x');
    expect(conf.unknownKeys()).toEqual([
      { key: 'spark.streaming.blockinterval', nearest: 'spark.streaming.blockInterval' },
      { key: 'spark.streaming.concurentJobs', nearest: 'spark.streaming.concurrentJobs' },
      { key: 'firesteel.receiver.bufferByteMax', nearest: 'firesteel.receiver.bufferBytesMax' },
      { key: 'spark.appname', nearest: 'spark.app.name' },
    ]);
  });

  test('are the business of the user when their names are not ours', () => {
    expect(new SparkConf().set('my.key', 1).set('sparkle', 2).set('spark', 3).unknownKeys()).toEqual([]);
  });
});
