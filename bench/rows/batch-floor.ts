import { Milliseconds, SparkConf, StreamingContext } from 'firesteel';
import { BatchWatch, type WatchedBatch } from '../batch-watch.ts';
import { collectGarbage, type Figure, figure, inTurns, quantile, type Scale } from '../harness.ts';

export const title = 'One record a batch, every 10 ms';

/** The least that a batch costs: a word count of one word, in a program that runs on and on. */
export async function measure({ batches, rounds }: Scale): Promise<readonly Figure[]> {
  const { floor: runs } = await inTurns(rounds, { floor: () => run(batches) });
  const each = (name: string, pick: (run: WatchedBatch[]) => number, under?: number): Figure =>
    figure(name, 'ms', runs.map(pick), under);
  const span = Math.min(100, batches / 2);
  return [
    each('work, p50', (run) => quantile(run.map(workMs), 0.5)),
    each('work, p99', (run) => quantile(run.map(workMs), 0.99), 3),
    each(
      'delay, last 100 batches less the first 100',
      (run) => delayMs(run.slice(-span)) - delayMs(run.slice(0, span)),
      1,
    ),
    each('lateness of beats, p50', (run) => quantile(run.map(latenessMs), 0.5)),
    each('lateness of beats, p99', (run) => quantile(run.map(latenessMs), 0.99)),
  ];
}

/** Planning, then processing; not what lies between, when the batch waits for the one before it. */
function workMs(batch: WatchedBatch): number {
  return batch.submittedMs - batch.tickMs + (batch.completedMs - batch.startedMs);
}

function latenessMs(batch: WatchedBatch): number {
  return batch.tickMs - batch.timeMs;
}

/** The median of how long after its time a batch was begun. */
function delayMs(batches: readonly WatchedBatch[]): number {
  return quantile(
    batches.map((batch) => batch.startedMs - batch.timeMs),
    0.5,
  );
}

async function run(count: number): Promise<WatchedBatch[]> {
  collectGarbage();
  const conf = new SparkConf().setMaster('local[2]').setAppName('BatchFloor');
  const ssc = new StreamingContext(conf, Milliseconds(10));
  const words = Array.from({ length: count }, () => ssc.sparkContext.parallelize(['word'], 1));
  let counted = 0;
  ssc
    .queueStream(words)
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)
    .foreachRDD(async (rdd) => {
      for (const [, n] of await rdd.collect()) counted += n;
    });
  const watch = new BatchWatch(ssc);
  const sealed = watch.until(count);
  ssc.start();
  await sealed;
  await ssc.stop();
  if (counted !== count) throw new Error(`${counted} of ${count} records came out.`);
  return watch.batches.slice(0, count);
}
