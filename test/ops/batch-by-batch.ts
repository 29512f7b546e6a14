import type { DStream, Row, StreamingContext } from 'firesteel';
import { type FeedBatch, type RunOptions, run } from 'firesteel/testing';
import { type Engine, failureOf } from './on-both.ts';
import { sorted } from './side-by-side.ts';

/** What a program showed. */
export interface Shown {
  /** By second: the rows of its stream, in an order of their own; or the code of the error that came in their place. */
  readonly by: Readonly<Record<number, readonly Row[] | string>>;
  /** The text of the last error; undefined where nothing failed. */
  readonly failure: string | undefined;
}

/** Runs a program, and looks at its stream in every batch that is not refused, whether one fails or not. */
export async function batchByBatch<T extends Row, U extends Row>(
  using: Engine,
  program: (input: DStream<T>, ssc: StreamingContext) => DStream<U>,
  batches: readonly FeedBatch<T>[],
  options: RunOptions = {},
): Promise<Shown> {
  const by: Record<number, readonly Row[] | string> = {};
  let hasRun = false;
  const ran = run<T, T>(
    (ssc, input) => {
      program(input, ssc).foreachRDD(async (rdd, time) => {
        by[time.milliseconds / 1000] = await rdd.collect().then(sorted, (error) => (error as { code: string }).code);
      });
      return input.filter(() => false);
    },
    batches,
    { using, ...options },
  ).then(() => {
    hasRun = true;
  });
  const failure = await failureOf(ran).catch((error) => {
    if (!hasRun) throw error;
    return undefined;
  });
  return { by, failure };
}

/** The same of a program in which nothing fails: the rows, by second. */
export async function rowsBySecond<T extends Row, U extends Row>(
  using: Engine,
  program: (input: DStream<T>, ssc: StreamingContext) => DStream<U>,
  batches: readonly FeedBatch<T>[],
  options: RunOptions = {},
): Promise<Shown['by']> {
  const { by, failure } = await batchByBatch(using, program, batches, options);
  if (failure !== undefined) throw new Error(failure);
  return by;
}
