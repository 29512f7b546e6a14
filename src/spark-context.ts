import { CallSite } from './core/call-site.ts';
import { confKeys } from './core/conf-keys.ts';
import { UsageError } from './core/errors.ts';
import { Logger, type LogSink, terminalSink } from './core/logger.ts';
import { parseMaster } from './core/master.ts';
import type { Row } from './core/row.ts';
import type { Runtime } from './core/runtime.ts';
import type { SparkConf } from './core/spark-conf.ts';
import { systemRuntime } from './core/system-runtime.ts';
import { whenAborted } from './core/when-aborted.ts';
import { awaitedOutside } from './graph/batch-scope.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import { type SparkContextCommand, type SparkContextState, sparkContextLifecycle } from './lifecycle/spark-context.ts';
import { type Holder, worldOf } from './lifecycle/world.ts';
import { CollectionAccumulator, NumberAccumulator } from './rdd/accumulators.ts';
import { Broadcast } from './rdd/broadcast.ts';
import { checkCount } from './rdd/check-count.ts';
import type { Engine } from './rdd/engine.ts';
import { Executor } from './rdd/executor.ts';
import { objectFiles, textFiles, wholeFiles } from './rdd/files.ts';
import { Loops } from './rdd/fuse.ts';
import { Jobs } from './rdd/jobs.ts';
import { labelHere, planAs } from './rdd/label.ts';
import { computedPlan, rowsPlan, unionPlan } from './rdd/make-plan.ts';
import type { Computation } from './rdd/plan.ts';
import { RDD } from './rdd/rdd.ts';

/** What a context may be given beside its configuration. */
export interface ContextOptions {
  /** Time, chance and the outside world; the real ones unless given. */
  readonly runtime?: Runtime;
  /** Where the log goes; lines on standard error unless given. */
  readonly logSink?: LogSink;
  /** Stops the context, without waiting for the work that is left, when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * The engine of a program: makes RDDs and runs them. One may be alive at a time; StreamingContexts share it one after
 * another.
 *
 * @throws UsageError (CONF.NO_MASTER, CONF.NO_APP_NAME, CONTEXT.SPARK_CONTEXT_EXISTS)
 *
 * Spark: as SparkContext.
 */
export class SparkContext implements Holder, AsyncDisposable {
  /** @internal */
  readonly madeAt: CallSite;
  /** @internal */
  readonly engine: Engine;
  /** @internal */
  readonly logger: Logger;
  /** @internal The streaming context that is active on it. */
  streaming: { readonly id: string; stopNow(): void } | undefined;
  readonly #conf: SparkConf;
  readonly #life: Lifecycle<SparkContextState, SparkContextCommand>;
  #caches = 0;
  #cachesIn: string | undefined;
  readonly #warned = new Set<string>();
  #stoppedAt: CallSite | undefined;

  constructor(conf: SparkConf, options: ContextOptions = {}) {
    options.signal?.throwIfAborted();
    this.madeAt = CallSite.here();
    this.#conf = conf.clone();
    const runtime = options.runtime ?? systemRuntime();
    const text = conf.read(confKeys.master);
    if (text === undefined) throw new UsageError('CONF.NO_MASTER', {}, { at: [`made in ${this.madeAt}`] });
    if (conf.read(confKeys.appName) === undefined) {
      throw new UsageError('CONF.NO_APP_NAME', {}, { at: [`made in ${this.madeAt}`] });
    }
    const place = worldOf(runtime).sparkContext;
    if (place.holder !== undefined) {
      const at = [`made in ${this.madeAt}`, `the other made in ${place.holder.madeAt}`];
      throw new UsageError('CONTEXT.SPARK_CONTEXT_EXISTS', {}, { at });
    }
    const { terminal, clock } = runtime;
    const sink = options.logSink ?? terminalSink(terminal);
    this.logger = new Logger('SparkContext', { sink, clock, terminal, level: conf.read(confKeys.logLevel) });
    this.engine = this.#makeEngine(runtime, parseMaster(text, runtime.cores).slots);
    this.#life = sparkContextLifecycle({
      slots: {
        claimPlace: () => place.claim(this),
        releasePlace: () => place.release(this),
        stopStreaming: () => this.streaming?.stopNow(),
      },
      onBug: (bug) => this.logger.error('The life cycle of the SparkContext broke', bug),
    });
    for (const { key, nearest } of conf.unknownKeys()) {
      this.logger.warn(`${key} is set, but firesteel honours no such key; the nearest it knows is ${nearest}.`);
    }
    const forget = options.signal && whenAborted(options.signal, () => void this.stopFrom(CallSite.here()));
    void this.#life.whenStopped.then(forget);
  }

  /**
   * The SparkContext that is alive, or a new one.
   *
   * @param conf for a new one; one that is alive keeps its own
   */
  static getOrCreate(conf: SparkConf, options: ContextOptions = {}): SparkContext {
    const alive = worldOf(options.runtime ?? systemRuntime()).sparkContext.holder;
    if (alive === undefined) return new SparkContext(conf, options);
    const context = alive as SparkContext;
    context.logger.warn('Using an existing SparkContext; some configuration may not take effect.');
    return context;
  }

  get appName(): string {
    return this.#conf.get(confKeys.appName.name);
  }

  get master(): string {
    return this.#conf.get(confKeys.master.name);
  }

  /** How many partitions a shuffle or `parallelize` makes unless told otherwise. */
  get defaultParallelism(): number {
    return this.engine.defaultParallelism;
  }

  get isStopped(): boolean {
    return this.#life.state === 'STOPPED';
  }

  /** A copy of its configuration. */
  getConf(): SparkConf {
    return this.#conf.clone();
  }

  /** Sets what is logged: ALL, DEBUG, ERROR, FATAL, INFO, OFF, TRACE or WARN. @throws UsageError (LOG.BAD_LEVEL) */
  setLogLevel(level: string): void {
    this.logger.setLevel(level);
  }

  /** An RDD of these rows, cut into contiguous slices of equal length. @throws UsageError (RDD.BAD_COUNT) */
  parallelize<T extends Row>(rows: readonly T[], partitions: number = this.defaultParallelism): RDD<T> {
    this.checkAlive('parallelize()');
    return new RDD<T>(rowsPlan(rows, partitions, labelHere('parallelize')), this.engine);
  }

  /**
   * Numbers from `start` to before `end`, `step` apart; with one argument, from 0. They are made when they are read.
   *
   * @throws UsageError (RDD.BAD_RANGE, RDD.BAD_COUNT)
   */
  range(start: number, end?: number, step = 1, partitions: number = this.defaultParallelism): RDD<number> {
    this.checkAlive('range()');
    const [from, to] = end === undefined ? [0, start] : [start, end];
    const length = Math.max(0, Math.ceil((to - from) / step));
    if (!Number.isSafeInteger(length)) throw new UsageError('RDD.BAD_RANGE', { from, to, step });
    return planAs(labelHere('range'), () => {
      const counts = Array.from({ length: partitions }, (_, i) => i);
      return this.parallelize(counts, partitions).narrow('mapPartitions', function* (_rows: never, index: number) {
        const edge = (i: number): number => Math.floor((i * length) / partitions);
        for (let i = edge(index); i < edge(index + 1); i++) yield from + i * step;
      });
    });
  }

  /**
   * Lines of text, without their ends (LF or CRLF), as UTF-8; read when a job needs them.
   *
   * @param path a file, a folder, or a name with * and ? in it; several with commas between
   * @param minPartitions into how many parts of about equal size; 2 unless given, 1 with one slot
   * @throws UsageError (FILES.NOT_FOUND) in the job
   */
  textFile(path: string, minPartitions: number = Math.min(this.defaultParallelism, 2)): RDD<string> {
    return this.#computed('textFile', textFiles(this.engine.runtime.storage, path, minPartitions), minPartitions);
  }

  /** Whole files as [path, text]. @throws UsageError (FILES.NOT_FOUND) in the job */
  wholeTextFiles(path: string, minPartitions: number = Math.min(this.defaultParallelism, 2)): RDD<[string, string]> {
    return this.#computed(
      'wholeTextFiles',
      wholeFiles(this.engine.runtime.storage, path, minPartitions),
      minPartitions,
    );
  }

  /** The rows that `saveAsObjectFile(path)` wrote. @throws UsageError (FILES.NOT_FOUND) in the job */
  objectFile<T extends Row>(path: string, minPartitions: number = Math.min(this.defaultParallelism, 2)): RDD<T> {
    return this.#computed('objectFile', objectFiles(this.engine.runtime.storage, path, minPartitions), minPartitions);
  }

  /** The partitions of all, one after the other. */
  union<T extends Row>(rdds: readonly RDD<T>[]): RDD<T> {
    this.checkAlive('union()');
    return new RDD<T>(unionPlan(rdds.map((rdd) => rdd.plan)), this.engine);
  }

  /** A value that all functions may read. */
  broadcast<T>(value: T): Broadcast<T> {
    this.checkAlive('broadcast()');
    return new Broadcast(value);
  }

  /** A sum of whole numbers that functions add to. */
  longAccumulator(name?: string): NumberAccumulator {
    return new NumberAccumulator(name);
  }

  /** A sum of numbers that functions add to. */
  doubleAccumulator(name?: string): NumberAccumulator {
    return new NumberAccumulator(name);
  }

  /** A list that functions add to. */
  collectionAccumulator<T>(name?: string): CollectionAccumulator<T> {
    return new CollectionAccumulator(name);
  }

  /** Actions outside streaming that begin from now on belong to this group, until it is cleared. */
  setJobGroup(group: string, _description = ''): void {
    this.engine.jobs.setGroup(group);
  }

  /** Jobs that are begun from now on belong to no group. */
  clearJobGroup(): void {
    this.engine.jobs.setGroup(undefined);
  }

  /** Aborts the actions of a group that are under way; they reject with JOB.ABORTED. */
  cancelJobGroup(group: string): void {
    this.engine.jobs.cancelGroup(group);
  }

  /** Aborts all actions and jobs of batches that are under way; later ones go on. */
  cancelAllJobs(): void {
    this.engine.jobs.cancelAll();
  }

  /** An RDD of no partition. */
  emptyRDD<T extends Row>(): RDD<T> {
    this.checkAlive('emptyRDD()');
    return new RDD<T>(unionPlan([], labelHere('emptyRDD')), this.engine);
  }

  /**
   * Ends it, and first the StreamingContext that is active on it, if any; what runs is aborted.
   *
   * @throws UsageError (CONTEXT.STOP_INSIDE_BATCH) as the promise's, when an output or a transform awaits it; the stop
   *   has begun all the same
   */
  stop(): Promise<void> {
    const isStreaming = this.streaming !== undefined;
    const stopped = this.stopFrom(CallSite.here());
    return isStreaming ? awaitedOutside(stopped) : stopped;
  }

  /** @internal Ends it by a stop of that place. */
  async stopFrom(at: CallSite): Promise<void> {
    if (this.isStopped) return;
    this.#stoppedAt ??= at;
    if (this.#life.may({ type: 'context.stop' })) this.#life.send({ type: 'context.stop' });
    await this.#life.whenStopped;
    this.engine.jobs.cancelAll();
    if (this.#cachesIn !== undefined) await this.engine.runtime.storage.remove(this.#cachesIn);
  }

  /** As `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** @internal A streaming context is active on it from now on. */
  attach(streaming: { readonly id: string; stopNow(): void }): void {
    this.#life.send({ type: 'streaming.attach', id: streaming.id });
    this.streaming = streaming;
  }

  /** @internal */
  detach({ id }: { readonly id: string }): void {
    this.streaming = undefined;
    this.#life.send({ type: 'streaming.detach', id });
  }

  /** @internal @throws UsageError (CONTEXT.SPARK_CONTEXT_STOPPED) */
  checkAlive(call: string): void {
    if (!this.isStopped) return;
    const at = [`made in ${this.madeAt}`, `stopped in ${this.#stoppedAt}`];
    throw new UsageError('CONTEXT.SPARK_CONTEXT_STOPPED', { call }, { at });
  }

  /** Where this context keeps partitions on disk. */
  #cacheFolder(runtime: Runtime): string {
    this.#cachesIn ??= `${runtime.scratchFolder}/firesteel-${runtime.random.id()}`;
    return this.#cachesIn;
  }

  #computed<T extends Row>(name: string, computation: Computation, partitionCount: number): RDD<T> {
    this.checkAlive(`${name}()`);
    checkCount(name, partitionCount);
    return new RDD<T>(computedPlan([], computation, partitionCount, labelHere(name)), this.engine);
  }

  #makeEngine(runtime: Runtime, slots: number): Engine {
    const parallelism = this.#conf.read(confKeys.defaultParallelism);
    const jobs = new Jobs();
    return {
      runtime,
      jobs,
      currentJob: () => jobs.current(),
      nextCacheFolder: () => `${this.#cacheFolder(runtime)}/rdd-${this.#caches++}`,
      executor: new Executor(runtime, slots),
      loops: new Loops(this.#conf.read(confKeys.codegen)),
      mayUseKernels: this.#conf.read(confKeys.kernels),
      logger: this.logger.child('Executor'),
      defaultParallelism: parallelism ?? slots,
      shufflePartitions: parallelism,
      warnSlow: (path, tookMs) => {
        if (this.#warned.has(path)) return;
        this.#warned.add(path);
        this.logger.warn(`One row took ${Math.round(tookMs)} ms on its way ${path}; nothing else could run.`);
      },
      warnOnce: (message) => {
        if (this.#warned.has(message)) return;
        this.#warned.add(message);
        this.logger.warn(message);
      },
      checkAlive: () => this.checkAlive('An action'),
    };
  }
}
