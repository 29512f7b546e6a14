import type fc from 'fast-check';
import type { DStream, Row, StreamingContext } from 'firesteel';
import type { Stream } from '../../src/testing/oracle.ts';
import type { Kind } from './row-functions.ts';

// biome-ignore lint/suspicious/noExplicitAny: the kinds of rows are kept apart by `takes` and `gives`, not by types
export type Any = any;

/** What is known of a stream before the program runs. */
export interface Shape {
  readonly kind: Kind;
  readonly slideMs: number;
  /** At most so many rows a batch; programs whose streams grow without bound teach nothing more. */
  readonly rowsMax: number;
}

/** An operator of the grammar. `Args` is plain data. */
export interface Operator<Args> {
  /** As the program writes it. */
  readonly name: string;
  /** What it is given beside its parents. */
  readonly arbitrary: fc.Arbitrary<Args>;
  /** What rows it takes; undefined for all. */
  readonly takes: (args: Args) => Kind | undefined;
  /** How many streams beside the first; these have its kind and its slide. */
  readonly others: (args: Args) => number;
  readonly shape: (args: Args, parents: readonly Shape[]) => Shape;
  readonly build: (args: Args, parents: readonly DStream<Any>[], ssc: StreamingContext) => DStream<Row>;
  readonly oracle: (args: Args, parents: readonly Stream<Any>[]) => Stream<unknown>;
  /** The arguments in print. */
  readonly show: (args: Args) => string;
}

/** Of an operator with one parent. */
export const alone = { others: (): number => 0 } as const;

/** The parent, or the first of them. */
export const first = <T>(parents: readonly T[]): T => parents[0] as T;

/** A program has at most so many batches. */
export const batchesMax: number = 6;

/** More rows than this a batch teach nothing more. */
export const rowsMax: number = 5000;

/** What holds on to keys that were in any batch. */
export function kept(parents: readonly Shape[]): Shape {
  const parent = first(parents);
  return { ...parent, rowsMax: Math.max(parent.rowsMax, Math.min(parent.rowsMax * batchesMax, rowsMax)) };
}
