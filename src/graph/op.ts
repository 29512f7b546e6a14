import type { Pair, Row } from '../core/row.ts';
import type { Time } from '../core/time.ts';
import type { Partitioner } from '../rdd/partitioner.ts';
import type { RDD } from '../rdd/rdd.ts';
import type { StateKind } from '../rdd/state-store.ts';
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
  /** At a time when a parent has no RDD: it has none either, the batch fails, or it plans all the same. */
  readonly withoutParent: 'none' | 'fail' | 'plan';
  /** How often it has an RDD, in milliseconds; undefined = as often as its first parent. */
  readonly slideMs: number | undefined;
  /** How long its windows are, in milliseconds, a multiple of its parent's slide; undefined where it has none. */
  readonly windowMs: number | undefined;
  /** How far back it reads its first parent, in milliseconds; undefined = no further than its own time. */
  readonly reachMs: number | undefined;
  /** Whether it reads the RDDs of its first parent again and again, so that their rows are kept. */
  readonly rereads: boolean;
  /** How often its state is written down unless the program says; where it is, the program needs a directory. */
  readonly checkpoints: 'never' | 'ten seconds' | 'ten slides';
  /** Where and how it keeps state; undefined where it keeps none. */
  readonly state: StateKind | undefined;
  /** The functions it calls, in a fixed order. */
  readonly code: readonly Step['f'][];
  /**
   * The RDD at the batch's time, undefined for none; a promise of it only where the user's own function returned one.
   */
  plan(batch: Batch): RDD<Out> | undefined | Promise<RDD<Out>>;
}

/** What a plan sees of its batch. */
export interface Batch {
  readonly time: Time;
  /** How many partitions a shuffle makes unless the program says otherwise. */
  readonly defaultParallelism: number;
  /** The RDD of each parent, in order; those that have none are left out. */
  readonly inputs: readonly RDD<Row>[];
  /** The RDD of the only, or first, parent. */
  input<T extends Row>(): RDD<T>;
  /** The RDDs that the first parent had at times within reach, in order of time, the batch's own last. */
  readonly past: readonly Past[];
  /** What places the keys of its state. */
  readonly statePartitioner: Partitioner;
  /** Whether it has state from a batch before. */
  readonly hasState: boolean;
  /** Plans the step that brings its state to this batch, from RDDs of pairs. */
  advance(arrivals: readonly Past[], initial?: RDD<Pair<Row, Row>>): Version;
  /** The version that the first parent's state has in this batch. */
  parentState(): Version;
  /** An RDD of these rows, in one partition. */
  rows<T extends Row>(rows: readonly T[]): RDD<T>;
  /**
   * Calls a function of the user's on the driver: the RDDs that it makes are its own, what it throws fails the batch
   * and names it.
   */
  driver<R>(f: () => R | Promise<R>): R | Promise<R>;
}

/** An RDD and its time. */
export interface Past<T extends Row = Row> {
  readonly timeMs: number;
  readonly rdd: RDD<T>;
}

/** The state of an operator as it is behind a batch. */
export interface Version {
  /** A pair for each key. */
  entries<K extends Row, S extends Row>(): RDD<[K, S]>;
  /** The rows that the step gave beside them. */
  results<T extends Row>(): RDD<T>;
}
