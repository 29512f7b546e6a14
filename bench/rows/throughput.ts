import { type Counts, fusedLoop } from '../fused-loop.ts';
import { collectGarbage, type Figure, figure, inTurns, Meter, ratios, type Scale } from '../harness.ts';
import { effectStream, ix, naiveArrays, nodeStreams, rxjs } from '../peers.ts';
import { vocabularyWords, wordsPerLine, zipfText } from '../text.ts';
import { WordCountStream } from '../word-count-stream.ts';

export const title = 'Word count of a million lines, beside others on the same text';

/** Firesteel, which recognises the closures, and others, in turns. */
export async function measure({ lines, rounds }: Scale): Promise<readonly Figure[]> {
  const text = zipfText(lines);
  const stream = new WordCountStream();
  let first: Counts | undefined;
  const checked = (counts: Counts, meter: Meter): Meter => {
    first ??= counts;
    check(counts, lines, first);
    return meter;
  };
  const peer = (count: (blocks: readonly Buffer[]) => Counts | Promise<Counts>) => async (): Promise<Meter> => {
    collectGarbage();
    const meter = new Meter();
    meter.start();
    const counts = await count(text);
    meter.stop();
    return checked(counts, meter);
  };
  const runs = await inTurns(rounds, {
    firesteel: async () => {
      const { counts, meter } = await stream.count(text);
      return checked(counts, meter);
    },
    'RxJS 7': peer(rxjs),
    'Node streams': peer(nodeStreams),
    'Effect Stream': peer(effectStream),
    'ix 7': peer(ix),
    'loop by hand': peer(fusedLoop),
    'plain arrays': peer(naiveArrays),
  });
  await stream.stop();
  return figuresOf(runs, lines);
}

function figuresOf(runs: Readonly<Record<string, readonly Meter[]>>, lines: number): Figure[] {
  const wall = (name: string): number[] => (runs[name] ?? []).map(({ wallMs }) => wallMs);
  const cpu = (name: string): number[] => (runs[name] ?? []).map(({ cpuMs }) => cpuMs);
  const others = Object.keys(runs).filter((name) => name !== 'firesteel');
  return [
    figure(
      'firesteel, throughput',
      'M lines/s',
      wall('firesteel').map((ms) => lines / ms / 1000),
    ),
    ...Object.keys(runs).flatMap((name) => [
      figure(name, 'ms', wall(name)),
      figure(`${name}, processor`, 'ms', cpu(name)),
    ]),
    ...others.flatMap((name) => [
      figure(`firesteel / ${name}`, '×', ratios(wall('firesteel'), wall(name))),
      figure(`firesteel / ${name}, processor`, '×', ratios(cpu('firesteel'), cpu(name))),
    ]),
  ];
}

/** All count every word, and the same. */
function check(counts: Counts, lines: number, first: Counts): void {
  const sum = [...counts.values()].reduce((a, b) => a + b, 0);
  const isComplete = sum === lines * wordsPerLine && counts.size <= vocabularyWords;
  const isSame = counts.size === first.size && [...first].every(([word, n]) => counts.get(word) === n);
  if (!isComplete || !isSame) throw new Error(`A word count is wrong: ${counts.size} words, ${sum} times.`);
}
