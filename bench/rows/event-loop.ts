import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figure, inTurns, type Scale } from '../harness.ts';
import { zipfText } from '../text.ts';
import { WordCountStream } from '../word-count-stream.ts';

export const title = 'The event loop of the host, while a batch of a million lines is counted on it';

/** How late a timer is that wants to run every millisecond. */
export async function measure({ lines, rounds }: Scale): Promise<readonly Figure[]> {
  const text = zipfText(lines);
  const stream = new WordCountStream();
  const { batch: runs } = await inTurns(rounds, { batch: () => delaysOf(stream, text) });
  await stream.stop();
  return [
    figure(
      'delay, p50',
      'ms',
      runs.map(({ p50 }) => p50),
    ),
    figure(
      'delay, p99',
      'ms',
      runs.map(({ p99 }) => p99),
      20,
    ),
    figure(
      'delay, longest',
      'ms',
      runs.map(({ longest }) => longest),
    ),
    figure(
      'the batch, from its beat',
      'ms',
      runs.map(({ batchMs }) => batchMs),
    ),
  ];
}

interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly batchMs: number;
}

async function delaysOf(stream: WordCountStream, text: readonly Buffer[]): Promise<Delays> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  let beganMs = 0;
  let batchMs = 0;
  await stream.count(text, {
    began: () => {
      beganMs = performance.now();
      histogram.enable();
    },
    ended: () => {
      batchMs = performance.now() - beganMs;
    },
  });
  // The turn in which the batch ended is over when a timer has run.
  await sleep(2);
  histogram.disable();
  const ms = (ns: number): number => ns / 1e6;
  return { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), longest: ms(histogram.max), batchMs };
}
