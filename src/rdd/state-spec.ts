import type { Row } from '../core/row.ts';
import { type DurationLike, durationOf, type Time } from '../core/time.ts';
import type { State } from '../state/state.ts';
import { checkPartitions } from './check-partitions.ts';
import type { Partitioner } from './partitioner.ts';
import type { RDD } from './rdd.ts';

/** Called for each record, and for each key that times out, which has no value then. Its result is a row. */
export type MapState<K, V, S, U> = (key: K, value: V | undefined, state: State<S>) => U;

/** The same, with the time of the batch; undefined is no row. */
export type MapStateWithTime<K, V, S, U> = (time: Time, key: K, value: V | undefined, state: State<S>) => U | undefined;

/**
 * What `mapWithState` does, and with what state it begins.
 *
 * @example
 * import { type State, StateSpec } from 'firesteel';
 *
 * StateSpec.function((word: string, one: number | undefined, sum: State<number>) => {
 *   sum.update((sum.getOption() ?? 0) + (one ?? 0));
 *   return [word, sum.get()];
 * }).timeout('30 minutes');
 *
 * Spark: as StateSpec.
 */
export class StateSpec<K extends Row, V extends Row, S extends Row, U extends Row> {
  /** @internal */
  readonly f: MapState<K, V, S, U> | MapStateWithTime<K, V, S, U>;
  /** @internal */
  initial: RDD<[K, S]> | readonly (readonly [K, S])[] | undefined;
  /** @internal */
  partitions: number | Partitioner | undefined;
  /** @internal */
  timeoutMs: number | undefined;

  private constructor(f: MapState<K, V, S, U> | MapStateWithTime<K, V, S, U>) {
    this.f = f;
  }

  /**
   * What is done with each record.
   *
   * @param f one of three parameters (key, value, state), whose result is always a row; or of four, the batch time
   *   before them, whose result is a row unless it is undefined. How many it declares says which it is
   */
  static function<K extends Row, V extends Row, S extends Row, U extends Row>(
    f: (key: K, value: V | undefined, state: State<S>) => U,
  ): StateSpec<K, V, S, U>;
  /**
   * What is done with each record.
   *
   * @param f one of three parameters (key, value, state), whose result is always a row; or of four, the batch time
   *   before them, whose result is a row unless it is undefined. How many it declares says which it is
   */
  static function<K extends Row, V extends Row, S extends Row, U extends Row>(
    f: (time: Time, key: K, value: V | undefined, state: State<S>) => U | undefined,
  ): StateSpec<K, V, S, U>;
  static function<K extends Row, V extends Row, S extends Row, U extends Row>(
    f: MapState<K, V, S, U> | MapStateWithTime<K, V, S, U>,
  ): StateSpec<K, V, S, U> {
    return new StateSpec(f);
  }

  /** State to begin with; its keys count as touched by the first batch. */
  initialState(initial: RDD<[K, S]> | readonly (readonly [K, S])[]): this {
    this.initial = initial;
    return this;
  }

  /** How many partitions; by default the context's default parallelism. @throws UsageError (RDD.BAD_COUNT) */
  numPartitions(count: number): this {
    checkPartitions('numPartitions', count);
    this.partitions = count;
    return this;
  }

  /** What places the keys. */
  partitioner(partitioner: Partitioner): this {
    this.partitions = partitioner;
    return this;
  }

  /** After how long without data a key goes, with a last call. @throws UsageError (TIME.BAD_DURATION) */
  timeout(idle: DurationLike): this {
    this.timeoutMs = durationOf(idle).milliseconds;
    return this;
  }
}
