import type { Row } from '../core/row.ts';
import { SparkConf } from '../core/spark-conf.ts';
import { type TestRuntime, testRuntime } from '../core/test-runtime.ts';
import { type DurationLike, durationOf, Milliseconds } from '../core/time.ts';
import type { DStream } from '../dstream.ts';
import { runPlainLoop } from '../graph/plain-loop.ts';
import { planningOf } from '../graph/planning-of.ts';
import { StreamingContext } from '../streaming-context.ts';
import { Feed, type FeedBatch } from './feed.ts';

/** How `run` runs a program. */
export interface RunOptions {
  /** The actors, as in production, or the plain loop over batches that they must be equal to; `actors` unless given. */
  readonly using?: 'actors' | 'loop';
  /** How many batches; as many as were given unless given. */
  readonly batches?: number;
  /** How long a batch is; 1 second unless given. */
  readonly batchDuration?: DurationLike;
  /** Into how many partitions the rows of a batch are cut; 2 unless given. */
  readonly partitions?: number;
  /** Decides the interleavings of messages. */
  readonly seed?: number;
  /** A world to run in, where the test wants to look at it afterwards. */
  readonly runtime?: TestRuntime;
  /** Further settings. */
  readonly conf?: SparkConf;
}

/**
 * Runs a program over batches given as arrays, on a clock of its own, and gives back what came out: the rows of each
 * output of the stream that the program returns, in order of time.
 *
 * There is one entry an output: a batch in which the stream has no RDD gives none.
 *
 * @param program defines the program on `ssc` from `input`, and returns the stream to look at
 * @throws the last error of a batch, after all batches have run
 * @example
 * await run((ssc, input) => input.map((n) => n + 1), [[1, 2], [], [3]]) // => [[2, 3], [], [4]]
 */
export async function run<T extends Row, U extends Row>(
  program: (ssc: StreamingContext, input: DStream<T>) => DStream<U>,
  batches: readonly FeedBatch<T>[],
  options: RunOptions = {},
): Promise<U[][]> {
  const runtime = options.runtime ?? testRuntime(options.seed === undefined ? {} : { seed: options.seed });
  const conf = (options.conf ?? new SparkConf()).clone().setIfMissing('spark.master', 'local[2]');
  const batch = durationOf(options.batchDuration ?? Milliseconds(1000));
  const ssc = new StreamingContext(conf.setIfMissing('spark.app.name', 'run'), batch, { runtime });
  ssc.checkpoint('checkpoint');
  const outputs: U[][] = [];
  const batchMs = batch.milliseconds;
  try {
    const input = ssc.inputStream(new Feed(batches, options.partitions));
    program(ssc, input).foreachRDD(async (rdd) => {
      outputs.push(await rdd.collect());
    });
    const count = options.batches ?? batches.length;
    if (options.using === 'loop') {
      const loop = (): Promise<void> => runLoop(ssc, count, batchMs);
      await moving(runtime, batchMs, runtime.activities.run('the plain loop', loop));
    } else await runActors(ssc, runtime, count * batchMs);
  } finally {
    await moving(runtime, batchMs, ssc[Symbol.asyncDispose]());
  }
  return outputs;
}

async function runLoop(ssc: StreamingContext, count: number, batchMs: number): Promise<void> {
  const { engine } = ssc.sparkContext;
  const graph = ssc.freeze();
  const zeroTimeMs = Math.floor(engine.runtime.clock.now() / batchMs) * batchMs;
  const timesMs = Array.from({ length: count }, (_, i) => zeroTimeMs + (i + 1) * batchMs);
  const errors: unknown[] = [];
  const planning = planningOf(graph, {
    engine,
    zeroTimeMs,
    rememberMs: undefined,
    mayUnpersist: true,
    pendingMax: count,
  });
  await runPlainLoop(graph, planning, timesMs, (error) => errors.push(error));
  if (errors.length > 0) throw errors.at(-1);
}

/** Moves the clock for as long as this work waits for it. */
async function moving(runtime: TestRuntime, stepMs: number, work: Promise<void>): Promise<void> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  work.then(over, over);
  await runtime.settle();
  while (!isOver) await runtime.clock.advance(stepMs);
  await work;
}

async function runActors(ssc: StreamingContext, runtime: TestRuntime, ms: number): Promise<void> {
  ssc.start();
  await runtime.clock.advance(ms);
  await ssc.awaitTerminationOrTimeout(0);
}
