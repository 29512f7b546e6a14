import { UsageError } from './core/errors.ts';
import type { Pair, Row } from './core/row.ts';
import type { DurationLike, Time } from './core/time.ts';
import { positive } from './graph/checks.ts';
import type { StreamNode, StreamSettings } from './graph/graph.ts';
import type { Op } from './graph/op.ts';
import type { Output, OutputOptions } from './graph/output.ts';
import { cogroup } from './ops/cogroup.ts';
import { combineByKey } from './ops/combine-by-key.ts';
import { count } from './ops/count.ts';
import { countByValue } from './ops/count-by-value.ts';
import { countByValueAndWindow } from './ops/count-by-value-and-window.ts';
import { countByWindow } from './ops/count-by-window.ts';
import { filter } from './ops/filter.ts';
import { flatMap } from './ops/flat-map.ts';
import { flatMapValues } from './ops/flat-map-values.ts';
import { foreachPartition } from './ops/foreach-partition.ts';
import { foreachRDD } from './ops/foreach-rdd.ts';
import { fullOuterJoin } from './ops/full-outer-join.ts';
import { glom } from './ops/glom.ts';
import { groupByKey } from './ops/group-by-key.ts';
import { groupByKeyAndWindow } from './ops/group-by-key-and-window.ts';
import { join } from './ops/join.ts';
import { leftOuterJoin } from './ops/left-outer-join.ts';
import { map } from './ops/map.ts';
import { type MapAsyncOptions, mapAsync } from './ops/map-async.ts';
import { mapPartitions } from './ops/map-partitions.ts';
import { mapPartitionsWithIndex } from './ops/map-partitions-with-index.ts';
import { mapValues } from './ops/map-values.ts';
import { mapWithState } from './ops/map-with-state.ts';
import { partitionBy } from './ops/partition-by.ts';
import { print } from './ops/print.ts';
import { reduce } from './ops/reduce.ts';
import { reduceByKey } from './ops/reduce-by-key.ts';
import { reduceByKeyAndWindow, type WindowOptions } from './ops/reduce-by-key-and-window.ts';
import { reduceByWindow } from './ops/reduce-by-window.ts';
import { repartition } from './ops/repartition.ts';
import { rightOuterJoin } from './ops/right-outer-join.ts';
import { saveAsObjectFiles } from './ops/save-as-object-files.ts';
import { saveAsTextFiles } from './ops/save-as-text-files.ts';
import { stateSnapshots } from './ops/state-snapshots.ts';
import { transform } from './ops/transform.ts';
import { transformWith } from './ops/transform-with.ts';
import { union } from './ops/union.ts';
import {
  type Update,
  type UpdateIterator,
  type UpdateStateOptions,
  type UpdateWithTime,
  updateStateByKey,
} from './ops/update-state-by-key.ts';
import { window } from './ops/window.ts';
import type { Partitioner } from './rdd/partitioner.ts';
import type { RDD } from './rdd/rdd.ts';
import type { StateSpec } from './rdd/state-spec.ts';
import { StorageLevel } from './rdd/storage-level.ts';

/**
 * Data as it arrives over time: a sequence of RDDs, one for each batch.
 *
 * A stream comes from a source of a StreamingContext or from another stream. Methods only define; nothing runs before
 * `ssc.start()`. Every method here is one operator; its whole description stands with it.
 *
 * Spark: as DStream.
 */
export class DStream<T extends Row> {
  readonly #program: Program;
  /** @internal */
  readonly node: StreamNode;

  /** @internal Streams come from a StreamingContext or another stream. */
  constructor(program: Program, node: StreamNode) {
    this.#program = program;
    this.node = node;
  }

  /** Gives every row to a function and passes on what it returns. {@link map} */
  map<U extends Row>(f: (row: T) => U): DStream<U> {
    return this.via(map(f));
  }

  /** Keeps the rows of which a function says true. {@link filter} */
  filter(f: (row: T) => boolean): DStream<T> {
    return this.via(filter(f));
  }

  /** Gives every row to a function and passes on each of the rows it returns. {@link flatMap} */
  flatMap<U extends Row>(f: (row: T) => Iterable<U>): DStream<U> {
    return this.via(flatMap(f));
  }

  /** Gives the value of every pair to a function; keys stay as they are. {@link mapValues} */
  mapValues<P extends Pair<Row, Row>, U extends Row>(this: DStream<P>, f: (value: P[1]) => U): DStream<[P[0], U]> {
    return this.via(mapValues<P, U>(f));
  }

  /** Merges the values of each key, batch by batch. {@link reduceByKey} */
  reduceByKey<P extends Pair<Row, Row>>(
    this: DStream<P>,
    f: (a: P[1], b: P[1]) => P[1],
    partitions?: number | Partitioner,
  ): DStream<[P[0], P[1]]> {
    return this.via(reduceByKey<P>(f, partitions));
  }

  /** Counts the rows of every batch. {@link count} */
  count(): DStream<number> {
    return this.via(count());
  }

  /** Gives the rows of each partition to a function, as an iterator. {@link mapPartitions} */
  mapPartitions<U extends Row>(
    f: (rows: IterableIterator<T>) => Iterable<U> | AsyncIterable<U>,
    preservesPartitioning?: boolean,
  ): DStream<U> {
    return this.via(mapPartitions(f, preservesPartitioning));
  }

  /** Gives the index and the rows of each partition to a function. {@link mapPartitionsWithIndex} */
  mapPartitionsWithIndex<U extends Row>(
    f: (index: number, rows: IterableIterator<T>) => Iterable<U> | AsyncIterable<U>,
    preservesPartitioning?: boolean,
  ): DStream<U> {
    return this.via(mapPartitionsWithIndex(f, preservesPartitioning));
  }

  /** Gives every row to an asynchronous function, some at a time. {@link mapAsync} */
  mapAsync<U extends Row>(f: (row: T) => Promise<U> | U, options?: MapAsyncOptions<T, U>): DStream<U> {
    return this.via(mapAsync(f, options));
  }

  /** Makes one row of each partition: the array of its rows. {@link glom} */
  glom(): DStream<T[]> {
    return this.via(glom<T>());
  }

  /** Deals the rows of every batch to so many partitions in turn. {@link repartition} */
  repartition(partitions: number): DStream<T> {
    return this.via(repartition<T>(partitions));
  }

  /** Moves every pair to the partition of its key. {@link partitionBy} */
  partitionBy<P extends Pair<Row, Row>>(this: DStream<P>, partitions: number | Partitioner): DStream<P> {
    return this.via(partitionBy<P>(partitions));
  }

  /** Merges the rows of every batch into one. {@link reduce} */
  reduce(f: (a: T, b: T) => T): DStream<T> {
    return this.via(reduce(f));
  }

  /** Counts how often each row occurs in every batch. {@link countByValue} */
  countByValue(partitions?: number): DStream<[T, number]> {
    return this.via(countByValue<T>(partitions));
  }

  /** Gives the value of every pair to a function that returns any number of values. {@link flatMapValues} */
  flatMapValues<P extends Pair<Row, Row>, U extends Row>(
    this: DStream<P>,
    f: (value: P[1]) => Iterable<U>,
  ): DStream<[P[0], U]> {
    return this.via(flatMapValues<P, U>(f));
  }

  /** Puts the values of each key into one list, batch by batch. {@link groupByKey} */
  groupByKey<P extends Pair<Row, Row>>(this: DStream<P>, partitions?: number | Partitioner): DStream<[P[0], P[1][]]> {
    return this.via(groupByKey<P>(partitions));
  }

  /** Merges the values of each key into something of another kind, batch by batch. {@link combineByKey} */
  combineByKey<P extends Pair<Row, Row>, C extends Row>(
    this: DStream<P>,
    create: (value: P[1]) => C,
    mergeValue: (merged: C, value: P[1]) => C,
    mergeCombiners: (a: C, b: C) => C,
    partitions?: number | Partitioner,
  ): DStream<[P[0], C]> {
    return this.via(combineByKey<P, C>(create, mergeValue, mergeCombiners, partitions));
  }

  /** Puts the values of each key of two streams side by side, batch by batch. {@link cogroup} */
  cogroup<P extends Pair<Row, Row>, W extends Row>(
    this: DStream<P>,
    other: DStream<Pair<P[0], W>>,
    partitions?: number | Partitioner,
  ): DStream<[P[0], [P[1][], W[]]]> {
    return this.via(cogroup<P, W>(partitions), other);
  }

  /** Joins two streams by key, batch by batch. {@link join} */
  join<P extends Pair<Row, Row>, W extends Row>(
    this: DStream<P>,
    other: DStream<Pair<P[0], W>>,
    partitions?: number | Partitioner,
  ): DStream<[P[0], [P[1], W]]> {
    return this.via(join<P, W>(partitions), other);
  }

  /** Joins two streams by key, batch by batch, and keeps every pair of this one. {@link leftOuterJoin} */
  leftOuterJoin<P extends Pair<Row, Row>, W extends Row>(
    this: DStream<P>,
    other: DStream<Pair<P[0], W>>,
    partitions?: number | Partitioner,
  ): DStream<[P[0], [P[1], W | null]]> {
    return this.via(leftOuterJoin<P, W>(partitions), other);
  }

  /** Joins two streams by key, batch by batch, and keeps every pair of the other. {@link rightOuterJoin} */
  rightOuterJoin<P extends Pair<Row, Row>, W extends Row>(
    this: DStream<P>,
    other: DStream<Pair<P[0], W>>,
    partitions?: number | Partitioner,
  ): DStream<[P[0], [P[1] | null, W]]> {
    return this.via(rightOuterJoin<P, W>(partitions), other);
  }

  /** Joins two streams by key, batch by batch, and keeps every pair of both. {@link fullOuterJoin} */
  fullOuterJoin<P extends Pair<Row, Row>, W extends Row>(
    this: DStream<P>,
    other: DStream<Pair<P[0], W>>,
    partitions?: number | Partitioner,
  ): DStream<[P[0], [P[1] | null, W | null]]> {
    return this.via(fullOuterJoin<P, W>(partitions), other);
  }

  /** Shows, at every slide, the rows of all batches that a window reaches. {@link window} */
  window(windowDuration: DurationLike, slideDuration?: DurationLike): DStream<T> {
    return this.via(window<T>(windowDuration, slideDuration));
  }

  /** Merges the rows of every window into one, anew or with an inverse. {@link reduceByWindow} */
  reduceByWindow(f: (a: T, b: T) => T, windowDuration: DurationLike, slideDuration: DurationLike): DStream<T>;
  reduceByWindow(
    f: (a: T, b: T) => T,
    inverse: (merged: T, left: T) => T,
    windowDuration: DurationLike,
    slideDuration: DurationLike,
  ): DStream<T>;
  reduceByWindow(f: (a: T, b: T) => T, ...rest: readonly (DurationLike | ((merged: T, left: T) => T))[]): DStream<T> {
    const [first] = rest;
    const inverse = typeof first === 'function' ? first : undefined;
    const [length, slide] = (inverse === undefined ? rest : rest.slice(1)) as [DurationLike, DurationLike];
    return this.via(reduceByWindow(f, { window: length, slide }, inverse));
  }

  /** Counts the rows of every window. {@link countByWindow} */
  countByWindow(windowDuration: DurationLike, slideDuration: DurationLike): DStream<number> {
    return this.via(countByWindow(windowDuration, slideDuration));
  }

  /** Counts how often each row occurs in every window. {@link countByValueAndWindow} */
  countByValueAndWindow(
    windowDuration: DurationLike,
    slideDuration: DurationLike,
    partitions?: number,
  ): DStream<[T, number]> {
    return this.via(countByValueAndWindow<T>(windowDuration, slideDuration, partitions));
  }

  /** Puts the values of each key in every window into one list. {@link groupByKeyAndWindow} */
  groupByKeyAndWindow<P extends Pair<Row, Row>>(
    this: DStream<P>,
    windowDuration: DurationLike,
    slideDuration?: DurationLike,
    partitions?: number | Partitioner,
  ): DStream<[P[0], P[1][]]> {
    return this.via(groupByKeyAndWindow<P>(windowDuration, slideDuration, partitions));
  }

  /** Merges the values of each key in every window, anew or with an inverse. {@link reduceByKeyAndWindow} */
  reduceByKeyAndWindow<P extends Pair<Row, Row>>(
    this: DStream<P>,
    f: (a: P[1], b: P[1]) => P[1],
    windowDuration: DurationLike,
    slideDuration?: DurationLike,
    partitions?: number | Partitioner,
  ): DStream<[P[0], P[1]]>;
  reduceByKeyAndWindow<P extends Pair<Row, Row>>(
    this: DStream<P>,
    f: (a: P[1], b: P[1]) => P[1],
    inverse: (merged: P[1], left: P[1]) => P[1],
    windowDuration: DurationLike,
    slideDuration?: DurationLike,
    partitions?: number | Partitioner,
    filter?: (pair: [P[0], P[1]]) => boolean,
  ): DStream<[P[0], P[1]]>;
  reduceByKeyAndWindow<P extends Pair<Row, Row>>(
    this: DStream<P>,
    f: (a: P[1], b: P[1]) => P[1],
    ...rest: readonly unknown[]
  ): DStream<[P[0], P[1]]> {
    const inverse = typeof rest[0] === 'function' ? rest[0] : undefined;
    const [length, slide, partitions, filter] = inverse === undefined ? rest : rest.slice(1);
    const options = { slide, partitions, inverse, filter } as WindowOptions<P>;
    return this.via(reduceByKeyAndWindow<P>(f, length as DurationLike, options));
  }

  /** Keeps state for each key, updated for every key in every batch. {@link updateStateByKey} */
  updateStateByKey<P extends Pair<Row, Row>, S extends Row>(
    this: DStream<P>,
    f: UpdateIterator<P[0], P[1], S>,
    options: UpdateStateOptions<P[0], S> & { readonly form: 'iterator' },
  ): DStream<[P[0], S]>;
  updateStateByKey<P extends Pair<Row, Row>, S extends Row>(
    this: DStream<P>,
    f: UpdateWithTime<P[0], P[1], S>,
    options: UpdateStateOptions<P[0], S> & { readonly form: 'withTime' },
  ): DStream<[P[0], S]>;
  updateStateByKey<P extends Pair<Row, Row>, S extends Row>(
    this: DStream<P>,
    f: Update<P[1], S>,
    options?: number | Partitioner | (UpdateStateOptions<P[0], S> & { readonly form?: 'values' | undefined }),
    initialRDD?: RDD<[P[0], S]>,
  ): DStream<[P[0], S]>;
  updateStateByKey<P extends Pair<Row, Row>, S extends Row>(
    this: DStream<P>,
    f: (...args: never[]) => unknown,
    options?: number | Partitioner | UpdateStateOptions<P[0], S>,
    initialRDD?: RDD<[P[0], S]>,
  ): DStream<[P[0], S]> {
    const isPlace = typeof options === 'number' || (options !== undefined && 'getPartition' in options);
    const all: UpdateStateOptions<P[0], S> = isPlace ? { partitions: options, initialRDD } : { initialRDD, ...options };
    return this.via(updateStateByKey<P, S>(f, all));
  }

  /** Gives every pair, with the state of its key, to a function. {@link mapWithState} */
  mapWithState<P extends Pair<Row, Row>, S extends Row, U extends Row>(
    this: DStream<P>,
    spec: StateSpec<P[0], P[1], S, U>,
  ): MapWithStateDStream<P[0], S, U> {
    return new MapWithStateDStream(this.#program, this.#program.stage(mapWithState<P, S, U>(spec), [this.node]));
  }

  /** Puts the rows of several streams into one. {@link union} */
  union(...others: DStream<T>[]): DStream<T> {
    return this.via(union<T>(), ...others);
  }

  /** Makes the RDD of every batch by a function, with the whole RDD API at hand. {@link transform} */
  transform<U extends Row>(f: (rdd: RDD<T>, time: Time) => RDD<U> | Promise<RDD<U>>): DStream<U> {
    return this.via(transform(f));
  }

  /** Makes the RDD of every batch by a function of the RDDs of two streams. {@link transformWith} */
  transformWith<U extends Row, V extends Row>(
    other: DStream<U>,
    f: (rdd: RDD<T>, other: RDD<U>, time: Time) => RDD<V> | Promise<RDD<V>>,
  ): DStream<V> {
    return this.via(transformWith(f), other);
  }

  /** Gives the RDD of every batch to a function: the output that all others are made of. {@link foreachRDD} */
  foreachRDD(f: (rdd: RDD<T>, time: Time) => unknown, options?: OutputOptions<T>): void {
    this.to(foreachRDD(f), options);
  }

  /** Gives the rows of each partition of every batch to a function, for its effect. {@link foreachPartition} */
  foreachPartition(
    f: (rows: IterableIterator<T>, index: number) => void | Promise<void>,
    options?: OutputOptions<T>,
  ): void {
    this.to(foreachPartition(f), options);
  }

  /** Writes the rows of every batch to a folder of its own, as text. {@link saveAsTextFiles} */
  saveAsTextFiles(prefix: string, suffix?: string, options?: OutputOptions<T>): void {
    this.to(saveAsTextFiles(prefix, suffix), options);
  }

  /** Writes the rows of every batch to a folder of its own, as bytes. {@link saveAsObjectFiles} */
  saveAsObjectFiles(prefix: string, suffix?: string, options?: OutputOptions<T>): void {
    this.to(saveAsObjectFiles(prefix, suffix), options);
  }

  /** Prints the time and the first rows of every batch to standard output. {@link print} */
  print(n?: number, options?: OutputOptions<T>): void {
    this.to(print(n), options);
  }

  /**
   * Keeps the rows of every RDD that are computed, for further jobs of the batch and for as long as it is remembered;
   * as values unless another level is given.
   *
   * @throws UsageError (CONTEXT.DEFINE_AFTER_START, CONTEXT.DEFINE_AFTER_STOP)
   */
  persist(level: StorageLevel = StorageLevel.MEMORY_ONLY): this {
    this.#program.set(this.node, 'persist()', { level });
    return this;
  }

  /** As persist. */
  cache(): this {
    return this.persist();
  }

  /**
   * How often its rows are written down, a multiple of its slide; implies persist.
   *
   * @throws UsageError (DURATION.NOT_POSITIVE, CONTEXT.DEFINE_AFTER_START, CONTEXT.DEFINE_AFTER_STOP)
   * @throws UsageError (CHECKPOINT.NO_DIRECTORY, CHECKPOINT.BAD_INTERVAL, CHECKPOINT.NOT_PERSISTED) at start
   */
  checkpoint(interval: DurationLike): this {
    const level = this.node.settings.level ?? StorageLevel.MEMORY_ONLY;
    this.#program.set(this.node, 'checkpoint()', {
      checkpointMs: positive('checkpoint', interval).milliseconds,
      level,
    });
    return this;
  }

  /** How far back its RDDs are kept, for `slice`. @throws UsageError as checkpoint */
  remember(duration: DurationLike): this {
    this.#program.set(this.node, 'remember()', { rememberMs: positive('remember', duration).milliseconds });
    return this;
  }

  /**
   * What the source, or the state, of this stream is called in a checkpoint, so that it is found there again when the
   * program has changed around it. Without, its place in the program says so; streams that keep nothing do not count.
   *
   * @throws UsageError (CHECKPOINT.BAD_UID, CONTEXT.DEFINE_AFTER_START, CONTEXT.DEFINE_AFTER_STOP)
   * @throws UsageError (CHECKPOINT.UID_TWICE) at start
   */
  uid(name: string): this {
    if (typeof name !== 'string' || name.trim() === '')
      throw new UsageError('CHECKPOINT.BAD_UID', { uid: String(name) });
    this.#program.set(this.node, 'uid()', { uid: name });
    return this;
  }

  /**
   * The RDDs of all batches from one time to another, both included and moved down to the slide of this stream.
   *
   * @throws UsageError (CONTEXT.NOT_STARTED) at the call
   * @throws UsageError (SLICE.NOT_REMEMBERED) as the promise's, where a source does not remember the batch
   */
  slice(from: Time, to: Time): Promise<RDD<T>[]> {
    return this.#program.slice(this.node, from, to) as unknown as Promise<RDD<T>[]>;
  }

  /**
   * How each stage of this stream runs, and why: over bytes, because the engine understands its functions (`splitOn`,
   * `contains`, `pairWith`, `sum`, and closures that are written just so), or by a loop that calls them. A batch is
   * planned for it that nobody runs.
   *
   * Spark: none; RDDs have `toDebugString`, as there.
   */
  explain(): string {
    return this.#program.explain(this.node);
  }

  /** Puts an operator behind this stream, ours or your own. @param others its other parents, where it has several */
  via<U extends Row>(op: Op<U>, ...others: DStream<Row>[]): DStream<U> {
    for (const other of others) {
      if (other.#program !== this.#program) throw new UsageError('GRAPH.OTHER_CONTEXT', { operator: op.name });
    }
    return new DStream<U>(this.#program, this.#program.stage(op, [this.node, ...others.map((other) => other.node)]));
  }

  /** Puts an output operation behind this stream, ours or your own. @throws UsageError (OUTPUT.BAD_POLICY) */
  to(output: Output<T>, options: OutputOptions<T> = {}): void {
    this.#program.sink(output as Output<never>, this.node, options as OutputOptions<never>);
  }
}

/**
 * What mapWithState gives: a stream of the rows that its function returned, and its state.
 *
 * Spark: as MapWithStateDStream.
 */
export class MapWithStateDStream<K extends Row, S extends Row, U extends Row> extends DStream<U> {
  /** Shows the whole state, as it is behind every batch. {@link stateSnapshots} */
  stateSnapshots(): DStream<[K, S]> {
    return this.via(stateSnapshots<K, S>());
  }
}

/** The program that streams belong to, while it is written. */
export interface Program {
  /** @throws UsageError when the operator cannot be put there, or the context is started or stopped */
  stage(op: Op<Row>, parents: readonly StreamNode[]): StreamNode;
  sink(output: Output<never>, parent: StreamNode, options: OutputOptions<never>): void;
  /** @param call whose settings these are, for the error when it is too late */
  set(node: StreamNode, call: string, settings: StreamSettings): void;
  slice(node: StreamNode, from: Time, to: Time): Promise<RDD<Row>[]>;
  explain(node: StreamNode): string;
}
