import type { Row } from '../core/row.ts';
import type { Time } from '../core/time.ts';
import type { RDD } from '../rdd/rdd.ts';
import type { Step } from '../rdd/step.ts';

/**
 * What an operator is: a pure plan from the RDDs of its parents at a time to its own RDD at that time.
 *
 * A plan is lineage: it reads no row and makes no function. Functions are made in the operator's factory and listed in
 * `code`, so that each has a name that another thread can call it by.
 */
export interface Op<Out extends Row> {
  /** As the program writes it: `reduceByKey`. */
  readonly name: string;
  /** How many parents it has. */
  readonly arity: number | 'one or more';
  /** Whether each partition comes from one partition of one parent. */
  readonly isNarrow: boolean;
  /** What it remembers from batch to batch. */
  readonly keeps: 'nothing' | 'window' | 'state';
  /** At a time when a parent has no RDD: it has none either, or the batch fails. */
  readonly withoutParent: 'none' | 'fail';
  /** How often it has an RDD, in milliseconds; undefined = as often as its first parent. */
  readonly slideMs: number | undefined;
  /** The functions it calls, in a fixed order. */
  readonly code: readonly Step['f'][];
  /** The RDD at the batch's time; a promise of it only where the user's own function returned one. */
  plan(batch: Batch): RDD<Out> | Promise<RDD<Out>>;
}

/** What a plan sees of its batch. */
export interface Batch {
  readonly time: Time;
  /** How many partitions a shuffle makes unless the program says otherwise. */
  readonly defaultParallelism: number;
  /** The RDD of each parent, in order. */
  readonly inputs: readonly RDD<Row>[];
  /** The RDD of the only, or first, parent. */
  input<T extends Row>(): RDD<T>;
  /** An RDD of these rows, in one partition. */
  rows<T extends Row>(rows: readonly T[]): RDD<T>;
  /**
   * Calls a function of the user's on the driver: the RDDs that it makes are its own, what it throws fails the batch
   * and names it.
   */
  driver<R>(f: () => R | Promise<R>): R | Promise<R>;
}
