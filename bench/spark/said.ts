import type { WatchedBatch } from '../batch-watch.ts';
import { quantile } from '../harness.ts';

/** What is called the time of a batch. */
export type BatchTime =
  /** From the start of its first output to the end of its last, as Spark counts it. */
  | 'processed'
  /** That, and its planning. */
  | 'planned'
  /** All the time there was from the end of one batch to the end of the next, what it is written down with included. */
  | 'sealed';

/** How a program was run. */
export interface RunOptions {
  /** Batches that are not counted, at the beginning. */
  readonly warm: number;
  /** Batches that are counted; undefined for all behind the warm ones. */
  readonly batches: number | undefined;
  /** Records of a batch; undefined for as many as its inputs say. */
  readonly records: number | undefined;
  readonly intervalMs: number;
  readonly time: BatchTime;
}

/** What a run of firesteel says of its counted batches, by the names that the programs on Spark use too. */
export function saidOf(all: readonly WatchedBatch[], options: RunOptions): Readonly<Record<string, number>> {
  const ended = all.filter(({ completedMs }) => !Number.isNaN(completedMs));
  const to = options.batches === undefined ? ended.length : options.warm + options.batches;
  const counted = ended.slice(options.warm, to);
  const [first, last] = [counted[0], counted.at(-1)];
  if (first === undefined || last === undefined) return { batches: 0 };
  const before = ended[options.warm - 1] ?? first;
  const times = counted.map((batch, index) => timeOf(batch, counted[index - 1] ?? before, options.time));
  const busyMs = times.reduce((sum, ms) => sum + ms, 0);
  const records = counted.reduce((sum, batch) => sum + (options.records ?? batch.records), 0);
  const waits = counted.map(({ startedMs, timeMs }) => startedMs - timeMs);
  const fifth = Math.max(1, Math.floor(waits.length / 5));
  return {
    batches: counted.length,
    throughput: records / 1000 / busyMs,
    taken: records / 1000 / (counted.length * options.intervalMs),
    batchMs: busyMs / counted.length,
    batchMsP50: quantile(times, 0.5),
    batchMsP99: quantile(times, 0.99),
    batchMsMax: Math.max(...times),
    growingMs: quantile(waits.slice(-fifth), 0.5) - quantile(waits.slice(0, fifth), 0.5),
    cpuSeconds: (last.cpuMs - before.cpuMs) / 1000,
  };
}

function timeOf(batch: WatchedBatch, before: WatchedBatch, time: BatchTime): number {
  if (time === 'sealed') return batch.sealedMs - before.sealedMs;
  const processedMs = batch.completedMs - batch.startedMs;
  return time === 'planned' ? batch.submittedMs - batch.tickMs + processedMs : processedMs;
}
