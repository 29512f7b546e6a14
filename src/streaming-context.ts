import { ListenerBus } from './actors/listener-bus.ts';
import type { RecoveryOptions, StopOptions, StreamingContextOptions, WaitOptions } from './context-options.ts';
import type { Posted } from './core/bus.ts';
import { CallSite } from './core/call-site.ts';
import { confKeys } from './core/conf-keys.ts';
import { StateError, UsageError } from './core/errors.ts';
import { parseMaster } from './core/master.ts';
import { SparkConf } from './core/spark-conf.ts';
import { stopOnSignals } from './core/stop-on-signals.ts';
import { systemRuntime } from './core/system-runtime.ts';
import { type Duration, type DurationLike, durationOf, Milliseconds } from './core/time.ts';
import { Waiter } from './core/waiter.ts';
import { whenAborted } from './core/when-aborted.ts';
import type { PendingBatchInfo } from './graph/batch-log.ts';
import { awaitedOutside } from './graph/batch-scope.ts';
import type { BlockLog } from './graph/block-log.ts';
import { checkpointMistakes, mistakesOf } from './graph/checks.ts';
import { checkPolicy, fail } from './graph/failure-policy.ts';
import type { Graph } from './graph/graph.ts';
import type { Planning } from './graph/planning.ts';
import type { StreamingListener } from './graph/streaming-listener.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import {
  denialOf,
  type StreamingContextState as InnerState,
  type StartCommand,
  type StreamingContextCommand,
  type StreamingContextFact,
  streamingContextLifecycle,
  visibleState,
} from './lifecycle/streaming-context.ts';
import { type Holder, type World, worldOf } from './lifecycle/world.ts';
import { find } from './program-checkpoint.ts';
import { Running } from './running.ts';
import { type ContextOptions, SparkContext } from './spark-context.ts';
import { startRefusal } from './start-refusal.ts';
import { StreamingProgram } from './streaming-program.ts';
import { receiverInputs } from './wiring.ts';

/** Where a StreamingContext stands. While it stops it is still ACTIVE, as in Spark. */
export type StreamingContextState = 'INITIALIZED' | 'ACTIVE' | 'STOPPED';

/**
 * A streaming program: its sources, what is made of them, and its life.
 *
 * It is defined, started once, and stopped for good. One may be active at a time in a process; the SparkContext may
 * serve another after it.
 *
 * @throws UsageError (CONTEXT.BAD_INTERVAL, CONTEXT.SPARK_CONTEXT_STOPPED, CONTEXT.OPTION_TOO_LATE when it is given a
 *   SparkContext and what that has already, and those of SparkContext when it is given a conf)
 *
 * Spark: as StreamingContext; whatever has to wait returns a promise.
 */
export class StreamingContext extends StreamingProgram implements Holder, AsyncDisposable {
  /** @internal */
  readonly madeAt: CallSite;
  /** @internal */
  readonly id: string;
  /** @internal Sees every message of the actors, when set before the start. */
  onMessage: ((posted: Posted) => void) | undefined;
  /** @internal Which messages of the actors never arrive, when set before the start: shows what each is needed for. */
  isLost: ((posted: Posted) => boolean) | undefined;
  /** @internal Where received blocks are made safe instead of the checkpoint directory, when set before the start. */
  blockLog: BlockLog | undefined;
  #startedAt: CallSite | undefined;
  #stoppedAt: CallSite | undefined;
  /** Whether it has made its SparkContext itself. */
  readonly #hasOwnSparkContext: boolean;
  readonly #listeners: ListenerBus;
  readonly #place: World['streamingContext'];
  readonly #life: Lifecycle<InnerState, StreamingContextCommand | StreamingContextFact>;
  readonly #waiter = new Waiter();
  #running: Running | undefined;
  #forgetSignals: (() => void) | undefined;

  /** @param batchDuration how often there is a batch: `Seconds(1)`, or `'1 second'` */
  constructor(
    sparkContextOrConf: SparkContext | SparkConf,
    batchDuration: DurationLike,
    options: StreamingContextOptions = {},
  ) {
    const madeAt = CallSite.here();
    options.signal?.throwIfAborted();
    const { onFailure = fail } = options;
    checkPolicy('new StreamingContext()', onFailure);
    const batch = batchOf(batchDuration, madeAt);
    const isConf = sparkContextOrConf instanceof SparkConf;
    if (!isConf) refuseLate(sparkContextOrConf, options, madeAt);
    const sparkContext = isConf ? new SparkContext(sparkContextOrConf, options) : sparkContextOrConf;
    sparkContext.checkAlive('new StreamingContext()');
    super(sparkContext, batch, onFailure);
    this.madeAt = madeAt;
    this.#hasOwnSparkContext = isConf;
    this.#listeners = new ListenerBus(this.sparkContext.logger.child('ListenerBus'));
    const { runtime } = this.sparkContext.engine;
    this.id = `streaming:${runtime.random.id()}`;
    this.#place = worldOf(runtime).streamingContext;
    this.#life = streamingContextLifecycle({
      slots: { claimPlace: () => this.#place.claim(this), releasePlace: () => this.#place.release(this) },
      onBug: (bug) => this.logger.error('The life cycle of the StreamingContext broke', bug),
    });
    this.#heed(options.signal);
  }

  /** The StreamingContext that is active, if any; of another runtime than the real one where that is given. */
  static getActive({ runtime = systemRuntime() }: Pick<ContextOptions, 'runtime'> = {}): StreamingContext | undefined {
    return worldOf(runtime).streamingContext.holder as StreamingContext | undefined;
  }

  /** The StreamingContext that is active, or the one that `create` makes; it is not started. */
  static getActiveOrCreate(create: Create, options?: Pick<ContextOptions, 'runtime'>): Promise<StreamingContext>;
  /** The StreamingContext that is active, or else as getOrCreate. */
  static getActiveOrCreate(directory: string, create: Create, options?: RecoveryOptions): Promise<StreamingContext>;
  static async getActiveOrCreate(
    first: string | Create,
    second: Create | Pick<ContextOptions, 'runtime'> = {},
    third: RecoveryOptions = {},
  ): Promise<StreamingContext> {
    if (typeof first === 'function') return StreamingContext.getActive(second as RecoveryOptions) ?? (await first());
    return StreamingContext.getActive(third) ?? StreamingContext.getOrCreate(first, second as Create, third);
  }

  /**
   * The context that `create` makes, with what a program had written to the directory before it stopped or died; it is
   * not started.
   *
   * When it starts, it goes on: batches that were not completed are done again, with the same data and times; then
   * those of the time in which nobody ran; then as ever. A batch that was completed is not done again. What the program
   * keeps or reads is found by its place in the program, or by its `uid()`.
   *
   * @param directory `checkpoint(directory)` need not be called
   * @param create makes and defines the context; it is always called, since a checkpoint holds no code
   * @throws StateError (CHECKPOINT.OWNED, CHECKPOINT.CORRUPT, CHECKPOINT.NO_GOOD_SNAPSHOT, CHECKPOINT.NO_SNAPSHOT,
   *   CHECKPOINT.SEGMENT_MISSING, CHECKPOINT.NEWER_FORMAT, CHECKPOINT.BAD_LOCK) as the promise's
   * @throws UsageError (CHECKPOINT.VANISHED, CHECKPOINT.OTHER_INTERVAL, CHECKPOINT.OTHER_PARTITIONS,
   *   CHECKPOINT.OTHER_DIRECTORY, CHECKPOINT.OTHER_RUNTIME, CHECKPOINT.NOT_NEW, CHECKPOINT.UID_TWICE,
   *   QUEUE.NOT_RECOVERABLE) as the promise's
   *
   * Spark: as getOrCreate, which does not call `create` where there is a checkpoint, and runs the last batch again.
   */
  static async getOrCreate(
    directory: string,
    create: Create,
    options: RecoveryOptions = {},
  ): Promise<StreamingContext> {
    const { runtime = systemRuntime(), createOnError = false, allowNonRestoredState = false } = options;
    const found = await find({ runtime, folder: directory, createOnError });
    let ssc: StreamingContext | undefined;
    try {
      ssc = await create();
      if (ssc.#life.state !== 'INITIALIZED') throw new UsageError('CHECKPOINT.NOT_NEW', { state: ssc.getState() });
      if (ssc.sparkContext.engine.runtime !== runtime) throw new UsageError('CHECKPOINT.OTHER_RUNTIME', {});
      const program = ssc.checkpointed(ssc.freeze());
      await ssc.written.goOn(found, program, { directory, createOnError, allowNonRestoredState });
      return ssc;
    } catch (error) {
      await found?.directory.lock.release();
      // Nobody else has it; a SparkContext that it was given is somebody's.
      if (ssc !== undefined && ssc.#life.state === 'INITIALIZED') await ssc.#stop(ssc.#hasOwnSparkContext, false);
      throw error;
    }
  }

  /** INITIALIZED until it is started, ACTIVE until it has stopped, then STOPPED. */
  getState(): StreamingContextState {
    return visibleState(this.#life.state);
  }

  /**
   * The batches with outputs that failed, and are still to be done: they run again when the program comes back, and are
   * kept until then. None where there is no checkpoint directory, since nothing comes back there.
   */
  get pendingBatches(): readonly PendingBatchInfo[] {
    return this.written.pending;
  }

  /** @internal */
  get startedAt(): CallSite | undefined {
    return this.#startedAt;
  }

  /** Tells a listener all that happens from now on. */
  addStreamingListener(listener: StreamingListener): void {
    this.#listeners.add(listener);
  }

  /** Tells it nothing any more. */
  removeStreamingListener(listener: StreamingListener): void {
    this.#listeners.remove(listener);
  }

  /**
   * Starts to receive and to run batches; returns at once. On a context that is active already it only warns.
   *
   * What is wrong with the program is told at once, all of it, and leaves the context as it was.
   *
   * @throws UsageError (CONTEXT.NO_OUTPUTS, CONTEXT.NO_SLOT_LEFT, CONTEXT.SEVERAL_MISTAKES, CONTEXT.OTHER_ACTIVE,
   *   CONTEXT.ALREADY_STOPPED, CONTEXT.SPARK_CONTEXT_STOPPED)
   */
  start(): void {
    const graph = this.builder.freeze();
    const mistakes = this.#mistakes(graph);
    const command = this.#startCommand(mistakes.length);
    if (!this.#life.may(command)) {
      const denial = denialOf(this.#life.state, command);
      if (denial === 'already-active') this.logger.warn('StreamingContext has already been started');
      else if (denial === 'spark-context-stopped') this.sparkContext.checkAlive('start()');
      else
        throw startRefusal(denial, { madeAt: this.madeAt, end: this.#end, other: command.activeElsewhere, mistakes });
      return;
    }
    this.#startedAt = CallSite.here();
    this.#life.send(command);
    this.sparkContext.attach({ id: this.id, stopNow: () => this.#stopUnasked(false, false) });
    this.#heedSignals();
    try {
      this.#running = new Running({
        graph,
        engine: this.sparkContext.engine,
        conf: this.conf,
        logger: this.logger,
        listeners: this.#listeners,
        rememberMs: this.rememberMs,
        writing: this.written.writing(this.checkpointed(graph)),
        recovery: this.written.recovery,
        onError: (error) => this.#failed(error),
        onFatal: () => this.#stopUnasked(undefined, false),
        onEnd: () => this.#ended(),
        onMessage: this.onMessage,
        isLost: this.isLost,
        blockLog: this.blockLog,
      });
    } catch (error) {
      if (this.#life.may({ type: 'context.failed' })) this.#life.send({ type: 'context.failed' });
      this.#ended();
      this.#waiter.end();
      throw error;
    }
    // An input that was being started may have ended it all.
    if (this.#life.state === 'STOPPING') this.#running.stop(false);
  }

  /**
   * Stops it for good, and its SparkContext unless told not to; resolves when everything has ended.
   *
   * With grace, what has been received is worked off first, for at most spark.streaming.gracefulStopTimeout. Without,
   * batches that have begun may end within 2 s, the others are given up. A second call waits for the first; one without
   * grace hurries it.
   *
   * @throws UsageError (CONTEXT.STOP_INSIDE_LISTENER) at the call
   * @throws UsageError (CONTEXT.STOP_INSIDE_BATCH) as the promise's, when an output or a transform awaits it; the stop
   *   has begun all the same
   */
  stop(stopSparkContext?: boolean, stopGracefully?: boolean): Promise<void>;
  stop(options: StopOptions): Promise<void>;
  stop(first?: boolean | StopOptions, second = false): Promise<void> {
    if (this.#listeners.isSpeaking) throw new UsageError('CONTEXT.STOP_INSIDE_LISTENER', {});
    const options = typeof first === 'object' ? first : { stopSparkContext: first, stopGracefully: second };
    const stopsSparkContext = options.stopSparkContext ?? this.conf.read(confKeys.stopSparkContextByDefault);
    const active = this.sparkContext.streaming;
    const stopped = this.#stop(stopsSparkContext, options.stopGracefully ?? false);
    return active?.id === this.id || (active !== undefined && stopsSparkContext) ? awaitedOutside(stopped) : stopped;
  }

  /**
   * Resolves when the context has stopped.
   *
   * @throws the last error of a batch or a source, as soon as there is one; the context goes on
   */
  awaitTermination({ signal }: WaitOptions = {}): Promise<void> {
    return this.#waiter.wait(signal);
  }

  /**
   * Resolves with true when the context has stopped, with false when the time is over.
   *
   * @param timeout in milliseconds, or a duration
   * @throws as awaitTermination; UsageError (CONTEXT.NEGATIVE_TIMEOUT, TIME.NOT_WHOLE, TIME.BAD_DURATION)
   */
  async awaitTerminationOrTimeout(timeout: number | DurationLike, { signal }: WaitOptions = {}): Promise<boolean> {
    const asked = typeof timeout === 'number' ? Milliseconds(timeout) : durationOf(timeout);
    const { milliseconds: ms } = asked;
    if (ms < 0) throw new UsageError('CONTEXT.NEGATIVE_TIMEOUT', { timeout: String(asked) });
    return this.#waiter.waitFor(ms, this.sparkContext.engine.runtime.clock, signal);
  }

  /** Stops it, and its SparkContext, unless that has been done. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.getState() !== 'STOPPED') await this.#stop(undefined, false);
    // A start that failed has stopped it, and left the SparkContext.
    else if (this.#stoppedAt === undefined) await this.#stopSparkContext(undefined, CallSite.here());
  }

  /** Without its state it could only fail on; what it holds back for it has a bound. */
  #failed(error: unknown): void {
    this.#waiter.fail(error);
    if (error instanceof StateError && error.code === 'STATE.STEPS_WAIT') this.#stopUnasked(undefined, false);
  }

  /** @internal */
  protected override checkDefinable(call: string): void {
    if (this.written.recovery !== undefined && this.#life.state === 'INITIALIZED') {
      throw new UsageError('CONTEXT.DEFINE_AFTER_RECOVERY', { call });
    }
    if (this.#life.may({ type: 'context.define' })) return;
    const isStopped = this.#life.state === 'STOPPED';
    const at = [isStopped ? this.#end : `started in ${this.#startedAt}`];
    if (isStopped) throw new UsageError('CONTEXT.DEFINE_AFTER_STOP', { call }, { at });
    throw new UsageError('CONTEXT.DEFINE_AFTER_START', { call }, { at });
  }

  /** @internal */
  protected override get planning(): Planning | undefined {
    return this.#running?.planning;
  }

  #mistakes(graph: Graph): readonly UsageError[] {
    const { master, engine } = this.sparkContext;
    const { slots } = parseMaster(master, engine.runtime.cores);
    // No output can reach a receiver yet where there is none; those to come will need a slot all the same.
    const receivers = receiverInputs(graph.sinks.length === 0 ? this.builder : graph).length;
    const facts = { outputs: graph.sinks.length, receivers, slots, master, madeAt: String(this.madeAt) };
    return [...mistakesOf(facts), ...checkpointMistakes(graph, this.written.directory, this.conf)];
  }

  #startCommand(mistakes: number): StartCommand {
    const other = this.#place.holder;
    return {
      type: 'context.start',
      isSparkContextAlive: !this.sparkContext.isStopped,
      activeElsewhere: other === undefined || other === this ? undefined : String(other.startedAt),
      outputs: this.builder.outputCount,
      mistakes,
    };
  }

  async #stop(stopSparkContext: boolean | undefined, isGraceful: boolean): Promise<void> {
    const { state } = this.#life;
    const at = CallSite.here();
    if (state === 'STOPPED') this.logger.warn('StreamingContext has already been stopped');
    this.#stoppedAt ??= at;
    if (state === 'INITIALIZED') {
      this.logger.warn('StreamingContext has not been started yet');
      this.#life.send({ type: 'context.stop' });
      await this.written.release();
      this.#waiter.end();
    }
    if (state === 'ACTIVE') this.#life.send({ type: 'context.stop' });
    this.#running?.stop(isGraceful);
    await this.#life.whenStopped;
    try {
      await this.#stopSparkContext(stopSparkContext, at);
    } finally {
      this.#waiter.end();
    }
  }

  /** A stop that nobody waits for. */
  #stopUnasked(stopSparkContext: boolean | undefined, isGraceful: boolean): void {
    this.#stop(stopSparkContext, isGraceful).catch((error: unknown) => {
      this.logger.error('The context could not be stopped', error);
    });
  }

  async #stopSparkContext(isWanted: boolean | undefined, at: CallSite): Promise<void> {
    if (isWanted ?? this.conf.read(confKeys.stopSparkContextByDefault)) await this.sparkContext.stopFrom(at);
  }

  /** Stops when the signal is aborted, as long as there is something to stop. */
  #heed(signal: AbortSignal | undefined): void {
    const forget = signal && whenAborted(signal, () => this.#stopUnasked(undefined, false));
    void this.#life.whenStopped.then(forget);
  }

  /** While it runs and the configuration says so. Spark's SparkContext has such a hook of its own: both end. */
  #heedSignals(): void {
    if (!this.conf.read(confKeys.stopGracefullyOnShutdown)) return;
    const { clock, signals } = this.sparkContext.engine.runtime;
    const stop = (isGraceful: boolean): void => this.#stopUnasked(true, isGraceful);
    this.#forgetSignals = stopOnSignals({ signals, clock, logger: this.logger, stop });
  }

  /** What ended it, and where. */
  get #end(): string {
    return this.#stoppedAt === undefined ? `failed to start in ${this.#startedAt}` : `stopped in ${this.#stoppedAt}`;
  }

  /** All parts have ended. */
  #ended(): void {
    this.#running = undefined;
    this.#forgetSignals?.();
    this.sparkContext.detach(this);
    this.#life.send({ type: 'context.stopped' });
  }
}

/** Makes and defines a context. */
export type Create = () => StreamingContext | Promise<StreamingContext>;

/** @throws UsageError (CONTEXT.BAD_INTERVAL) */
function batchOf(batchDuration: DurationLike, madeAt: CallSite): Duration {
  const batch = durationOf(batchDuration);
  if (batch.milliseconds > 0) return batch;
  throw new UsageError('CONTEXT.BAD_INTERVAL', { interval: String(batch) }, { at: [`made in ${madeAt}`] });
}

/** What a SparkContext has of its own already. @throws UsageError (CONTEXT.OPTION_TOO_LATE) */
function refuseLate({ engine }: SparkContext, { runtime, logSink }: ContextOptions, madeAt: CallSite): void {
  const isOther = runtime !== undefined && runtime !== engine.runtime;
  const option = isOther ? 'runtime' : logSink === undefined ? undefined : 'logSink';
  if (option !== undefined) throw new UsageError('CONTEXT.OPTION_TOO_LATE', { option }, { at: [`made in ${madeAt}`] });
}
