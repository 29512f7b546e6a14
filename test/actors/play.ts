import type { Posted } from '../../src/core/bus.ts';
import { FiresteelError } from '../../src/core/errors.ts';
import type { LogEntry } from '../../src/core/logger.ts';
import type { MemoryServer } from '../../src/core/memory-sockets.ts';
import type { StreamingListener } from '../../src/graph/streaming-listener.ts';
import { type DStream, type Row, Seconds, SparkConf, StreamingContext } from '../../src/index.ts';
import { type TestRuntime, testRuntime } from '../../src/testing/index.ts';

/** How a program is put on stage. */
export interface PlayOptions {
  /** Further settings; the master is `local[3]`, so that two receivers find a place. */
  readonly conf?: Readonly<Record<string, string>>;
  readonly seed?: number;
  /** Which messages never arrive. */
  readonly isLost?: ((posted: Posted) => boolean) | undefined;
}

/** A program of batches of a second, in a world of its own, and all that can be seen of it from outside. */
export interface Play {
  readonly runtime: TestRuntime;
  readonly ssc: StreamingContext;
  /** What `socketTextStream('localhost', 9999)` connects to. */
  readonly server: MemoryServer;
  /** What listeners heard, in order: `batch.completed 1000`, `output.started 1000/0`, `receiver.up 0`. */
  readonly heard: readonly string[];
  /** Warnings and errors of the log. */
  readonly log: readonly LogEntry[];
  /** What the program under test wants remembered. */
  readonly marks: string[];
  /** The code of the error that awaitTermination rejected with, or its text. */
  reported(): string | undefined;
  /** Begins to stop the program; when that has ended, `stoppedMs` says when it did. */
  stop(isGraceful: boolean): void;
  stoppedMs(): number | undefined;
  /** How often each word was counted, over all batches that were printed. */
  counts(): Readonly<Record<string, number>>;
}

/** Makes a program that is not started. */
export function play(options: PlayOptions = {}): Play {
  const runtime = testRuntime(options.seed === undefined ? {} : { seed: options.seed });
  const server = runtime.sockets.listen({ host: 'localhost', port: 9999 });
  const conf = new SparkConf().setMaster('local[3]').setAppName('play');
  for (const [key, value] of Object.entries(options.conf ?? {})) conf.set(key, value);
  const log: LogEntry[] = [];
  const ssc = new StreamingContext(conf, Seconds(1), { runtime, logSink: { log: (entry) => log.push(entry) } });
  ssc.isLost = options.isLost;
  const heard: string[] = [];
  ssc.addStreamingListener(noting(heard));
  let reported: unknown;
  let stoppedMs: number | undefined;
  ssc.awaitTermination().catch((error: unknown) => {
    reported = error;
  });
  return {
    runtime,
    ssc,
    server,
    heard,
    log,
    marks: [],
    reported: () => (reported === undefined ? undefined : nameOf(reported)),
    stop: (isGraceful) => {
      void ssc.stop(true, isGraceful).then(() => {
        stoppedMs = runtime.clock.now();
      });
    },
    stoppedMs: () => stoppedMs,
    counts: () => countsIn(runtime.terminal.output),
  };
}

/** The word count of the first page. */
export function countWords({ ssc }: Play): void {
  ssc
    .socketTextStream('localhost', 9999)
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)
    .print();
}

/** Keeps the rows of every batch that has any, with its time. */
export function keepRows<T extends Row>(stream: DStream<T>): (readonly [timeMs: number, rows: readonly T[]])[] {
  const kept: (readonly [number, readonly T[]])[] = [];
  stream.foreachRDD(async (rdd, time) => {
    const rows = await rdd.collect();
    if (rows.length > 0) kept.push([time.milliseconds, rows]);
  });
  return kept;
}

/** A listener that notes what it hears, by the names of the messages. */
export function noting(heard: string[]): StreamingListener {
  const receiver = (what: string) => (info: { readonly streamId: number }) =>
    void heard.push(`${what} ${info.streamId}`);
  const batch = (what: string) => (info: { readonly batchTimeMs: number }) =>
    void heard.push(`${what} ${info.batchTimeMs}`);
  const output = (what: string) => (info: { readonly batchTimeMs: number; readonly id: number }) =>
    void heard.push(`${what} ${info.batchTimeMs}/${info.id}`);
  return {
    onStreamingStarted: () => void heard.push('streaming.started'),
    onReceiverStarted: receiver('receiver.up'),
    onReceiverError: receiver('receiver.trouble'),
    onReceiverStopped: receiver('receiver.down'),
    onBatchSubmitted: batch('batch.submitted'),
    onBatchStarted: batch('batch.started'),
    onBatchCompleted: batch('batch.completed'),
    onOutputOperationStarted: output('output.started'),
    onOutputOperationCompleted: output('output.completed'),
    onStreamingStopping: ({ timeMs }) => void heard.push(`streaming.stopping ${timeMs}`),
  };
}

function nameOf(error: unknown): string {
  return error instanceof FiresteelError ? error.code : String(error);
}

function countsIn(printed: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [, word = '', count] of printed.matchAll(/^\((.*),(\d+)\)$/gm)) {
    counts[word] = (counts[word] ?? 0) + Number(count);
  }
  return counts;
}
