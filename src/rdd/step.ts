import type { CallSite } from '../core/call-site.ts';

/**
 * The four narrow kinds that the kernel knows; everything else composes from them.
 *
 * The functions are the user's; each is called with exactly one argument (mapPartitions: rows and partition index).
 */
export type NarrowKind = 'map' | 'filter' | 'flatMap' | 'mapPartitions';

/** Which operator of the program, written where. Steps of one operator share one label. */
export interface Label {
  /** The name the program wrote: `reduceByKey`. */
  readonly name: string;
  readonly site: CallSite | undefined;
}

/** One narrow step: a user's function and where it stands in the program. */
export interface Step {
  readonly kind: NarrowKind;
  readonly f: (...args: never[]) => unknown;
  readonly label: Label;
}
