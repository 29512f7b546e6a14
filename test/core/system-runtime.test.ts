import { expect, test } from 'vitest';
import { systemRuntime } from '../../src/core/system-runtime.ts';

test('there is one real world, and nobody can change it', () => {
  expect(systemRuntime()).toBe(systemRuntime());
  expect(Object.isFrozen(systemRuntime())).toBe(true);
});

test('messages go first in, first out', () => {
  expect([1, 2, 10].map((n) => systemRuntime().choose(n))).toEqual([0, 0, 0]);
});

test('an activity gives what it runs gives, and what it throws at once is a rejection', async () => {
  const { activities } = systemRuntime();
  expect(await activities.run('gives', async () => 7)).toBe(7);
  const failing = activities.run('throws', () => {
    throw new Error('at once');
  });
  await expect(failing).rejects.toThrow('at once');
});
