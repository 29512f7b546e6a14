import { expect, test } from 'vitest';
import { tooSlow } from '../../bench/too-slow.ts';

test('half of what is recorded is fast enough', () => {
  expect(tooSlow({ closures: 0.45 }, { closures: 0.9 })).toEqual([]);
});

test('less than half of it is not', () => {
  expect(tooSlow({ closures: 0.44, described: 2 }, { closures: 0.9, described: 2 })).toEqual([
    'closures: firesteel has become slow: 0.44, where 0.9 is recorded and half of it must be reached.',
  ]);
});

test('what nothing is recorded of is told', () => {
  expect(tooSlow({ described: 2 }, {})).toEqual([
    'described: nothing is recorded; npm run guard -- --record records it.',
  ]);
});
