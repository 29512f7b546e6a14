import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallFailure, ReturnedPromise } from '../../src/state/call-failure.ts';
import { InverseWindow, type InverseWindowOptions } from '../../src/state/inverse-window.ts';
import { VersionedTable } from '../../src/state/versioned-table.ts';
import { rowsBetweenYields } from '../../src/state/work.ts';
import { type Arrival, done, entries, expectPieces, giveUp, type Pair, pieces, sorted, step, workOut } from './kit.ts';
import { cameAt, type Slide, slides, timesOf, valuesAt } from './windows.ts';

const add = (a: unknown, b: unknown): unknown => (a as number) + (b as number);
const subtract = (a: unknown, b: unknown): unknown => (a as number) - (b as number);
const never = (): boolean => false;

const sumOf = (windowMs: number, options: Partial<InverseWindowOptions> = {}): InverseWindow =>
  new InverseWindow(new VersionedTable(0), { windowMs, reduce: add, inverse: subtract, filter: undefined, ...options });

/** The sum of each key in the window, and 0 for those that were in one before, if these are kept. */
function sums(slide: Slide, timeMs: number, keepsAll: boolean): readonly Pair[] {
  const all = new Map<string, number>();
  const seen = timesOf(slide).filter((atMs) => keepsAll && atMs < timeMs);
  for (const atMs of seen) for (const key of valuesAt(slide, atMs).keys()) all.set(key, 0);
  for (const [key, values] of valuesAt(slide, timeMs))
    all.set(
      key,
      values.reduce((a, b) => a + b, 0),
    );
  return sorted([...all]);
}

const codeOf = (f: () => void): CallFailure => {
  try {
    f();
  } catch (error) {
    return error as CallFailure;
  }
  throw new Error('it did not fail');
};

describe('a window with an inverse', () => {
  test.each([
    ['without a filter equals the sums of its batches, and keeps each key with a neutral value', undefined],
    ['with a filter that wants nothing equals the sums of its batches, and forgets keys that have left', never],
  ])('%s', (_name, filter) => {
    fc.assert(
      fc.property(slides, fc.integer({ min: 0, max: 3 }), (slide, keptSteps) => {
        const window = sumOf(slide.windowMs, { filter });
        const made: number[] = [];
        for (const timeMs of timesOf(slide)) {
          step([window], timeMs, cameAt(slide, timeMs));
          made.push(timeMs);
          const releasedMs = made.at(-2 - keptSteps);
          if (releasedMs !== undefined) window.release(releasedMs);
          for (const atMs of made.slice(-1 - keptSteps)) {
            expect(entries(window.table, atMs)).toEqual(sums(slide, atMs, filter === undefined));
          }
        }
      }),
    );
  });

  test('is as if nothing had been when a step fails and is made again', () => {
    fc.assert(
      fc.property(slides, fc.infiniteStream(fc.nat(6)), (slide, fails) => {
        let left = 0;
        const failing =
          <A extends unknown[], R>(f: (...args: A) => R) =>
          (...args: A): R => {
            left -= 1;
            if (left === 0) throw new Error('not now');
            return f(...args);
          };
        const filter = failing(never);
        const window = sumOf(slide.windowMs, { reduce: failing(add), inverse: failing(subtract), filter });
        for (const timeMs of timesOf(slide)) {
          left = fails.next().value;
          const before = entries(window.table);
          try {
            workOut([window], timeMs, cameAt(slide, timeMs));
          } catch {
            // It is meant to throw here; where it does not, the table is as it was all the same.
            expect(entries(window.table)).toEqual(before);
          }
          giveUp([window]);
          expect(entries(window.table)).toEqual(before);
          left = 0;
          step([window], timeMs, cameAt(slide, timeMs));
          expect(entries(window.table)).toEqual(sums(slide, timeMs, false));
          window.release(timeMs - 1);
        }
      }),
    );
  });

  test('merges several batches that came, and takes out several that left, in order of time', () => {
    const calls: string[] = [];
    const note =
      (sign: string, f: typeof add) =>
      (a: unknown, b: unknown): unknown => {
        calls.push(`${a} ${sign} ${b}`);
        return f(a, b);
      };
    const window = sumOf(4000, { reduce: note('+', add), inverse: note('-', subtract) });
    const batch = (second: number): Arrival => [second * 1000, [['a', second]]];
    step([window], 2000, [batch(1), batch(2)]);
    step([window], 4000, [batch(3), batch(4)]);
    step([window], 6000, [batch(5), batch(6)]);
    expect(calls).toEqual(['1 + 2', '3 + 4', '3 + 7', '1 + 2', '5 + 6', '10 - 3', '7 + 11']);
    expect(entries(window.table)).toEqual([['a', 18]]);
  });

  test('asks its filter for a key that nobody has any more, and for no other', () => {
    const asked: unknown[] = [];
    const filter = (pair: [unknown, unknown]): boolean => {
      asked.push(pair);
      return pair[0] === 'kept';
    };
    const window = sumOf(2000, { filter });
    step([window], 1000, [
      [
        1000,
        [
          ['kept', 1],
          ['gone', 2],
          ['here', 3],
        ],
      ],
    ]);
    step([window], 2000, [[2000, [['here', 4]]]]);
    step([window], 3000, []);
    expect(asked).toEqual([
      ['kept', 0],
      ['gone', 0],
    ]);
    expect(entries(window.table)).toEqual([
      ['here', 4],
      ['kept', 0],
    ]);
    step([window], 4000, [[4000, [['kept', 5]]]]);
    expect(entries(window.table)).toEqual([['kept', 5]]);
  });

  test('knows in how many of several batches that left a key was', () => {
    const window = sumOf(4000, { filter: never });
    const pairs: Pair[] = [['a', 1]];
    step([window], 2000, [
      [1000, pairs],
      [2000, pairs],
    ]);
    step([window], 4000, [[3000, pairs]]);
    step([window], 6000, []);
    expect(entries(window.table)).toEqual([['a', 1]]);
    step([window], 8000, []);
    expect(entries(window.table)).toEqual([]);
  });

  test('forgets keys that have left it', () => {
    const window = sumOf(1000, { filter: never });
    for (let i = 1; i <= 300; i++) {
      step([window], i * 1000, [[i * 1000, [[`key ${i}`, i]]]]);
      window.release((i - 1) * 1000);
    }
    expect(window.table.size).toBe(1);
    expect(window.table.capacity).toBeLessThan(5);
  });

  test('shows the key and the value for which a function failed', () => {
    const error = new Error('cannot');
    const fail = (): never => {
      throw error;
    };
    const at = (options: Partial<InverseWindowOptions>): CallFailure => {
      const window = sumOf(1000, options);
      step([window], 1000, [[1000, [['a', 1]]]]);
      return codeOf(() => workOut([window], 2000, [[2000, options.filter ? [] : [['a', 2]]]]));
    };
    expect(at({ inverse: fail })).toEqual(new CallFailure(error, ['a', 1]));
    expect(at({ reduce: fail })).toEqual(new CallFailure(error, ['a', 2]));
    expect(at({ filter: fail })).toEqual(new CallFailure(error, ['a', 0]));
  });

  test.each<keyof InverseWindowOptions>(['inverse', 'reduce', 'filter'])('takes no promise of %s', (which) => {
    const window = sumOf(1000, { [which]: () => Promise.resolve(1) });
    step([window], 1000, [[1000, [['a', 1]]]]);
    const failure = codeOf(() => workOut([window], 2000, [[2000, which === 'filter' ? [] : [['a', 2]]]]));
    expect(failure.error).toBeInstanceOf(ReturnedPromise);
  });

  test('commits nothing where nothing was worked out', () => {
    const window = sumOf(2000);
    expect(pieces(window.commit())).toEqual([]);
    workOut([window], 1000, [[1000, [['a', 1]]]]);
    giveUp([window]);
    done(window.commit());
    expect(window.table.timeMs).toBe(0);
    step([window], 1000, []);
    expect(entries(window.table)).toEqual([]);
  });

  test('leaves out what comes too late for it', () => {
    const window = sumOf(2000, { filter: never });
    step([window], 4000, [
      [2000, [['a', 1]]],
      [3000, [['a', 2]]],
    ]);
    expect(entries(window.table)).toEqual([['a', 2]]);
    step([window], 6000, []);
    expect(entries(window.table)).toEqual([]);
  });

  test('works some keys at a time, when they come and when they leave', () => {
    const count = 3 * rowsBetweenYields;
    const many = Array.from({ length: count }, (_, i): Pair => [i, i]);
    const window = sumOf(2000, { filter: never });
    const rows = (timeMs: number, calls: number, ...timesMs: readonly number[]): number => {
      window.begin(timeMs);
      for (const atMs of timesMs) {
        window.open(atMs);
        for (const [key, value] of many) window.feed(window.table.reserve(key as number, key), key, value);
      }
      expectPieces(pieces(window.finish()), calls);
      const committed = pieces(window.commit());
      giveUp([window]);
      expect(committed.every((n) => n === rowsBetweenYields)).toBe(true);
      return committed.length;
    };
    expect(rows(1000, count, 1000)).toBe(6);
    expect(rows(2000, count, 2000)).toBe(6);
    expect(rows(4000, 2 * count + 2 * count + 2 * count, 3000, 4000)).toBe(15);
    expect(entries(window.table)).toHaveLength(count);
    expect(rows(6000, 3 * count)).toBe(9);
    expect(entries(window.table)).toEqual([]);
  });
});
