import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { compareValues } from '../../src/core/order.ts';

/** Each list is in order; all pairs of it are compared, both ways. */
const ordered: readonly (readonly unknown[])[] = [
  [Number.NEGATIVE_INFINITY, -1.5, 0, 5e-324, 1, 10, Number.POSITIVE_INFINITY, Number.NaN],
  ['', ' ', 'A', 'a', 'aa', 'b', 'ä', '\ud800', '\uffff'],
  [false, true],
  [-1n, 0n, 10n, 2n ** 70n],
  [new Date(-1), new Date(0), new Date(5), new Date(Number.NaN)],
  [[], [0], [0, 'a'], [0, 'b'], [1], [1, 'a'], [Number.NaN]],
  [
    [[1], 2],
    [[1], 3],
    [[2], 0],
  ],
];

describe('the natural order', () => {
  test('of two values of one kind is that of the list', () => {
    for (const list of ordered) {
      for (const [i, a] of list.entries()) {
        for (const [j, b] of list.entries()) expect(Math.sign(compareValues(a, b))).toBe(Math.sign(i - j));
      }
    }
  });

  test('takes 0 and -0 for equal', () => {
    expect(compareValues(0, -0)).toBe(0);
  });

  test('is none between values of different kinds, or of a kind without an order', () => {
    const pairs = [
      [1, '1'],
      [1, 1n],
      [1, true],
      [new Date(0), 0],
      [[1], 1],
      [['a'], [1]],
      [null, null],
      [undefined, undefined],
      [{}, {}],
      [null, 1],
      [Symbol.iterator, Symbol.iterator],
    ];
    for (const [a, b] of pairs) expect(() => compareValues(a, b)).toThrow(UsageError);
    expect(() => compareValues(['x', null], ['x', null])).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [ORDER.NOT_COMPARABLE] null and null have no order.
        why  Only values of one kind are compared: numbers, text, booleans, bigints, dates, and tuples of these.
        fix  Map rows to one kind first, or give an order of your own: sortBy(f, true, undefined, (a, b) => …).]
    `);
  });

  test('of two tuples looks no further than the first difference', () => {
    expect(compareValues([1, 'a'], [2, 5])).toBeLessThan(0);
    expect(compareValues([1], [1, null])).toBeLessThan(0);
  });
});
