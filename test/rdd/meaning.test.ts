import { contains, pairWith, splitOn, sum } from 'firesteel';
import { expect, test } from 'vitest';
import { meaningOf } from '../../src/rdd/meaning.ts';
import { countOne, withOne } from '../../src/rdd/row-functions.ts';

test('what the functions that firesteel exports mean is known, and cannot be changed', () => {
  const meanings = [splitOn(' '), contains('x'), pairWith(2), sum, withOne, countOne].map(meaningOf);
  expect(meanings).toEqual([
    { kind: 'split', by: ' ' },
    { kind: 'contains', part: 'x' },
    { kind: 'pair', value: 2 },
    { kind: 'sum' },
    { kind: 'pair', value: 1 },
    { kind: 'keylessPair', value: 1 },
  ]);
  expect(meanings.every((meaning) => Object.isFrozen(meaning))).toBe(true);
});

test('a function that only does the same is not understood', () => {
  expect(meaningOf((a: number, b: number) => a + b)).toBeUndefined();
});

test('what is no text is not understood, and does what String does with it', () => {
  const odd = [/b/, 1, [' '], null] as unknown as string[];
  expect(odd.map((each) => meaningOf(splitOn(each)))).toEqual(odd.map(() => undefined));
  expect(odd.map((each) => meaningOf(contains(each)))).toEqual(odd.map(() => undefined));
  expect([splitOn(odd[0] as string)('abc'), splitOn(odd[1] as string)('a1c')]).toEqual([
    ['a', 'c'],
    ['a', 'c'],
  ]);
  expect(contains(odd[1] as string)('a1c')).toBe(true);
});

/** What a call comes to: its result, or its error. */
function outcome(f: (row: never) => unknown, row: unknown): unknown {
  try {
    return f(row as never);
  } catch (error) {
    return String(error);
  }
}

const rows: readonly unknown[] = [
  'to be',
  '',
  'x x',
  7,
  null,
  undefined,
  ['x'],
  { split: () => 'own' },
  Symbol.iterator,
];

test.each(rows.map((row) => [row]))('called by anybody they do what the plain functions do: %o', (row) => {
  const pairs: readonly (readonly [described: (row: never) => unknown, plain: (row: never) => unknown])[] = [
    [splitOn(' '), (line: string) => line.split(' ')],
    [splitOn(''), (line: string) => line.split('')],
    [contains('x'), (line: string) => line.includes('x')],
    [pairWith('v'), (key: unknown) => [key, 'v']],
  ];
  for (const [described, plain] of pairs) expect(outcome(described, row)).toEqual(outcome(plain, row));
});

test('sum adds numbers, and whatever else it is given, as + does', () => {
  expect([sum(1, 2), sum(0.1, 0.2), sum('a' as never, 'b' as never)]).toEqual([3, 0.1 + 0.2, 'ab']);
});
