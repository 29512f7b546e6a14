import {
  type ContextOptions,
  type DStream,
  type DurationLike,
  type LogEntry,
  type Runtime,
  SparkConf,
  SparkContext,
  StreamingContext,
} from 'firesteel';
import { codeOf, codeOfError, Tap, Tray } from '../kit.ts';
import type { Output, Source, Stop } from './model.ts';

/** What outputs and listeners were seen to do, by the number of their stream. */
export type Happening =
  | { readonly type: 'output'; readonly stream: number; readonly output: number }
  | { readonly type: 'batch'; readonly stream: number };

interface StreamLife {
  readonly ssc: StreamingContext;
  readonly sources: { readonly source: Tray | Tap; readonly stream: DStream<number> }[];
  outputs: number;
  hasListener: boolean;
  refusals: number;
}

class Broken extends Tray {
  override start(): void {
    throw new Error('no such table');
  }
}

/** The same program as the model's, on the contexts themselves. */
export class RealLife {
  readonly sparks: SparkContext[] = [];
  readonly streams: StreamLife[] = [];
  /** What each promise has settled with. */
  readonly outcomes: (string | undefined)[] = [];
  readonly signals: AbortController[] = [];
  /** Taken away by whoever looks at them. */
  readonly happenings: Happening[] = [];
  batchesCompleted = 0;
  readonly entries: LogEntry[] = [];
  readonly unhandled: unknown[] = [];
  readonly #options: ContextOptions;
  readonly #batch: DurationLike;
  readonly #conf = new SparkConf().setMaster('local[2]').setAppName('life');
  readonly #onUnhandled = (reason: unknown): void => void this.unhandled.push(reason);

  constructor(batch: DurationLike, runtime?: Runtime) {
    this.#batch = batch;
    const logSink = { log: (entry: LogEntry) => void this.entries.push(entry) };
    this.#options = runtime === undefined ? { logSink } : { logSink, runtime };
    process.on('unhandledRejection', this.#onUnhandled);
  }

  makeSpark(): string | undefined {
    return codeOf(() => this.#keep(new SparkContext(this.#conf, this.#options)));
  }

  getOrCreateSpark(): string | undefined {
    return codeOf(() => this.#keep(SparkContext.getOrCreate(this.#conf, this.#options)));
  }

  makeStream(spark: number | 'own'): string | undefined {
    return codeOf(() => this.#makeStream(spark));
  }

  defineSource(index: number, kind: Source): string | undefined {
    const { ssc, sources } = this.#stream(index);
    return codeOf(() => {
      if (kind === 'receiver') {
        const source = new Tap();
        sources.push({ source, stream: ssc.receiverStream(source) });
      } else {
        const source = kind === 'broken' ? new Broken() : new Tray();
        sources.push({ source, stream: ssc.inputStream(source) });
      }
    });
  }

  /** Always behind an operator, which may be refused as well. */
  defineOutput(index: number, source: number, does: Output): string | undefined {
    const life = this.#stream(index);
    return codeOf(() => {
      life.sources[source]?.stream.map((n) => n).foreachRDD(this.#work(index, life.outputs, does));
      life.outputs += 1;
    });
  }

  start(index: number): string | undefined {
    return codeOf(() => this.#stream(index).ssc.start());
  }

  stop(index: number, stop: Stop, form: 'booleans' | 'options'): void {
    this.#watch(stopBy(this.#stream(index).ssc, stop, form));
  }

  stopSpark(index: number): void {
    this.#watch((this.sparks[index] as SparkContext).stop());
  }

  awaitTermination(index: number, timeoutMs: number | undefined): void {
    const { ssc } = this.#stream(index);
    this.#watch(timeoutMs === undefined ? ssc.awaitTermination() : ssc.awaitTerminationOrTimeout(timeoutMs));
  }

  getActive(): StreamingContext | undefined {
    return StreamingContext.getActive(this.#options);
  }

  /** Makes one on a SparkContext where there is none. */
  async getActiveOrCreate(spark: number | 'own'): Promise<StreamingContext | string> {
    try {
      return await StreamingContext.getActiveOrCreate(() => this.#makeStream(spark), this.#options);
    } catch (error) {
      return codeOfError(error);
    }
  }

  /** Ends whatever is left. @throws when it has not ended as soon as `limit` has resolved */
  async end(limit: Promise<void>): Promise<void> {
    const stopped = [...this.streams.map(({ ssc }) => ssc.stop()), ...this.sparks.map((sc) => sc.stop())];
    const tooLate = async (): Promise<never> => {
      await limit;
      throw new Error('a context does not end');
    };
    await Promise.race([Promise.all(stopped), tooLate()]);
  }

  /** Nothing is looked at any more. */
  [Symbol.dispose](): void {
    process.off('unhandledRejection', this.#onUnhandled);
  }

  #keep(sc: SparkContext): void {
    if (!this.sparks.includes(sc)) this.sparks.push(sc);
  }

  #makeStream(spark: number | 'own'): StreamingContext {
    const on = spark === 'own' ? this.#conf : (this.sparks[spark] as SparkContext);
    const control = new AbortController();
    // A SparkContext has its own log and world already.
    const own = on instanceof SparkContext ? {} : this.#options;
    const ssc = new StreamingContext(on, this.#batch, { ...own, signal: control.signal });
    this.signals.push(control);
    this.#keep(ssc.sparkContext);
    const life: StreamLife = { ssc, sources: [], outputs: 0, hasListener: false, refusals: 0 };
    const stream = this.streams.push(life) - 1;
    const onBatchCompleted = (): void => {
      this.happenings.push({ type: 'batch', stream });
      this.batchesCompleted += 1;
      if (!life.hasListener) return;
      if (codeOf(() => ssc.stop()) === 'CONTEXT.STOP_INSIDE_LISTENER') life.refusals += 1;
    };
    ssc.addStreamingListener({ onBatchCompleted });
    return ssc;
  }

  #work(stream: number, output: number, does: Output): () => Promise<void> | undefined {
    let isFirst = true;
    return () => {
      this.happenings.push({ type: 'output', stream, output });
      if (does === 'throws') throw new Error('no disk');
      if (does === 'quiet' || !isFirst) return undefined;
      isFirst = false;
      const stopped = stopBy(this.#stream(stream).ssc, does.stop, 'options');
      return does.isAwaited ? stopped : undefined;
    };
  }

  #watch(promise: Promise<unknown>): void {
    const index = this.outcomes.push(undefined) - 1;
    promise.then(
      (value) => {
        this.outcomes[index] = value === undefined ? 'done' : String(value);
      },
      (error) => {
        this.outcomes[index] = codeOfError(error);
      },
    );
  }

  #stream(index: number): StreamLife {
    return this.streams[index] as StreamLife;
  }
}

function stopBy(ssc: StreamingContext, stop: Stop, form: 'booleans' | 'options'): Promise<void> {
  const { stopsSparkContext, isGraceful } = stop;
  if (form === 'booleans') return ssc.stop(stopsSparkContext, isGraceful);
  return ssc.stop({
    ...(stopsSparkContext === undefined ? {} : { stopSparkContext: stopsSparkContext }),
    stopGracefully: isGraceful,
  });
}
