import { type LogSink, type Runtime, SparkConf, StreamingContext, systemRuntime } from 'firesteel';
import { expect, test } from 'vitest';
import type { Clock, Timer } from '../../src/core/clock.ts';
import { Tap, Tray } from './kit.ts';

const logSink: LogSink = { log: () => undefined };
const conf = new SparkConf().setMaster('local[2]').setAppName('test');

/** The real world, and what of it keeps the process alive: every timer goes through the one clock. */
function counted(): { readonly runtime: Runtime; readonly armed: ReadonlySet<object> } {
  const armed = new Set<object>();
  const real = systemRuntime();
  const at = (deadlineMs: number, f: () => void): Timer => {
    const key = {};
    armed.add(key);
    const fire = (): void => {
      armed.delete(key);
      f();
    };
    const timer = real.clock.at(deadlineMs, fire);
    return {
      cancel: () => {
        armed.delete(key);
        timer.cancel();
      },
    };
  };
  const clock: Clock = { ...real.clock, at };
  return { runtime: { ...real, clock }, armed };
}

const lives: readonly (readonly [name: string, live: (ssc: StreamingContext) => Promise<unknown>])[] = [
  ['was stopped before it was started', (ssc) => ssc.stop()],
  [
    'was stopped at once',
    (ssc) => {
      ssc.start();
      return ssc.stop();
    },
  ],
  [
    'was stopped with grace, and hurried',
    (ssc) => {
      ssc.start();
      return Promise.all([ssc.stop({ stopGracefully: true }), ssc.stop()]);
    },
  ],
  [
    'ended with its SparkContext',
    (ssc) => {
      ssc.start();
      return ssc.sparkContext.stop();
    },
  ],
  [
    'was waited for in vain, and stopped',
    async (ssc) => {
      ssc.start();
      const ended = ssc.awaitTerminationOrTimeout(3_600_000);
      await ssc.awaitTerminationOrTimeout(1);
      await ssc.stop();
      await ended;
    },
  ],
];

test.each(lives)('no timer is left of a context that %s', async (_, live) => {
  const { runtime, armed } = counted();
  const ssc = new StreamingContext(conf, '1 h', { logSink, runtime });
  ssc.inputStream(new Tray()).foreachRDD(() => undefined);
  ssc.receiverStream(new Tap()).foreachRDD(() => undefined);
  await live(ssc);
  expect(armed.size).toBe(0);
});

test('a context that is active keeps the process alive by the timer of its next batch', async () => {
  const { runtime, armed } = counted();
  await using ssc = new StreamingContext(conf, '1 h', { logSink, runtime });
  ssc.inputStream(new Tray()).foreachRDD(() => undefined);
  ssc.start();
  await Promise.resolve();
  expect(armed.size).toBe(1);
});
