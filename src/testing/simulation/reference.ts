import type { Row } from '../../core/row.ts';
import { testRuntime } from '../../core/test-runtime.ts';
import { Milliseconds, type Time } from '../../core/time.ts';
import type { DStream } from '../../dstream.ts';
import { fail, type LastPolicy } from '../../graph/failure-policy.ts';
import { InputDStream, type RDDMaker } from '../../graph/input-dstream.ts';
import { runPlainLoop } from '../../graph/plain-loop.ts';
import { planningOf } from '../../graph/planning-of.ts';
import type { Block } from '../../rdd/block.ts';
import type { Engine } from '../../rdd/engine.ts';
import { dataPlan } from '../../rdd/make-plan.ts';
import { RDD } from '../../rdd/rdd.ts';
import { StreamingContext } from '../../streaming-context.ts';
import { askedPartitions } from './asked-source.ts';
import type { SimulatedProgram } from './program.ts';
import type { SimulatedWorld } from './world.ts';

/** What a source gave to each batch: rows, or the blocks that were received. */
export type BatchData = { readonly rows: readonly Row[] } | { readonly blocks: readonly Block[] };

/** What each source gave, by its name and the time of the batch. */
export type RecordedData = ReadonlyMap<string, ReadonlyMap<number, BatchData>>;

/** What each output makes of each batch, by its name and the time of the batch. */
export type ReferenceOutputs = ReadonlyMap<string, ReadonlyMap<number, readonly Row[]>>;

/** What a reference run is made of. */
export interface ReferenceOptions {
  readonly program: SimulatedProgram;
  readonly data: RecordedData;
  readonly zeroTimeMs: number;
  readonly timesMs: readonly number[];
}

/**
 * What comes out of a program that is given these batches in one loop, where nothing can go wrong.
 *
 * @throws the first error of a batch: a program that fails by itself is of no use here
 */
export async function runReference({
  program,
  data,
  zeroTimeMs,
  timesMs,
}: ReferenceOptions): Promise<ReferenceOutputs> {
  const runtime = testRuntime({ startMs: zeroTimeMs });
  const ssc = new StreamingContext(program.conf, Milliseconds(program.batchMs), {
    runtime,
    logSink: { log: () => undefined },
  });
  const world = new ReferenceWorld(ssc, data);
  ssc.checkpoint('/checkpoint');
  program.define(ssc, world);
  const { engine } = ssc.sparkContext;
  const graph = ssc.freeze();
  const options = { engine, zeroTimeMs, rememberMs: undefined, mayUnpersist: true, pendingMax: timesMs.length };
  const errors: unknown[] = [];
  const loop = runPlainLoop(graph, planningOf(graph, options), timesMs, (error) => errors.push(error));
  await runtime.activities.run('the reference', () => loop);
  await ssc[Symbol.asyncDispose]();
  if (errors.length > 0) throw errors[0];
  return world.outputs;
}

class ReferenceWorld implements SimulatedWorld {
  readonly outputs: Map<string, Map<number, readonly Row[]>> = new Map();
  readonly #ssc: StreamingContext;
  readonly #data: RecordedData;

  constructor(ssc: StreamingContext, data: RecordedData) {
    this.#ssc = ssc;
    this.#data = data;
  }

  asked<T extends Row>(name: string): DStream<T> {
    return this.#source(name);
  }

  timed<T extends Row>(name: string): DStream<T> {
    return this.#source(name);
  }

  mayThrow<F>(f: F): F {
    return f;
  }

  aside(): LastPolicy {
    return fail;
  }

  received<T extends Row>(name: string): DStream<T> {
    return this.#source(name);
  }

  socket(name: string): DStream<string> {
    return this.#source(name);
  }

  idempotent<T extends Row>(name: string, stream: DStream<T>): void {
    const written = new Map<number, readonly Row[]>();
    this.outputs.set(name, written);
    stream.foreachRDD(async (rdd, time) => {
      written.set(time.milliseconds, await rdd.collect());
    });
  }

  appending<T extends Row>(name: string, stream: DStream<T>): void {
    this.idempotent(name, stream);
  }

  #source<T extends Row>(name: string): DStream<T> {
    const source = new RecordedSource(this.#data.get(name) ?? new Map(), this.#ssc.sparkContext.engine);
    return (this.#ssc.inputStream(source) as unknown as DStream<T>).uid(name);
  }
}

/** Gives the batches of a run again. */
class RecordedSource extends InputDStream<Row> {
  readonly #data: ReadonlyMap<number, BatchData>;
  readonly #engine: Engine;

  constructor(data: ReadonlyMap<number, BatchData>, engine: Engine) {
    super();
    this.#data = data;
    this.#engine = engine;
  }

  override compute(time: Time, make: RDDMaker): RDD<Row> {
    const batch = this.#data.get(time.milliseconds) ?? { rows: [] };
    if ('rows' in batch) return make.rows(batch.rows, askedPartitions);
    return new RDD<Row>(dataPlan(batch.blocks.map(({ chunks }) => chunks)), this.#engine);
  }
}
