import { expect, test } from 'vitest';
import { tooSlow, withoutKernel } from '../../bench/too-slow.ts';

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

test('what is understood is faster than closures, or it is told', () => {
  expect(withoutKernel({ closures: 0.9, recognised: 1.2, described: 1.04 })).toEqual([]);
  expect(withoutKernel({ closures: 0.9, recognised: 1.02, described: 1.2 })).toEqual([
    'recognised: 1.02 is hardly more than the 0.9 of closures; does a kernel still run it?',
  ]);
});
