import { UsageError } from '../core/errors.ts';
import type { Pair, Row } from '../core/row.ts';
import type { Engine } from './engine.ts';
import { jobErrorOf } from './failure.ts';
import type { JobScope } from './job-scope.ts';
import { labelHere } from './label.ts';
import { type Sink, StepFailure, StepMistake, sinkOf } from './loop.ts';
import { unionPlan } from './make-plan.ts';
import { HashPartitioner, type Partitioner } from './partitioner.ts';
import { type Combine, emptyMemo, type Plan } from './plan.ts';
import type { Reading } from './read.ts';
import { type Ending, runJob } from './run-job.ts';
import type { Label, NarrowKind, Step } from './step.ts';

/**
 * A lazy, immutable, partitioned list of rows: the data of one batch, or of a batch program.
 *
 * Transformations only plan; actions run and return promises. An action that is not awaited still belongs to the job in
 * which it was begun. Rows keep partition order, then order of arrival; behind a shuffle the order of keys is not
 * defined.
 *
 * Spark: as RDD.
 */
export class RDD<T extends Row> {
  /** @internal */
  readonly plan: Plan;
  readonly #engine: Engine;
  readonly #job: JobScope;

  /** @internal RDDs come from a SparkContext, a stream, or another RDD. */
  constructor(plan: Plan, engine: Engine, job: JobScope = engine.rootJob) {
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

  /**
   * Gives the rows of each partition to f as an iterator, with the partition's index; f returns new rows, sync or
   * async.
   */
  mapPartitions<U extends Row>(
    f: (rows: IterableIterator<T>, index: number) => Iterable<U> | AsyncIterable<U>,
    preservesPartitioning = false,
  ): RDD<U> {
    return this.narrow('mapPartitions', f, preservesPartitioning);
  }

  /** Gives every value to f; keys, and what placed them, stay. */
  mapValues<P extends Pair<Row, Row>, U extends Row>(this: RDD<P>, f: (value: P[1]) => U): RDD<[P[0], U]> {
    return this.narrow('map', onValue(f), true, labelHere('mapValues'));
  }

  /** One pair for each key: its values, two at a time through f. Keys are equal by value. */
  reduceByKey<P extends Pair<Row, Row>>(
    this: RDD<P>,
    f: (a: P[1], b: P[1]) => P[1],
    partitions?: number | Partitioner,
  ): RDD<[P[0], P[1]]> {
    const merge = f as (a: unknown, b: unknown) => unknown;
    return this.shuffle({ mergeValue: merge, mergeCombined: merge }, 'reduceByKey', partitions);
  }

  /** The rows of this one, then those of the others; partitions add up. */
  union(...others: RDD<T>[]): RDD<T> {
    return this.#derive(unionPlan([this.plan, ...others.map((other) => other.plan)]));
  }

  /** All rows, in order. */
  collect(): Promise<T[]> {
    return this.#action(async () => concat(await this.#run({ terminal: 'push', sink: sinkOf })));
  }

  /** The rows of each partition. */
  collectPartitions(): Promise<T[][]> {
    return this.#action(async () =>
      (await this.#run({ terminal: 'push', sink: sinkOf })).map((sink) => sink.rows as T[]),
    );
  }

  /** The first n rows; reads no more partitions, and no more rows of a partition, than it needs. */
  take(n: number): Promise<T[]> {
    return this.#action(() => this.#take(n));
  }

  /** The first row. @throws UsageError (RDD.EMPTY) when there is none */
  first(): Promise<T> {
    return this.#action(async () => {
      const rows = await this.#take(1);
      if (rows.length === 0) throw new UsageError('RDD.EMPTY', { action: 'first' });
      return rows[0] as T;
    });
  }

  /** Whether it has no row. */
  isEmpty(): Promise<boolean> {
    return this.#action(async () => (await this.#take(1)).length === 0);
  }

  /** How many rows it has. */
  count(): Promise<number> {
    return this.#action(async () => {
      const sinks = await this.#run({ terminal: 'count', sink: sinkOf });
      return sinks.reduce((sum, sink) => sum + sink.count, 0);
    });
  }

  /** All rows, two at a time through f. @throws UsageError (RDD.EMPTY) when there is none */
  reduce(f: (a: T, b: T) => T): Promise<T> {
    const label = labelHere('reduce');
    const merge = f as (a: unknown, b: unknown) => unknown;
    return this.#action(async () => {
      const sinks = await this.#run({ terminal: 'fold', sink: () => sinkOf({ merge }), label });
      const values = sinks.filter((sink) => sink.isStarted).map((sink) => sink.value);
      if (values.length === 0) throw new UsageError('RDD.EMPTY', { action: 'reduce' });
      return values.reduce((a, b) => this.#merge(merge, a, b, label)) as T;
    });
  }

  /** Gives every row to f, for its effect. */
  foreach(f: (row: T) => void): Promise<void> {
    const each = this.narrow('map', (row) => assertNoPromise(f(row as T)), false, labelHere('foreach'));
    return this.#action(async () => {
      await each.#run({ terminal: 'count', sink: sinkOf });
    });
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

  /** Pairs moved to the partition of their key. @internal */
  shuffle<U extends Row>(combine: Combine, name: string, partitions?: number | Partitioner): RDD<U> {
    const partitioner =
      typeof partitions === 'object' ? partitions : new HashPartitioner(partitions ?? this.#shufflePartitions());
    return this.#derive({
      kind: 'shuffle',
      parent: this.plan,
      combine,
      partitioner,
      partitionCount: partitioner.partitionCount,
      memo: emptyMemo(partitioner.partitionCount),
      label: labelHere(name),
    });
  }

  #shufflePartitions(): number {
    return this.#engine.shufflePartitions ?? Math.max(1, this.plan.partitionCount);
  }

  #derive<U extends Row>(plan: Plan): RDD<U> {
    return new RDD(plan, this.#engine, this.#job);
  }

  async #take(n: number): Promise<T[]> {
    const rows: T[] = [];
    const reading = this.#reading();
    for (let index = 0; index < this.plan.partitionCount && rows.length < n; index++) {
      const limit = n - rows.length;
      const ending: Ending = { terminal: 'take', sink: () => sinkOf({ limit }) };
      for (const row of concat(await runJob(this.plan, ending, reading, [index]))) rows.push(row);
    }
    return rows;
  }

  #action<R>(run: () => Promise<R>): Promise<R> {
    return this.#job.action(run);
  }

  #run(ending: Ending): Promise<readonly Sink[]> {
    return runJob(this.plan, ending, this.#reading());
  }

  #reading(): Reading {
    return { engine: this.#engine, job: this.#job };
  }

  #merge(f: (a: unknown, b: unknown) => unknown, a: unknown, b: unknown, label: Label): unknown {
    try {
      const merged = f(a, b);
      if (merged instanceof Promise) throw new StepMistake('returned-promise', merged);
      return merged;
    } catch (error) {
      throw jobErrorOf(new StepFailure(error, 0, b), label, this.plan, this.#job);
    }
  }
}

/** f on the value of a pair. */
export function onValue(f: (value: never) => unknown): (row: unknown) => [unknown, unknown] {
  return (row) => {
    if (!Array.isArray(row)) throw new StepMistake('not-a-pair', row);
    const value = f(row[1] as never);
    // The loop sees only the pair around it.
    if (value instanceof Promise) throw new StepMistake('returned-promise', value);
    return [row[0], value];
  };
}

function assertNoPromise(returned: unknown): unknown {
  if (returned instanceof Promise) throw new StepMistake('returned-promise', returned);
  return undefined;
}

function concat(sinks: readonly Sink[]): never[] {
  const [first] = sinks;
  if (sinks.length === 1 && first !== undefined) return first.rows as never[];
  const rows: unknown[] = [];
  for (const sink of sinks) for (const row of sink.rows) rows.push(row);
  return rows as never[];
}
