import type { Row } from '../../core/row.ts';
import type { DStream } from '../../dstream.ts';
import type { LastPolicy } from '../../graph/failure-policy.ts';
import type { OutputOptions } from '../../graph/output.ts';

/**
 * What a simulated program reads from and writes to. Names are unique, and each source has to reach an output.
 */
export interface SimulatedWorld {
  /** Rows that are sent in this order, from a source that is asked and can be asked again, as Kafka is. */
  asked<T extends Row>(name: string, rows: readonly T[]): DStream<T>;
  /** Rows of which a batch has those that came in its time, however late it is asked for, as a table has them. */
  timed<T extends Row>(name: string, rows: readonly T[]): DStream<T>;
  /** Rows from a receiver that acknowledges what is safe, and is sent again what is not. */
  received<T extends Row>(name: string, rows: readonly T[]): DStream<T>;
  /** Lines from a TCP server: what a connection that breaks has not brought is lost. */
  socket(name: string, lines: readonly string[]): DStream<string>;
  /** Writes the rows of every batch under the time of the batch: a second time changes nothing. */
  idempotent<T extends Row>(name: string, stream: DStream<T>, options?: OutputOptions<T>): void;
  /** Adds the rows of every batch to those that are there: a second time they are there twice. */
  appending<T extends Row>(name: string, stream: DStream<T>, options?: OutputOptions<T>): void;
  /** The same function, which throws where a fault says so. */
  mayThrow<Args extends unknown[], R>(f: (...args: Args) => R): (...args: Args) => R;
  /** A policy that sets batches of the output of that name aside, where they are found again. */
  aside(name: string): LastPolicy;
}
