import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeKey } from '../../src/core/keys.ts';
import { KeyIndex } from '../../src/state/key-index.ts';
import { KeyTable } from '../../src/state/key-table.ts';

const keys = fc.oneof(
  fc.constantFrom<unknown>('a', 'b', 0, -0, Number.NaN, null, undefined, true, 1n, '\0n', ''),
  fc.constantFrom<unknown>(['a', 1], { x: 1 }, new Date(5), 'a text of more than thirteen', 'длинный текст 🔑'),
);

const tableOf = (): KeyTable => new KeyTable(new KeyIndex(), 0);
const add = (table: KeyTable, key: unknown): number => table.add(encodeKey(key), key);

describe('a key table', () => {
  test('finds the id of each key that has one, and the first key object that was seen', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.boolean())), (steps) => {
        const table = tableOf();
        const known = new Map<unknown, { readonly id: number; readonly key: unknown }>();
        for (const [key, isAdded] of steps) {
          const code = encodeKey(key);
          const before = known.get(code);
          if (isAdded && before === undefined) known.set(code, { id: table.add(code, key), key });
          if (!isAdded && before !== undefined) {
            table.remove(before.id);
            known.delete(code);
          }
          const ids = [...known.values()].map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          expect(Math.max(-1, ...ids)).toBeLessThan(table.capacity);
          for (const [of, { id, key: first }] of known) {
            expect(table.find(of as never)).toBe(id);
            expect(table.keyOf(id)).toBe(first);
          }
          expect(table.find(code)).toBe(known.get(code)?.id);
        }
      }),
    );
  });

  test('gives the id of a key that is gone to another one', () => {
    const table = tableOf();
    const [a, b] = [add(table, 'a'), add(table, ['b'])];
    table.remove(a);
    table.remove(b);
    expect(table.keyOf(a)).toBeUndefined();
    expect(new Set([add(table, 'c'), add(table, 'd')])).toEqual(new Set([a, b]));
    expect(add(table, 'e')).toBe(2);
    expect(table.capacity).toBe(3);
  });

  test('finds a tuple behind one whose id it has got', () => {
    const table = tableOf();
    table.remove(add(table, ['old']));
    const id = add(table, 'new');
    table.remove(id);
    expect(table.find('new')).toBeUndefined();
  });

  test('finds only what is in its partition of an index', () => {
    const index = new KeyIndex();
    const [first, last] = [new KeyTable(index, 0), new KeyTable(index, 2)];
    expect([add(first, 'a'), add(first, 'b')]).toEqual([0, 1]);
    expect([add(last, 'c'), add(last, 'd')]).toEqual([0, 1]);
    expect([first.find('b'), last.find('d')]).toEqual([1, 1]);
    expect(['a', 'b', 'c', 'd'].map((key) => index.partitionOf(index.get(key) as number))).toEqual([0, 0, 2, 2]);
    last.remove(0);
    expect(index.get('c')).toBeUndefined();
  });

  test('shows -0 and NaN as they came', () => {
    const table = tableOf();
    expect(table.keyOf(add(table, -0))).toBe(-0);
    expect(table.keyOf(add(table, Number.NaN))).toBe(Number.NaN);
    expect(table.find(0)).toBe(0);
    table.remove(0);
    expect(table.find(0)).toBeUndefined();
  });
});

/** A key that is added, or placed at an id; or how many of the ids that stand for something one is taken away from. */
const move = fc.oneof(
  fc.record({ key: keys }),
  fc.record({ key: keys, id: fc.nat({ max: 9 }) }),
  fc.record({ gone: fc.nat({ max: 9 }) }),
);

/** What a table must be where keys are placed: who stands at each id, and where each key is found. */
class PlacedKeys {
  readonly at: Map<number, { readonly code: unknown; readonly key: unknown }> = new Map();
  readonly homes: Map<unknown, number> = new Map();

  put(id: number, code: unknown, key: unknown): void {
    this.forget(id);
    this.at.set(id, { code, key });
    this.homes.set(code, id);
  }

  forget(id: number): void {
    const before = this.at.get(id);
    if (before !== undefined && this.homes.get(before.code) === id) this.homes.delete(before.code);
    this.at.delete(id);
  }
}

describe('a key that is placed', () => {
  test('is found there; who stood there is gone, and where it stood before it can still be read', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
        const table = tableOf();
        const model = new PlacedKeys();
        for (const each of moves) {
          if ('gone' in each) {
            const id = [...model.at.keys()][each.gone];
            if (id === undefined) continue;
            table.remove(id);
            model.forget(id);
          } else if ('id' in each) {
            table.place(each.id, encodeKey(each.key), each.key);
            model.put(each.id, encodeKey(each.key), each.key);
          } else if (!model.homes.has(encodeKey(each.key))) {
            const id = add(table, each.key);
            expect(model.at.has(id)).toBe(false);
            model.put(id, encodeKey(each.key), each.key);
          }
          for (let id = 0; id < table.capacity; id++) expect(table.keyOf(id)).toBe(model.at.get(id)?.key);
          for (const [code, id] of model.homes) expect(table.find(code as never)).toBe(id);
          if ('key' in each) expect(table.find(encodeKey(each.key))).toBe(model.homes.get(encodeKey(each.key)));
        }
      }),
    );
  });

  test('leaves the ids before it free, which are given out before the table grows', () => {
    const table = tableOf();
    table.place(3, 'far', 'far');
    table.remove(3);
    table.place(2, 'near', 'near');
    expect(['a', 'b', 'c', 'd'].map((key) => add(table, key))).toEqual([0, 1, 3, 4]);
    expect(table.capacity).toBe(5);
    table.remove(1);
    expect([add(table, 'e'), add(table, 'f')]).toEqual([1, 5]);
  });
});

describe('a key that was cut from a long text', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  test.each<[string, string, number]>([
    ['of one byte a letter', 'a', 1],
    ['of two', 'я', 2],
  ])('does not keep that alive, %s', (_name, letter, bytes) => {
    const table = tableOf();
    const length = 4 * 1024 * 1024;
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 8; i++) {
      const text = `${letter.repeat(length)}${i}`;
      add(table, text.slice(length - 30)); // Of which V8 makes a view.
    }
    collect();
    const texts = (process.memoryUsage().heapUsed - before) / (length * bytes);
    expect(table.capacity).toBe(8);
    expect(texts).toBeLessThan(3); // The last one may be on the stack.
  });
});
