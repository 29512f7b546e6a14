import { expect, test } from 'vitest';
import { RateLimit } from '../../src/core/rate-limit.ts';

test('each that is taken has its time, from the first on', () => {
  const limit = new RateLimit(10, 5000);
  expect(limit.waitMs(5000)).toBe(0);
  limit.take(1, 5000);
  expect([limit.waitMs(5000), limit.waitMs(5099), limit.waitMs(5100)]).toEqual([100, 1, 0]);
});

test('many are taken at once, and waited for afterwards', () => {
  const limit = new RateLimit(1000, 0);
  limit.take(2500, 0);
  expect([limit.waitMs(0), limit.waitMs(2499), limit.waitMs(2500)]).toEqual([2500, 1, 0]);
});

test('a part of a millisecond is waited for as a whole one', () => {
  const limit = new RateLimit(3000, 0);
  limit.take(1, 0);
  expect(limit.waitMs(0)).toBe(1);
});

test('so many a second come over a long time, also where each is a little late', () => {
  const limit = new RateLimit(400, 0);
  let nowMs = 0;
  let count = 0;
  for (; nowMs < 10_000; count += 1) {
    limit.take(1, nowMs);
    const waitMs = limit.waitMs(nowMs);
    if (waitMs > 0) nowMs += waitMs + 1;
  }
  expect(count).toBeGreaterThan(3990);
  expect(count).toBeLessThan(4010);
});

test('what did not come in a pause does not come at once after it, but for a tenth of a second', () => {
  const limit = new RateLimit(1000, 0);
  let count = 0;
  for (; limit.waitMs(60_000) === 0; count += 1) limit.take(1, 60_000);
  expect(count).toBe(101);
});
