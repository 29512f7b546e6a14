import { InputDStream, Seconds, SparkContext, StreamingContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { codeOf, desk, rejectionOf, Tap, Tray } from './kit.ts';

/** A source that cannot be started. */
class Broken extends InputDStream<number> {
  override start(): void {
    throw new Error('no such table');
  }

  override compute(): undefined {
    return undefined;
  }
}

const nothing = (): void => undefined;

describe('start()', () => {
  test('makes an INITIALIZED context ACTIVE, and returns at once', async () => {
    const { streaming, runtime } = desk();
    const ssc = streaming();
    ssc.inputStream(new Tray()).foreachRDD(nothing);
    expect([ssc.getState(), StreamingContext.getActive({ runtime })]).toEqual(['INITIALIZED', undefined]);
    ssc.start();
    expect(ssc.getState()).toBe('ACTIVE');
    expect(StreamingContext.getActive({ runtime })).toBe(ssc);
    await ssc.stop();
  });

  test('only warns on a context that is active', async () => {
    const { streaming, runtime, log } = desk();
    const ssc = streaming();
    const tray = new Tray();
    ssc.inputStream(tray).foreachRDD(nothing);
    ssc.start();
    ssc.start();
    await runtime.clock.advance(1000);
    expect([ssc.getState(), tray.calls]).toEqual(['ACTIVE', ['start']]);
    expect(log()).toEqual(['WARN StreamingContext: StreamingContext has already been started']);
    await ssc.stop();
  });

  test('is refused once the context has stopped, or is stopping', async () => {
    const ssc = desk().streaming();
    ssc.inputStream(new Tray()).foreachRDD(nothing);
    ssc.start();
    const stopped = ssc.stop();
    expect([ssc.getState(), codeOf(() => ssc.start())]).toEqual(['ACTIVE', 'CONTEXT.ALREADY_STOPPED']);
    await stopped;
    expect([codeOf(() => ssc.start()), ssc.getState()]).toEqual(['CONTEXT.ALREADY_STOPPED', 'STOPPED']);
  });

  test('is refused on a SparkContext that has been stopped', async () => {
    const ssc = desk().streaming();
    ssc.inputStream(new Tray()).foreachRDD(nothing);
    await ssc.sparkContext.stop();
    expect([codeOf(() => ssc.start()), ssc.getState()]).toEqual(['CONTEXT.SPARK_CONTEXT_STOPPED', 'INITIALIZED']);
  });
});

describe('a start that is refused', () => {
  test('for want of an output leaves the context INITIALIZED, to be mended and started', async () => {
    const { streaming, runtime } = desk();
    const ssc = streaming();
    const stream = ssc.inputStream(new Tray());
    expect([codeOf(() => ssc.start()), ssc.getState()]).toEqual(['CONTEXT.NO_OUTPUTS', 'INITIALIZED']);
    expect(StreamingContext.getActive({ runtime })).toBe(undefined);
    stream.foreachRDD(nothing);
    ssc.start();
    expect(ssc.getState()).toBe('ACTIVE');
    await ssc.stop();
  });

  test('for another active context leaves this one INITIALIZED, to be started after that one', async () => {
    const { streaming, sparkContext } = desk();
    const sc = sparkContext();
    const [first, second] = [streaming(sc), streaming(sc)];
    for (const ssc of [first, second]) ssc.inputStream(new Tray()).foreachRDD(nothing);
    first.start();
    expect([codeOf(() => second.start()), second.getState()]).toEqual(['CONTEXT.OTHER_ACTIVE', 'INITIALIZED']);
    await first.stop(false);
    second.start();
    expect([first.getState(), second.getState()]).toEqual(['STOPPED', 'ACTIVE']);
    await second.stop();
  });

  test.each([
    ['local', 1, 1],
    ['local[1]', 1, 1],
    ['local[2]', 2, 2],
  ])('on %s, %i slots, with %i receivers tells the numbers', async (master, slots, receivers) => {
    const ssc = desk().streaming({ 'spark.master': master });
    for (let i = 0; i < receivers; i += 1) ssc.receiverStream(new Tap()).foreachRDD(nothing);
    const all = receivers === 1 ? '1 receiver takes' : `${receivers} receivers take`;
    const given = slots === 1 ? 'the only slot' : `all ${slots} slots`;
    expect(() => ssc.start()).toThrow(`${all} ${given} of ${master}: none is left to compute with.`);
    expect(ssc.getState()).toBe('INITIALIZED');
    await ssc.stop();
  });

  test('counts no receiver that no output can reach', async () => {
    const ssc = desk().streaming({ 'spark.master': 'local[2]' });
    const unused = new Tap();
    ssc.receiverStream(unused);
    ssc.receiverStream(new Tap()).foreachRDD(nothing);
    ssc.start();
    await ssc.stop();
    expect(unused.calls).toEqual([]);
  });

  test('tells all mistakes at once', async () => {
    const ssc = desk().streaming({ 'spark.master': 'local[1]' });
    ssc.receiverStream(new Tap());
    expect(codeOf(() => ssc.start())).toBe('CONTEXT.SEVERAL_MISTAKES');
    expect(ssc.getState()).toBe('INITIALIZED');
    await ssc.stop();
  });
});

describe('a start that fails half-way', () => {
  test('throws the error itself, stops the context, and leaves the SparkContext to others', async () => {
    const { streaming, sparkContext, runtime } = desk();
    const sc = sparkContext();
    const ssc = streaming(sc);
    ssc.inputStream(new Broken()).foreachRDD(nothing);
    expect(codeOf(() => ssc.start())).toBe('no such table');
    expect([ssc.getState(), sc.isStopped, StreamingContext.getActive({ runtime })]).toEqual([
      'STOPPED',
      false,
      undefined,
    ]);
    expect(await sc.parallelize([1, 2]).collect()).toEqual([1, 2]);
    const next = streaming(sc);
    next.inputStream(new Tray()).foreachRDD(nothing);
    next.start();
    await runtime.clock.advance(1000);
    await next.stop();
  });

  test('stops the inputs that were started before, last first, and starts none after', async () => {
    const ssc = desk().streaming();
    const calls: string[] = [];
    class Named extends Tray {
      readonly #name: string;
      constructor(name: string) {
        super();
        this.#name = name;
      }
      override start(): void {
        calls.push(`start ${this.#name}`);
      }
      override stop(): void {
        calls.push(`stop ${this.#name}`);
      }
    }
    for (const source of [new Named('a'), new Named('b'), new Broken(), new Named('c')]) {
      ssc.inputStream(source).foreachRDD(nothing);
    }
    expect(codeOf(() => ssc.start())).toBe('no such table');
    expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
    await ssc.stop();
  });

  test('is logged where an input cannot be stopped either', async () => {
    const d = desk();
    const ssc = d.streaming();
    const stubborn = new (class extends Tray {
      override stop(): Promise<void> {
        return Promise.reject(new Error('still locked'));
      }
    })();
    for (const source of [stubborn, new Broken()]) ssc.inputStream(source).foreachRDD(nothing);
    expect(codeOf(() => ssc.start())).toBe('no such table');
    await d.runtime.settle();
    expect(d.entries.map(({ level, error }) => [level, String(error)])).toEqual([['ERROR', 'Error: still locked']]);
    await ssc.stop();
  });

  test('ends the waiting for it', async () => {
    const ssc = desk().streaming();
    ssc.inputStream(new Broken()).foreachRDD(nothing);
    const before = ssc.awaitTermination();
    expect(codeOf(() => ssc.start())).toBe('no such table');
    await before;
    await ssc.awaitTermination();
    expect(await ssc.awaitTerminationOrTimeout(0)).toBe(true);
    await ssc.stop();
  });

  test('leaves nothing to dispose of but the SparkContext, which goes too', async () => {
    const d = desk();
    const sc = await (async () => {
      await using ssc = d.streaming();
      ssc.inputStream(new Broken()).foreachRDD(nothing);
      expect(codeOf(() => ssc.start())).toBe('no such table');
      return ssc.sparkContext;
    })();
    expect(sc.isStopped).toBe(true);
    await d.sparkContext().stop();
  });
});

describe('an input that ends what is just being started', () => {
  test.each([
    ['by stop()', (ssc: StreamingContext) => ssc.stop()],
    ['by stop() of the SparkContext', (ssc: StreamingContext) => ssc.sparkContext.stop()],
  ])('%s is taken at its word', async (_, end) => {
    const { streaming, runtime } = desk();
    const ssc = streaming();
    let ended: Promise<void> | undefined;
    const hasty = new (class extends Tray {
      override start(): void {
        ended = end(ssc);
      }
    })();
    ssc.inputStream(hasty).foreachRDD(nothing);
    ssc.start();
    await runtime.settle();
    expect([ssc.getState(), ssc.sparkContext.isStopped]).toEqual(['STOPPED', true]);
    await ended;
    expect(await rejectionOf(ssc.awaitTermination())).toBe(undefined);
  });
});

describe('the one SparkContext', () => {
  test('is refused while another is alive, by itself and under a StreamingContext', async () => {
    const { conf, streaming, sparkContext } = desk();
    const sc = sparkContext();
    expect(codeOf(() => sparkContext())).toBe('CONTEXT.SPARK_CONTEXT_EXISTS');
    expect(codeOf(() => streaming())).toBe('CONTEXT.SPARK_CONTEXT_EXISTS');
    expect(sc.getConf().toDebugString()).toBe(conf().toDebugString());
    await sc.stop();
    await sparkContext().stop();
  });

  test('is shared by StreamingContexts, one after the other', async () => {
    const { streaming, sparkContext, runtime } = desk();
    const sc = sparkContext();
    const sums: number[] = [];
    for (const rows of [[1, 2], [3], [4, 5]]) {
      const ssc = streaming(sc);
      const tray = new Tray();
      tray.rows.push(...rows);
      ssc.inputStream(tray).foreachRDD(async (rdd) => sums.push(await rdd.reduce((a, b) => a + b)));
      ssc.start();
      await runtime.clock.advance(1000);
      await ssc.stop(false);
      expect(sc.isStopped).toBe(false);
    }
    expect(sums).toEqual([3, 3, 9]);
    await sc.stop();
  });

  test('is given by getOrCreate, with a warning, or made by it', async () => {
    const d = desk();
    const { runtime, logSink } = d;
    const sc = SparkContext.getOrCreate(d.conf(), { runtime, logSink });
    expect(d.log()).toEqual([]);
    expect(SparkContext.getOrCreate(d.conf({ 'spark.app.name': 'another' }), { runtime })).toBe(sc);
    expect(d.log()).toEqual([
      'WARN SparkContext: Using an existing SparkContext; some configuration may not take effect.',
    ]);
    await sc.stop();
    const next = SparkContext.getOrCreate(d.conf(), { runtime, logSink });
    expect(next).not.toBe(sc);
    await next.stop();
  });
});

test('a StreamingContext may be given the runtime that its SparkContext has, and no other', () => {
  const { runtime, sparkContext } = desk();
  const sc = sparkContext();
  expect(new StreamingContext(sc, Seconds(1), { runtime }).getState()).toBe('INITIALIZED');
  expect(() => new StreamingContext(sc, Seconds(1), { runtime: desk().runtime })).toThrow(
    '[CONTEXT.OPTION_TOO_LATE] A StreamingContext was given a runtime together with a SparkContext.',
  );
});
