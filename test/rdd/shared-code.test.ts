import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { context } from './contexts.ts';

let compiled: string[] = [];

beforeEach(() => {
  compiled = [];
  const OriginalFunction = Function;
  vi.stubGlobal('Function', function counting(...parts: string[]) {
    compiled.push(parts.at(-1) ?? '');
    return new OriginalFunction(...parts);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a closure made anew for every batch has no code compiled after the first', async () => {
  const sc = context();
  const rows = [...Array(40).keys()];
  const batch = (k: number): Promise<number[]> =>
    sc
      .parallelize(rows, 4)
      .map((n) => n + k)
      .collect();
  await batch(0);
  const first = compiled.length;
  for (let k = 1; k < 5; k += 1) expect(await batch(k)).toEqual(rows.map((n) => n + k));
  expect(compiled.length).toBe(first);
});

test('a closure that comes again has code of its own from the second action on', async () => {
  const rdd = context()
    .parallelize([1, 2, 3, 4], 4)
    .map((n) => n + 1);
  await rdd.collect();
  const first = compiled.length;
  await rdd.collect();
  await rdd.collect();
  expect(compiled.length).toBe(first + 1);
});

test('a take that reads several partitions is one action', async () => {
  const rdd = context()
    .parallelize([1, 2, 3, 4], 4)
    .map((n) => n + 1);
  await rdd.take(1);
  const first = compiled.length;
  await context()
    .parallelize([1, 2, 3, 4], 4)
    .map((n) => n + 1)
    .take(4);
  expect(compiled.length).toBe(2 * first);
});
