import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeKey } from '../../src/core/keys.ts';
import { KeyIndex } from '../../src/state/key-index.ts';
import { absent, VersionedTable } from '../../src/state/versioned-table.ts';
import { rowsBetweenYields } from '../../src/state/work.ts';
import { done, entries, type Pair, pieces, sorted } from './kit.ts';

type Change = readonly [key: string, value: unknown];

/** Makes the next version, as a step does. */
function commit(table: VersionedTable, timeMs: number, changes: readonly Change[]): void {
  const ids = changes.map(([key]) => table.reserve(encodeKey(key), key));
  done(table.commit(timeMs, { ids, values: changes.map(([, value]) => value) }));
  table.settle();
}

/** What a table must be: a copy of every version, taken when it was made. */
class Copies {
  readonly #versions: { readonly timeMs: number; readonly pairs: ReadonlyMap<string, unknown> }[];
  #releasedMs = 0;

  constructor() {
    this.#versions = [{ timeMs: 0, pairs: new Map() }];
  }

  get newest(): { readonly timeMs: number; readonly pairs: ReadonlyMap<string, unknown> } {
    return this.#versions.at(-1) as { timeMs: number; pairs: Map<string, unknown> };
  }

  commit(timeMs: number, changes: readonly Change[]): void {
    const pairs = new Map(this.newest.pairs);
    for (const [key, value] of changes) {
      if (value === absent) pairs.delete(key);
      else pairs.set(key, value);
    }
    this.#versions.push({ timeMs, pairs });
  }

  release(timeMs: number): void {
    this.#releasedMs = Math.max(this.#releasedMs, timeMs);
  }

  /** The entries of each version; undefined where nobody may read it any more. */
  *all(): Generator<readonly [timeMs: number, pairs: readonly Pair[] | undefined]> {
    for (const { timeMs, pairs } of this.#versions) {
      const isKept = timeMs > this.#releasedMs || timeMs === this.newest.timeMs;
      yield [timeMs, isKept ? sorted([...pairs]) : undefined];
    }
  }
}

const changes = fc.uniqueArray(
  fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.oneof(fc.nat(3), fc.constant(absent), fc.string())),
  { selector: ([key]) => key, maxLength: 6 },
);

/** A version, or a release of those up to one of so many before the newest. */
const moves = fc.array(fc.oneof({ weight: 2, arbitrary: changes }, fc.nat(5)), { maxLength: 30 });

const codeOf = (f: () => unknown): string | undefined => {
  try {
    f();
  } catch (error) {
    return (error as { readonly code?: string }).code;
  }
  return undefined;
};

describe('a versioned table', () => {
  test('reads every version like a copy of it, until it is released', () => {
    fc.assert(
      fc.property(moves, (all) => {
        const table = new VersionedTable(0);
        const copies = new Copies();
        for (const move of all) {
          if (typeof move === 'number') {
            const timeMs = copies.newest.timeMs - move * 1000;
            table.release(timeMs);
            copies.release(timeMs);
          } else {
            const timeMs = copies.newest.timeMs + 1000;
            commit(table, timeMs, move);
            copies.commit(timeMs, move);
          }
          for (const [timeMs, pairs] of copies.all()) {
            if (pairs === undefined) expect(codeOf(() => entries(table, timeMs))).toBe('STATE.VERSION_RELEASED');
            else expect(entries(table, timeMs)).toEqual(pairs);
          }
          expect(table.timeMs).toBe(copies.newest.timeMs);
          expect(table.size).toBe(copies.newest.pairs.size);
        }
      }),
    );
  });

  test('says what a key has in the newest version', () => {
    const table = new VersionedTable(0);
    const id = table.reserve('a', 'a');
    expect([table.isLive(id), table.valueOf(id), table.find('a')]).toEqual([false, absent, id]);
    done(table.commit(1000, { ids: [id], values: [undefined] }));
    table.settle();
    expect([table.isLive(id), table.valueOf(id), table.keyOf(id)]).toEqual([true, undefined, 'a']);
    commit(table, 2000, [['a', absent]]);
    expect([table.isLive(id), table.valueOf(id)]).toEqual([false, absent]);
    expect(table.find('a')).toBe(id); // Version 1000 has it.
  });

  test('takes an id back that was reserved and not used, when the step is settled', () => {
    const table = new VersionedTable(0);
    commit(table, 1000, [['a', 1]]);
    const id = table.reserve('b', 'b');
    expect(table.reserve('b', 'another b')).toBe(id);
    table.settle();
    expect(table.find('b')).toBeUndefined();
    expect(table.find('a')).toBe(0);
    expect(table.reserve('c', 'c')).toBe(id);
  });

  test('takes an id back that got no value, though the step was committed', () => {
    const table = new VersionedTable(0);
    commit(table, 1000, [['a', absent]]);
    expect(table.find('a')).toBeUndefined();
    commit(table, 2000, [
      ['b', absent],
      ['c', 3],
    ]);
    expect([table.find('b'), table.size]).toEqual([undefined, 1]);
  });

  test('keeps the id of a key that goes for as long as a version has it', () => {
    const table = new VersionedTable(0);
    commit(table, 1000, [['a', 1]]);
    commit(table, 2000, [['a', absent]]);
    commit(table, 3000, [['b', 2]]);
    expect(entries(table, 1000)).toEqual([['a', 1]]);
    expect(table.capacity).toBe(2);
    table.release(1000);
    expect(table.find('a')).toBeUndefined();
    commit(table, 4000, [['c', 3]]);
    expect(table.capacity).toBe(2);
    expect(entries(table, 3000)).toEqual([['b', 2]]);
  });

  test('keeps the id of a key that comes back and goes again until the last version with it is released', () => {
    const table = new VersionedTable(0);
    commit(table, 1000, [['a', 1]]);
    commit(table, 2000, [['a', absent]]);
    commit(table, 3000, [['a', 3]]);
    commit(table, 4000, [['a', absent]]);
    table.release(1000);
    expect(table.find('a')).toBe(0);
    expect(entries(table, 3000)).toEqual([['a', 3]]);
    table.release(3000);
    expect(table.find('a')).toBeUndefined();
  });

  test('does not take the id of a key that came back', () => {
    const table = new VersionedTable(0);
    commit(table, 1000, [['a', 1]]);
    commit(table, 2000, [['a', absent]]);
    commit(table, 3000, [['a', 3]]);
    table.release(2000);
    expect(table.find('a')).toBe(0);
    expect(entries(table)).toEqual([['a', 3]]);
  });

  test('grows no further than its keys where each version is released in time', () => {
    const table = new VersionedTable(0);
    for (let i = 1; i <= 500; i++) {
      commit(table, i, [
        [`key ${i - 1}`, absent],
        [`key ${i}`, i],
      ]);
      table.release(i - 1);
    }
    expect(table.capacity).toBeLessThan(5);
    expect(entries(table)).toEqual([['key 500', 500]]);
  });

  test('keeps nothing of a version that nobody may read', () => {
    const table = new VersionedTable(0);
    commit(table, 1000, [['a', 1]]);
    table.release(1000);
    commit(table, 2000, [['a', absent]]);
    expect(table.find('a')).toBeUndefined();
    expect(codeOf(() => entries(table, 1000))).toBe('STATE.VERSION_RELEASED');
  });

  test('has nothing in the version that it begins with, and lets nobody read it later', () => {
    const table = new VersionedTable(5000);
    expect([table.timeMs, entries(table, 5000)]).toEqual([5000, []]);
    commit(table, 6000, [['a', 1]]);
    expect(codeOf(() => entries(table, 5000))).toBe('STATE.VERSION_RELEASED');
    expect(() => entries(table, 5000)).toThrow('The state of batch 5000 ms was read after it was let go of.');
    expect(codeOf(() => entries(table, 5500))).toBe('STATE.VERSION_RELEASED');
    expect(codeOf(() => entries(table, 7000))).toBe('STATE.VERSION_RELEASED');
  });

  test('shares an index with its neighbours', () => {
    const index = new KeyIndex();
    const [left, right] = [new VersionedTable(0, index, 0), new VersionedTable(0, index, 1)];
    commit(left, 1000, [['a', 1]]);
    commit(right, 1000, [
      ['b', 2],
      ['c', 3],
    ]);
    expect(['a', 'b', 'c'].map((key) => index.partitionOf(index.get(key) as number))).toEqual([0, 1, 1]);
    expect([entries(left), entries(right)]).toEqual([
      [['a', 1]],
      [
        ['b', 2],
        ['c', 3],
      ],
    ]);
  });
});

describe('a table of many keys', () => {
  const count = 2 * rowsBetweenYields + 500;
  const all = (value: (i: number) => unknown): Change[] =>
    Array.from({ length: count }, (_, i): Change => [`k${String(i).padStart(5, '0')}`, value(i)]);

  test('is read some at a time, all of them', () => {
    const table = new VersionedTable(0);
    commit(
      table,
      1000,
      all((i) => i),
    );
    const sizes = [...table.chunks(1000)].map((chunk) => chunk.length);
    expect(sizes).toEqual([rowsBetweenYields, rowsBetweenYields, 500]);
  });

  test('leaves out pieces that have no key any more', () => {
    const table = new VersionedTable(0);
    commit(
      table,
      1000,
      all((i) => i),
    );
    commit(
      table,
      2000,
      all((i) => (i < rowsBetweenYields ? absent : i)),
    );
    expect([...table.chunks(2000)].map((chunk) => chunk.length)).toEqual([rowsBetweenYields, 500]);
    expect([...table.chunks(1000)].map((chunk) => chunk.length)).toEqual([rowsBetweenYields, rowsBetweenYields, 500]);
  });

  test('is committed some at a time', () => {
    const table = new VersionedTable(0);
    const ids = all((i) => i).map(([key]) => table.reserve(key, key));
    expect(pieces(table.commit(1000, { ids, values: ids }))).toEqual([rowsBetweenYields, rowsBetweenYields]);
    expect(table.size).toBe(count);
  });

  test.each([0, 1, 2])('shows its version to a reader that has read %i pieces when the next is committed', (read) => {
    const table = new VersionedTable(0);
    commit(
      table,
      1000,
      all((i) => i),
    );
    const before = entries(table, 1000);
    const reader = table.chunks(1000);
    const seen: Pair[] = [];
    for (let i = 0; i < read; i++) seen.push(...(reader.next().value as Pair[]));
    const next = all((i) => (i % 3 === 0 ? absent : -i)).concat([['new', 1]]);
    const ids = next.map(([key]) => table.reserve(key, key));
    const committing = table.commit(2000, { ids, values: next.map(([, value]) => value) });
    committing.next(); // Half-way.
    const piece = reader.next();
    if (piece.done !== true) seen.push(...piece.value);
    expect(entries(table, 1000)).toEqual(before);
    done(committing);
    table.settle();
    for (const rows of reader) seen.push(...rows);
    expect(sorted(seen)).toEqual(before);
    expect(entries(table, 2000)).toEqual(sorted(next.filter(([, value]) => value !== absent)));
  });

  test('refuses a reader whose version is released while it reads', () => {
    const table = new VersionedTable(0);
    commit(
      table,
      1000,
      all((i) => i),
    );
    const reader = table.chunks(1000);
    reader.next();
    commit(
      table,
      2000,
      all((i) => -i),
    );
    table.release(1000);
    expect(codeOf(() => reader.next())).toBe('STATE.VERSION_RELEASED');
  });
});
