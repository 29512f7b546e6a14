import { atOnce } from '../state/call-failure.ts';
import { InverseWindow } from '../state/inverse-window.ts';
import { RingWindow } from '../state/ring-window.ts';
import { type Partitioner, partitionerOf } from './partitioner.ts';
import type { StateKind } from './state-store.ts';

type Merge = (a: unknown, b: unknown) => unknown;

/** How what leaves a window is taken back. */
export interface Inverse {
  readonly inverse: Merge;
  /** Which pairs are shown, and kept when no batch of the window has them; all unless it is given. */
  readonly filter: ((pair: [unknown, unknown]) => boolean) | undefined;
}

/** How the values of a key are merged in a window. */
export interface WindowMerge {
  readonly merge: Merge;
  /** All values of a key at once, where that is cheaper than two by two. */
  readonly mergeAll?: ((values: readonly unknown[]) => unknown) | undefined;
  readonly undo: Inverse | undefined;
  readonly partitions: number | Partitioner | undefined;
}

/** What a window over keys keeps: with an inverse its values, merged in place; without one those of each batch. */
export function windowState(windowMs: number, { merge, mergeAll, undo, partitions }: WindowMerge): StateKind {
  const all = mergeAll ?? folding(merge);
  return {
    partitioner: (parallelism) => partitionerOf(partitions, parallelism),
    keepers: (tables) =>
      tables.map((table) =>
        undo === undefined
          ? new RingWindow(table, { windowMs, merge: all })
          : new InverseWindow(table, { windowMs, reduce: merge, ...undo }),
      ),
    windowMs: undo === undefined ? windowMs : undefined,
  };
}

function folding(f: Merge): (values: readonly unknown[]) => unknown {
  return (values) => {
    let merged = values[0];
    for (let i = 1; i < values.length; i++) merged = atOnce(f(merged, values[i]));
    return merged;
  };
}
