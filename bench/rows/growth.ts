import { type DStream, type State, StateSpec } from 'firesteel';
import { collectGarbage, type Figure, figure, inTurns, type Scale } from '../harness.ts';
import { SteppedStream } from '../stepped-stream.ts';
import { zipfText } from '../text.ts';

export const title = 'How cost grows: records a batch, keys, and batches of a window';

/** A word count of more and more lines a batch, state of more and more keys, windows of more and more batches. */
export async function measure({ lines, keys, pairs }: Scale): Promise<readonly Figure[]> {
  const rounds = Math.min(pairs, 3);
  return [
    ...(await recordsABatch(lines, rounds)),
    ...(await keysOfState(keys, rounds)),
    ...(await batchesOfWindow(lines, rounds)),
  ];
}

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;
const countWords = (input: DStream<string>): DStream<[string, number]> =>
  input
    .flatMap((line) => line.split(' '))
    .map((word): [string, number] => [word, 1])
    .reduceByKey(add);

/** From a hundredth of the lines to ten times as many; small batches are run until they are a tenth of the lines. */
async function recordsABatch(lines: number, rounds: number): Promise<readonly Figure[]> {
  const texts = linesOf(lines / 10);
  const stream = new SteppedStream<string>((input) => {
    countWords(input).foreachRDD(async (rdd) => void (await rdd.count()));
  });
  const sizes = [lines / 100, lines / 10, lines, lines * 10];
  const turns = sizes.map((size): [string, () => Promise<number>] => {
    const count = Math.max(1, lines / 10 / size);
    const name = `${size.toLocaleString('en')} lines a batch, a line`;
    return [
      name,
      async () => {
        const rows = Array.from({ length: size }, (_, i) => texts[i % texts.length] ?? '');
        const { wallMs } = await stream.batch(stream.rows(rows), count);
        return (wallMs * 1000) / (count * size);
      },
    ];
  });
  const runs = await inTurns(rounds, Object.fromEntries(turns));
  await stream.stop();
  const figures = Object.entries(runs).map(([name, values]) => figure(name, 'µs', values));
  const medians = figures.map(({ median }) => median);
  return [
    ...figures,
    figure('a line, dearest size / cheapest size', '×', [Math.max(...medians) / Math.min(...medians)], 1.4),
  ];
}

function linesOf(count: number): readonly string[] {
  return zipfText(count).flatMap((block) => block.toString('latin1').trimEnd().split('\n'));
}

/** A tenth of the keys, and all; as many updates for both. */
async function keysOfState(keys: number, rounds: number): Promise<readonly Figure[]> {
  const updates = keys / 5;
  const figures: Figure[] = [];
  for (const program of [updateState, mapWithState]) {
    const costs: number[] = [];
    const held: number[] = [];
    for (const count of [keys / 10, keys]) {
      collectGarbage();
      const beforeBytes = heldBytes();
      const stream = new SteppedStream<[string, number]>(program);
      await stream.batch(stream.rows(rowsOf(count, count, 0)));
      let round = 1;
      const { batch } = await inTurns(rounds, {
        batch: async () => (await stream.batch(stream.rows(rowsOf(count, updates, round++)))).wallMs,
      });
      await stream.batch(stream.rows([]));
      collectGarbage();
      held.push((heldBytes() - beforeBytes) / count);
      const cost = figure(`${program.name}, ${count.toLocaleString('en')} keys, a batch`, 'ms', batch);
      costs.push(cost.median);
      figures.push(cost);
      await stream.stop();
    }
    const ratio = ([small = 0, large = 0]: readonly number[]): number[] => [large / small];
    figures.push(figure(`${program.name}, 10 × keys, time of a batch`, '×', ratio(costs)));
    figures.push(figure(`${program.name}, a key and its value`, 'bytes', held.slice(1)));
    figures.push(figure(`${program.name}, 10 × keys, memory of a key`, '×', ratio(held), 1.4));
  }
  return figures;
}

function updateState(input: DStream<[string, number]>): void {
  input
    .updateStateByKey((ones: number[], sum: number | undefined) => ones.reduce(add, sum ?? 0))
    .foreachRDD(async (rdd) => void (await rdd.count()));
}

function mapWithState(input: DStream<[string, number]>): void {
  const spec = StateSpec.function((_key: string, one: number | undefined, sum: State<number>): number => {
    const next = (sum.getOption() ?? 0) + (one ?? 0);
    sum.update(next);
    return next;
  });
  input.mapWithState(spec).foreachRDD(async (rdd) => void (await rdd.count()));
}

/** New texts each time, as they come from outside: nobody has hashed them before. */
function rowsOf(keys: number, count: number, round: number): [string, number][] {
  const step = 7_919; // A prime: all keys have their turn, in no order of the table.
  const keyOf = (n: number): string => Buffer.from(`user-${n}`).toString('latin1');
  return Array.from({ length: count }, (_, i) => [keyOf(((i + round * count) * step) % keys), 1]);
}

function heldBytes(): number {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

/** Windows of 10 and of 100 batches, each slid by one. */
async function batchesOfWindow(lines: number, rounds: number): Promise<readonly Figure[]> {
  const texts = linesOf(lines / 100);
  const programs = {
    'without inverse': (input: DStream<string>, length: string) => countWords(input).reduceByKeyAndWindow(add, length),
    'with inverse': (input: DStream<string>, length: string) =>
      countWords(input).reduceByKeyAndWindow(add, subtract, length),
  };
  const figures: Figure[] = [];
  for (const [name, program] of Object.entries(programs)) {
    const medians: number[] = [];
    for (const batches of [10, 100]) {
      const stream = new SteppedStream<string>((input) => {
        program(input, `${batches} seconds`).foreachRDD(async (rdd) => void (await rdd.count()));
      });
      await stream.batch(stream.rows(texts), batches);
      const { slide } = await inTurns(rounds, {
        slide: async () => (await stream.batch(stream.rows(texts), slides)).wallMs / slides,
      });
      await stream.stop();
      const cost = figure(`a window of ${batches} batches ${name}, a slide`, 'ms', slide);
      medians.push(cost.median);
      figures.push(cost);
    }
    // Without an inverse each key that came or left is merged anew, over all batches.
    const under = name === 'with inverse' ? 1.4 : undefined;
    const ratio = (medians[1] ?? 0) / (medians[0] ?? 0);
    figures.push(figure(`10 × batches ${name}, time of a slide`, '×', [ratio], under));
  }
  return figures;
}

/** So many are timed together. */
const slides = 10;
