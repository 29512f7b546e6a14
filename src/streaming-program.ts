import { confKeys } from './core/conf-keys.ts';
import { UsageError } from './core/errors.ts';
import type { Logger } from './core/logger.ts';
import type { Row } from './core/row.ts';
import type { SparkConf } from './core/spark-conf.ts';
import type { Duration, DurationLike, Time } from './core/time.ts';
import { DStream, type Program } from './dstream.ts';
import { checkCode, checkStage, positive } from './graph/checks.ts';
import { explainStream } from './graph/explain.ts';
import { checkPolicy, type FailurePolicy } from './graph/failure-policy.ts';
import { type Graph, GraphBuilder, type StreamNode } from './graph/graph.ts';
import type { InputDStream } from './graph/input-dstream.ts';
import type { Planning } from './graph/planning.ts';
import type { Receiver } from './graph/receiver.ts';
import { sliceOf } from './graph/slice.ts';
import { transformAll } from './ops/transform.ts';
import { union } from './ops/union.ts';
import { type CheckpointedProgram, ProgramCheckpoint } from './program-checkpoint.ts';
import type { RDD } from './rdd/rdd.ts';
import type { FileWorld } from './sources/file-stream.ts';
import type { SparkContext } from './spark-context.ts';
import { firstOf, StreamSources } from './stream-sources.ts';

/** A streaming program while it is written: its sources, what is made of them, and what it wants kept. */
export abstract class StreamingProgram extends StreamSources {
  readonly sparkContext: SparkContext;
  /** @internal */
  protected readonly conf: SparkConf;
  /** @internal */
  protected readonly logger: Logger;
  /** @internal */
  protected readonly builder: GraphBuilder;
  /** @internal How it is written down, and what it goes on with. */
  protected readonly written: ProgramCheckpoint = new ProgramCheckpoint();
  readonly #batch: Duration;
  readonly #program: Program;
  #remember: Duration | undefined;

  /** @param usual what the failure of an output means that says nothing itself */
  constructor(sparkContext: SparkContext, batch: Duration, usual: FailurePolicy) {
    super();
    this.sparkContext = sparkContext;
    this.conf = sparkContext.getConf();
    this.logger = sparkContext.logger.child('StreamingContext');
    this.builder = new GraphBuilder(batch.milliseconds);
    this.#batch = batch;
    this.#program = this.#makeProgram(usual);
  }

  /** @internal @throws UsageError where it may not be changed any more */
  protected abstract checkDefinable(call: string): void;

  /** @internal What its nodes share while it runs. */
  protected abstract get planning(): Planning | undefined;

  /** The rows of several streams as one. {@link union} */
  union<T extends Row>(streams: readonly DStream<T>[]): DStream<T> {
    return firstOf('union', streams).via(union<T>(), ...streams.slice(1));
  }

  /** Makes the RDD of every batch of those of several streams, in their order. {@link transform} */
  transform<U extends Row>(
    streams: readonly DStream<Row>[],
    f: (rdds: readonly RDD<Row>[], time: Time) => RDD<U> | Promise<RDD<U>>,
  ): DStream<U> {
    return firstOf('transform', streams).via(transformAll(f), ...streams.slice(1));
  }

  /**
   * Where the program writes down what must survive it; needed by streams that keep state.
   *
   * What an earlier program has written there is removed: `StreamingContext.getOrCreate` goes on with it. One program
   * at a time may use a directory; a second one fails with CHECKPOINT.OWNED, as soon as it has started.
   *
   * @throws UsageError (CONTEXT.DEFINE_AFTER_START, CONTEXT.DEFINE_AFTER_STOP)
   */
  checkpoint(directory: string): void {
    this.checkDefinable('checkpoint()');
    this.written.directory = directory;
  }

  /**
   * How far back the RDDs of all streams are kept, for `slice`; once only.
   *
   * @throws UsageError (CONTEXT.REMEMBER_TWICE, CONTEXT.DEFINE_AFTER_START, CONTEXT.DEFINE_AFTER_STOP)
   */
  remember(duration: DurationLike): void {
    this.checkDefinable('remember()');
    const asked = positive('remember', duration);
    const before = this.#remember;
    if (before !== undefined)
      throw new UsageError('CONTEXT.REMEMBER_TWICE', { before: String(before), now: String(asked) });
    this.#remember = asked;
  }

  /** @internal The program as it would be run. */
  freeze(): Graph {
    return this.builder.freeze();
  }

  /** @internal */
  protected checkpointed(graph: Graph): CheckpointedProgram {
    const { engine } = this.sparkContext;
    const snapshotBytesMin = this.conf.read(confKeys.snapshotBytesMin);
    return { graph, engine, logger: this.logger, rememberMs: this.rememberMs, snapshotBytesMin };
  }

  /** @internal What `remember` asked for. */
  protected get rememberMs(): number | undefined {
    return this.#remember?.milliseconds;
  }

  #makeProgram(usual: FailurePolicy): Program {
    return {
      stage: (op, parents) => {
        this.checkDefinable(`${op.name}()`);
        checkStage(op, parents);
        return this.builder.stage(op, parents);
      },
      sink: (output, parent, { onFailure = usual }) => {
        this.checkDefinable(`${output.name}()`);
        checkCode(output);
        checkPolicy(`${output.name}()`, onFailure);
        this.builder.sink(output, parent, onFailure);
      },
      set: (node, call, settings) => {
        this.checkDefinable(call);
        const isRereading = node.kind === 'stage' && node.op.rereads;
        const kept = isRereading && settings.level !== undefined ? (node.parents[0] as StreamNode) : node;
        Object.assign(kept.settings, settings);
      },
      slice: (node, from, to) => {
        if (this.planning === undefined) throw new UsageError('CONTEXT.NOT_STARTED', { call: 'slice()' });
        return sliceOf(node, from.milliseconds, to.milliseconds, this.planning);
      },
      explain: (node) => explainStream(node, this.freeze().stages, this.sparkContext.engine),
    };
  }

  /** @internal */
  protected override source<T extends Row>(name: string, source: InputDStream<T> | Receiver<T>): DStream<T> {
    this.checkDefinable(`${name}()`);
    if (usedSources.has(source)) throw new UsageError('INPUT.ALREADY_USED', { name: source.name });
    usedSources.add(source);
    return new DStream<T>(this.#program, this.builder.input(name, source as unknown as Receiver<Row>));
  }

  /** @internal */
  protected override get world(): FileWorld {
    const { runtime } = this.sparkContext.engine;
    const warn = (message: string, error: unknown): void => this.logger.warn(message, error);
    return { runtime, conf: this.conf, batchMs: this.#batch.milliseconds, warn };
  }
}

/** A source has a state of its own: it serves one stream, once. */
const usedSources = new WeakSet<object>();
