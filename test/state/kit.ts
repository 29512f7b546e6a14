import { expect } from 'vitest';
import { encodeKey } from '../../src/core/keys.ts';
import type { Keeper } from '../../src/state/keeper.ts';
import type { VersionedTable } from '../../src/state/versioned-table.ts';
import type { Work } from '../../src/state/work.ts';

/** Neither so long that a piece is made smaller, nor so short that it grows. */
const pieceMs = 1;

/** A key and a value. */
export type Pair = readonly [key: unknown, value: unknown];

/** A batch: its time and its pairs. */
export type Arrival = readonly [timeMs: number, pairs: readonly Pair[]];

/** Does a piece of work to its end; each piece took as long as it should. */
export function done<R>(work: Work<R>): R {
  let next = work.next();
  while (next.done !== true) next = work.next(pieceMs);
  return next.value;
}

/** How many rows a piece of work says it has done between its yields. */
export function pieces(work: Work<unknown>): readonly number[] {
  const rows: number[] = [];
  for (let next = work.next(); next.done !== true; next = work.next(pieceMs)) rows.push(next.value);
  return rows;
}

/** Works a step out, and gives up what was worked out if it fails. */
export function workOut(
  keepers: readonly Keeper[],
  timeMs: number,
  arrivals: readonly Arrival[],
  begun: readonly Pair[] = [],
  placeOf: (key: unknown) => number = () => 0,
): void {
  const keeperOf = (key: unknown): Keeper => keepers[placeOf(key)] as Keeper;
  const idOf = (key: unknown): number => keeperOf(key).table.reserve(encodeKey(key), key);
  try {
    for (const keeper of keepers) keeper.begin(timeMs);
    for (const [key, state] of begun) keeperOf(key).start?.(idOf(key), state);
    for (const [atMs, pairs] of arrivals) {
      for (const keeper of keepers) keeper.open?.(atMs);
      for (const [key, value] of pairs) keeperOf(key).feed(idOf(key), key, value);
    }
    for (const keeper of keepers) done(keeper.finish());
  } catch (error) {
    giveUp(keepers);
    throw error;
  }
}

/** Forgets what was worked out. */
export function giveUp(keepers: readonly Keeper[]): void {
  for (const keeper of keepers) {
    keeper.discard();
    keeper.table.settle();
  }
}

/** A whole step, as a store makes it. */
export function step(
  keepers: readonly Keeper[],
  timeMs: number,
  arrivals: readonly Arrival[],
  begun: readonly Pair[] = [],
  placeOf?: (key: unknown) => number,
): void {
  workOut(keepers, timeMs, arrivals, begun, placeOf);
  for (const keeper of keepers) done(keeper.commit());
  giveUp(keepers);
}

/** The entries of a version, in an order of their own; of the newest one unless told otherwise. */
export function entries(table: VersionedTable, timeMs: number = table.timeMs): readonly Pair[] {
  return sorted([...table.chunks(timeMs)].flat());
}

export function sorted(pairs: readonly Pair[]): readonly Pair[] {
  const keyed = pairs.map((pair) => [JSON.stringify(pair[0]) ?? 'undefined', pair] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, [key, value]]) => [key, value]);
}

/** So many calls of a function of the program make so many pieces, give or take what was counted before. */
export function expectPieces(rows: readonly number[], calls: number): void {
  expect(Math.abs(rows.filter((n) => n === 8).length - calls / 8)).toBeLessThanOrEqual(1);
}
