import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallFailure, ReturnedPromise } from '../../src/state/call-failure.ts';
import { UpdatedState, type UpdateState } from '../../src/state/updated-state.ts';
import { VersionedTable } from '../../src/state/versioned-table.ts';
import { done, entries, expectPieces, giveUp, type Pair, pieces, sorted, step, workOut } from './kit.ts';

const stateOf = (update: UpdateState): UpdatedState => new UpdatedState(new VersionedTable(0), update);

/** The sum of all values so far; a negative one removes the key. */
const sum: UpdateState = (values, state) => {
  const all = (values as number[]).reduce((a, b) => a + b, (state as number | undefined) ?? 0);
  return all < 0 ? undefined : all;
};

const rows = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: -4, max: 6 })), { maxLength: 6 });

describe('updated state', () => {
  test('equals what its function makes of a map, step by step, in every version that is kept', () => {
    fc.assert(
      fc.property(fc.array(rows), rows, fc.infiniteStream(fc.boolean()), (batches, begun, fails) => {
        let isFailing = false;
        const state = stateOf((values, before, key, timeMs) => {
          if (isFailing && key === 'b') throw new Error('not now');
          return sum(values, before, key, timeMs);
        });
        let model = new Map<unknown, unknown>(begun.filter(([, value]) => value >= 0));
        const initial = [...model] as Pair[];
        const versions: (readonly Pair[])[] = [];
        for (const [i, batch] of batches.entries()) {
          const timeMs = (i + 1) * 1000;
          const begins = i === 0 ? initial : [];
          isFailing = fails.next().value;
          try {
            workOut([state], timeMs, [[timeMs, batch]], begins);
          } catch (failure) {
            expect(failure).toBeInstanceOf(CallFailure);
          }
          giveUp([state]);
          expect(entries(state.table)).toEqual(versions.at(-1) ?? []);
          isFailing = false;
          step([state], timeMs, [[timeMs, batch]], begins);
          const next = new Map<unknown, unknown>();
          for (const key of new Set([...model.keys(), ...batch.map(([key]) => key)])) {
            const values = batch.filter(([of]) => of === key).map(([, value]) => value);
            const after = sum(values, model.get(key), key, timeMs);
            if (after !== undefined) next.set(key, after);
          }
          model = next;
          versions.push(sorted([...model] as Pair[]));
          state.release(timeMs - 2000);
          for (const back of [0, 1].filter((n) => n <= i)) {
            expect(entries(state.table, timeMs - back * 1000)).toEqual(versions.at(-1 - back));
          }
          expect(state.table.size).toBe(model.size);
        }
      }),
    );
  });

  test('calls its function for every key, with the values of the batch, the state, the key and the time', () => {
    const calls: unknown[][] = [];
    const state = stateOf((...args) => {
      calls.push([...args]);
      return (args[0] as unknown[]).length;
    });
    step(
      [state],
      1000,
      [
        [
          1000,
          [
            ['a', 5],
            [['t', 1], 6],
            ['a', 7],
          ],
        ],
      ],
      [['z', 100]],
    );
    step([state], 2000, [[2000, [['a', 8]]]]);
    expect(calls).toEqual([
      [[], 100, 'z', 1000],
      [[5, 7], undefined, 'a', 1000],
      [[6], undefined, ['t', 1], 1000],
      [[], 0, 'z', 2000],
      [[8], 2, 'a', 2000],
      [[], 1, ['t', 1], 2000],
    ]);
  });

  test('takes state to begin with that is undefined for none', () => {
    const calls: unknown[] = [];
    const state = stateOf((_values, before) => {
      calls.push(before);
      return 1;
    });
    step([state], 1000, [], [['a', undefined]]);
    step([state], 2000, []);
    expect(calls).toEqual([undefined, 1]);
  });

  test('writes down no state that stays as it is', () => {
    const same = { n: 1 };
    const state = stateOf(() => same);
    step([state], 1000, [[1000, [['a', 1]]]]);
    workOut([state], 2000, [[2000, []]]);
    let changed = 0;
    const commit = state.table.commit.bind(state.table);
    state.table.commit = (timeMs, changes) => {
      changed += changes.ids.length;
      return commit(timeMs, changes);
    };
    done(state.commit());
    expect([changed, state.table.timeMs]).toEqual([0, 2000]);
  });

  test('forgets keys that were removed', () => {
    const state = stateOf((values) => (values.length > 0 ? values[0] : undefined));
    for (let i = 1; i <= 300; i++) {
      step([state], i, [[i, [[`key ${i}`, i]]]]);
      state.release(i - 1);
    }
    expect(state.table.size).toBe(1);
    expect(state.table.capacity).toBeLessThan(5);
  });

  test('shows the key and the values for which its function failed', () => {
    const error = new Error('cannot');
    const state = stateOf(() => {
      throw error;
    });
    try {
      workOut([state], 1000, [
        [
          1000,
          [
            ['a', 1],
            ['a', 2],
          ],
        ],
      ]);
      expect.unreachable();
    } catch (failure) {
      expect(failure).toEqual(new CallFailure(error, ['a', [1, 2]]));
    }
  });

  test('takes no promise for state', () => {
    const state = stateOf(() => Promise.resolve(1));
    try {
      workOut([state], 1000, [[1000, [['a', 1]]]]);
      expect.unreachable();
    } catch (failure) {
      expect((failure as CallFailure).error).toBeInstanceOf(ReturnedPromise);
    }
  });

  test('commits nothing where nothing was worked out', () => {
    const state = stateOf(sum);
    expect(pieces(state.commit())).toEqual([]);
    workOut([state], 1000, [[1000, [['a', 1]]]]);
    giveUp([state]);
    done(state.commit());
    expect(state.table.timeMs).toBe(0);
  });

  test('works some keys at a time', () => {
    const state = stateOf(sum);
    const many = Array.from({ length: 100 }, (_, i): Pair => [i, i]);
    step([state], 1000, [[1000, many]]);
    state.begin(2000);
    expectPieces(pieces(state.finish()), many.length);
  });
});
