import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Column } from '../../src/state/column.ts';

const ids = fc.oneof(fc.nat(20), fc.constantFrom(15, 16, 17, 31, 32, 33, 200, 5000));
const numbers = fc.constantFrom(0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60);

/** A column that was set so reads like a map. */
function readsLikeAMap(sets: readonly (readonly [number, unknown])[]): void {
  const column = new Column();
  const map = new Map<number, unknown>();
  for (const [id, value] of sets) {
    column.set(id, value);
    map.set(id, value);
    for (const [known, expected] of map) expect(column.get(known)).toBe(expected);
  }
}

describe('a column', () => {
  test('reads back numbers, each as it was', () => {
    fc.assert(fc.property(fc.array(fc.tuple(ids, numbers)), readsLikeAMap));
  });

  test('reads back values of any kind, and the numbers that were there before them', () => {
    const values = fc.oneof(numbers, fc.constantFrom(undefined, null, '', 'a', true, 1n), fc.object());
    fc.assert(fc.property(fc.array(fc.tuple(ids, values)), readsLikeAMap));
  });

  test('reads back the very objects', () => {
    const column = new Column();
    const [one, other] = [{ n: 1 }, { n: 1 }];
    column.set(3, one);
    column.set(4, other);
    expect(column.get(3)).toBe(one);
    expect(column.get(4)).toBe(other);
  });

  test('lets go of what was cleared, and of nothing else', () => {
    const column = new Column();
    column.set(0, 'a');
    column.set(1, 'b');
    column.clear(0);
    expect([column.get(0), column.get(1)]).toEqual([undefined, 'b']);
  });

  test('of numbers can be cleared and set again', () => {
    const column = new Column();
    column.set(0, 1);
    column.set(1, 2);
    column.clear(0);
    expect(column.get(1)).toBe(2);
    column.set(0, 3);
    expect([column.get(0), column.get(1)]).toEqual([3, 2]);
  });

  test('that is cleared and then takes something else than a number keeps the others', () => {
    const column = new Column();
    column.set(1, 2);
    column.clear(1);
    column.set(0, 'a');
    column.set(1, 4);
    expect([column.get(0), column.get(1)]).toEqual(['a', 4]);
  });
});
