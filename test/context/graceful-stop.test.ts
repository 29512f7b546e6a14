import { defineOp, type StoppingInfo, type StreamingContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { desk, rejectionOf, Tap, Tray, watched } from './kit.ts';

const nothing = (): void => undefined;

/** What a context puts out: the rows of each batch, by its time. */
function collecting(ssc: StreamingContext, from: Tap | Tray, workMs = 0): [timeMs: number, rows: number[]][] {
  const out: [timeMs: number, rows: number[]][] = [];
  const { clock } = ssc.sparkContext.engine.runtime;
  const stream = from instanceof Tap ? ssc.receiverStream(from) : ssc.inputStream(from);
  stream.foreachRDD(async (rdd, time) => {
    const rows = await rdd.collect();
    if (workMs > 0) await clock.sleep(workMs);
    out.push([time.milliseconds, rows]);
  });
  return out;
}

/** The same rows in a stream that has RDDs at every `slideMs` only. */
const each = (slideMs: number) =>
  defineOp<number>({ name: 'each', slideMs, code: [], plan: (batch) => batch.input<number>() });

describe('a graceful stop', () => {
  test('makes a last batch of what a receiver has stored', async () => {
    const d = desk();
    const ssc = d.streaming();
    const tap = new Tap();
    const out = collecting(ssc, tap);
    ssc.start();
    await d.runtime.clock.advance(1500);
    for (const row of [1, 2, 3]) tap.store(row);
    const stopped = watched(ssc.stop(true, true));
    await d.runtime.settle();
    expect([tap.calls, stopped.outcome]).toEqual([['onStart', 'onStop'], undefined]);
    await d.runtime.clock.advance(500);
    expect([stopped.outcome, ssc.getState()]).toEqual(['resolved', 'STOPPED']);
    expect(out).toEqual([
      [1000, []],
      [2000, [1, 2, 3]],
    ]);
  });

  test('takes what a receiver stores while it stops', async () => {
    const d = desk();
    const ssc = d.streaming();
    const tap = new (class extends Tap {
      override async onStop(): Promise<void> {
        await d.runtime.clock.sleep(300);
        this.store(42);
      }
    })();
    const out = collecting(ssc, tap);
    ssc.start();
    await d.runtime.settle();
    const stopped = watched(ssc.stop(true, true));
    await d.runtime.clock.advance(1000);
    expect([out, stopped.outcome]).toEqual([[[1000, [42]]], 'resolved']);
  });

  test('ends at once where receivers have stored nothing', async () => {
    const d = desk();
    const ssc = d.streaming();
    const out = collecting(ssc, new Tap());
    ssc.start();
    await d.runtime.clock.advance(1500);
    await ssc.stop(true, true);
    expect([d.runtime.clock.now(), out]).toEqual([1500, [[1000, []]]]);
  });

  test('asks an input that is asked once more', async () => {
    const d = desk();
    const ssc = d.streaming();
    const tray = new Tray();
    const out = collecting(ssc, tray);
    ssc.start();
    await d.runtime.clock.advance(1500);
    tray.rows.push(7);
    const stopped = watched(ssc.stop(true, true));
    await d.runtime.clock.advance(500);
    expect([out.at(-1), stopped.outcome, tray.calls]).toEqual([[2000, [7]], 'resolved', ['start', 'stop']]);
  });

  test('works off the batches that wait, and lets inputs go after the last', async () => {
    const d = desk();
    const ssc = d.streaming();
    const tray = new Tray();
    const out = collecting(ssc, tray, 1500);
    ssc.start();
    await d.runtime.clock.advance(2900);
    const stopped = watched(ssc.stop(true, true));
    await d.runtime.clock.advance(2599);
    expect([stopped.outcome, out.length, tray.calls]).toEqual([undefined, 2, ['start']]);
    await d.runtime.clock.advance(1);
    expect([stopped.outcome, d.runtime.clock.now(), tray.calls]).toEqual(['resolved', 5500, ['start', 'stop']]);
    expect(out.map(([timeMs]) => timeMs)).toEqual([1000, 2000, 3000]);
  });

  test.each([
    ['in a batch of the slide', 3500, 4000],
    ['in a batch between slides', 2500, 3000],
  ])(
    'ends with the work where the slide is longer than the batch, and the last one falls %s',
    async (_, atMs, endMs) => {
      const d = desk();
      const ssc = d.streaming();
      const times: number[] = [];
      ssc
        .inputStream(new Tray())
        .via(each(2000))
        .foreachRDD((_, time) => times.push(time.milliseconds));
      ssc.start();
      await d.runtime.clock.advance(atMs);
      const stopped = watched(ssc.stop(true, true));
      await d.runtime.clock.advance(500);
      expect([stopped.outcome, d.runtime.clock.now()]).toEqual(['resolved', endMs]);
      expect(times).toEqual([2000, 4000].filter((timeMs) => timeMs <= endMs));
      expect(d.log()).toEqual([]);
    },
  );

  test('counts batches that fail as worked off', async () => {
    const d = desk();
    const ssc = d.streaming();
    ssc.inputStream(new Tray()).foreachRDD(() => {
      throw new Error('no disk');
    });
    ssc.start();
    const stopped = watched(ssc.stop(true, true));
    await d.runtime.clock.advance(1000);
    expect(stopped.outcome).toBe('resolved');
    expect(await rejectionOf(ssc.awaitTermination())).toBe('OUTPUT.THREW');
  });

  test('counts batches that are refused as worked off', async () => {
    const d = desk();
    const ssc = d.streaming();
    const broken = ssc.inputStream(new Tray()).transform(() => {
      throw new Error('no plan');
    });
    broken.foreachRDD(nothing);
    ssc.start();
    const stopped = watched(ssc.stop(true, true));
    await d.runtime.clock.advance(1000);
    expect(stopped.outcome).toBe('resolved');
    expect(await rejectionOf(ssc.awaitTermination())).toBe('BATCH.PLAN_THREW');
  });

  test('warns when its time is over, gives up what is left, and ends', async () => {
    const d = desk();
    const ssc = d.streaming({ 'spark.streaming.gracefulStopTimeout': '3s' });
    const out = collecting(ssc, new Tray(), 60_000);
    ssc.start();
    await d.runtime.clock.advance(2000);
    const stopped = watched(ssc.stop(true, true));
    await d.runtime.clock.advance(3000);
    expect(d.log()).toMatchInlineSnapshot(`
      [
        "WARN Drain: The graceful stop has waited 3000 ms; what is left is given up: the batch of 1000 ms: foreachRDD (graceful-stop.test.ts:12); the batch of 2000 ms: foreachRDD (graceful-stop.test.ts:12); the batch of 3000 ms: foreachRDD (graceful-stop.test.ts:12).",
      ]
    `);
    expect(stopped.outcome).toBe(undefined);
    await d.runtime.clock.advance(2500);
    expect([stopped.outcome, out]).toEqual(['resolved', []]);
  });

  test('tells listeners what it waits for, until it has ended', async () => {
    const d = desk();
    const ssc = d.streaming({ 'spark.streaming.gracefulStopTimeout': '60s' });
    collecting(ssc, new Tap(), 8000);
    const told: StoppingInfo[] = [];
    ssc.addStreamingListener({ onStreamingStopping: (info) => void told.push(info) });
    ssc.start();
    await d.runtime.clock.advance(1000);
    const stopped = watched(ssc.stop(true, true));
    await d.runtime.clock.advance(60_000);
    expect(stopped.outcome).toBe('resolved');
    const jobs = [expect.stringMatching(/^foreachRDD \(graceful-stop\.test\.ts:\d+\)$/)];
    const common = { startTimeMs: 1000, deadlineMs: 61_000, batches: [{ batchTimeMs: 1000, jobs }] };
    expect(told).toEqual([
      { ...common, timeMs: 1000, inputs: [expect.stringMatching(/^receiverStream \(/)] },
      { ...common, timeMs: 6000, inputs: [] },
    ]);
  });

  test('has one limit for all its waits, where Spark lets receivers take as long as they like', async () => {
    const d = desk();
    const ssc = d.streaming({ 'spark.streaming.gracefulStopTimeout': '3s' });
    const slow = new (class extends Tap {
      override onStop(): Promise<void> {
        return d.runtime.clock.sleep(2000);
      }
    })();
    collecting(ssc, slow, 60_000);
    ssc.start();
    await d.runtime.clock.advance(2000);
    void ssc.stop(true, true);
    await d.runtime.clock.advance(2999);
    expect(d.log()).toEqual([]);
    await d.runtime.clock.advance(1);
    expect(d.log()).toHaveLength(1);
    await d.runtime.clock.advance(2500);
    expect(ssc.getState()).toBe('STOPPED');
  });

  test('has ten batches of time unless the configuration says otherwise', async () => {
    const d = desk();
    const ssc = d.streaming();
    collecting(ssc, new Tray(), 600_000);
    ssc.start();
    await d.runtime.clock.advance(1000);
    void ssc.stop(true, true);
    await d.runtime.clock.advance(9999);
    expect(d.log()).toEqual([]);
    await d.runtime.clock.advance(1);
    expect(d.log()).toHaveLength(1);
    await d.runtime.clock.advance(2500);
    expect(ssc.getState()).toBe('STOPPED');
  });

  test('does not wait longer than 10 s for an input that does not let go', async () => {
    const d = desk();
    const ssc = d.streaming();
    const stubborn = new (class extends Tray {
      override stop(): Promise<void> {
        return d.runtime.clock.sleep(600_000);
      }
    })();
    ssc.inputStream(stubborn).foreachRDD(nothing);
    ssc.start();
    const stopped = watched(ssc.stop(true, true));
    await d.runtime.clock.advance(10_999);
    expect(stopped.outcome).toBe(undefined);
    await d.runtime.clock.advance(1);
    expect(stopped.outcome).toBe('resolved');
  });

  test('is hurried past an input that does not let go', async () => {
    const d = desk();
    const ssc = d.streaming();
    const stubborn = new (class extends Tray {
      override stop(): Promise<void> {
        return d.runtime.clock.sleep(600_000);
      }
    })();
    ssc.inputStream(stubborn).foreachRDD(nothing);
    ssc.start();
    const graceful = ssc.stop(true, true);
    await d.runtime.clock.advance(2000);
    await Promise.all([ssc.stop(), graceful]);
    expect([ssc.getState(), d.runtime.clock.now()]).toEqual(['STOPPED', 2000]);
  });

  test('reports an input that cannot be stopped, and ends', async () => {
    const d = desk();
    const ssc = d.streaming();
    const stubborn = new (class extends Tray {
      override stop(): Promise<void> {
        return Promise.reject(new Error('still locked'));
      }
    })();
    ssc.inputStream(stubborn).foreachRDD(nothing);
    ssc.start();
    await ssc.stop();
    expect(await rejectionOf(ssc.awaitTermination())).toBe('still locked');
  });
});
