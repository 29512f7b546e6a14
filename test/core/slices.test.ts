import { afterEach, expect, test, vi } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { systemSlices } from '../../src/core/slices.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a slice is spent after 8 ms, however much was done in it', () => {
  vi.useFakeTimers();
  const slices = systemSlices();
  slices.begin();
  vi.advanceTimersByTime(7);
  expect(slices.isSpent(1_000_000)).toBe(false);
  vi.advanceTimersByTime(1);
  expect(slices.isSpent(0)).toBe(true);
  slices.begin();
  expect(slices.isSpent(0)).toBe(false);
});

test('a pause lets the event loop turn', async () => {
  const order: string[] = [];
  const turned = eventLoopTurn().then(() => order.push('others'));
  await systemSlices().pause();
  order.push('next slice');
  await turned;
  expect(order).toEqual(['others', 'next slice']);
});
