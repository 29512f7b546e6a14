import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Key } from '../../src/core/keys.ts';
import { KeyIndex } from '../../src/state/key-index.ts';

/** Few, so that they meet again; more than the first slots hold, so that they crowd and the table grows. */
const keys: fc.Arbitrary<Key> = fc.oneof(
  fc.constantFrom<Key[]>('', '0', 'true', 'null', 0, -0, 0.5, Number.NaN, 1n, true, false, null, undefined),
  fc.integer({ min: 0, max: 30 }).map((n) => `word ${n}`),
  fc.integer({ min: -5, max: 5 }),
);

/** What the index says of a key: where it was put. */
const placeIn = (index: KeyIndex, key: Key): readonly number[] | undefined => {
  const slot = index.get(key);
  return slot === undefined ? undefined : [index.partitionOf(slot), index.idOf(slot)];
};

describe('an index of keys', () => {
  test('finds what a Map finds, whatever was put in and taken out', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.boolean()), { maxLength: 200, size: 'max' }), (steps) => {
        const index = new KeyIndex();
        const map = new Map<Key, readonly number[]>();
        for (const [step, [key, isAdded]] of steps.entries()) {
          if (!isAdded) {
            index.delete(key);
            map.delete(key);
          } else if (!map.has(key)) {
            index.add(key, step % 3, step);
            map.set(key, [step % 3, step]);
          }
          expect(placeIn(index, key)).toEqual(map.get(key));
        }
        for (const [key] of steps) expect(placeIn(index, key)).toEqual(map.get(key));
      }),
    );
  });

  test('holds any number of keys, of every kind', () => {
    const index = new KeyIndex();
    const many = Array.from({ length: 10_000 }, (_, n): Key[] => [`${n}`, n, n + 0.5, BigInt(n)]).flat();
    for (const [id, key] of many.entries()) index.add(key, 0, id);
    expect(many.findIndex((key, id) => placeIn(index, key)?.[1] !== id)).toBe(-1);
    for (const [id, key] of many.entries()) if (id % 3 > 0) index.delete(key);
    expect(many.findIndex((key, id) => placeIn(index, key)?.[1] !== (id % 3 > 0 ? undefined : id))).toBe(-1);
  });
});
