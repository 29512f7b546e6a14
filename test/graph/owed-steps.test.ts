import { expect, test } from 'vitest';
import { OwedSteps } from '../../src/graph/owed-steps.ts';

const has = (owed: OwedSteps, ...timesMs: readonly number[]): readonly boolean[] => timesMs.map((ms) => owed.has(ms));

test('a batch is owed until each of its steps is done', () => {
  const owed = new OwedSteps();
  expect(has(owed, 1000)).toEqual([false]);
  owed.add('a', 1000);
  owed.add('b', 1000);
  expect(has(owed, 1000, 2000)).toEqual([true, false]);
  owed.done('a', 1000);
  expect(has(owed, 1000)).toEqual([true]);
  owed.done('b', 1000);
  expect(has(owed, 1000)).toEqual([false]);
});

test('a step that is done is done for all batches before it, and for none behind', () => {
  const owed = new OwedSteps();
  for (const timeMs of [1000, 2000, 3000, 4000]) owed.add('a', timeMs);
  owed.done('a', 3000);
  expect(has(owed, 1000, 2000, 3000, 4000)).toEqual([false, false, false, true]);
});

test('a step that owes nothing may be done', () => {
  const owed = new OwedSteps();
  owed.add('a', 1000);
  owed.done('b', 1000);
  expect(has(owed, 1000)).toEqual([true]);
});

test('a batch may come to owe a step twice, and owes it once', () => {
  const owed = new OwedSteps();
  owed.add('a', 1000);
  owed.add('a', 1000);
  owed.done('a', 1000);
  expect(has(owed, 1000)).toEqual([false]);
});
