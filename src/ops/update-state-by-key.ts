import type { Pair, Row } from '../core/row.ts';
import { Time } from '../core/time.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import { type Partitioner, partitionerOf, placeOfKey } from '../rdd/partitioner.ts';
import type { RDD } from '../rdd/rdd.ts';
import type { StateKind } from '../rdd/state-store.ts';
import type { Step } from '../rdd/step.ts';
import { type RewriteState, RewrittenState } from '../state/rewritten-state.ts';
import { UpdatedState, type UpdateState } from '../state/updated-state.ts';
import { defineOp, type Op } from './define.ts';

/** The new state of a key from its values of the batch and its state so far; undefined removes the key. */
export type Update<V, S> = (values: V[], state: S | undefined) => S | undefined;

/** The same, with the time of the batch and the key. */
export type UpdateWithTime<K, V, S> = (time: Time, key: K, values: V[], state: S | undefined) => S | undefined;

/** All new state of a partition from all its keys, each with its values of the batch and its state so far. */
export type UpdateIterator<K, V, S> = (rows: IterableIterator<[K, V[], S | undefined]>) => Iterable<[K, S]>;

/** How state is kept. */
export interface UpdateStateOptions<K extends Row, S extends Row> {
  /** Which of its forms the function has; `values` unless given. */
  readonly form?: 'values' | 'withTime' | 'iterator' | undefined;
  /** How many partitions, or what places the keys; by default the context's default parallelism. */
  readonly partitions?: number | Partitioner | undefined;
  /** State to begin with, in the first batch that has an RDD. */
  readonly initialRDD?: RDD<[K, S]> | undefined;
  /** Of the iterator form: whether operators behind it may take keys to be where the partitioner puts them; true. */
  readonly rememberPartitioner?: boolean | undefined;
}

/**
 * Keeps state for each key, and updates it for every key in every batch.
 *
 * Shape:  DStream<[K, V]> → DStream<[K, S]>
 * Emits   a pair for each key that has state, every batch; nothing before its parent has an RDD.
 * Waits   for all rows of the batch.
 * Keeps   the state of every key, until the function returns undefined for it.
 * Ends    with its parent. A batch in which the function throws fails; what it held is tried again by each batch behind
 *         it, and none of these has state before it succeeds.
 *
 * The function is called for every key that has state or new values; keys without new data get an empty list. State
 * must not be changed in place: return something new.
 *
 * @param f in one of three forms, which `options.form` names
 * @throws UsageError (RDD.BAD_COUNT) at the call, unless there is at least one partition
 * @throws UsageError (CHECKPOINT.NO_DIRECTORY) at start
 * @throws JobError (STAGE.NOT_A_PAIR, STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the batch whose row it failed on
 * @throws JobError (STATE.STEP_FAILED) in a batch behind it; StateError (STATE.STEPS_WAIT), which stops the context
 * @example
 * const count = (ones: number[], sum = 0) => sum + ones.length;
 * const counts = await run(
 *   (ssc, input) => input.map((w) => [w, 1]).updateStateByKey(count, 1),
 *   [['a'], ['a', 'b'], []],
 * );
 * counts // => [[['a', 1]], [['a', 2], ['b', 1]], [['a', 2], ['b', 1]]]
 *
 * Spark: as PairDStreamFunctions.updateStateByKey.
 */
export function updateStateByKey<P extends Pair<Row, Row>, S extends Row>(
  f: (...args: never[]) => unknown,
  options: UpdateStateOptions<P[0], S> = {},
): Op<[P[0], S]> {
  const { form = 'values', partitions, initialRDD, rememberPartitioner = true } = options;
  checkPartitions('updateStateByKey', partitions);
  const keepsPlace = form !== 'iterator' || rememberPartitioner;
  return defineOp<[P[0], S]>({
    name: 'updateStateByKey',
    keeps: 'state',
    withoutParent: 'plan',
    checkpoints: 'ten seconds',
    code: [f],
    state: {
      partitioner: (parallelism) => partitionerOf(partitions, parallelism),
      keepers: keepersOf(f, form),
      windowMs: undefined,
    },
    plan: (batch) => {
      if (!batch.hasState && batch.past.length === 0) return undefined;
      const entries = batch.advance(batch.past, batch.hasState ? undefined : initialRDD).entries<P[0], S>();
      return keepsPlace ? entries : entries.withoutPartitioner();
    },
  });
}

function keepersOf(f: Step['f'], form: 'values' | 'withTime' | 'iterator'): StateKind['keepers'] {
  return (tables, partitioner) => {
    const update = updateOf(f, form);
    if (form !== 'iterator') return tables.map((table) => new UpdatedState(table, update));
    const keepers: RewrittenState[] = [];
    const placeOf = (key: unknown): number => placeOfKey(key, partitioner);
    for (const table of tables) keepers.push(new RewrittenState(table, f as RewriteState, keepers, placeOf));
    return keepers;
  };
}

function updateOf(f: Step['f'], form: 'values' | 'withTime' | 'iterator'): UpdateState {
  if (form === 'values') return (values, state) => (f as Update<unknown, unknown>)(values, state);
  const timed = f as UpdateWithTime<unknown, unknown, unknown>;
  return (values, state, key, timeMs) => timed(new Time(timeMs), key, values, state);
}
