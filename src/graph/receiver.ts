import { UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { Runtime } from '../core/runtime.ts';

/**
 * A source that data arrives at by itself; extend it for a source of your own, and give it to
 * `ssc.receiverStream(new MyReceiver())`.
 *
 * `onStart` begins to listen and returns; from then on rows are given to `store`. A receiver takes one slot of
 * `local[n]` for its life.
 *
 * Spark: as Receiver; `store` takes one row and says whether there is room for more, `storeBlock` is Spark's other
 * `store`, since JavaScript cannot tell a row from a list of rows.
 */
export abstract class Receiver<T extends Row> {
  #port: ReceiverPort<T> | undefined;

  /** What errors and listeners call it. */
  get name(): string {
    return this.constructor.name;
  }

  /**
   * Begins to receive and returns at once. What it throws, or rejects with, is a failure: it is started again later.
   *
   * @param lastMeta what was said with the newest block that is safe, by this run of the program or an earlier one, as
   *   `storeBlock(rows, meta)`: a source that can send again is asked for what is behind it. Undefined at first
   */
  abstract onStart(lastMeta: Row): void | Promise<void>;

  /** Ends receiving; everything `onStart` opened is closed when it has returned (or its promise resolved). */
  abstract onStop(): void | Promise<void>;

  /**
   * Adds a row to the open block.
   *
   * The row is taken in any case. False means that this receiver holds as much as it may, or has taken as many as
   * spark.streaming.receiver.maxRate lets it: await `drained()` before the next one.
   *
   * With a checkpoint directory it is written there before a batch has it. Where that fails, awaitTermination rejects
   * with the error, and the row is lost: a source that can send again is better served by `storeBlock`.
   *
   * @throws UsageError (RECEIVER.NOT_STARTED) outside `onStart` … `onStop`
   */
  store(row: T): boolean {
    return this.#attached.store(row);
  }

  /**
   * Adds whole lines of UTF-8 text to the open block, each ended by LF or CRLF (the last may lack it); they stay bytes
   * until an operator asks for a line. For receivers of text; returns as `store`. The bytes must not change afterwards.
   */
  storeLines(bytes: Buffer): boolean {
    return this.#attached.storeLines(bytes);
  }

  /**
   * Stores rows, or lines of text as bytes, as a block of their own; resolves when they are safe, which is the moment
   * to acknowledge them to where they came from. Waits first while this receiver holds as much as it may; how many come
   * in a second is not limited.
   *
   * With a checkpoint directory safe means written there; without, or where
   * spark.streaming.receiver.writeAheadLog.enable is false, that the block is in memory. A block that cannot be made
   * safe, or not within spark.streaming.receiver.blockStoreTimeout, is given to no batch, and neither are those stored
   * behind it; the receiver is started again, with what was said of the last block that is safe.
   *
   * @param meta whatever the source wants to tell with the block: how far it is; handed to the next `onStart`
   * @throws SourceError (RECEIVER.BLOCK_NOT_SAFE) as said
   * @throws UsageError (RECEIVER.ROW_NOT_PLAIN) for rows that are no plain data, where they have to be written
   */
  storeBlock(rows: Iterable<T> | Buffer, meta?: Row): Promise<void> {
    return this.#attached.storeBlock(rows, meta);
  }

  /** Resolves when there is room again. */
  drained(): Promise<void> {
    return this.#attached.drained();
  }

  /**
   * Asks to be stopped and started again: after `delayMs` exactly, or after a back-off that grows from
   * spark.streaming.receiverRestartDelay. Returns at once; the blocks stored so far stay.
   */
  restart(message: string, error?: unknown, delayMs?: number): void {
    this.#attached.restart(message, error, delayMs);
  }

  /** Ends this run; as one that ended by itself, it is started again after a back-off. */
  stop(message: string, error?: unknown): void {
    this.#attached.stop(message, error);
  }

  /** Tells the listeners of an error and goes on. */
  reportError(message: string, error: unknown): void {
    this.#attached.reportError(message, error);
  }

  /** Whether `onStart` has been called and `onStop` has not. */
  isStarted(): boolean {
    return this.#port?.isStarted() ?? false;
  }

  /** Whether `onStop` has been called and `onStart` has not been since: also while it waits to be started again. */
  isStopped(): boolean {
    return this.#port?.isStopped() ?? false;
  }

  /** The number of its stream, counted over the inputs of the context. */
  get streamId(): number {
    return this.#attached.streamId;
  }

  /** Time, chance and sockets: what it should use so that its programs can be tested. */
  protected get runtime(): Runtime {
    return this.#attached.runtime;
  }

  /** Gives it its place in a running context. @internal */
  attach(port: ReceiverPort<T>): void {
    this.#port = port;
  }

  get #attached(): ReceiverPort<T> {
    if (this.#port !== undefined) return this.#port;
    throw new UsageError('RECEIVER.NOT_STARTED', { receiver: this.name });
  }
}

/** What a running context gives a receiver. */
export interface ReceiverPort<T extends Row> {
  readonly streamId: number;
  readonly runtime: Runtime;
  store(row: T): boolean;
  storeLines(bytes: Buffer): boolean;
  storeBlock(rows: Iterable<T> | Buffer, meta: Row): Promise<void>;
  drained(): Promise<void>;
  restart(message: string, error: unknown, delayMs: number | undefined): void;
  stop(message: string, error: unknown): void;
  reportError(message: string, error: unknown): void;
  isStarted(): boolean;
  isStopped(): boolean;
}
