import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { encodeKey } from '../../src/core/keys.ts';
import type { Keeper } from '../../src/state/keeper.ts';
import type { Image, Redo } from '../../src/state/redo.ts';
import { type Arrival, done, giveUp, type Pair, workOut } from './kit.ts';

/** Keys of all kinds, some of them equal and not the same. */
export const everyKey: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>('', 'a', 'b', '\0n', 'a text of more than thirteen', 0, -0, 7.5, Number.NaN),
  fc.constantFrom<unknown>(null, undefined, true, 1n, ['a', 1], [[-0], null], [[0], null], { x: 1, y: 2 }),
  fc.constantFrom<unknown>({ y: 2, x: 1 }, new Date(5), Buffer.from('ab'), new Uint8Array([97, 98])),
);

/** Values of all kinds. */
export const everyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(1, -0, Number.NaN, 'text', null, true, 5n, undefined, [1, [undefined, -0]], { a: { b: 1 } }),
  fc.constantFrom<unknown>(new Map([[{ k: 1 }, [2]]]), new Set(['s']), new Date(7), Buffer.from('xy')),
  fc.double(),
);

/** What makes a key go. */
export const gone = 'gone';

/** What makes a step fail. */
export const fatal = 'fatal';

/** The partition of a key, of two. */
export function placeOf(key: unknown): number {
  return String(encodeKey(key)).length % 2;
}

/** A program's state: all partitions of it. */
export type Keepers = readonly Keeper[];

/** A keeper makes a version, of these batches. */
export interface Step {
  readonly timeMs: number;
  readonly arrivals: readonly Arrival[];
  readonly begun: readonly Pair[];
}

/** A step of a keeper, as it is written down: for each partition its redo. */
export interface Recorded {
  readonly step: Step;
  readonly redos: readonly Uint8Array[];
}

/** Works a step out, writes it down, and makes it. */
export function record(keepers: Keepers, step: Step): Recorded {
  const { timeMs, arrivals, begun } = step;
  workOut(keepers, timeMs, arrivals, begun, placeOf);
  const redos = keepers.map((keeper) => serialize(done(keeper.redo({ withResults: true }))));
  for (const keeper of keepers) done(keeper.commit());
  giveUp(keepers);
  return { step, redos };
}

/** Makes again what was written down. */
export function replay(keepers: Keepers, redos: readonly Uint8Array[]): void {
  for (const [i, keeper] of keepers.entries()) keeper.replay(deserialize(redos[i] as Uint8Array) as Redo);
  for (const keeper of keepers) done(keeper.commit());
  giveUp(keepers);
}

/** Draws what is left of images, and writes it down. */
export function drawn(pieces: readonly Iterable<Redo>[]): readonly (readonly Uint8Array[])[] {
  return pieces.map((each) => [...each].map((redo) => serialize(redo)));
}

export function imagesOf(keepers: Keepers): readonly Image[] {
  return keepers.map((keeper) => keeper.image());
}

/** Makes again what images had. */
export function restore(keepers: Keepers, images: readonly (readonly Uint8Array[])[]): void {
  for (const [i, keeper] of keepers.entries()) {
    for (const piece of images[i] ?? []) {
      keeper.replay(deserialize(piece) as Redo);
      done(keeper.commit());
    }
  }
  giveUp(keepers);
}

/** All that is seen of a version: entries by key, and rows. */
export interface Seen {
  readonly entries: readonly Pair[];
  readonly results: readonly unknown[];
}

export function seenAt(keepers: Keepers, timeMs: number): Seen {
  const entries = keepers.flatMap(({ table }) => [...table.chunks(timeMs)].flat());
  return { entries: inOrder(entries), results: keepers.flatMap((keeper) => keeper.results?.(timeMs) ?? []) };
}

/** Which id each key of the newest version has. */
export function idsOf(keepers: Keepers): readonly unknown[] {
  return keepers.map(({ table }) => {
    const keys = [...table.chunks(table.timeMs)].flat().map(([key]) => key);
    return inOrder(keys.map((key): Pair => [key, table.find(encodeKey(key))]));
  });
}

/** The same whichever of several equal keys came first, which is forgotten with the last version that has it. */
export function anyEqualKey({ entries, results }: Seen): Seen {
  return { entries: entries.map(([key, value]) => [textOf(key), value]), results };
}

/** One text for all keys that are equal. */
export function textOf(key: unknown): string {
  return `${typeof key} ${String(encodeKey(key))}`;
}

function inOrder(pairs: readonly Pair[]): readonly Pair[] {
  const keyed = pairs.map((pair) => [textOf(pair[0]), pair] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair);
}

/** Nobody reads a version any more, or one before it; none at all unless it is named. */
export function letGo(keepers: Keepers, timeMs?: number): void {
  for (const keeper of keepers) keeper.release(timeMs ?? keeper.table.timeMs);
}
