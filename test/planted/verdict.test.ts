import { expect, test } from 'vitest';
import { verdictOf } from '../../scripts/planted/verdict.ts';

test('a law that is broken is a find, after so many seeds', () => {
  const output = `
 FAIL  |simulation| test/simulation/simulate.test.ts > programs keep their promises, whatever happens to them
Error: UsageError: [TESTING.LAW_BROKEN] Seed 41 breaks the law 'each batch is written': x has none.
  why  It takes 1 of the 3 faults that there were.`;
  expect(verdictOf({ exitCode: 1, output }, 11)).toEqual({
    type: 'found',
    seeds: 31,
    law: 'each batch is written',
    difference: 'x has none.',
  });
});

test('a run without a complaint has missed it', () => {
  expect(verdictOf({ exitCode: 0, output: ' 1 passed' }, 1)).toEqual({ type: 'missed', reason: 'no law is broken' });
});

test('a simulator that fails has found nothing', () => {
  const output = 'Line\n  TypeError: rdd is not defined\n at x';
  const reason = 'the simulator fails: TypeError: rdd is not defined';
  expect(verdictOf({ exitCode: 1, output }, 1)).toEqual({ type: 'missed', reason });
  expect(verdictOf({ exitCode: null, output: '' }, 1)).toEqual({
    type: 'missed',
    reason: 'the simulator fails: it says nothing',
  });
});
