import type { Row } from '../core/row.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Shows the whole state of a mapWithState, as it is behind every batch.
 *
 * Shape:  what mapWithState gave → DStream<[K, S]>
 * Emits   a pair for each key that has state; a key that timed out in the batch is not among them.
 * Waits   for the state to be brought to the batch.
 * Keeps   nothing that mapWithState does not keep.
 * Ends    with its parent.
 *
 * @example
 * import { type State, StateSpec } from 'firesteel';
 * import { run } from 'firesteel/testing';
 *
 * const spec = StateSpec.function((word: string, one: number | undefined, sum: State<number>) => {
 *   sum.update((sum.getOption() ?? 0) + (one ?? 0));
 *   return null;
 * }).numPartitions(1);
 * const states = await run(
 *   (ssc, input) => input.map((w) => [w, 1]).mapWithState(spec).stateSnapshots(),
 *   [['a', 'a'], ['b']],
 * );
 * states // => [[['a', 2]], [['a', 2], ['b', 1]]]
 *
 * Spark: as MapWithStateDStream.stateSnapshots.
 */
export function stateSnapshots<K extends Row, S extends Row>(): Op<[K, S]> {
  return defineOp<[K, S]>({
    name: 'stateSnapshots',
    isNarrow: true,
    code: [],
    plan: (batch) => batch.parentState().entries<K, S>(),
  });
}
