import { expect, it } from 'vitest';
import { testRuntime } from '../../src/core/test-runtime.ts';
import { xstateClock } from '../../src/lifecycle/xstate-clock.ts';

it('calls once the milliseconds have passed on our clock, and not before', async () => {
  const { clock } = testRuntime({ startMs: 1_000 });
  const calls: number[] = [];
  xstateClock(clock).setTimeout(() => calls.push(clock.now()), 250);
  await clock.advance(249);
  expect(calls).toEqual([]);
  await clock.advance(1);
  expect(calls).toEqual([1_250]);
});

it('does not call what was cleared, and calls the rest', async () => {
  const { clock } = testRuntime({ startMs: 1_000 });
  const calls: string[] = [];
  const timers = xstateClock(clock);
  const cleared = timers.setTimeout(() => calls.push('cleared'), 100);
  timers.setTimeout(() => calls.push('kept'), 100);
  timers.clearTimeout(cleared);
  await clock.advance(100);
  expect(calls).toEqual(['kept']);
});
