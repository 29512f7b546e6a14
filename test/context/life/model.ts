/**
 * What the two contexts ought to do, in the plainest words: no machine, no actors, no promises.
 *
 * Every method is one thing that a program can do; it changes the model at once and says what the program is told: the
 * code of an error, or undefined. What time brings is in `clockwork.ts`.
 */

/** Where data comes from. */
export type Source = 'asked' | 'receiver' | 'broken';

/** What an output does in each batch; one that stops does it in its first batch only. */
export type Output = 'quiet' | 'throws' | { readonly stop: Stop; readonly isAwaited: boolean };

/** How a stop is called; where it says nothing of the SparkContext, the configuration says yes. */
export interface Stop {
  readonly stopsSparkContext: boolean | undefined;
  readonly isGraceful: boolean;
}

interface SparkModel {
  state: 'ALIVE' | 'STOPPING' | 'STOPPED';
  readonly signal: number | undefined;
}

interface SourceModel {
  readonly kind: Source;
  /** How often it was started and stopped. */
  starts: number;
  stops: number;
}

interface OutputModel {
  readonly source: SourceModel;
  readonly does: Output;
  hasRun: boolean;
}

export interface StreamModel {
  readonly spark: number;
  readonly signal: number | undefined;
  state: 'INITIALIZED' | 'ACTIVE' | 'STOPPING' | 'STOPPED';
  readonly sources: SourceModel[];
  readonly outputs: OutputModel[];
  /** Its listener calls stop(). */
  hasListener: boolean;
  /** How often that was refused. */
  refusals: number;
  /** A receiver has stored rows that are in no batch yet. */
  hasRows: boolean;
  isHurried: boolean;
  awaitsBatch: boolean;
  stopsSparkContext: boolean;
  /** The codes of what went wrong in its batches, in order. */
  readonly failures: string[];
}

/** A promise that the program was given. */
export interface WaitModel {
  readonly on: StreamModel | SparkModel;
  readonly kind: 'stop' | 'termination';
  /** When its time is over. */
  readonly dueMs: number | undefined;
  /** What it has settled with; undefined while it is pending. */
  outcome: string | undefined;
}

export class LifeModel {
  readonly sparks: SparkModel[] = [];
  readonly streams: StreamModel[] = [];
  readonly waits: WaitModel[] = [];
  readonly warnings: string[] = [];

  /** The stream that holds the place. */
  get active(): StreamModel | undefined {
    return this.streams.find(({ state }) => state === 'ACTIVE' || state === 'STOPPING');
  }

  /** The SparkContext that holds the place. */
  get alive(): number | undefined {
    const index = this.sparks.findIndex(({ state }) => state !== 'STOPPED');
    return index < 0 ? undefined : index;
  }

  makeSpark(signal?: number): string | undefined {
    if (this.alive !== undefined) return 'CONTEXT.SPARK_CONTEXT_EXISTS';
    this.sparks.push({ state: 'ALIVE', signal });
    return undefined;
  }

  getOrCreateSpark(): void {
    if (this.alive === undefined) this.makeSpark();
    else this.warnings.push('Using an existing SparkContext; some configuration may not take effect.');
  }

  /** On that SparkContext, or on one of its own. */
  makeStream(spark: number | 'own', signal?: number): string | undefined {
    const refusal = spark === 'own' ? this.makeSpark(signal) : undefined;
    if (refusal !== undefined) return refusal;
    const index = spark === 'own' ? this.sparks.length - 1 : spark;
    if (this.sparks[index]?.state === 'STOPPED') return 'CONTEXT.SPARK_CONTEXT_STOPPED';
    const begin = { state: 'INITIALIZED', hasListener: false, refusals: 0, hasRows: false } as const;
    const end = { isHurried: false, awaitsBatch: false, stopsSparkContext: false };
    this.streams.push({ spark: index, signal, ...begin, ...end, sources: [], outputs: [], failures: [] });
    return undefined;
  }

  defineSource(stream: StreamModel, kind: Source): string | undefined {
    const refusal = refusedDefinition(stream);
    if (refusal === undefined) stream.sources.push({ kind, starts: 0, stops: 0 });
    return refusal;
  }

  defineOutput(stream: StreamModel, source: SourceModel, does: Output): string | undefined {
    const refusal = refusedDefinition(stream);
    if (refusal === undefined) stream.outputs.push({ source, does, hasRun: false });
    return refusal;
  }

  start(stream: StreamModel): string | undefined {
    if (stream.state === 'ACTIVE') {
      this.warnings.push('StreamingContext has already been started');
      return undefined;
    }
    if (stream.state !== 'INITIALIZED') return 'CONTEXT.ALREADY_STOPPED';
    if (this.sparks[stream.spark]?.state === 'STOPPED') return 'CONTEXT.SPARK_CONTEXT_STOPPED';
    if (this.active !== undefined) return 'CONTEXT.OTHER_ACTIVE';
    const reached = reachedSources(stream);
    const mistake = mistakeIn(stream, reached);
    if (mistake !== undefined) return mistake;
    const broken = reached.findIndex(({ kind }) => kind === 'broken');
    if (broken < 0) {
      stream.state = 'ACTIVE';
      for (const source of reached) source.starts += 1;
      return undefined;
    }
    for (const source of reached.slice(0, broken)) {
      if (source.kind !== 'asked') continue;
      source.starts += 1;
      source.stops += 1;
    }
    this.#end(stream);
    return 'no such table';
  }

  stop(stream: StreamModel, { stopsSparkContext = true, isGraceful }: Stop): void {
    const wasStopped = stream.state === 'STOPPED';
    if (wasStopped) this.warnings.push('StreamingContext has already been stopped');
    if (stream.state === 'INITIALIZED') {
      this.warnings.push('StreamingContext has not been started yet');
      this.#end(stream);
    }
    if (stream.state === 'ACTIVE') {
      stream.state = 'STOPPING';
      stream.awaitsBatch = stream.hasRows || reachedSources(stream).some(({ kind }) => kind === 'asked');
    }
    if (stream.state === 'STOPPING') {
      stream.isHurried ||= !isGraceful;
      stream.stopsSparkContext ||= stopsSparkContext;
    } else if (stopsSparkContext) {
      this.stopSpark(stream.spark);
    }
  }

  stopSpark(index: number): void {
    const spark = this.sparks[index];
    if (spark?.state !== 'ALIVE') return;
    const served = this.active;
    if (served?.spark === index) {
      spark.state = 'STOPPING';
      this.stop(served, { stopsSparkContext: false, isGraceful: false });
    } else {
      this.#end(spark);
    }
  }

  /** The signal of a context, and of the SparkContext that was made with it, is aborted. */
  abort(signal: number): void {
    const spark = this.sparks.findIndex((each) => each.signal === signal && each.state !== 'STOPPED');
    const stream = this.streams.find((each) => each.signal === signal && each.state !== 'STOPPED');
    if (spark >= 0) this.stopSpark(spark);
    if (stream !== undefined) this.stop(stream, { stopsSparkContext: undefined, isGraceful: false });
  }

  /** A promise is given to the program. */
  wait(on: WaitModel['on'], kind: WaitModel['kind'], dueMs?: number): void {
    const wait: WaitModel = { on, kind, dueMs, outcome: undefined };
    this.waits.push(wait);
    if (kind === 'termination' && 'failures' in on) wait.outcome = on.failures.at(-1);
    if (on.state === 'STOPPED') wait.outcome ??= endOf(wait);
  }

  /** An output does its work in a batch. */
  outputRan(stream: StreamModel, output: OutputModel): void {
    const isFirst = !output.hasRun;
    output.hasRun = true;
    if (output.does === 'throws') this.#fail(stream, 'OUTPUT.THREW');
    if (typeof output.does === 'string' || !isFirst) return;
    this.stop(stream, output.does.stop);
    if (output.does.isAwaited) this.#fail(stream, 'CONTEXT.STOP_INSIDE_BATCH');
  }

  batchCompleted(stream: StreamModel): void {
    if (stream.hasListener) stream.refusals += 1;
  }

  /** A stream that was stopping has nothing left to do. */
  finish(stream: StreamModel): void {
    for (const source of stream.sources) source.stops = source.starts;
    this.#end(stream);
    const spark = this.sparks[stream.spark] as SparkModel;
    if (spark.state === 'STOPPING') this.#end(spark);
    if (stream.stopsSparkContext) this.stopSpark(stream.spark);
  }

  #fail(stream: StreamModel, code: string): void {
    stream.failures.push(code);
    for (const wait of this.waits) if (wait.on === stream && wait.kind === 'termination') wait.outcome ??= code;
  }

  #end(it: StreamModel | SparkModel): void {
    it.state = 'STOPPED';
    for (const wait of this.waits) if (wait.on === it) wait.outcome ??= endOf(wait);
  }
}

function endOf({ dueMs }: WaitModel): string {
  return dueMs === undefined ? 'done' : 'true';
}

function refusedDefinition({ state }: StreamModel): string | undefined {
  if (state === 'INITIALIZED') return undefined;
  return state === 'STOPPED' ? 'CONTEXT.DEFINE_AFTER_STOP' : 'CONTEXT.DEFINE_AFTER_START';
}

function reachedSources({ sources, outputs }: StreamModel): SourceModel[] {
  return sources.filter((each) => outputs.some(({ source }) => source === each));
}

/** On two slots. */
function mistakeIn(stream: StreamModel, reached: readonly SourceModel[]): string | undefined {
  const isWithoutOutput = reached.length === 0;
  const inQuestion = isWithoutOutput ? stream.sources : reached;
  const isWithoutSlot = inQuestion.filter(({ kind }) => kind === 'receiver').length >= 2;
  if (isWithoutOutput && isWithoutSlot) return 'CONTEXT.SEVERAL_MISTAKES';
  if (isWithoutSlot) return 'CONTEXT.NO_SLOT_LEFT';
  return isWithoutOutput ? 'CONTEXT.NO_OUTPUTS' : undefined;
}
