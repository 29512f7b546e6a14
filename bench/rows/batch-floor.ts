import { Milliseconds, SparkConf, StreamingContext } from 'firesteel';
import { collectGarbage, type Figure, figure, inTurns, nowMs, quantile, type Scale } from '../harness.ts';

export const title = 'One record a batch, every 10 ms';

/** The least that a batch costs: a word count of one word, in a program that runs on and on. */
export async function measure({ batches, rounds }: Scale): Promise<readonly Figure[]> {
  const { floor: runs } = await inTurns(rounds, { floor: () => run(batches) });
  const each = (name: string, pick: (run: Batch[]) => number, under?: number): Figure =>
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

/** A batch by the moments of its messages, in milliseconds since the epoch with fractions. */
interface Batch {
  readonly timeMs: number;
  readonly tickMs: number;
  submittedMs: number;
  startedMs: number;
  completedMs: number;
}

/** Planning, then processing; not what lies between, when the batch waits for the one before it. */
function workMs(batch: Batch): number {
  return batch.submittedMs - batch.tickMs + (batch.completedMs - batch.startedMs);
}

function latenessMs(batch: Batch): number {
  return batch.tickMs - batch.timeMs;
}

/** The median of how long after its time a batch was begun. */
function delayMs(batches: readonly Batch[]): number {
  return quantile(
    batches.map((batch) => batch.startedMs - batch.timeMs),
    0.5,
  );
}

async function run(count: number): Promise<Batch[]> {
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
  const batches = new Map<number, Batch>();
  const completed = new Promise<void>((resolve) => {
    let left = count;
    ssc.onMessage = ({ message }) => {
      const isCompletion = note(message as Noted, batches);
      if (isCompletion && --left === 0) resolve();
    };
  });
  ssc.start();
  await completed;
  await ssc.stop();
  if (counted !== count) throw new Error(`${counted} of ${count} records came out.`);
  return [...batches.values()].slice(0, count);
}

/** What is noted of the messages: beats carry their time, facts for listeners their batch. */
interface Noted {
  readonly type: string;
  readonly timeMs: number;
  readonly info?: { readonly batchTimeMs: number };
}

/** Writes down when a message came. @returns whether it completed a batch */
function note({ type, timeMs, info }: Noted, batches: Map<number, Batch>): boolean {
  const heardMs = nowMs();
  if (type === 'batch.tick') {
    const unknown = { submittedMs: Number.NaN, startedMs: Number.NaN, completedMs: Number.NaN };
    batches.set(timeMs, { timeMs, tickMs: heardMs, ...unknown });
  }
  const batch = info === undefined ? undefined : batches.get(info.batchTimeMs);
  if (batch === undefined) return false;
  if (type === 'batch.submitted') batch.submittedMs = heardMs;
  if (type === 'batch.started') batch.startedMs = heardMs;
  if (type === 'batch.completed') batch.completedMs = heardMs;
  return type === 'batch.completed';
}
