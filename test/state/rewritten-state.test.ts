import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallFailure } from '../../src/state/call-failure.ts';
import { KeyIndex } from '../../src/state/key-index.ts';
import { type RewriteState, RewrittenState } from '../../src/state/rewritten-state.ts';
import { type Entry, VersionedTable } from '../../src/state/versioned-table.ts';
import { rowsBetweenYields } from '../../src/state/work.ts';
import { type Arrival, done, entries, expectPieces, giveUp, type Pair, pieces, sorted, step, workOut } from './kit.ts';

const placeOf =
  (partitions: number) =>
  (key: unknown): number =>
    (key as number) % partitions;

/** All partitions of a state. */
function partsOf(partitions: number, rewrite: RewriteState): readonly RewrittenState[] {
  const index = new KeyIndex();
  const parts: RewrittenState[] = [];
  for (let i = 0; i < partitions; i++) {
    parts.push(new RewrittenState(new VersionedTable(0, index, i), rewrite, parts, placeOf(partitions)));
  }
  return parts;
}

const all = (parts: readonly RewrittenState[], timeMs?: number): readonly Pair[] =>
  sorted(parts.flatMap(({ table }) => entries(table, timeMs ?? table.timeMs)));

/** Moves every key on by one, and adds up its values; keys above 6 go. */
function* movedOn(rows: Iterable<readonly unknown[]>): Generator<Entry> {
  for (const [key, values, state] of rows as Iterable<[number, number[], number | undefined]>) {
    if (key < 7) yield [key + 1, values.reduce((a, b) => a + b, state ?? 0)];
  }
}

const rows = fc.array(fc.tuple(fc.nat(8), fc.integer({ min: -4, max: 6 })), { maxLength: 6 });

describe('rewritten state', () => {
  test('equals what its function makes of a map, whatever partitions keys move to', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(rows),
        fc.infiniteStream(fc.boolean()),
        (partitions, batches, fails) => {
          let isFailing = false;
          const parts = partsOf(partitions, function* (given) {
            for (const entry of movedOn(given)) {
              if (isFailing && entry[0] === 3) throw new Error('not now');
              yield entry;
            }
          });
          let model = new Map<number, number>();
          const versions: (readonly Pair[])[] = [];
          for (const [i, batch] of batches.entries()) {
            const timeMs = (i + 1) * 1000;
            const arrivals: Arrival[] = [[timeMs, batch]];
            isFailing = fails.next().value;
            try {
              workOut(parts, timeMs, arrivals, [], placeOf(partitions));
            } catch (failure) {
              expect(failure).toBeInstanceOf(CallFailure);
            }
            giveUp(parts);
            expect(all(parts)).toEqual(versions.at(-1) ?? []);
            isFailing = false;
            step(parts, timeMs, arrivals, [], placeOf(partitions));
            const next = new Map<number, number>();
            for (const key of new Set([...model.keys(), ...batch.map(([key]) => key)])) {
              const values = batch.filter(([of]) => of === key).map(([, value]) => value);
              if (key < 7)
                next.set(
                  key + 1,
                  values.reduce((a, b) => a + b, model.get(key) ?? 0),
                );
            }
            model = next;
            versions.push(sorted([...model]));
            for (const part of parts) part.release(timeMs - 2000);
            for (const back of [0, 1].filter((n) => n <= i)) {
              expect(all(parts, timeMs - back * 1000)).toEqual(versions.at(-1 - back));
            }
          }
        },
      ),
    );
  });

  test('gives keys with state first, in their order, then those to begin with, then new ones', () => {
    const calls: unknown[] = [];
    const [part] = partsOf(1, function* (given) {
      const seen = [...given].map(([key, values, state]) => [key, [...values], state]);
      calls.push(seen);
      for (const [key, , state] of seen) yield [key, (state as number | undefined) ?? 0];
    });
    const parts = [part as RewrittenState];
    step(
      parts,
      1000,
      [
        [
          1000,
          [
            [2, 'x'],
            [1, 'y'],
            [2, 'z'],
          ],
        ],
      ],
      [
        [3, 30],
        [2, 20],
      ],
    );
    step(parts, 2000, [
      [
        2000,
        [
          [0, 'n'],
          [3, 'm'],
        ],
      ],
    ]);
    expect(calls).toEqual([
      [
        [3, [], 30],
        [2, ['x', 'z'], 20],
        [1, ['y'], undefined],
      ],
      [
        [3, ['m'], 30],
        [2, [], 20],
        [1, [], 0],
        [0, ['n'], undefined],
      ],
    ]);
  });

  test('shows the key object that came first', () => {
    const seen: unknown[] = [];
    const [part] = partsOf(1, function* (given) {
      for (const [key] of given) {
        seen.push(key);
        yield [key, 1];
      }
    });
    const [first, second] = [[1], [1]];
    step([part as RewrittenState], 1000, [[1000, [[first, 1]]]]);
    step([part as RewrittenState], 2000, [[2000, [[second, 1]]]]);
    expect(seen[1]).toBe(first);
    expect(entries((part as RewrittenState).table)[0]?.[0]).toBe(first);
  });

  test('gives no batch twice where two steps follow each other at once', () => {
    const parts = partsOf(2, movedOn);
    const index = placeOf(2);
    for (const timeMs of [1000, 2000]) {
      for (const part of parts) part.begin(timeMs);
      if (timeMs === 1000) {
        parts[0]?.feed(parts[0].table.reserve(0, 0), 0, 5);
        parts[0]?.start(parts[0].table.reserve(2, 2), 7);
      }
      for (const part of parts) done(part.finish());
      for (const part of parts) done(part.commit());
      for (const part of parts) part.table.settle();
    }
    expect(all(parts)).toEqual([
      [2, 5],
      [4, 7],
    ]);
    expect(index(3)).toBe(1);
  });

  test('takes the last of several entries for one key', () => {
    const [part] = partsOf(1, () => [
      [1, 'first'],
      [1, 'last'],
    ]);
    step([part as RewrittenState], 1000, []);
    expect(entries((part as RewrittenState).table)).toEqual([[1, 'last']]);
  });

  test('forgets what it had worked out when that is given up', () => {
    const parts = partsOf(2, movedOn);
    workOut(parts, 1000, [[1000, [[0, 5]]]], [], placeOf(2));
    giveUp(parts);
    for (const part of parts) done(part.commit());
    expect(all(parts)).toEqual([]);
    expect(parts.map(({ table }) => table.timeMs)).toEqual([0, 0]);
    step(parts, 1000, [], [], placeOf(2));
    expect(all(parts)).toEqual([]);
  });

  test('commits what was worked out once, and nothing where nothing was', () => {
    const [part] = partsOf(1, movedOn);
    const only = part as RewrittenState;
    let commits = 0;
    const commit = only.table.commit.bind(only.table);
    only.table.commit = (timeMs, changes) => {
      commits += 1;
      return commit(timeMs, changes);
    };
    done(only.commit());
    expect(commits).toBe(0);
    only.begin(1000);
    done(only.finish());
    done(only.commit());
    done(only.commit());
    expect(commits).toBe(1);
  });

  test('forgets keys that are not given any more', () => {
    const [part] = partsOf(1, function* (given) {
      for (const [key, values] of given) if (values.length > 0) yield [key, 1];
    });
    const only = part as RewrittenState;
    for (let i = 1; i <= 300; i++) {
      step([only], i, [[i, [[i, i]]]]);
      only.release(i - 1);
    }
    expect(only.table.size).toBe(1);
    expect(only.table.capacity).toBeLessThan(5);
  });

  test('shows the last entry that its function gave before it failed', () => {
    const error = new Error('cannot');
    const [part] = partsOf(1, function* () {
      yield [1, 'a'];
      throw error;
    });
    try {
      workOut([part as RewrittenState], 1000, []);
      expect.unreachable();
    } catch (failure) {
      expect(failure).toEqual(new CallFailure(error, [1, 'a']));
    }
  });

  test('works some keys at a time', () => {
    const [part] = partsOf(1, function* (given) {
      for (const [key] of given) yield [key, 1];
    });
    const only = part as RewrittenState;
    const many = Array.from({ length: 3 * rowsBetweenYields }, (_, i): Pair => [i, i]);
    only.begin(1000);
    for (const [key, value] of many) only.feed(only.table.reserve(key as number, key), key, value);
    const worked = pieces(only.finish());
    expect(worked.filter((n) => n === rowsBetweenYields)).toHaveLength(3);
    expectPieces(worked, many.length);
    expect(pieces(only.commit())).toHaveLength(6);
    only.table.settle();
    only.begin(2000);
    expect(pieces(only.finish()).filter((n) => n === rowsBetweenYields)).toHaveLength(3);
  });
});
