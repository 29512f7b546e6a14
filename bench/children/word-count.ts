import { Seconds, SparkConf, StreamingContext, systemRuntime } from 'firesteel';
import { nowMs } from '../harness.ts';

/** What the first moments of a program cost, and what it holds when it has come to rest. */
export interface FirstMoments {
  /** From the launch of the process until `start()` had returned. */
  readonly launchedMs: number;
  readonly startMs: number;
  /** How late the first beat was. */
  readonly latenessMs: number;
  /** From the first beat to its printed header. */
  readonly headerMs: number;
  /** Resident memory after the last batch. */
  readonly residentMiB: number;
}

/** The word count of the first page, for so many batches; its last line of output is its first moments, as JSON. */
export async function wordCount([port, batches]: readonly string[]): Promise<void> {
  const system = systemRuntime();
  let beat: { readonly timeMs: number; readonly heardMs: number } | undefined;
  let printedMs: number | undefined;
  const out = (text: string): void => {
    system.terminal.out(text);
    printedMs ??= nowMs();
  };
  const runtime = { ...system, terminal: { ...system.terminal, out } };
  const conf = new SparkConf().setMaster('local[2]').setAppName('NetworkWordCount');
  const ssc = new StreamingContext(conf, Seconds(1), { runtime });
  ssc
    .socketTextStream('127.0.0.1', Number(port))
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)
    .print();
  ssc.onMessage = ({ message }) => {
    if (message.type === 'batch.tick')
      beat ??= { timeMs: (message as { timeMs: number } & typeof message).timeMs, heardMs: nowMs() };
  };
  const enough = new Promise<void>((resolve) => {
    let left = Number(batches);
    ssc.addStreamingListener({ onBatchCompleted: () => void (--left === 0 && resolve()) });
  });

  const beforeMs = performance.now();
  ssc.start();
  const launchedMs = performance.now();
  await enough;
  const residentMiB = process.memoryUsage.rss() / 2 ** 20;
  await ssc.stop();
  if (beat === undefined || printedMs === undefined) throw new Error('The program ended before its first header.');
  const moments: FirstMoments = {
    launchedMs,
    startMs: launchedMs - beforeMs,
    latenessMs: beat.heardMs - beat.timeMs,
    headerMs: printedMs - beat.heardMs,
    residentMiB,
  };
  console.log(JSON.stringify(moments));
}
