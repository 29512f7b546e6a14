import { CallSite } from './core/call-site.ts';
import { confKeys } from './core/conf-keys.ts';
import { UsageError } from './core/errors.ts';
import { Logger, type LogSink, terminalSink } from './core/logger.ts';
import { parseMaster } from './core/master.ts';
import type { Row } from './core/row.ts';
import type { Runtime } from './core/runtime.ts';
import type { SparkConf } from './core/spark-conf.ts';
import { systemRuntime } from './core/system-runtime.ts';
import { awaitedOutside } from './graph/batch-scope.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import { type SparkContextCommand, type SparkContextState, sparkContextLifecycle } from './lifecycle/spark-context.ts';
import { type Holder, worldOf } from './lifecycle/world.ts';
import type { Engine } from './rdd/engine.ts';
import { Executor } from './rdd/executor.ts';
import { Loops } from './rdd/fuse.ts';
import { JobScope } from './rdd/job-scope.ts';
import { labelHere } from './rdd/label.ts';
import { rowsPlan, unionPlan } from './rdd/make-plan.ts';
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
  readonly #abort = new AbortController();
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
    const abort = (): void => void this.stopFrom(CallSite.here());
    options.signal?.addEventListener('abort', abort, { once: true });
    void this.#life.whenStopped.then(() => options.signal?.removeEventListener('abort', abort));
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

  /** An RDD of these rows, cut into contiguous slices of equal length. @throws UsageError (RDD.BAD_PARTITIONS) */
  parallelize<T extends Row>(rows: readonly T[], partitions: number = this.defaultParallelism): RDD<T> {
    this.checkAlive('parallelize()');
    return new RDD<T>(rowsPlan(rows, partitions, labelHere('parallelize')), this.engine);
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
    this.#abort.abort();
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

  #makeEngine(runtime: Runtime, slots: number): Engine {
    const parallelism = this.#conf.read(confKeys.defaultParallelism);
    return {
      runtime,
      executor: new Executor(runtime, slots),
      loops: new Loops(this.#conf.read(confKeys.codegen)),
      logger: this.logger.child('Executor'),
      defaultParallelism: parallelism ?? slots,
      shufflePartitions: parallelism,
      rootJob: JobScope.endless('the SparkContext', this.#abort.signal),
      warnSlow: (path, tookMs) => {
        if (this.#warned.has(path)) return;
        this.#warned.add(path);
        this.logger.warn(`One row took ${Math.round(tookMs)} ms on its way ${path}; nothing else could run.`);
      },
      checkAlive: () => this.checkAlive('An action'),
    };
  }
}
