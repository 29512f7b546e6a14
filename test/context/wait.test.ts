import { Milliseconds, Seconds, type StreamingContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { type Desk, desk, rejectionOf, Tray, watched } from './kit.ts';

/** An active context whose output fails with these errors, one a batch, and then goes well. */
function failing(d: Desk, ...errors: readonly unknown[]): StreamingContext {
  const ssc = d.streaming();
  const left = [...errors];
  ssc.inputStream(new Tray()).foreachRDD(() => {
    if (left.length > 0) throw left.shift();
  });
  ssc.start();
  return ssc;
}

describe('awaitTermination()', () => {
  test('waits through batches until the context has stopped, and its SparkContext with it', async () => {
    const d = desk();
    const ssc = failing(d);
    const ended = watched(ssc.awaitTermination());
    await d.runtime.clock.advance(5000);
    expect(ended.outcome).toBe(undefined);
    void ssc.stop();
    await ended.promise;
    expect([ssc.getState(), ssc.sparkContext.isStopped]).toEqual(['STOPPED', true]);
  });

  test('begins before start() as well', async () => {
    const d = desk();
    const ssc = d.streaming();
    ssc.inputStream(new Tray()).foreachRDD(() => undefined);
    const ended = watched(ssc.awaitTermination());
    ssc.start();
    await d.runtime.clock.advance(1000);
    expect(ended.outcome).toBe(undefined);
    await ssc.stop();
    await ended.promise;
  });

  test('resolves at once after the stop', async () => {
    const ssc = failing(desk());
    await ssc.stop();
    await ssc.awaitTermination();
  });

  test('throws the error of a batch as soon as there is one, to everyone, and the context goes on', async () => {
    const d = desk();
    const ssc = failing(d, new Error('no disk'));
    const both = [watched(ssc.awaitTermination()), watched(ssc.awaitTermination())];
    await d.runtime.clock.advance(1000);
    expect(both.map(({ outcome }) => outcome)).toEqual(['OUTPUT.THREW', 'OUTPUT.THREW']);
    await d.runtime.clock.advance(3000);
    expect(ssc.getState()).toBe('ACTIVE');
    expect(await rejectionOf(ssc.awaitTermination())).toBe('OUTPUT.THREW');
    await ssc.stop();
    expect(await rejectionOf(ssc.awaitTermination())).toBe('OUTPUT.THREW');
  });

  test('throws the last error there was, with the very error of the program as its cause', async () => {
    const d = desk();
    const [first, last] = [new Error('no disk'), { not: 'even an error' }];
    const ssc = failing(d, first, last);
    const waiting = ssc.awaitTermination().catch((error: Error) => error.cause);
    await d.runtime.clock.advance(2000);
    expect(await waiting).toBe(first);
    await expect(ssc.awaitTermination()).rejects.toMatchObject({ code: 'OUTPUT.THREW', cause: last });
    await ssc.stop();
  });

  test('takes a signal, whose reason ends the waiting and nothing else', async () => {
    const d = desk();
    const ssc = failing(d);
    const control = new AbortController();
    const [mine, others] = [watched(ssc.awaitTermination({ signal: control.signal })), watched(ssc.awaitTermination())];
    control.abort(new Error('tired'));
    await d.runtime.settle();
    expect([mine.outcome, others.outcome, ssc.getState()]).toEqual(['tired', undefined, 'ACTIVE']);
    expect(await rejectionOf(ssc.awaitTermination({ signal: control.signal }))).toBe('tired');
    await ssc.stop();
    await others.promise;
  });
});

describe('awaitTerminationOrTimeout()', () => {
  test.each([
    ['a number of milliseconds', 500],
    ['a Duration', Milliseconds(500)],
    ['text', '500 ms'],
  ])('says false after %s', async (_, timeout) => {
    const d = desk();
    const ssc = failing(d);
    const ended = watched(ssc.awaitTerminationOrTimeout(timeout));
    await d.runtime.clock.advance(499);
    expect(ended.outcome).toBe(undefined);
    await d.runtime.clock.advance(1);
    expect([await ended.promise, ssc.getState()]).toEqual([false, 'ACTIVE']);
    await ssc.stop();
  });

  test('says true when the context stops in time, and when it has stopped before', async () => {
    const d = desk();
    const ssc = failing(d);
    const ended = ssc.awaitTerminationOrTimeout(Seconds(60));
    await ssc.stop();
    expect(await ended).toBe(true);
    expect(await ssc.awaitTerminationOrTimeout(0)).toBe(true);
    expect(d.runtime.clock.now()).toBe(0);
  });

  test('throws as awaitTermination() does, with 0 at once', async () => {
    const d = desk();
    const ssc = failing(d, new Error('no disk'));
    expect(await ssc.awaitTerminationOrTimeout(0)).toBe(false);
    const ended = watched(ssc.awaitTerminationOrTimeout(60_000));
    await d.runtime.clock.advance(1000);
    expect(ended.outcome).toBe('OUTPUT.THREW');
    expect(await rejectionOf(ssc.awaitTerminationOrTimeout(0))).toBe('OUTPUT.THREW');
    await ssc.stop();
  });

  test('takes a signal', async () => {
    const d = desk();
    const ssc = failing(d);
    const control = new AbortController();
    const { signal } = control;
    const ended = watched(ssc.awaitTerminationOrTimeout(500, { signal }));
    control.abort(new Error('tired'));
    await d.runtime.settle();
    expect([ended.outcome, await rejectionOf(ssc.awaitTerminationOrTimeout(500, { signal }))]).toEqual([
      'tired',
      'tired',
    ]);
    await ssc.stop();
  });

  test('refuses a time that is none', async () => {
    const ssc = failing(desk());
    for (const timeout of [Number.NaN, Number.POSITIVE_INFINITY, 0.5]) {
      expect(await rejectionOf(ssc.awaitTerminationOrTimeout(timeout))).toBe('TIME.NOT_WHOLE');
    }
    expect(await rejectionOf(ssc.awaitTerminationOrTimeout('soon' as '1 s'))).toBe('TIME.BAD_DURATION');
    await ssc.stop();
  });

  test('may be asked for ever without remembering who has asked', async () => {
    const d = desk();
    const ssc = failing(d);
    const asked = async (): Promise<number> => {
      for (let times = 0; ; times += 1) if (await ssc.awaitTerminationOrTimeout(100)) return times;
    };
    const answered = asked();
    await d.runtime.clock.advance(1050);
    await ssc.stop();
    expect(await answered).toBe(10);
  });
});
