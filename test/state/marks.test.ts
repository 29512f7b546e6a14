import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Marks } from '../../src/state/marks.ts';

const ids = fc.oneof(fc.nat(20), fc.constantFrom(15, 16, 17, 31, 32, 33, 200, 5000));

test('marks read like a map whose numbers are 0 until they are set', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(ids, fc.integer({ min: -5, max: 1_000_000 }))), (sets) => {
      const marks = new Marks();
      const map = new Map<number, number>();
      for (const [id, mark] of sets) {
        marks.set(id, mark);
        map.set(id, mark);
        for (const at of [...map.keys(), id + 1, 2 * id + 40]) expect(marks.get(at)).toBe(map.get(at) ?? 0);
      }
    }),
  );
});
