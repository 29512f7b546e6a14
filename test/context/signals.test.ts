import type { StreamingContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { codeOf, type Desk, desk, rejectionOf, Tap, Tray } from './kit.ts';

const key = 'spark.streaming.stopGracefullyOnShutdown';

interface Program extends Desk {
  readonly ssc: StreamingContext;
  readonly tap: Tap;
  /** The rows of every batch that has ended. */
  readonly out: number[][];
}

/** A program of a receiver, whose batches take that long. */
function program(workMs = 0, settings = {}): Program {
  const d = desk();
  const ssc = d.streaming({ [key]: true, ...settings });
  const tap = new Tap();
  const out: number[][] = [];
  ssc.receiverStream(tap).foreachRDD(async (rdd) => {
    const rows = await rdd.collect();
    await d.runtime.clock.sleep(workMs);
    out.push(rows);
  });
  return { ...d, ssc, tap, out };
}

describe('with spark.streaming.stopGracefullyOnShutdown', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('the first %s works off what has come, then stops both', async (signal) => {
    const { runtime, ssc, tap, out, log } = program();
    ssc.start();
    await runtime.clock.advance(1500);
    tap.store(7);
    runtime.signals.send(signal);
    await runtime.clock.advance(499);
    expect([ssc.getState(), out, runtime.signals.areHeeded]).toEqual(['ACTIVE', [[]], true]);
    await runtime.clock.advance(1);
    expect([ssc.getState(), out, runtime.signals.areHeeded]).toEqual(['STOPPED', [[], [7]], false]);
    expect([ssc.sparkContext.isStopped, await rejectionOf(ssc.awaitTermination())]).toEqual([true, undefined]);
    expect(log()).toEqual([
      `WARN StreamingContext: ${signal}: the work that is left is finished first; a second signal stops at once.`,
    ]);
    expect(runtime.signals.exitCode).toBe(signal === 'SIGTERM' ? 143 : 130);
  });

  test('a second one gives up the work that is left', async () => {
    const { runtime, ssc, out, log } = program(60_000);
    ssc.start();
    await runtime.clock.advance(1000);
    runtime.signals.send('SIGINT');
    await runtime.clock.advance(200);
    runtime.signals.send('SIGINT');
    await runtime.clock.advance(2499);
    expect(ssc.getState()).toBe('ACTIVE');
    await runtime.clock.advance(1);
    expect([ssc.getState(), out]).toEqual(['STOPPED', []]);
    expect(log().at(-1)).toBe('WARN StreamingContext: SIGINT again: the work that is left is given up.');
  });

  test('one that was passed on to the process once more is no second one', async () => {
    const { runtime, ssc, out, log } = program(3000);
    ssc.start();
    await runtime.clock.advance(1000);
    runtime.signals.send('SIGINT');
    await runtime.clock.advance(199);
    runtime.signals.send('SIGINT');
    await runtime.clock.advance(3000);
    expect([ssc.getState(), out, log().length]).toEqual(['STOPPED', [[]], 1]);
  });

  test('another one is a second one, however close', async () => {
    const { runtime, ssc, out, log } = program(60_000);
    ssc.start();
    await runtime.clock.advance(1000);
    runtime.signals.send('SIGINT');
    runtime.signals.send('SIGTERM');
    await runtime.clock.advance(2500);
    expect([ssc.getState(), out, log().length]).toEqual(['STOPPED', [], 2]);
  });

  test('one that comes in a graceful stop of the program leaves it alone, and the next hurries it', async () => {
    const { runtime, ssc } = program(60_000);
    ssc.start();
    await runtime.clock.advance(1000);
    void ssc.stop({ stopGracefully: true, stopSparkContext: false });
    runtime.signals.send('SIGTERM');
    await runtime.clock.advance(5000);
    expect(ssc.getState()).toBe('ACTIVE');
    runtime.signals.send('SIGTERM');
    await runtime.clock.advance(2500);
    expect([ssc.getState(), ssc.sparkContext.isStopped]).toEqual(['STOPPED', true]);
  });

  test('signals are heeded from the start to the stop alone, whatever ends it', async () => {
    const { runtime, ssc } = program();
    expect(runtime.signals.areHeeded).toBe(false);
    ssc.start();
    expect(runtime.signals.areHeeded).toBe(true);
    await ssc.stop();
    expect(runtime.signals.areHeeded).toBe(false);
  });

  test('they are heeded no more when a start fails, nor by a start that is refused', async () => {
    const d = desk();
    const ssc = d.streaming({ [key]: true });
    expect(codeOf(() => ssc.start())).toBe('CONTEXT.NO_OUTPUTS');
    expect(d.runtime.signals.areHeeded).toBe(false);
    const broken = new (class extends Tray {
      override start(): void {
        throw new Error('locked');
      }
    })();
    ssc.inputStream(broken).foreachRDD(() => undefined);
    expect(codeOf(() => ssc.start())).toBe('locked');
    expect([ssc.getState(), d.runtime.signals.areHeeded]).toEqual(['STOPPED', false]);
  });
});

test('without it no signal is ever heeded, where Spark has a hook that stops the context without grace', async () => {
  const { runtime, ssc } = program(0, { [key]: false });
  ssc.start();
  await runtime.clock.advance(1000);
  expect(runtime.signals.areHeeded).toBe(false);
  await ssc.stop();
});

test('a stop that nobody waits for and that fails is logged', async () => {
  const { runtime, ssc, entries } = program();
  ssc.start();
  await runtime.clock.advance(1000);
  ssc.sparkContext.stopFrom = () => Promise.reject(new Error('no disk'));
  runtime.signals.send('SIGTERM');
  await runtime.clock.advance(1000);
  expect(entries.map(({ level, error }) => [level, (error as Error | undefined)?.message])).toEqual([
    ['WARN', undefined],
    ['ERROR', 'no disk'],
  ]);
});
