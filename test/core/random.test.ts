import { describe, expect, test } from 'vitest';
import { type Random, seededRandom, systemRandom } from '../../src/core/random.ts';

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

describe.each([
  ['of the machine', systemRandom],
  ['of a seed', () => seededRandom(7)],
])('chance %s', (_name, make) => {
  test('is a number from 0 to below 1', () => {
    const random = make();
    const numbers = draw(random, 1_000);
    expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(990);
  });

  test('below n reaches every number from 0 to n - 1 and no other', () => {
    const random = make();
    const seen = new Set(Array.from({ length: 1_000 }, () => random.below(5)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test('gives names of letters and digits, each once', () => {
    const random = make();
    const names = Array.from({ length: 1_000 }, () => random.id());
    expect(names.every((name) => /^[a-z0-9]+$/.test(name))).toBe(true);
    expect(new Set(names).size).toBe(1_000);
  });
});

test('a seed always gives the same numbers', () => {
  expect(draw(seededRandom(42), 4)).toMatchInlineSnapshot(`
    [
      0.7010580946225673,
      0.9220983108971268,
      0.3602520162239671,
      0.9407449550926685,
    ]
  `);
});

test('other seeds, near or far, and other streams give other numbers', () => {
  const sources = [seededRandom(0), seededRandom(1), seededRandom(2 ** 32), seededRandom(-1), seededRandom(0, 1)];
  expect(new Set(sources.map((random) => random.next())).size).toBe(sources.length);
});

test('the numbers of a seed are spread evenly', () => {
  const random = seededRandom(3);
  const buckets = new Array<number>(10).fill(0);
  for (const n of draw(random, 100_000)) buckets[Math.floor(n * 10)] = (buckets[Math.floor(n * 10)] ?? 0) + 1;
  // Ten standard deviations of a fair draw are about 950.
  expect(buckets.every((count) => Math.abs(count - 10_000) < 950)).toBe(true);
});
