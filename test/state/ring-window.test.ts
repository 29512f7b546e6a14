import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallFailure, ReturnedPromise } from '../../src/state/call-failure.ts';
import { RingWindow } from '../../src/state/ring-window.ts';
import { VersionedTable } from '../../src/state/versioned-table.ts';
import { rowsBetweenYields } from '../../src/state/work.ts';
import { type Arrival, done, entries, expectPieces, giveUp, type Pair, pieces, sorted, step, workOut } from './kit.ts';
import { cameAt, slides, timesOf, valuesAt } from './windows.ts';

const listOf = (windowMs: number, merge = (values: readonly unknown[]): unknown => values.join(' ')): RingWindow =>
  new RingWindow(new VersionedTable(0), { windowMs, merge });

/** What must be in a window: values that are alone as they are, others merged in order of time. */
const merged = (values: ReadonlyMap<string, readonly number[]>): readonly Pair[] =>
  sorted([...values].map(([key, all]) => [key, all.length === 1 ? all[0] : all.join(' ')]));

describe('a ring window', () => {
  test('is made of the batches of its window, in order of time, in every version that is kept', () => {
    fc.assert(
      fc.property(slides, fc.integer({ min: 0, max: 3 }), (slide, keptSteps) => {
        const window = listOf(slide.windowMs);
        const made: number[] = [];
        for (const timeMs of timesOf(slide)) {
          step([window], timeMs, cameAt(slide, timeMs));
          made.push(timeMs);
          const releasedMs = made.at(-2 - keptSteps);
          if (releasedMs !== undefined) window.release(releasedMs);
          for (const atMs of made.slice(-1 - keptSteps)) {
            expect(entries(window.table, atMs)).toEqual(merged(valuesAt(slide, atMs)));
          }
        }
      }),
    );
  });

  test('is as if nothing had been when a step fails and is made again', () => {
    fc.assert(
      fc.property(slides, fc.infiniteStream(fc.boolean()), (slide, fails) => {
        let isFailing = false;
        const window = listOf(slide.windowMs, (values) => {
          if (isFailing) throw new Error('not now');
          return values.join(' ');
        });
        for (const timeMs of timesOf(slide)) {
          isFailing = fails.next().value;
          const before = entries(window.table);
          try {
            workOut([window], timeMs, cameAt(slide, timeMs));
          } catch {
            // It is meant to throw here; where it does not, the table is as it was all the same.
            expect(entries(window.table)).toEqual(before);
          }
          giveUp([window]);
          expect(entries(window.table)).toEqual(before);
          isFailing = false;
          step([window], timeMs, cameAt(slide, timeMs));
          expect(entries(window.table)).toEqual(merged(valuesAt(slide, timeMs)));
          window.release(timeMs - 1);
        }
      }),
    );
  });

  test('may be made without a version between', () => {
    const window = listOf(3000);
    step([window], 1000, [[1000, [['a', 1]]]]);
    step([window], 3000, [
      [2000, [['a', 2]]],
      [3000, [['b', 3]]],
    ]);
    expect(entries(window.table)).toEqual([
      ['a', '1 2'],
      ['b', 3],
    ]);
    step([window], 5000, []);
    expect(entries(window.table)).toEqual([['b', 3]]);
  });

  test('merges for keys that come or leave, once each, and for no others', () => {
    const calls: unknown[] = [];
    const window = listOf(3000, (values) => {
      calls.push(values);
      return values.join(' ');
    });
    const batch = (second: number, ...keys: readonly string[]): Arrival => [
      second * 1000,
      keys.map((key) => [key, `${key}${second}`]),
    ];
    step([window], 1000, [batch(1, 'a', 'b')]);
    step([window], 2000, [batch(2, 'a')]);
    step([window], 3000, [batch(3, 'b')]);
    expect(calls.splice(0)).toEqual([
      ['a1', 'a2'],
      ['b1', 'b3'],
    ]);
    step([window], 4000, [batch(4, 'a', 'b')]);
    expect(calls.splice(0)).toEqual([
      ['a2', 'a4'],
      ['b3', 'b4'],
    ]);
  });

  test('forgets keys that have left it', () => {
    const window = listOf(1000);
    for (let i = 1; i <= 300; i++) {
      step([window], i * 1000, [[i * 1000, [[`key ${i}`, i]]]]);
      window.release((i - 1) * 1000);
    }
    expect(window.table.size).toBe(1);
    expect(window.table.capacity).toBeLessThan(5);
  });

  test('shows the key and the last value for which its function failed', () => {
    const error = new Error('cannot');
    const window = listOf(3000, () => {
      throw error;
    });
    const failing = (): void =>
      workOut([window], 3000, [
        [1000, [['a', 1]]],
        [2000, [['a', 2]]],
        [3000, [['a', 3]]],
      ]);
    expect(failing).toThrow(CallFailure);
    try {
      failing();
    } catch (failure) {
      expect(failure).toEqual(new CallFailure(error, ['a', 3]));
    }
  });

  test('takes no promise for a value', () => {
    const window = listOf(2000, () => Promise.resolve(1));
    step([window], 1000, [[1000, [['a', 1]]]]);
    try {
      workOut([window], 2000, [[2000, [['a', 2]]]]);
      expect.unreachable();
    } catch (failure) {
      expect((failure as CallFailure).error).toBeInstanceOf(ReturnedPromise);
    }
  });

  test('commits nothing where nothing was worked out', () => {
    const window = listOf(2000);
    expect(pieces(window.commit())).toEqual([]);
    workOut([window], 1000, [[1000, [['a', 1]]]]);
    giveUp([window]);
    done(window.commit());
    expect(window.table.timeMs).toBe(0);
  });

  test('works some keys at a time', () => {
    const window = listOf(2000);
    const count = 3 * rowsBetweenYields;
    const many = Array.from({ length: count }, (_, i): Pair => [i, i]);
    const worked = (timeMs: number): readonly number[] => {
      window.begin(timeMs);
      window.open(timeMs);
      for (const [key, value] of many) window.feed(window.table.reserve(key as number, key), key, value);
      const rows = pieces(window.finish());
      done(window.commit());
      giveUp([window]);
      return rows;
    };
    expectPieces(worked(1000), count);
    expectPieces(worked(2000), count);
    const both = worked(3000); // One batch leaves, one comes.
    expectPieces(both, count);
    expect(both.filter((n) => n === rowsBetweenYields)).toHaveLength(3);
    expect(entries(window.table)).toHaveLength(count);
    expect(entries(window.table)[0]).toEqual([0, '0 0']);
  });
});
