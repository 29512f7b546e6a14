import { defineOutput, InputDStream, type StreamingContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { desk, rejectionOf, Tap, Tray, watched } from './kit.ts';

/** Outputs that take their time, and what became of them. */
function working(ssc: StreamingContext, ...worksMs: readonly number[]): string[] {
  const seen: string[] = [];
  const { clock } = ssc.sparkContext.engine.runtime;
  const stream = ssc.inputStream(new Tray());
  for (const [index, workMs] of worksMs.entries()) {
    stream.foreachRDD(async (_, time) => {
      seen.push(`${time} begins ${index}`);
      await clock.sleep(workMs);
      seen.push(`${time} ends ${index}`);
    });
  }
  return seen;
}

describe('a stop without grace', () => {
  test('gives a batch that has begun the time to end, and begins no other', async () => {
    const d = desk();
    const ssc = d.streaming();
    const seen = working(ssc, 1900, 600);
    ssc.start();
    await d.runtime.clock.advance(2500);
    const stopped = watched(ssc.stop());
    await d.runtime.clock.advance(999);
    expect(stopped.outcome).toBe(undefined);
    await d.runtime.clock.advance(1);
    expect([stopped.outcome, d.runtime.clock.now()]).toEqual(['resolved', 3500]);
    expect(seen).toEqual(['1000 ms begins 0', '1000 ms ends 0', '1000 ms begins 1', '1000 ms ends 1']);
    expect(await rejectionOf(ssc.awaitTermination())).toBe(undefined);
  });

  test('aborts the signal of a job after 2 s, and ends when the job has', async () => {
    const d = desk();
    const ssc = d.streaming();
    const seen: string[] = [];
    const patient = defineOutput<number>({
      name: 'patient',
      code: [],
      run: async (_rdd, _time, { signal }) => {
        await d.runtime.clock.sleep(60_000, signal).catch(() => seen.push(`aborted at ${d.runtime.clock.now()}`));
      },
    });
    ssc.inputStream(new Tray()).to(patient);
    ssc.start();
    await d.runtime.clock.advance(1000);
    const stopped = watched(ssc.stop());
    await d.runtime.clock.advance(1999);
    expect([seen, stopped.outcome]).toEqual([[], undefined]);
    await d.runtime.clock.advance(1);
    expect([seen, stopped.outcome]).toEqual([['aborted at 3000'], 'resolved']);
  });

  test('aborts the actions of a job after 2 s, which is no error of the program', async () => {
    const d = desk();
    const ssc = d.streaming();
    const tray = new Tray();
    tray.rows.push(1);
    const ended: string[] = [];
    ssc.inputStream(tray).foreachRDD(async (rdd) => {
      const slow = rdd.mapPartitions(async function* (rows) {
        await d.runtime.clock.sleep(60_000);
        yield* rows;
      });
      ended.push(String(await rejectionOf(slow.count())));
      await slow.count();
    });
    ssc.start();
    await d.runtime.clock.advance(1000);
    const stopped = watched(ssc.stop());
    await d.runtime.clock.advance(2000);
    expect([stopped.outcome, ended]).toEqual(['resolved', ['JOB.ABORTED']]);
    expect(await rejectionOf(ssc.awaitTermination())).toBe(undefined);
  });

  test('does not wait longer than 2.5 s for a job that looks at no signal', async () => {
    const d = desk();
    const ssc = d.streaming();
    const seen = working(ssc, 60_000);
    ssc.start();
    await d.runtime.clock.advance(1000);
    const stopped = watched(ssc.stop());
    await d.runtime.clock.advance(2499);
    expect(stopped.outcome).toBe(undefined);
    await d.runtime.clock.advance(1);
    expect([stopped.outcome, ssc.getState()]).toEqual(['resolved', 'STOPPED']);
    await d.runtime.clock.advance(60_000);
    expect(seen).toEqual(['1000 ms begins 0', '1000 ms ends 0']);
    expect(d.log()).toEqual([]);
  });

  test('leaves the late end of such a job without effect on the next context', async () => {
    const d = desk();
    const sc = d.sparkContext();
    const first = d.streaming(sc);
    working(first, 60_000);
    first.start();
    await d.runtime.clock.advance(1000);
    const stopped = first.stop(false);
    await d.runtime.clock.advance(2500);
    await stopped;
    const second = d.streaming(sc);
    const seen = working(second, 10);
    second.start();
    await d.runtime.clock.advance(70_000);
    expect(seen).toHaveLength(140);
    await second.stop();
    expect([await rejectionOf(first.awaitTermination()), await rejectionOf(second.awaitTermination())]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('still reports what fails in the time that is given', async () => {
    const d = desk();
    const ssc = d.streaming();
    ssc.inputStream(new Tray()).foreachRDD(async () => {
      await d.runtime.clock.sleep(500);
      throw new Error('no disk');
    });
    ssc.start();
    await d.runtime.clock.advance(1000);
    const stopped = watched(ssc.stop());
    await d.runtime.clock.advance(500);
    expect([stopped.outcome, await rejectionOf(ssc.awaitTermination())]).toEqual(['resolved', 'OUTPUT.THREW']);
  });

  test('is not held by a transform that is still planning', async () => {
    const d = desk();
    const ssc = d.streaming();
    const slow = ssc.inputStream(new Tray()).transform(async (rdd) => {
      await d.runtime.clock.sleep(60_000);
      return rdd;
    });
    slow.foreachRDD(() => undefined);
    ssc.start();
    await d.runtime.clock.advance(1000);
    const stopped = watched(ssc.stop());
    await d.runtime.clock.advance(2500);
    expect(stopped.outcome).toBe('resolved');
  });

  test('is not held by an input that is still asked', async () => {
    const d = desk();
    const ssc = d.streaming();
    const slow = new (class extends InputDStream<number> {
      override async compute(): Promise<undefined> {
        await d.runtime.clock.sleep(60_000);
      }
    })();
    ssc.inputStream(slow).foreachRDD(() => undefined);
    ssc.start();
    await d.runtime.clock.advance(1000);
    const stopped = watched(ssc.stop());
    await d.runtime.clock.advance(2500);
    expect(stopped.outcome).toBe('resolved');
  });

  test('gives a receiver 10 s to stop', async () => {
    const d = desk();
    const ssc = d.streaming();
    const stubborn = new (class extends Tap {
      override onStop(): Promise<void> {
        return d.runtime.clock.sleep(600_000);
      }
    })();
    ssc.receiverStream(stubborn).foreachRDD(() => undefined);
    ssc.start();
    await d.runtime.clock.advance(1000);
    const stopped = watched(ssc.stop());
    await d.runtime.clock.advance(9999);
    expect(stopped.outcome).toBe(undefined);
    await d.runtime.clock.advance(1);
    expect(stopped.outcome).toBe('resolved');
  });

  test('drops what was received and is in no batch yet', async () => {
    const d = desk();
    const ssc = d.streaming();
    const tap = new Tap();
    const counts: number[] = [];
    ssc.receiverStream(tap).foreachRDD(async (rdd) => counts.push(await rdd.count()));
    ssc.start();
    await d.runtime.clock.advance(1000);
    tap.store(1);
    await ssc.stop();
    await d.runtime.clock.advance(5000);
    expect([counts, tap.calls]).toEqual([[0], ['onStart', 'onStop']]);
  });

  test('gives slots back to the SparkContext', async () => {
    const d = desk();
    const sc = d.sparkContext({ 'spark.master': 'local[2]' });
    for (let i = 0; i < 3; i += 1) {
      const ssc = d.streaming(sc);
      ssc.receiverStream(new Tap()).foreachRDD(() => undefined);
      ssc.start();
      await ssc.stop(false);
    }
    await sc.stop();
  });

  test('right after start() ends it as well, with a receiver and without', async () => {
    const d = desk();
    for (const source of [new Tap(), new Tray()]) {
      const ssc = d.streaming();
      const stream = source instanceof Tap ? ssc.receiverStream(source) : ssc.inputStream(source);
      stream.foreachRDD(() => undefined);
      ssc.start();
      await ssc.stop();
      expect([ssc.getState(), d.runtime.clock.now()]).toEqual(['STOPPED', 0]);
    }
    expect(d.log()).toEqual([]);
  });
});
