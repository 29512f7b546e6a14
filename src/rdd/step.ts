import type { CallSite } from '../core/call-site.ts';
import type { Clock } from '../core/clock.ts';

/**
 * The four narrow kinds that the kernel knows; everything else composes from them.
 *
 * The functions are the user's; each is called with exactly one argument, that of mapPartitions with the rows, the
 * index of the partition and a TaskContext.
 */
export type NarrowKind = 'map' | 'filter' | 'flatMap' | 'mapPartitions';

/** Which operator of the program, written where. Steps of one operator share one label. */
export interface Label {
  /** The name the program wrote: `reduceByKey`. */
  readonly name: string;
  readonly site: CallSite | undefined;
}

/** What the function of mapPartitions is told beside its rows. */
export interface TaskContext {
  readonly clock: Clock;
  /** Aborted when the job is. */
  readonly signal: AbortSignal;
  /** What went wrong with a row, as an error that names the batch, the operator and the row. */
  told(error: unknown, row: unknown): unknown;
}

/** One narrow step: a user's function and where it stands in the program. */
export interface Step {
  readonly kind: NarrowKind;
  readonly f: (...args: never[]) => unknown;
  readonly label: Label;
}
