import { messageOf, UsageError } from '../core/errors.ts';
import { encodeKey } from '../core/keys.ts';
import { compareValues } from '../core/order.ts';
import { seededRandom } from '../core/random.ts';
import type { Pair, Row } from '../core/row.ts';
import type { Widened } from '../core/widened.ts';
import { Cache } from './cache.ts';
import { checkCount, checkRows } from './check-count.ts';
import { contiguousGroups, crossed, indexed, joined, sorted, zipped } from './computations.ts';
import type { Engine } from './engine.ts';
import type { Task } from './executor.ts';
import { explainPlan } from './explain.ts';
import { jobErrorOf } from './failure.ts';
import type { JobScope } from './job-scope.ts';
import { labelHere, planAs } from './label.ts';
import { type Sink, StepFailure, StepMistake, sinkOf } from './loop.ts';
import { computedPlan, unionPlan } from './make-plan.ts';
import { lastValues, sums } from './maps.ts';
import { HashPartitioner, type Partitioner, placeOfKey } from './partitioner.ts';
import { type Combine, type Computation, describePlan, emptyMemo, type Plan } from './plan.ts';
import { RangePartitioner } from './range-partitioner.ts';
import * as rows from './row-functions.ts';
import { type Ending, runJob } from './run-job.ts';
import { checkOutsideTasks, runTasks } from './run-tasks.ts';
import { saveObjects, saveText } from './save.ts';
import { Smallest } from './smallest.ts';
import { StatCounter } from './stat-counter.ts';
import type { Label, NarrowKind, Step } from './step.ts';
import { StorageLevel } from './storage-level.ts';
import { sum } from './sum.ts';

/** Rows of a keyed RDD. */
type AnyPair = Pair<Row, Row>;

/** How two rows are ordered: below 0 when a comes first. */
export type Order<T> = (a: T, b: T) => number;

/**
 * A lazy, immutable, partitioned list of rows: the data of one batch, or of a batch program.
 *
 * Transformations only plan; actions run and return promises. An action that is not awaited still belongs to the job in
 * which it was begun. Rows keep partition order, then order of arrival; behind a shuffle the order of keys is not
 * defined. Keys are equal by value.
 *
 * Spark: as RDD.
 */
export class RDD<T extends Row> {
  /** @internal */
  readonly plan: Plan;
  readonly #engine: Engine;
  readonly #job: JobScope | undefined;

  /** @internal RDDs come from a SparkContext, a stream, or another RDD. */
  constructor(plan: Plan, engine: Engine, job?: JobScope) {
    this.plan = plan;
    this.#engine = engine;
    this.#job = job;
  }

  /** How many partitions it has. */
  getNumPartitions(): number {
    return this.plan.partitionCount;
  }

  /** What placed its keys, where something did. */
  get partitioner(): Partitioner | undefined {
    return this.plan.partitioner;
  }

  /** The same rows, whose actions belong to a job. @internal */
  boundTo(job: JobScope): RDD<T> {
    return new RDD(this.plan, this.#engine, job);
  }

  /** The same rows, whose keys may be anywhere. @internal */
  withoutPartitioner(): RDD<T> {
    return this.#derive({ ...this.plan, partitioner: undefined });
  }

  /** Gives every row to f, which returns its replacement. */
  map<U extends Row>(f: (row: T) => U): RDD<U> {
    return this.narrow('map', f);
  }

  /** Keeps the rows of which f says true. */
  filter(f: (row: T) => boolean): RDD<T> {
    return this.narrow('filter', f, true);
  }

  /** Gives every row to f, which returns any number of rows. */
  flatMap<U extends Row>(f: (row: T) => Iterable<U>): RDD<U> {
    return this.narrow('flatMap', f);
  }

  /** Gives the rows of each partition to f as an iterator; f returns new rows, sync or async. */
  mapPartitions<U extends Row>(
    f: (rows: IterableIterator<T>) => Iterable<U> | AsyncIterable<U>,
    preservesPartitioning = false,
  ): RDD<U> {
    return this.narrow('mapPartitions', (partition: IterableIterator<T>) => f(partition), preservesPartitioning);
  }

  /** The same, with the index of the partition before the rows. */
  mapPartitionsWithIndex<U extends Row>(
    f: (index: number, rows: IterableIterator<T>) => Iterable<U> | AsyncIterable<U>,
    preservesPartitioning = false,
  ): RDD<U> {
    return this.#as('mapPartitionsWithIndex', () => {
      const swapped = (partition: IterableIterator<T>, index: number): ReturnType<typeof f> => f(index, partition);
      return this.narrow('mapPartitions', swapped, preservesPartitioning);
    });
  }

  /** One array of rows for each partition. */
  glom(): RDD<T[]> {
    return this.#as('glom', () => this.narrow('mapPartitions', rows.toArray));
  }

  /** The rows of this one, then those of the others; partitions add up. */
  union(...others: RDD<T>[]): RDD<T> {
    return this.#derive(unionPlan([this.plan, ...others.map((other) => other.plan)]));
  }

  /** Fewer partitions, made of neighbouring ones; more only with a shuffle. */
  coalesce(partitions: number, shuffle = false): RDD<T> {
    if (shuffle) return this.#as('coalesce', () => this.repartition(partitions));
    const count = Math.min(countHere('coalesce', partitions), this.plan.partitionCount);
    return this.#compute(joined(contiguousGroups(this.plan.partitionCount, count)), 'coalesce', count);
  }

  /** So many partitions, rows dealt to them in turn. */
  repartition(partitions: number): RDD<T> {
    return this.#as('repartition', () => {
      return this.#shuffled(undefined, 'in turn', countHere('repartition', partitions), labelHere('repartition'));
    });
  }

  /** Each row once; rows are equal by value, the first one seen stays. */
  distinct(partitions?: number): RDD<T> {
    return this.#as('distinct', () => {
      const merged = this.map(rows.withNull as (row: T) => [T, null]).reduceByKey(rows.first, partitions);
      return merged.narrow('map', rows.keyOfPair);
    });
  }

  /** The rows that are in both, each once. */
  intersection(other: RDD<T>, partitions?: number): RDD<T> {
    return this.#as('intersection', () => {
      const keyed = (rdd: RDD<T>): RDD<[T, null]> => rdd.map(rows.withNull as (row: T) => [T, null]);
      const both = keyed(this).cogroup(keyed(other), partitions);
      return both.filter(([, [left, right]]) => left.length > 0 && right.length > 0).narrow('map', rows.keyOfPair);
    });
  }

  /** The rows of this one that are not in the other, as often as they are here. */
  subtract(other: RDD<T>, partitions?: number): RDD<T> {
    return this.#as('subtract', () => {
      const keyed = (rdd: RDD<T>): RDD<[T, T]> => rdd.map((row) => [row, row]);
      const both = keyed(this).cogroup(keyed(other), partitions);
      return both.flatMap(([, [left, right]]) => (right.length > 0 ? [] : left)) as unknown as RDD<T>;
    });
  }

  /** Every row of this one with every row of the other. */
  cartesian<U extends Row>(other: RDD<U>): RDD<[T, U]> {
    const rights = other.plan.partitionCount;
    return this.#compute(crossed(rights), 'cartesian', this.plan.partitionCount * rights, other.plan);
  }

  /** The nth row of this one with the nth of the other. @throws UsageError (RDD.ZIP_UNEQUAL) now or in the job */
  zip<U extends Row>(other: RDD<U>): RDD<[T, U]> {
    const [left, right] = [this.plan.partitionCount, other.plan.partitionCount];
    if (left !== right) throw new UsageError('RDD.ZIP_UNEQUAL', { partition: undefined, left, right });
    return this.#compute(zipped, 'zip', left, other.plan);
  }

  /** Every row with its number, counted over the partitions in order; rows are made twice, first to be counted. */
  zipWithIndex(): RDD<[T, number]> {
    return this.#compute(indexed, 'zipWithIndex', this.plan.partitionCount);
  }

  /**
   * Rows by chance: each with probability `fraction`, or, with replacement, each `fraction` times on average.
   *
   * @throws UsageError (RDD.BAD_FRACTION)
   */
  sample(
    withReplacement: boolean,
    fraction: number,
    seed: number = this.#engine.runtime.random.below(2 ** 31),
  ): RDD<T> {
    if (!(fraction >= 0 && (fraction <= 1 || (withReplacement && Number.isFinite(fraction))))) {
      throw new UsageError('RDD.BAD_FRACTION', { fraction: String(fraction), withReplacement });
    }
    return this.#as('sample', () => this.narrow('mapPartitions', rows.drawing(withReplacement, fraction, seed), true));
  }

  /** Every row with the key that f says: [key, row]. */
  keyBy<K extends Row>(f: (row: T) => K): RDD<[K, T]> {
    return this.#as('keyBy', () => this.narrow('map', rows.keyedBy(f)));
  }

  /** The rows of each key that f says, in one list. */
  groupBy<K extends Row>(f: (row: T) => K, partitions?: number | Partitioner): RDD<[K, T[]]> {
    return this.#as('groupBy', () => this.keyBy(f).groupByKey(partitions));
  }

  /**
   * All rows in the order of the key that f says; its natural order unless `order` is given. For more than one
   * partition the rows are made twice, first to see how keys are spread: cache them before it where that is dear.
   */
  sortBy<K extends Row>(f: (row: T) => K, ascending = true, partitions?: number, order?: Order<K>): RDD<T> {
    return this.#as('sortBy', () =>
      this.keyBy(f).sortByKey(ascending, partitions, order).narrow('map', rows.valueOfPair),
    );
  }

  /** Keeps what is computed of it, for further jobs. */
  persist(level: StorageLevel = StorageLevel.MEMORY_ONLY): this {
    const known = this.plan.cache;
    if (known !== undefined && known.level.name !== level.name) {
      throw new UsageError('RDD.LEVEL_CHANGED', { from: known.level.name, to: level.name });
    }
    if (level.name === 'NONE') return this;
    if (level.replication > 1) this.#engine.warnOnce(noSecondCopy);
    this.plan.cache ??= new Cache(level, this.#engine.runtime.storage, this.#engine.nextCacheFolder());
    return this;
  }

  /** As persist in memory. */
  cache(): this {
    return this.persist();
  }

  /** Lets go of what is kept of it. */
  async unpersist(): Promise<this> {
    const { cache } = this.plan;
    this.plan.cache = undefined;
    await cache?.clear();
    return this;
  }

  /** @internal The same where nobody waits for it: files that cannot be removed go with the SparkContext. */
  letGo(): void {
    this.unpersist().catch((error: unknown) => {
      this.#engine.logger.warn(`What was kept of an RDD could not be removed: ${messageOf(error)}`, error);
    });
  }

  /** Where its rows are kept; NONE unless it was persisted. */
  getStorageLevel(): StorageLevel {
    return this.plan.cache?.level ?? StorageLevel.NONE;
  }

  /** Gives every value to f; keys, and what placed them, stay. */
  mapValues<P extends AnyPair, U extends Row>(this: RDD<P>, f: (value: P[1]) => U): RDD<[P[0], U]> {
    return this.#as('mapValues', () => this.narrow('map', rows.onValue(f), true));
  }

  /** Gives every value to f, which returns any number of values for the key. */
  flatMapValues<P extends AnyPair, U extends Row>(this: RDD<P>, f: (value: P[1]) => Iterable<U>): RDD<[P[0], U]> {
    return this.#as('flatMapValues', () => this.narrow('flatMap', rows.onValueMany(f), true));
  }

  /** The first of each pair. */
  keys<P extends AnyPair>(this: RDD<P>): RDD<P[0]> {
    return this.#as('keys', () => this.narrow('map', rows.keyOfPair));
  }

  /** The second of each pair. */
  values<P extends AnyPair>(this: RDD<P>): RDD<P[1]> {
    return this.#as('values', () => this.narrow('map', rows.valueOfPair));
  }

  /** One pair for each key: its values, two at a time through f. */
  reduceByKey<P extends AnyPair>(
    this: RDD<P>,
    f: (a: P[1], b: P[1]) => P[1],
    partitions?: number | Partitioner,
  ): RDD<[P[0], P[1]]> {
    const merge = f as (a: unknown, b: unknown) => unknown;
    return this.shuffle({ mergeValue: merge, mergeCombined: merge }, 'reduceByKey', partitions);
  }

  /**
   * One pair for each key: its values folded by f, from a copy of `zero` in every partition.
   *
   * @throws UsageError (RDD.ZERO_NOT_PLAIN)
   */
  foldByKey<P extends AnyPair>(
    this: RDD<P>,
    zero: P[1],
    f: (a: P[1], b: P[1]) => P[1],
    partitions?: number | Partitioner,
  ): RDD<[P[0], P[1]]> {
    const copy = rows.copying(zero);
    const combine = { create: (value: P[1]) => f(copy(), value), mergeValue: f, mergeCombined: f };
    return this.shuffle(combine as unknown as Combine, 'foldByKey', partitions);
  }

  /**
   * One pair for each key: its values taken into a copy of `zero` by `seqOp`, partitions put together by `combOp`.
   *
   * @throws UsageError (RDD.ZERO_NOT_PLAIN)
   */
  aggregateByKey<P extends AnyPair, U extends Row>(
    this: RDD<P>,
    zero: U,
    seqOp: (merged: Widened<U>, value: P[1]) => Widened<U>,
    combOp: (a: Widened<U>, b: Widened<U>) => Widened<U>,
    partitions?: number | Partitioner,
  ): RDD<[P[0], Widened<U>]> {
    const copy = rows.copying(zero) as () => Widened<U>;
    const combine = { create: (value: P[1]) => seqOp(copy(), value), mergeValue: seqOp, mergeCombined: combOp };
    return this.shuffle(combine as unknown as Combine, 'aggregateByKey', partitions);
  }

  /** One pair for each key: `create` of its first value in a partition, others merged in, partitions put together. */
  combineByKey<P extends AnyPair, C extends Row>(
    this: RDD<P>,
    create: (value: P[1]) => C,
    mergeValue: (merged: C, value: P[1]) => C,
    mergeCombiners: (a: C, b: C) => C,
    partitions?: number | Partitioner,
  ): RDD<[P[0], C]> {
    const combine = { create, mergeValue, mergeCombined: mergeCombiners } as unknown as Combine;
    return this.shuffle(combine, 'combineByKey', partitions);
  }

  /** The values of each key in one list, in the order in which they came. */
  groupByKey<P extends AnyPair>(this: RDD<P>, partitions?: number | Partitioner): RDD<[P[0], P[1][]]> {
    return this.shuffle(rows.grouping, 'groupByKey', partitions);
  }

  /** For each key of either side, the values of both, each in a list. */
  cogroup<P extends AnyPair, W extends Row>(
    this: RDD<P>,
    other: RDD<Pair<P[0], W>>,
    partitions?: number | Partitioner,
  ): RDD<[P[0], [P[1][], W[]]]> {
    return this.#as('cogroup', () => {
      const sides = [this as RDD<AnyPair>, other as RDD<AnyPair>].map((side, i) =>
        side.narrow('map', rows.tagged[i] as Step['f']),
      );
      const [left, right] = sides as [RDD<AnyPair>, RDD<AnyPair>];
      const count =
        partitions ??
        this.#engine.shufflePartitions ??
        Math.max(this.plan.partitionCount, other.plan.partitionCount, 1);
      return left.union(right).shuffle(rows.cogroupingTwo, 'cogroup', count);
    });
  }

  /** Every value of this one with every value of the other that has the same key. */
  join<P extends AnyPair, W extends Row>(
    this: RDD<P>,
    other: RDD<Pair<P[0], W>>,
    partitions?: number | Partitioner,
  ): RDD<[P[0], [P[1], W]]> {
    return this.#as('join', () => this.cogroup(other, partitions).narrow('flatMap', rows.innerJoin, true));
  }

  /** As join, with null for the right of a key that only the left has. */
  leftOuterJoin<P extends AnyPair, W extends Row>(
    this: RDD<P>,
    other: RDD<Pair<P[0], W>>,
    partitions?: number | Partitioner,
  ): RDD<[P[0], [P[1], W | null]]> {
    return this.#as('leftOuterJoin', () => this.cogroup(other, partitions).narrow('flatMap', rows.leftOuterJoin, true));
  }

  /** As join, with null for the left of a key that only the right has. */
  rightOuterJoin<P extends AnyPair, W extends Row>(
    this: RDD<P>,
    other: RDD<Pair<P[0], W>>,
    partitions?: number | Partitioner,
  ): RDD<[P[0], [P[1] | null, W]]> {
    return this.#as('rightOuterJoin', () =>
      this.cogroup(other, partitions).narrow('flatMap', rows.rightOuterJoin, true),
    );
  }

  /** As join, with null for the side that a key is missing from. */
  fullOuterJoin<P extends AnyPair, W extends Row>(
    this: RDD<P>,
    other: RDD<Pair<P[0], W>>,
    partitions?: number | Partitioner,
  ): RDD<[P[0], [P[1] | null, W | null]]> {
    return this.#as('fullOuterJoin', () => this.cogroup(other, partitions).narrow('flatMap', rows.fullOuterJoin, true));
  }

  /** The pairs whose key the other does not have. */
  subtractByKey<P extends AnyPair>(
    this: RDD<P>,
    other: RDD<AnyPair>,
    partitions?: number | Partitioner,
  ): RDD<[P[0], P[1]]> {
    return this.#as('subtractByKey', () => {
      const grouped = (this as RDD<AnyPair>).cogroup(other, partitions);
      return grouped.flatMapValues(([left, right]) => (right.length > 0 ? [] : left)) as unknown as RDD<[P[0], P[1]]>;
    });
  }

  /** The pairs, each in the partition of its key; their order in a partition is that of arrival. */
  partitionBy<P extends AnyPair>(this: RDD<P>, partitioner: Partitioner): RDD<P> {
    if (this.plan.partitioner?.equals(partitioner) === true) return this;
    return this.#shuffled(undefined, partitioner, partitioner.numPartitions, labelHere('partitionBy'));
  }

  /** The pairs in the order of their keys; the natural order unless `order` is given. Rows are made as in sortBy. */
  sortByKey<P extends AnyPair>(this: RDD<P>, ascending = true, partitions?: number, order?: Order<P[0]>): RDD<P> {
    return this.#as('sortByKey', () => {
      const natural = (order ?? compareValues) as (a: unknown, b: unknown) => number;
      const compare = ascending ? natural : (a: unknown, b: unknown): number => natural(b, a);
      const count = partitions === undefined ? this.#shufflePartitions() : countHere('sortByKey', partitions);
      const ranged = this.#shuffled<P>(undefined, new RangePartitioner(count, compare), count, labelHere('sortByKey'));
      const byKey = sorted((a, b) => compare((a as AnyPair)[0], (b as AnyPair)[0]));
      return ranged.#compute(byKey, 'sortByKey', count);
    });
  }

  /** All rows, in order. */
  collect(): Promise<T[]> {
    return this.#action(async (self) => concat(await self.#run(pushing)));
  }

  /** The rows of each partition. @internal */
  collectPartitions(): Promise<T[][]> {
    return this.#action(async (self) => (await self.#run(pushing)).map((sink) => sink.rows as T[]));
  }

  /** The first n rows; reads no more partitions, and no more rows of a partition, than it needs. */
  take(n: number): Promise<T[]> {
    return this.#action((self) => self.#take(checkRows('take', n)));
  }

  /** The first row. @throws UsageError (RDD.EMPTY) when there is none */
  first(): Promise<T> {
    return this.#action(async (self) => {
      const taken = await self.#take(1);
      if (taken.length === 0) throw new UsageError('RDD.EMPTY', { action: 'first' });
      return taken[0] as T;
    });
  }

  /** The n largest rows, the largest first; by the natural order unless `order` is given. */
  top(n: number, order: Order<T> = compareValues): Promise<T[]> {
    return this.#as('top', () => this.#smallest('top', n, (a, b) => order(b, a)));
  }

  /** The n smallest rows, the smallest first; by the natural order unless `order` is given. */
  takeOrdered(n: number, order: Order<T> = compareValues): Promise<T[]> {
    return this.#smallest('takeOrdered', n, order);
  }

  /** So many rows drawn by chance, fewer when there are fewer; the same seed draws the same. */
  takeSample(withReplacement: boolean, n: number, seed?: number): Promise<T[]> {
    const random = seededRandom(seed ?? this.#engine.runtime.random.below(2 ** 31));
    return this.#action(async (self) => {
      checkRows('takeSample', n);
      const all = concat(await self.#run(pushing)) as T[];
      if (withReplacement)
        return all.length === 0 ? [] : Array.from({ length: n }, () => all[random.below(all.length)] as T);
      for (let i = 0; i < Math.min(n, all.length); i++) {
        const j = i + random.below(all.length - i);
        [all[i], all[j]] = [all[j] as T, all[i] as T];
      }
      return all.slice(0, n);
    });
  }

  /** Whether it has no row. */
  isEmpty(): Promise<boolean> {
    return this.#action(async (self) => (await self.#take(1)).length === 0);
  }

  /** How many rows it has. */
  count(): Promise<number> {
    return this.#action(async (self) => {
      const sinks = await self.#run({ terminal: 'count', sink: sinkOf });
      return sinks.reduce((sum, sink) => sum + sink.count, 0);
    });
  }

  /** All rows, two at a time through f. @throws UsageError (RDD.EMPTY) when there is none */
  reduce(f: (a: T, b: T) => T): Promise<T> {
    const label = labelHere('reduce');
    const merge = f as (a: unknown, b: unknown) => unknown;
    return this.#action(async (self) => {
      const sinks = await self.#run({ terminal: 'fold', sink: () => sinkOf({ merge }), label });
      const values = sinks.filter((sink) => sink.isStarted).map((sink) => self.#told(label, () => sink.value));
      if (values.length === 0) throw new UsageError('RDD.EMPTY', { action: label.name });
      return values.reduce((a, b) => self.#told(label, () => merge(a, b), b)) as T;
    });
  }

  /** As reduce; partitions are put together in order here, not in a tree, since they are all in one process. */
  treeReduce(f: (a: T, b: T) => T): Promise<T> {
    return this.#as('treeReduce', () => this.reduce(f));
  }

  /** All rows folded by f, from a copy of `zero` in every partition and once more over the partitions. */
  fold(zero: T, f: (a: T, b: T) => T): Promise<T> {
    return this.#aggregate(labelHere('fold'), zero, f, f);
  }

  /** All rows taken into copies of `zero` by `seqOp`, one a partition, these put together by `combOp` from `zero`. */
  aggregate<U extends Row>(
    zero: U,
    seqOp: (merged: Widened<U>, row: T) => Widened<U>,
    combOp: (a: Widened<U>, b: Widened<U>) => Widened<U>,
  ): Promise<Widened<U>> {
    return this.#aggregate(labelHere('aggregate'), zero as Widened<U>, seqOp, combOp);
  }

  /** How often each row occurs, equal by value; a map from the first of the equal rows. */
  countByValue(): Promise<Map<T, number>> {
    const counted = this.#as('countByValue', () => this.narrow('map', rows.withOne));
    return counted.#action(async (self) => {
      const sinks = await self.#run({ terminal: 'reduce', sink: () => sinkOf({ merge: sum as Sink['merge'] }) });
      return (await self.#alone(counted.plan.label, sums(sinks.map(({ cells }) => cells)))) as Map<T, number>;
    });
  }

  /** How many pairs each key has. */
  countByKey<P extends AnyPair>(this: RDD<P>): Promise<Map<P[0], number>> {
    return this.#as('countByKey', () => this.keys().countByValue());
  }

  /** The values of one key. */
  lookup<P extends AnyPair>(this: RDD<P>, key: P[0]): Promise<P[1][]> {
    const label = labelHere('lookup');
    return this.#action(async (self) => {
      const wanted = new Set([encodeKey(key)]);
      const found = planAs(label, () =>
        self.narrow('filter', (row) => wanted.has(encodeKey(rows.keyOfPair(row)))).narrow('map', rows.valueOfPair),
      );
      const { partitioner } = self.plan;
      const partitions = partitioner === undefined ? undefined : [placeOfKey(key, partitioner)];
      return concat(await found.#run(pushing, partitions));
    });
  }

  /** The pairs as a map; of a key that comes more than once, the last value, at the first key object. */
  collectAsMap<P extends AnyPair>(this: RDD<P>): Promise<Map<P[0], P[1]>> {
    const label = labelHere('collectAsMap');
    return this.#action(async (self) => {
      const pairs = concat(await self.#run(pushing));
      return (await self.#alone(label, lastValues(pairs))) as Map<P[0], P[1]>;
    });
  }

  /** The rows one after the other, a partition at a time in memory. */
  async *toLocalIterator(): AsyncIterableIterator<T> {
    const bound = this.boundTo(this.#scope());
    for (let index = 0; index < this.plan.partitionCount; index++) {
      yield* await bound.#action(async (self) => concat(await self.#run(pushing, [index])) as T[]);
    }
  }

  /** Gives every row to f, for its effect. */
  foreach(f: (row: T) => void): Promise<void> {
    const each = this.narrow('map', (row) => withoutPromise(f(row as T)), false, labelHere('foreach'));
    return each.#action(async (self) => {
      await self.#run({ terminal: 'count', sink: sinkOf });
    });
  }

  /** Gives the rows of every partition to f, for its effect; f may be asynchronous. */
  foreachPartition(f: (rows: IterableIterator<T>) => void | Promise<void>): Promise<void> {
    const each = this.narrow('mapPartitions', rows.forEffect(f), false, labelHere('foreachPartition'));
    return each.#action(async (self) => {
      await self.#run({ terminal: 'count', sink: sinkOf });
    });
  }

  /** Count, mean, variance, smallest and largest. */
  stats(this: RDD<number>): Promise<StatCounter> {
    const label = labelHere('stats');
    return this.#action(async (self) => {
      const sink = (): Sink => sinkOf({ merge: countInto as Sink['merge'], isStarted: true, value: new StatCounter() });
      const sinks = await self.#run({ terminal: 'fold', sink, label });
      return sinks.reduce((all, { value }) => all.merge(value as StatCounter), new StatCounter());
    });
  }

  /** The sum of the rows; 0 of none. */
  sum(this: RDD<number>): Promise<number> {
    return this.#aggregate(labelHere('sum'), 0, sum, sum);
  }

  /** NaN for no row. */
  mean(this: RDD<number>): Promise<number> {
    return this.stats().then(({ count, mean }) => (count === 0 ? Number.NaN : mean));
  }

  /** Of the numbers themselves (divided by their count); NaN for no row. */
  variance(this: RDD<number>): Promise<number> {
    return this.stats().then(({ variance }) => variance);
  }

  /** The root of the variance. */
  stdev(this: RDD<number>): Promise<number> {
    return this.stats().then(({ stdev }) => stdev);
  }

  /** The largest row. @throws UsageError (RDD.EMPTY) when there is none */
  max(order: Order<T> = compareValues): Promise<T> {
    return this.#as('max', () => this.reduce((a, b) => (order(a, b) < 0 ? b : a)));
  }

  /** The smallest row. @throws UsageError (RDD.EMPTY) when there is none */
  min(order: Order<T> = compareValues): Promise<T> {
    return this.#as('min', () => this.reduce((a, b) => (order(b, a) < 0 ? b : a)));
  }

  /**
   * How many numbers fall between each two edges: [from, to), the last with its upper edge. Given a count, so many
   * buckets of equal width over all numbers; one bucket where all numbers are equal.
   *
   * @throws UsageError (RDD.BAD_EDGES, RDD.EMPTY) in the job
   */
  histogram(this: RDD<number>, buckets: number | readonly number[]): Promise<{ edges: number[]; counts: number[] }> {
    const label = labelHere('histogram');
    return this.#action(async (self) => {
      const edges = typeof buckets === 'number' ? await self.#evenEdges(buckets, label) : checkEdges([...buckets]);
      const none = Array.from({ length: edges.length - 1 }, () => 0);
      const into = (tally: number[], value: number): number[] => countIn(edges, tally, value);
      const counts = await self.#aggregate(label, none, into, rows.addEach);
      return { edges, counts };
    });
  }

  async #evenEdges(this: RDD<number>, buckets: number, label: Label): Promise<number[]> {
    checkCount('histogram', buckets);
    const { count, min, max } = await planAs(label, () => this.stats());
    if (count === 0) throw new UsageError('RDD.EMPTY', { action: 'histogram' });
    const ends = checkEdges([min, max], true);
    if (min === max) return ends;
    const edge = (i: number): number => (i === buckets ? max : min + ((max - min) * i) / buckets);
    return checkEdges(Array.from({ length: buckets + 1 }, (_, i) => edge(i)));
  }

  /** One folder of text: `part-00000` … with a row a line, then `_SUCCESS`. */
  saveAsTextFile(path: string): Promise<void> {
    return this.#action((self) => saveText(self.plan, path, self.#reading()));
  }

  /** One folder of rows as bytes, which `sc.objectFile(path)` reads back. */
  saveAsObjectFile(path: string): Promise<void> {
    return this.#action((self) => saveObjects(self.plan, path, self.#reading()));
  }

  /** Its lineage, a plan a line, with partition counts. */
  toDebugString(): string {
    return describePlan(this.plan);
  }

  /** How each stage of it runs, and why; as `explain` of a stream says it. */
  explain(): string {
    return explainPlan(this.plan, this.#engine);
  }

  /** One narrow step more. @internal */
  narrow<U extends Row>(
    kind: NarrowKind,
    f: Step['f'],
    keepsPartitioner = false,
    label: Label = labelHere(kind),
  ): RDD<U> {
    return this.#derive({
      kind: 'narrow',
      parent: this.plan,
      step: { kind, f, label },
      partitionCount: this.plan.partitionCount,
      partitioner: keepsPartitioner ? this.plan.partitioner : undefined,
      label,
    });
  }

  /** Pairs of one key made one, in the partition of the key. @internal */
  shuffle<U extends Row>(combine: Combine, name: string, partitions?: number | Partitioner): RDD<U> {
    const partitioner =
      typeof partitions === 'object'
        ? partitions
        : new HashPartitioner(partitions === undefined ? this.#shufflePartitions() : countHere(name, partitions));
    return this.#shuffled(combine, partitioner, partitioner.numPartitions, labelHere(name));
  }

  #shuffled<U extends Row>(
    combine: Combine | undefined,
    placement: Partitioner | 'in turn',
    partitionCount: number,
    label: Label,
  ): RDD<U> {
    checkCount(label.name, partitionCount);
    return this.#derive({
      kind: 'shuffle',
      parent: this.plan,
      placement,
      combine,
      partitionCount,
      partitioner: placement === 'in turn' ? undefined : placement,
      memo: emptyMemo(partitionCount),
      label,
    });
  }

  /** What is made inside bears the name and place of this call. */
  #as<R>(name: string, plan: () => R): R {
    return planAs(labelHere(name), plan);
  }

  #compute<U extends Row>(computation: Computation, name: string, partitionCount: number, ...others: Plan[]): RDD<U> {
    return this.#derive(computedPlan([this.plan, ...others], computation, partitionCount, labelHere(name)));
  }

  #shufflePartitions(): number {
    return this.#engine.shufflePartitions ?? Math.max(1, this.plan.partitionCount);
  }

  #derive<U extends Row>(plan: Plan): RDD<U> {
    return new RDD(plan, this.#engine, this.#job);
  }

  async #take(n: number): Promise<T[]> {
    const taken: T[] = [];
    const reading = this.#reading();
    for (let index = 0; index < this.plan.partitionCount && taken.length < n; index++) {
      const limit = n - taken.length;
      const ending: Ending = { terminal: 'take', sink: () => sinkOf({ limit }) };
      for (const row of concat(await runJob(this.plan, ending, reading, [index]))) taken.push(row);
    }
    return taken;
  }

  #smallest(name: string, n: number, order: Order<T>): Promise<T[]> {
    const label = labelHere(name);
    return this.#action(async (self) => {
      checkRows(name, n);
      const smallest = (): Smallest => new Smallest(n, order as Order<unknown>);
      const sink = (): Sink => sinkOf({ merge: keepIn as Sink['merge'], isStarted: true, value: smallest() });
      const sinks = await self.#run({ terminal: 'fold', sink, label });
      return self.#told(label, () => {
        const all = smallest();
        for (const { value } of sinks) for (const row of (value as Smallest).rows()) all.add(row);
        return all.rows() as T[];
      });
    });
  }

  #aggregate<U>(label: Label, zero: U, seqOp: (merged: U, row: T) => U, combOp: (a: U, b: U) => U): Promise<U> {
    const merge = seqOp as (a: unknown, b: unknown) => unknown;
    return this.#action(async (self) => {
      const copy = rows.copying(zero);
      const sink = (): Sink => sinkOf({ merge, isStarted: true, value: copy() });
      const sinks = await self.#run({ terminal: 'fold', sink, label });
      const values = sinks.map(({ value }) => self.#told(label, () => value)) as U[];
      return values.reduce((a, b) => self.#told(label, () => combOp(a, b), b), copy());
    });
  }

  /** Begins an action: in the job that is current now, whatever is current when it runs. */
  #action<R>(run: (self: RDD<T>) => Promise<R>): Promise<R> {
    const job = this.#scope();
    const self = this.boundTo(job);
    return job.action(async () => {
      this.#engine.checkAlive();
      checkOutsideTasks();
      return run(self);
    });
  }

  #scope(): JobScope {
    return this.#job ?? this.#engine.currentJob();
  }

  #reading(): { readonly engine: Engine; readonly job: JobScope } {
    return { engine: this.#engine, job: this.#scope() };
  }

  #run(ending: Ending, partitions?: readonly number[]): Promise<readonly Sink[]> {
    return runJob(this.plan, ending, this.#reading(), partitions);
  }

  /** Runs what ends an action: work of its own, that is cut as all work is. */
  async #alone<R>(label: Label, task: Task<R>): Promise<R> {
    const job = this.#scope();
    const plan = this.plan;
    const told = function* (): Task<R> {
      try {
        return yield* task;
      } catch (error) {
        throw jobErrorOf(new StepFailure(error, 0, undefined), label, plan, job);
      }
    };
    return (await runTasks([told()], { engine: this.#engine, job }))[0] as R;
  }

  /** What a function of the user gives here, outside of tasks; its failure is told as theirs is. */
  #told<R>(label: Label, f: () => R, row?: unknown): R {
    try {
      const made = f();
      if (made instanceof Promise) throw new StepMistake('returned-promise', made);
      return made;
    } catch (error) {
      throw jobErrorOf(new StepFailure(error, 0, row), label, this.plan, this.#scope());
    }
  }
}

/** A count of partitions that the program gave to the operator of this name, or to the one that uses it. */
function countHere(name: string, count: number): number {
  return checkCount(labelHere(name).name, count);
}

const pushing: Ending = { terminal: 'push', sink: sinkOf };

const countInto = (counter: StatCounter, value: number): StatCounter => counter.add(value);
const keepIn = (smallest: Smallest, row: unknown): Smallest => smallest.add(row);

function withoutPromise(returned: unknown): unknown {
  if (returned instanceof Promise) throw new StepMistake('returned-promise', returned);
  return undefined;
}

/** @throws UsageError (RDD.BAD_EDGES) unless they rise */
function checkEdges(edges: number[], mayBeEqual = false): number[] {
  const rises = edges.every(
    (edge, i) => i === 0 || (edges[i - 1] as number) < edge || (mayBeEqual && edges[0] === edge),
  );
  if (edges.length >= 2 && rises && edges.every(Number.isFinite)) return edges;
  throw new UsageError('RDD.BAD_EDGES', { edges });
}

function countIn(edges: readonly number[], tally: number[], value: number): number[] {
  const last = edges.length - 1;
  for (let i = 0; i < last; i++) {
    const isIn =
      value >= (edges[i] as number) && (value < (edges[i + 1] as number) || (i === last - 1 && value === edges[last]));
    if (isIn) tally[i] = (tally[i] ?? 0) + 1;
    if (isIn) break;
  }
  return tally;
}

function concat(sinks: readonly Sink[]): never[] {
  const [only] = sinks;
  if (sinks.length === 1 && only !== undefined) return only.rows as never[];
  const all: unknown[] = [];
  for (const sink of sinks) for (const row of sink.rows) all.push(row);
  return all as never[];
}

const noSecondCopy =
  'A storage level ending in _2 asks for a copy on a second executor; there is one process, so one copy is kept.';
