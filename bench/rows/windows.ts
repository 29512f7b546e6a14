import type { DStream, RDD } from 'firesteel';
import { type Figure, figure, inTurns, type Meter, ratios, type Scale } from '../harness.ts';
import { SteppedStream } from '../stepped-stream.ts';
import { vocabularyWords, wordsPerLine, zipfText } from '../text.ts';

export const title = 'A window over keys that slides by a batch of a million words, beside the batch alone';

type Counted = DStream<[string, number]>;

/** What a slide costs: reduceByKey of the batch alone, then a window of 10 batches without, of 100 with an inverse. */
export async function measure({ lines, pairs }: Scale): Promise<readonly Figure[]> {
  const words = zipfText(lines / wordsPerLine).flatMap((block) =>
    block.toString('latin1').split(/[ \n]/).filter(Boolean),
  );
  const add = (a: number, b: number): number => a + b;
  const subtract = (a: number, b: number): number => a - b;
  const programs = {
    'reduceByKey alone': (input: Counted) => input.reduceByKey(add),
    '10 batches, without inverse': (input: Counted) => input.reduceByKeyAndWindow(add, '10 seconds'),
    '10 batches, with inverse': (input: Counted) => input.reduceByKeyAndWindow(add, subtract, '10 seconds'),
    '100 batches, with inverse': (input: Counted) => input.reduceByKeyAndWindow(add, subtract, '100 seconds'),
  };
  const streams = Object.entries(programs).map(([name, program]) => ({ name, ...start(program, words) }));
  const small = words.slice(0, vocabularyWords);
  for (const { stream } of streams) {
    // The windows are full before anything is measured.
    for (let batch = 0; batch < 100; batch++) await stream.batch(stream.rows(small));
  }
  const turns = Object.fromEntries(streams.map(({ name, stream, rdd }) => [name, () => stream.batch(rdd)]));
  for (let round = 0; round < 10; round++) for (const turn of Object.values(turns)) await turn();
  const runs = await inTurns(pairs, turns);
  for (const { stream } of streams) await stream.stop();
  return figuresOf(runs);
}

function start(
  program: (input: Counted) => Counted,
  words: readonly string[],
): { readonly stream: SteppedStream<string>; readonly rdd: RDD<string> } {
  const stream = new SteppedStream<string>((input) => {
    program(input.map((word) => [word, 1])).foreachRDD(async (rdd) => void (await rdd.count()));
  });
  return { stream, rdd: stream.rows(words, 4) };
}

function figuresOf(runs: Readonly<Record<string, readonly Meter[]>>): Figure[] {
  const of = (name: string, pick: (meter: Meter) => number): number[] => (runs[name] ?? []).map(pick);
  const wall = (meter: Meter): number => meter.wallMs;
  const cpu = (meter: Meter): number => meter.cpuMs;
  const [alone, ...windows] = Object.keys(runs) as [string, ...string[]];
  return [
    ...Object.keys(runs).flatMap((name) => [
      figure(name, 'ms', of(name, wall)),
      figure(`${name}, processor`, 'ms', of(name, cpu)),
    ]),
    ...windows.flatMap((name) => [
      figure(`${name} / alone`, '×', ratios(of(name, wall), of(alone, wall)), 1.3),
      figure(`${name} / alone, processor`, '×', ratios(of(name, cpu), of(alone, cpu)), 1.3),
    ]),
  ];
}
