import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventLoopTurn, soon, systemClock } from '../../src/core/clock.ts';

const clock = systemClock();

describe('the machine clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Notes the time of each call. */
  function noted(): { readonly times: number[]; readonly f: () => void } {
    const times: number[] = [];
    return { times, f: () => times.push(clock.now()) };
  }

  test('calls once, at the deadline', () => {
    const { times, f } = noted();
    clock.at(1_500, f);
    vi.advanceTimersByTime(10_000);
    expect(times).toEqual([1_500]);
  });

  test('waits on when it is woken before the deadline', () => {
    const { times, f } = noted();
    clock.at(1_500, f);
    vi.setSystemTime(900);
    vi.advanceTimersByTime(500);
    expect(times).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(times).toEqual([1_500]);
  });

  test('reaches deadlines further away than a timeout can wait', () => {
    const { times, f } = noted();
    const deadlineMs = 1_000 + 2 ** 33;
    clock.at(deadlineMs, f);
    vi.advanceTimersByTime(2 ** 33 - 1);
    expect(times).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(times).toEqual([deadlineMs]);
  });

  test('calls for a past deadline at once, but not inside the call', () => {
    const { times, f } = noted();
    clock.at(0, f);
    expect(times).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(times).toHaveLength(1);
  });

  test('does not call what was cancelled, also after waiting on', () => {
    const { times, f } = noted();
    const timer = clock.at(1_000 + 2 ** 33, f);
    vi.advanceTimersByTime(2 ** 32);
    timer.cancel();
    vi.advanceTimersByTime(2 ** 33);
    expect(times).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('sleeps for the given time', async () => {
    const { times, f } = noted();
    const slept = clock.sleep(250).then(f);
    await vi.advanceTimersByTimeAsync(1_000);
    await slept;
    expect(times).toEqual([1_250]);
  });

  test('wakes with the reason of an abort, and leaves no timer', async () => {
    const controller = new AbortController();
    const slept = clock.sleep(250, controller.signal);
    controller.abort('enough');
    await expect(slept).rejects.toBe('enough');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not begin to sleep when the signal is aborted already', async () => {
    await expect(clock.sleep(250, AbortSignal.abort('enough'))).rejects.toBe('enough');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('listens to the signal no longer than it sleeps', async () => {
    const { signal } = new AbortController();
    const slept = clock.sleep(250, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(250);
    await slept;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

test('an armed timer keeps the process alive, a cancelled one does not', () => {
  const timeouts = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timeouts();
  const timer = clock.at(clock.now() + 60_000, () => undefined);
  expect(timeouts()).toBe(before + 1);
  timer.cancel();
  expect(timeouts()).toBe(before);
});

test('time is whole milliseconds, and measuring time never runs backwards', () => {
  expect(Number.isInteger(clock.now())).toBe(true);
  const fromMs = clock.monotonicMs();
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(fromMs);
});

test('soon comes after the code that runs now and before the event loop turns, first in first out', async () => {
  const order: string[] = [];
  const turned = eventLoopTurn().then(() => order.push('turn'));
  soon(() => {
    order.push('first');
    soon(() => order.push('third'));
  });
  soon(() => order.push('second'));
  order.push('now');
  await turned;
  expect(order).toEqual(['now', 'first', 'second', 'third', 'turn']);
});
