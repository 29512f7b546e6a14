import type { Row } from '../core/row.ts';
import type { Time } from '../core/time.ts';
import type { Computation } from '../rdd/plan.ts';
import type { RDD } from '../rdd/rdd.ts';

/**
 * A source that is asked for its data at every batch time; extend it for a source of your own, and give it to
 * `ssc.inputStream(new MySource())`.
 *
 * For data that arrives by itself, extend Receiver instead.
 *
 * Spark: as InputDStream; there a subclass is a stream itself and takes the context in its constructor.
 */
export abstract class InputDStream<T extends Row> {
  /** What errors and `describe()` call it. */
  get name(): string {
    return this.constructor.name;
  }

  /**
   * The data of batch `time`, or undefined when there is no RDD at all (which is not an empty one).
   *
   * Called once for each batch, in order; the next call waits for the promise. What it throws refuses the batch.
   */
  abstract compute(time: Time, make: RDDMaker): RDD<T> | undefined | Promise<RDD<T> | undefined>;

  /** Called once, before the first batch. What it throws fails `start()`. */
  start(): void {
    // Most sources have nothing to open.
  }

  /** Called once, after the last batch. */
  stop(): void | Promise<void> {
    // Most sources have nothing to close.
  }

  /**
   * How far it has read, after a batch was computed: a plain value, shown to listeners in the batch's input info and
   * kept for recovery. Undefined when there is nothing to come back to.
   */
  position(): Row {
    return undefined;
  }

  /**
   * Called before `start()` when a program comes back: what `position()` said before the first batch that is to be made
   * again; undefined where it said nothing. What it throws keeps the program from coming back.
   */
  restore(_position: Row): void {
    // A source without a position has nowhere to come back to.
  }

  /**
   * @internal What it has learned since it was asked last, and has to know for good: kept for recovery like a position,
   * but written only once. Undefined where there is nothing.
   */
  note(): Note | undefined {
    return undefined;
  }

  /** @internal Called behind `restore()`: all that was noted, oldest first. */
  restoreNotes(_rows: readonly Row[]): void {
    // Most sources note nothing.
  }

  /**
   * The data of a batch that an earlier process has made, once more. Called in place of `compute`, in the same order,
   * for batches that have not completed, or that are in a window.
   *
   * A source that would give what has come meanwhile has to give what it gave then: `position` is what `position()`
   * said behind that batch, and has to be said again. `compute` unless it is overridden.
   *
   * Of a batch that it failed on there is no such data: a source without a position is asked by `compute` again; one
   * that has said a position for a later batch has given what had come to that one, and gives nothing here.
   */
  recompute(time: Time, _position: Row, make: RDDMaker): RDD<T> | undefined | Promise<RDD<T> | undefined> {
    return this.compute(time, make);
  }
}

/** @internal Something that a source has learned. */
export interface Note {
  /** A plain value. */
  readonly row: Row;
  /** Whether it takes the place of all earlier ones. */
  readonly isAll: boolean;
}

/** How an input makes its RDDs. */
export interface RDDMaker {
  /** Rows in so many partitions (1), cut into contiguous slices of equal length. */
  rows<T extends Row>(rows: readonly T[], partitions?: number): RDD<T>;
  /** The partitions of all, one after the other; of none, an RDD of no partition. */
  union<T extends Row>(rdds: readonly RDD<T>[]): RDD<T>;
  /** @internal So many partitions, whose rows are made when a job reads them. */
  computed<T extends Row>(partitions: number, computation: Computation): RDD<T>;
}
