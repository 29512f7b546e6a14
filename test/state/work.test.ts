import { describe, expect, test } from 'vitest';
import { Pace } from '../../src/state/work.ts';

/** How many calls are counted between looks, each of which took so long. */
function callsBetween(pace: Pace, tookMs: readonly number[]): readonly number[] {
  return tookMs.map((ms) => {
    let calls = 1;
    while (!pace.isDue) calls += 1;
    const look = pace.look();
    expect(look.next().value).toBe(calls);
    expect(look.next(ms).done).toBe(true);
    return calls;
  });
}

describe('a pace', () => {
  test('begins with a few calls, and stays with them while they take neither long nor no time', () => {
    expect(callsBetween(new Pace(), [0.5, 1, 2, 1])).toEqual([8, 8, 8, 8]);
  });

  test('makes twice as many while they take less than half a millisecond, up to a bound', () => {
    const fast = callsBetween(
      new Pace(),
      Array.from({ length: 14 }, () => 0.49),
    );
    expect(fast).toEqual([8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 16_384, 16_384]);
  });

  test('makes half as many while they take more than two, down to one', () => {
    expect(callsBetween(new Pace(), [2.01, 100, 100, 100, 100])).toEqual([8, 4, 2, 1, 1]);
  });

  test('finds its way back', () => {
    expect(callsBetween(new Pace(), [100, 100, 0, 0, 1])).toEqual([8, 4, 2, 4, 8]);
  });
});
