import { expect, test } from 'vitest';
import { type TestRuntime, testRuntime } from '../../src/core/test-runtime.ts';

const choices = (runtime: TestRuntime): number[] => Array.from({ length: 20 }, () => runtime.choose(4));
const chance = (runtime: TestRuntime): number[] => Array.from({ length: 20 }, () => runtime.random.next());

test('begins at 0, or where it is told to', () => {
  expect([testRuntime().clock.now(), testRuntime({ startMs: 5_000 }).clock.now()]).toEqual([0, 5_000]);
});

test('the same seed makes the same choices and the same chance', () => {
  const [a, b] = [testRuntime({ seed: 11 }), testRuntime({ seed: 11 })];
  expect([a.seed, choices(a), chance(a)]).toEqual([11, choices(b), chance(b)].with(0, 11));
});

test('other seeds make other choices, and every choice comes', () => {
  const seeds = Array.from({ length: 50 }, (_, seed) => choices(testRuntime({ seed })));
  expect(new Set(seeds.map(String)).size).toBe(50);
  expect(new Set(seeds.flat())).toEqual(new Set([0, 1, 2, 3]));
});

test('what the program draws does not change the choices, nor the other way round', () => {
  const [a, b] = [testRuntime({ seed: 11 }), testRuntime({ seed: 11 })];
  const drawnFirst = chance(a);
  expect(choices(a)).toEqual(choices(b));
  expect(chance(b)).toEqual(drawnFirst);
  expect(choices(testRuntime({ seed: 11 }))).not.toEqual(drawnFirst.map((n) => Math.floor(n * 4)));
});

test('without a seed it chooses as production does, and its chance is that of seed 0', () => {
  const runtime = testRuntime();
  expect(runtime.seed).toBe(0);
  expect(new Set(choices(runtime))).toEqual(new Set([0]));
  expect(chance(runtime)).toEqual(chance(testRuntime({ seed: 0 })));
});

test('two worlds share nothing', async () => {
  const [a, b] = [testRuntime(), testRuntime()];
  await a.storage.append('file', Buffer.from('x'));
  a.terminal.out('x');
  await a.clock.advance(1_000);
  let isBusy = true;
  const job = b.activities.run('job of the other world', async () => {
    while (isBusy) await b.clock.sleep(1);
  });
  await a.settle();
  expect([await b.storage.list('.'), b.terminal.output, b.clock.now()]).toEqual([[], '', 0]);
  isBusy = false;
  await b.clock.advance(1);
  await job;
});
