import { UsageError } from '../core/errors.ts';
import { previewOf } from '../core/preview.ts';
import { seededRandom } from '../core/random.ts';
import { StepMistake } from './loop.ts';
import { understood } from './meaning.ts';
import { pairWith } from './pair-with.ts';
import type { Combine } from './plan.ts';

// Functions of rows that the operators are composed of. Each is made once and has a place.

/** A pair, or the mistake that it is none. */
export function pairOf(row: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(row)) throw new StepMistake('not-a-pair', row);
  return row as unknown as readonly [unknown, unknown];
}

export const keyOfPair = (row: unknown): unknown => pairOf(row)[0];
export const valueOfPair = (row: unknown): unknown => pairOf(row)[1];
export const withNull = (row: unknown): [unknown, null] => [row, null];
export const withNullKey = (row: unknown): [null, unknown] => [null, row];
export const withOne: (row: unknown) => [unknown, number] = pairWith(1);
export const countOne: (row: unknown) => [null, number] = understood({ kind: 'keylessPair', value: 1 }, () => [
  null,
  1,
]);
export const subtract = (a: number, b: number): number => a - b;
export const addEach = (a: number[], b: readonly number[]): number[] => a.map((count, i) => count + (b[i] ?? 0));
export const first = <T>(a: T): T => a;
/** Rows that come in lists, one by one. */
export const eachOf = (rows: readonly unknown[]): readonly unknown[] => rows;
/** The rows of a partition as one row. */
export const toArray = (rows: Iterable<unknown>): Iterable<unknown[]> => [[...rows]];

/** f on the value of a pair. */
export function onValue(f: (value: never) => unknown): (row: unknown) => [unknown, unknown] {
  return (row) => {
    const [key, value] = pairOf(row);
    const made = f(value as never);
    // The loop sees only the pair around it.
    if (made instanceof Promise) throw new StepMistake('returned-promise', made);
    return [key, made];
  };
}

/** f on the value of a pair, a pair for each of the values it returns. */
export function onValueMany(f: (value: never) => Iterable<unknown>): (row: unknown) => Iterable<[unknown, unknown]> {
  return (row) => {
    const [key, value] = pairOf(row);
    const many: unknown = f(value as never);
    if (many instanceof Promise) throw new StepMistake('returned-promise', many);
    if (typeof (many as Iterable<unknown> | undefined)?.[Symbol.iterator] !== 'function') {
      throw new StepMistake('not-iterable', many);
    }
    const pairs = eachWith(key, many as Iterable<unknown>);
    // A loop takes an array apart faster; what is no array may have no end.
    return Array.isArray(many) ? [...pairs] : pairs;
  };
}

/** Read no further than its rows are wanted. */
function* eachWith(key: unknown, many: Iterable<unknown>): Iterable<[unknown, unknown]> {
  for (const each of many) yield [key, each];
}

/** A row with the key that f says. */
export function keyedBy(f: (row: never) => unknown): (row: unknown) => [unknown, unknown] {
  return (row) => [f(row as never), row];
}

/** The functions of a combine. */
export function codeOf({ create, mergeValue, mergeCombined }: Combine): readonly ((...args: never[]) => unknown)[] {
  return [...(create === undefined ? [] : [create]), mergeValue, mergeCombined];
}

/** Values in a list, in the order in which they come. */
export const grouping: Combine = {
  create: (value) => [value],
  mergeValue: (list, value) => {
    (list as unknown[]).push(value);
    return list;
  },
  mergeCombined: (left, right) => {
    for (const value of right as unknown[]) (left as unknown[]).push(value);
    return left;
  },
};

/** A value with the number of the parent it comes from. */
export const tagged: readonly ((row: unknown) => [unknown, [number, unknown]])[] = Array.from(
  { length: 8 },
  (_, parent) => (row: unknown) => {
    const [key, value] = pairOf(row);
    return [key, [parent, value]];
  },
);

/** The values of each parent in a list of its own. */
function cogrouping(parents: number): Combine {
  const into = (groups: unknown, tag: unknown): unknown => {
    const [parent, value] = tag as [number, unknown];
    (groups as unknown[][])[parent]?.push(value);
    return groups;
  };
  return {
    create: (tag) =>
      into(
        Array.from({ length: parents }, () => []),
        tag,
      ),
    mergeValue: into,
    mergeCombined: (left, right) => {
      for (const [parent, values] of (right as unknown[][]).entries()) {
        for (const value of values) (left as unknown[][])[parent]?.push(value);
      }
      return left;
    },
  };
}

/** The values of two parents. */
export const cogroupingTwo: Combine = cogrouping(2);
/** All functions of a cogroup of two. */
export const cogroupCode: readonly ((...args: never[]) => unknown)[] = [
  ...tagged.slice(0, 2),
  ...codeOf(cogroupingTwo),
];

/** Every value of the left with every value of the right; a side that may be missing gives null in its place. */
function joining(mayLeftMiss: boolean, mayRightMiss: boolean): (row: unknown) => unknown[] {
  return (row) => {
    const [key, [left, right]] = row as readonly [unknown, readonly [unknown[], unknown[]]];
    const lefts = left.length === 0 && mayLeftMiss ? [null] : left;
    const rights = right.length === 0 && mayRightMiss ? [null] : right;
    const joined: unknown[] = [];
    for (const a of lefts) for (const b of rights) joined.push([key, [a, b]]);
    return joined;
  };
}

/** What a join makes of the two lists of a key. */
export const innerJoin: (row: unknown) => unknown[] = joining(false, false);
export const leftOuterJoin: (row: unknown) => unknown[] = joining(false, true);
export const rightOuterJoin: (row: unknown) => unknown[] = joining(true, false);
export const fullOuterJoin: (row: unknown) => unknown[] = joining(true, true);

/** Draws rows by chance: each with this probability, or each as often as a Poisson draw says. */
export function drawing(withReplacement: boolean, fraction: number, seed: number) {
  return function* draw(rows: Iterable<unknown>, index: number): Iterable<unknown> {
    const random = seededRandom(seed, index + 1);
    for (const row of rows) {
      const times = withReplacement ? poisson(fraction, random.next) : Number(random.next() < fraction);
      for (let i = 0; i < times; i++) yield row;
    }
  };
}

/** Knuth's draw: how many uniform numbers can be multiplied before the product is below e^-mean. */
function poisson(mean: number, next: () => number): number {
  // A large mean is drawn in parts, whose sum is such a draw too: e^-745 is 0 already.
  if (mean > meanMax) return poisson(meanMax, next) + poisson(mean - meanMax, next);
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > limit; product *= next()) count += 1;
  return count;
}

const meanMax = 500;

/**
 * Makes copies of a zero, which functions may change in place.
 *
 * @throws UsageError (RDD.ZERO_NOT_PLAIN) now, where a copy would be something else
 */
export function copying<U>(zero: U): () => U {
  if (typeof zero !== 'object' && typeof zero !== 'function') return () => zero;
  const kept = cloned(zero);
  return () => structuredClone(kept);
}

function cloned<U>(zero: U): U {
  const nameOfClass = (value: U): unknown =>
    (value as { readonly constructor?: { readonly name?: unknown } } | null)?.constructor?.name;
  let cause: unknown;
  try {
    const copy = structuredClone(zero);
    if (nameOfClass(copy) === nameOfClass(zero)) return copy;
  } catch (error) {
    cause = error;
  }
  throw new UsageError('RDD.ZERO_NOT_PLAIN', { zero: previewOf(zero) }, { cause });
}

/** f of the rows of a partition, for its effect; no row comes of it. */
export function forEffect<T>(f: (rows: IterableIterator<T>, index: number) => void | Promise<void>) {
  return (rows: IterableIterator<T>, index: number): AsyncIterable<never> => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        await f(rows, index);
        return { done: true, value: undefined };
      },
    }),
  });
}
