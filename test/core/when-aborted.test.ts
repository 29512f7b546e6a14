import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { Waiter } from '../../src/core/waiter.ts';
import { whenAborted } from '../../src/core/when-aborted.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('all who wait for one signal share a listener, which goes with the last of them', () => {
  const { signal } = new AbortController();
  const ends = Array.from({ length: 20 }, () => whenAborted(signal, () => undefined));
  expect(listeners(signal)).toBe(1);
  for (const end of ends.slice(1)) end();
  expect(listeners(signal)).toBe(1);
  ends[0]?.();
  expect(listeners(signal)).toBe(0);
});

test('each is called once, in the order of asking, but for those who no longer wait', () => {
  const abort = new AbortController();
  const called: number[] = [];
  const ends = [0, 1, 2].map((i) => whenAborted(abort.signal, () => called.push(i)));
  ends[1]?.();
  ends[1]?.();
  abort.abort();
  abort.abort();
  expect(called).toEqual([0, 2]);
});

test('whoever comes back after the last one left is called', () => {
  const abort = new AbortController();
  let calls = 0;
  const f = (): void => {
    calls += 1;
  };
  whenAborted(abort.signal, f)();
  whenAborted(abort.signal, f);
  whenAborted(abort.signal, f);
  abort.abort();
  expect(calls).toBe(2);
});

test('a signal that is aborted calls at once', () => {
  let calls = 0;
  whenAborted(AbortSignal.abort(), () => {
    calls += 1;
  })();
  expect(calls).toBe(1);
});

test('twenty sleeps and twenty waits on one signal are no leak to Node', async () => {
  const warnings: unknown[] = [];
  const note = (warning: unknown): void => void warnings.push(warning);
  process.on('warning', note);
  try {
    const abort = new AbortController();
    const waiter = new Waiter();
    const waits = Array.from({ length: 20 }, () => [
      systemClock().sleep(60_000, abort.signal),
      waiter.wait(abort.signal),
    ]).flat();
    abort.abort(new Error('enough'));
    expect(new Set((await Promise.allSettled(waits)).map(({ status }) => status))).toEqual(new Set(['rejected']));
    await new Promise(setImmediate);
  } finally {
    process.off('warning', note);
  }
  expect(warnings).toEqual([]);
});
