import { isPlain } from './plain.ts';
import { rowsBetweenYields, type Work } from './work.ts';

/** Values in a row: bytes where all are numbers. */
export type Packed = Float64Array | readonly unknown[];

/** Values by id: the nth id has the nth value. */
export interface ById {
  readonly ids: Int32Array;
  readonly values: Packed;
}

/** Values by id of the batch of a time. */
interface TimedById extends ById {
  readonly timeMs: number;
}

/** The keys that a batch touched, by id. */
export interface Touched {
  readonly timeMs: number;
  readonly ids: Int32Array;
}

/**
 * What a commit applies, as data: another process that commits it again has the same, and calls no function for it.
 *
 * It survives `serialize` of node:v8 if all keys and values in it do, see {@link unplainIn}. It is good until the next
 * step begins. Nobody but keepers reads more of it than its time.
 */
export interface Redo {
  /** The version that it makes, or is a part of. */
  readonly timeMs: number;
  /** The keys that had no value and get one, and which ids they have from now on. */
  readonly keys: ById;
  readonly put: ById;
  /** The ids of keys that have no value any more. */
  readonly gone: Int32Array;
  /** The batches that came into a window. */
  readonly slots?: readonly TimedById[];
  /** Which keys a time-out begins for, in order. */
  readonly touches?: readonly Touched[];
  /** The rows of the step beside its entries. */
  readonly results?: Packed;
}

/** What is wanted in a redo. */
export interface RedoOptions {
  /** Whether `results` is to answer after a replay as well. */
  readonly withResults: boolean;
}

/** All that a keeper has, as it was at a moment. */
export interface Image {
  /** The version that was the newest. */
  readonly timeMs: number;
  /** Redos, at least one, that make it when they are replayed and committed in order by a keeper that has nothing. */
  pieces(): Generator<Redo, void>;
}

/** How many keys a piece of an image has at most. */
export const pieceKeysMax = 4096;

/** The values, or a copy of them that takes less. */
export function packed(values: readonly unknown[]): Packed {
  for (const value of values) if (typeof value !== 'number') return values;
  return new Float64Array(values as readonly number[]);
}

/** Values by id, packed. */
export function byId(ids: readonly number[] | Int32Array, values: readonly unknown[]): ById {
  return { ids: new Int32Array(ids), values: packed(values) };
}

/** The first key or value that would come back as something else, if there is one. */
export function* unplainIn({
  keys,
  put,
  slots = [],
  results = [],
}: Redo): Work<{ readonly value: unknown } | undefined> {
  for (const values of [keys.values, put.values, ...slots.map((slot) => slot.values), results]) {
    if (values instanceof Float64Array) continue;
    for (let from = 0; from < values.length; from += rowsBetweenYields) {
      const unplain = firstUnplain(values.slice(from, from + rowsBetweenYields));
      if (unplain !== undefined) return unplain;
      yield rowsBetweenYields;
    }
  }
  return undefined;
}

/** The first of these values that would come back as something else, if there is one. */
export function firstUnplain(values: Packed): { readonly value: unknown } | undefined {
  if (values instanceof Float64Array) return undefined;
  for (const value of values) if (!isPlain(value)) return { value };
  return undefined;
}

/** A redo that changes no value. */
export function emptyRedo(timeMs: number): Redo {
  return { timeMs, keys: byId([], []), put: byId([], []), gone: new Int32Array() };
}

/** Whether a redo does nothing but make the version of its time. */
export function isEmptyRedo({ keys, put, gone, slots = [], touches = [] }: Redo): boolean {
  const hasTouched = touches.some(({ ids }) => ids.length > 0);
  return keys.ids.length + put.ids.length + gone.length + slots.length === 0 && !hasTouched;
}

/** All of them in order, as many at a time as a piece of an image may have. */
export function* cut(ids: readonly number[] | Int32Array): Generator<readonly number[] | Int32Array, void> {
  for (let from = 0; from < ids.length; from += pieceKeysMax) yield ids.slice(from, from + pieceKeysMax);
}
