import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallFailure, ReturnedPromise } from '../../src/state/call-failure.ts';
import { MappedState, type MappedStateOptions } from '../../src/state/mapped-state.ts';
import { absent, VersionedTable } from '../../src/state/versioned-table.ts';
import { rowsBetweenYields } from '../../src/state/work.ts';
import { done, entries, expectPieces, giveUp, type Pair, pieces, sorted, step, workOut } from './kit.ts';

type F = MappedStateOptions['f'];
const stateOf = (f: F, timeoutMs?: number): MappedState => new MappedState(new VersionedTable(0), { f, timeoutMs });

/** The sum of all values so far; -1 removes the key, 0 leaves it alone and gives no row. */
const sum: F = (timeMs, key, value, state) => {
  if (state.isTimingOut()) return `${timeMs} ${key} goes with ${state.get()}`;
  if (value === 0) return absent;
  if (value === -1) {
    if (state.exists()) state.remove();
    return `${timeMs} ${key} is removed`;
  }
  state.update(((state.getOption() as number | undefined) ?? 0) + (value as number));
  return `${timeMs} ${key} ${state.get()}`;
};

/** What mapped state must be, over a plain map. */
class Model {
  readonly states = new Map<string, number>();
  readonly #touchedMs = new Map<string, number>();
  readonly #timeoutMs: number | undefined;

  constructor(timeoutMs: number | undefined) {
    this.#timeoutMs = timeoutMs;
  }

  begin(begun: readonly (readonly [string, number])[], timeMs: number): void {
    for (const [key, state] of begun) {
      this.states.set(key, state);
      this.#touchedMs.set(key, timeMs);
    }
  }

  step(timeMs: number, batch: readonly (readonly [string, number])[]): readonly string[] {
    const results: string[] = [];
    for (const [key, value] of batch) {
      this.#touchedMs.set(key, timeMs);
      if (value === 0) continue;
      if (value === -1) {
        this.states.delete(key);
        results.push(`${timeMs} ${key} is removed`);
      } else {
        this.states.set(key, (this.states.get(key) ?? 0) + value);
        results.push(`${timeMs} ${key} ${this.states.get(key)}`);
      }
    }
    const gone = [...this.states.keys()].filter((key) => this.#isIdle(key, timeMs));
    for (const key of gone) {
      results.push(`${timeMs} ${key} goes with ${this.states.get(key)}`);
      this.states.delete(key);
    }
    return [...results].sort();
  }

  #isIdle(key: string, timeMs: number): boolean {
    return this.#timeoutMs !== undefined && (this.#touchedMs.get(key) as number) < timeMs - this.#timeoutMs;
  }
}

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const batches = fc.array(fc.array(fc.tuple(keys, fc.integer({ min: -1, max: 5 })), { maxLength: 4 }), {
  maxLength: 12,
});
const timeouts = fc.option(fc.constantFrom(1, 999, 1000, 1001, 2000, 3500), { nil: undefined });
const initial = fc.uniqueArray(fc.tuple(keys, fc.integer({ min: 1, max: 5 })), { selector: ([key]) => key });

describe('mapped state', () => {
  test('equals a plain map whose keys time out, in every version that is kept', () => {
    fc.assert(
      fc.property(batches, initial, timeouts, fc.infiniteStream(fc.nat(5)), (all, begun, timeoutMs, fails) => {
        let left = 0;
        const state = stateOf((...args) => {
          left -= 1;
          if (left === 0) throw new Error('not now');
          return sum(...args);
        }, timeoutMs);
        const model = new Model(timeoutMs);
        const versions: (readonly Pair[])[] = [];
        for (const [i, batch] of all.entries()) {
          const timeMs = (i + 1) * 1000;
          const begins = i === 0 ? begun : [];
          left = fails.next().value;
          try {
            workOut([state], timeMs, [[timeMs, batch]], begins);
          } catch (failure) {
            expect(failure).toBeInstanceOf(CallFailure);
          }
          giveUp([state]);
          expect(entries(state.table)).toEqual(versions.at(-1) ?? []);
          left = 0;
          step([state], timeMs, [[timeMs, batch]], begins);
          model.begin(begins, timeMs);
          expect([...state.results(timeMs)].sort()).toEqual(model.step(timeMs, batch));
          versions.push(sorted([...model.states]));
          state.release(timeMs - 2000);
          for (const back of [0, 1].filter((n) => n <= i)) {
            expect(entries(state.table, timeMs - back * 1000)).toEqual(versions.at(-1 - back));
          }
        }
      }),
    );
  });

  test('gives rows in the order of records, then of those that time out', () => {
    const state = stateOf(sum, 1500);
    step([state], 1000, [
      [
        1000,
        [
          ['a', 1],
          ['b', 2],
        ],
      ],
    ]);
    step([state], 2000, [[2000, [['b', 3]]]]);
    step([state], 3000, [
      [
        3000,
        [
          ['d', 4],
          ['c', 5],
          ['d', 6],
        ],
      ],
    ]);
    expect(state.results(3000)).toEqual(['3000 d 4', '3000 c 5', '3000 d 10', '3000 a goes with 1']);
    expect(state.results(2000)).toEqual(['2000 b 5']);
  });

  test('is given no value for a key that times out, and the key object that came first', () => {
    const calls: unknown[][] = [];
    const key = ['a', 1];
    const kept = stateOf((timeMs, of, value, own) => {
      calls.push([timeMs, of === key, value, own.isTimingOut()]);
      if (!own.isTimingOut()) own.update(1);
      return undefined;
    }, 500);
    step([kept], 1000, [[1000, [[key, 7]]]]);
    step([kept], 2000, []);
    expect(calls).toEqual([
      [1000, true, 7, false],
      [2000, true, undefined, true],
    ]);
    expect(kept.results(2000)).toEqual([undefined]);
  });

  test('keeps the rows of a step until its version is released', () => {
    const state = stateOf(sum);
    step([state], 1000, [[1000, [['a', 1]]]]);
    step([state], 2000, [[2000, [['a', 2]]]]);
    state.release(1000);
    expect(state.results(1000)).toEqual([]);
    expect(state.results(2000)).toEqual(['2000 a 3']);
    expect(state.results(3000)).toEqual([]);
  });

  test('looks at no key that neither has data nor times out', () => {
    const seen: unknown[] = [];
    const state = stateOf((timeMs, key, _value, own) => {
      seen.push([timeMs, key]);
      if (!own.isTimingOut()) own.update(1);
      return absent;
    }, 5000);
    step([state], 1000, [
      [
        1000,
        [
          ['a', 1],
          ['b', 1],
        ],
      ],
    ]);
    step([state], 2000, [[2000, [['b', 1]]]]);
    step([state], 3000, []);
    expect(seen).toEqual([
      [1000, 'a'],
      [1000, 'b'],
      [2000, 'b'],
    ]);
  });

  test('forgets keys that have timed out', () => {
    const state = stateOf(sum, 1);
    for (let i = 1; i <= 300; i++) {
      step([state], i * 10, [[i * 10, [[`key ${i}`, i]]]]);
      state.release((i - 1) * 10);
    }
    expect(state.table.size).toBe(1);
    expect(state.table.capacity).toBeLessThan(6);
  });

  test('shows the pair for which its function failed', () => {
    const error = new Error('cannot');
    const state = stateOf(() => {
      throw error;
    });
    try {
      workOut([state], 1000, [[1000, [['a', 1]]]]);
      expect.unreachable();
    } catch (failure) {
      expect(failure).toEqual(new CallFailure(error, ['a', 1]));
    }
  });

  test('takes no promise for a row', () => {
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
    giveUp([state]);
    done(state.commit());
    expect([state.table.timeMs, state.results(1000)]).toEqual([0, []]);
  });

  test('works some keys at a time', () => {
    const state = stateOf(sum, 1);
    const many = Array.from({ length: 3 * rowsBetweenYields }, (_, i): Pair => [i, 1]);
    workOut([state], 1000, [[1000, many]]);
    expect(pieces(state.commit())).toHaveLength(6);
    state.begin(2000);
    expectPieces(pieces(state.finish()), many.length);
  });
});
