import type { Row } from 'firesteel';
import { assertOutputs, type CompareOptions, run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';

function differ<T extends Row>(outputs: T[][], expected: T[][], options?: CompareOptions<T>): boolean {
  try {
    assertOutputs(outputs, expected, options);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'TESTING.OUTPUTS_DIFFER' });
    return true;
  }
}

describe('with order', () => {
  test('equal outputs pass', () => {
    expect(differ([[1, 2], []], [[1, 2], []])).toBe(false);
  });

  test('another order of rows differs', () => {
    expect(differ([[2, 1]], [[1, 2]])).toBe(true);
  });

  test('a row that is not there differs, and so does one that is there beyond', () => {
    expect(differ([[1]], [[1, 2]])).toBe(true);
    expect(differ([[1, 2]], [[1]])).toBe(true);
  });

  test('an undefined row is not the same as no row', () => {
    expect(differ<number | undefined>([[1]], [[1, undefined]])).toBe(true);
  });
});

describe('without order', () => {
  test('rows are compared as a multiset', () => {
    expect(differ([['a', 'b', 'a']], [['a', 'a', 'b']], { ordered: false })).toBe(false);
    expect(differ([['a', 'b', 'b']], [['a', 'a', 'b']], { ordered: false })).toBe(true);
  });

  test('the order of outputs counts', () => {
    expect(differ([['a'], ['b']], [['b'], ['a']], { ordered: false })).toBe(true);
  });
});

test('the number of outputs counts, also where the others are empty', () => {
  expect(differ([[1], []], [[1]])).toBe(true);
  expect(differ([[1]], [[1], []])).toBe(true);
});

test('tuples and objects are equal by value', () => {
  expect(differ([[['a', { n: 1 }]]], [[['a', { n: 1 }]]])).toBe(false);
  expect(differ([[['a', { n: 1 }]]], [[['a', { n: 2 }]]])).toBe(true);
});

test('the test may say when rows are equal', () => {
  const equality = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  expect(differ([['B', 'a']], [['A', 'b']], { ordered: false, equality })).toBe(false);
  expect(differ([['B', 'a']], [['A', 'b']], { equality })).toBe(true);
});

test('it takes what run gives', async () => {
  const outputs = await run((_ssc, input) => input.map((n: number) => [n % 2, n]), [[1, 2], null, []]);
  expect(() =>
    assertOutputs(outputs, [
      [
        [1, 1],
        [0, 2],
      ],
      [],
    ]),
  ).not.toThrow();
});

test('the error tells every output that differs', () => {
  const rows = Array.from({ length: 9 }, (_, i) => i);
  expect(() => assertOutputs([[1], [1, 2], rows], [[2], [1], []])).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: [TESTING.OUTPUTS_DIFFER] The outputs are not those that were expected: output 1 has 1 as row 1, not 2; output 2 has more rows: 2; output 3 has more rows: 0, 1, 2, 3, 4 and 4 more.
      why  Each output was compared with the one expected in its place, row by row.
      fix  Mend the program or the expectation; with { ordered: false } the order inside an output does not count.]
  `);
  expect(() =>
    assertOutputs([['a', 'c'], ['x']], [['b', 'a'], ['x'], []], { ordered: false }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: [TESTING.OUTPUTS_DIFFER] The outputs are not those that were expected: there are 2 outputs, not 3; output 1 lacks "b" and has too many of "c".
      why  Each output was compared with the one expected in its place, row by row.
      fix  Mend the program or the expectation; with { ordered: false } the order inside an output does not count.]
  `);
  expect(() => assertOutputs([['a']], [['a', 'b']])).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: [TESTING.OUTPUTS_DIFFER] The outputs are not those that were expected: output 1 lacks its last rows: "b".
      why  Each output was compared with the one expected in its place, row by row.
      fix  Mend the program or the expectation; with { ordered: false } the order inside an output does not count.]
  `);
});
