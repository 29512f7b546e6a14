import type { Row } from '../core/row.ts';
import type { Terminal } from '../core/terminal.ts';
import type { Time } from '../core/time.ts';
import type { RDD } from '../rdd/rdd.ts';
import type { Step } from '../rdd/step.ts';
import type { FailurePolicy } from './failure-policy.ts';

/** What an output operation is: something to do with the RDD of each batch. */
export interface Output<In extends Row> {
  /** As the program writes it: `print`. */
  readonly name: string;
  /** The functions it calls, in a fixed order. */
  readonly code: readonly Step['f'][];
  /** Runs for every batch in which its parent has an RDD, in the order of batches. */
  run(rdd: RDD<In>, time: Time, world: OutputWorld): void | Promise<void>;
}

/** What every output may be given. */
export interface OutputOptions<In extends Row> {
  /** What a failure of it means: `fail`, `stop`, `retry(…)` or `deadLetter(…)`; as the context says unless given. */
  readonly onFailure?: FailurePolicy<In>;
}

/** What an output may touch beside its RDD. */
export interface OutputWorld {
  readonly terminal: Terminal;
  /** Aborted when the context stops without waiting. */
  readonly signal: AbortSignal;
}
