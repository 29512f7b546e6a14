import { type DStream, type Row, SparkConf } from 'firesteel';
import { type FeedBatch, run, testRuntime } from 'firesteel/testing';
import { sorted } from './side-by-side.ts';

/** What a reader of a stream read in a batch, in an order of its own. */
type Read = readonly [second: number, rows: readonly Row[]];

/**
 * Reads a stream in every batch, in those of 1 s and 4 s two and a half seconds late, while other batches go on: in the
 * order of reading.
 */
export async function lateReads<T extends Row>(
  concurrentJobs: number,
  program: (input: DStream<T>) => DStream<Row>,
  batches: readonly FeedBatch<T>[],
): Promise<readonly Read[]> {
  const runtime = testRuntime();
  const reads: Read[] = [];
  await run<T, T>(
    (_ssc, input) => {
      program(input).foreachRDD(async (rdd, time) => {
        const second = time.milliseconds / 1000;
        if (second === 1 || second === 4) await runtime.clock.sleep(2500);
        reads.push([second, sorted(await rdd.collect())]);
      });
      return input.filter(() => false);
    },
    batches,
    { runtime, batches: 8, conf: new SparkConf().set('spark.streaming.concurrentJobs', concurrentJobs) },
  );
  return reads;
}

/** The same in the order of time; some of them must have been overtaken. */
export function inOrder(reads: readonly Read[]): readonly Read[] {
  const ordered = [...reads].sort(([a], [b]) => a - b);
  if (reads.every((read, i) => read === ordered[i])) throw new Error('nothing was overtaken');
  return ordered;
}
