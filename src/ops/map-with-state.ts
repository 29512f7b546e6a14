import type { Pair, Row } from '../core/row.ts';
import { Time } from '../core/time.ts';
import { partitionerOf } from '../rdd/partitioner.ts';
import { RDD } from '../rdd/rdd.ts';
import type { MapState, MapStateWithTime, StateSpec } from '../rdd/state-spec.ts';
import { MappedState, type MappedStateOptions } from '../state/mapped-state.ts';
import { absent } from '../state/versioned-table.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Gives every pair, with the state of its key, to a function that may change that state.
 *
 * Shape:  DStream<[K, V]> → DStream<U>
 * Emits   what the function returns: first for the pairs, key by key in the order of arrival, then for keys that time
 *         out. An RDD for every batch.
 * Waits   for all rows of the batch.
 * Keeps   the state of every key, until it is removed or times out; for the length of the batch what was returned.
 * Ends    with its parent. A batch in which the function throws fails; what it held is tried again by each batch behind
 *         it, and none of these has state before it succeeds.
 *
 * A key times out in the first batch whose time is later than that of its last data by more than the time-out. Only
 * keys with data, and those that time out, cost anything. State must not be changed in place: `update` it instead.
 *
 * @param spec the function and how its state begins: `StateSpec.function(f)`
 * @throws UsageError (CHECKPOINT.NO_DIRECTORY) at start
 * @throws JobError (STAGE.NOT_A_PAIR, STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the batch whose row it failed on
 * @throws JobError (STATE.STEP_FAILED) in a batch behind it; StateError (STATE.STEPS_WAIT), which stops the context
 * @example
 * import { type State, StateSpec } from 'firesteel';
 * import { run } from 'firesteel/testing';
 *
 * const spec = StateSpec.function((word: string, one: number | undefined, sum: State<number>) => {
 *   sum.update((sum.getOption() ?? 0) + (one ?? 0));
 *   return [word, sum.get()];
 * });
 * const sums = await run((ssc, input) => input.map((w) => [w, 1]).mapWithState(spec), [['a', 'a'], ['a']]);
 * sums // => [[['a', 1], ['a', 2]], [['a', 3]]]
 *
 * Spark: as PairDStreamFunctions.mapWithState; there keys time out in every tenth batch only.
 */
export function mapWithState<P extends Pair<Row, Row>, S extends Row, U extends Row>(
  spec: StateSpec<P[0], P[1], S, U>,
): Op<U> {
  const { f, initial, partitions, timeoutMs } = spec;
  const call = callOf(f as never);
  return defineOp<U>({
    name: 'mapWithState',
    keeps: 'state',
    withoutParent: 'plan',
    checkpoints: 'ten slides',
    code: [f],
    state: {
      partitioner: (parallelism) => partitionerOf(partitions, parallelism),
      keepers: (tables) => tables.map((table) => new MappedState(table, { f: call, timeoutMs })),
      windowMs: undefined,
    },
    plan: (batch) => {
      if (batch.hasState || initial === undefined) return batch.advance(batch.past).results<U>();
      const begun = initial instanceof RDD ? initial : batch.rows(initial as readonly [P[0], S][]);
      return batch.advance(batch.past, begun).results<U>();
    },
  });
}

function callOf(f: ((...args: never[]) => unknown) & { readonly length: number }): MappedStateOptions['f'] {
  if (f.length < parametersWithTime) {
    const mapped = f as MapState<unknown, unknown, unknown, unknown>;
    return (_timeMs, key, value, state) => mapped(key, value, state);
  }
  const timed = f as MapStateWithTime<unknown, unknown, unknown, unknown>;
  return (timeMs, key, value, state) => {
    const made = timed(new Time(timeMs), key, value, state);
    return made === undefined ? absent : made;
  };
}

/** (time, key, value, state) */
const parametersWithTime = 4;
