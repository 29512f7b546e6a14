import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Effect, Stream } from 'effect';
import { from as iterableFrom } from 'ix/iterable';
import { flatMap as flatMapOf, map as mapOf } from 'ix/iterable/operators';
import { from, lastValueFrom, map, mergeMap, reduce } from 'rxjs';
import type { Counts } from './fused-loop.ts';

const linesOf = (block: Buffer): string[] => {
  const lines = block.toString('latin1').split('\n');
  lines.pop(); // A block ends with a line end.
  return lines;
};
const splitLine = (line: string): string[] => line.split(' ');
const pairWithOne = (word: string): [string, number] => [word, 1];
const add = (a: number, b: number): number => a + b;

const count = (counts: Map<string, number>, [word, n]: readonly [string, number]): Map<string, number> => {
  const before = counts.get(word);
  return counts.set(word, before === undefined ? n : add(before, n));
};

/** The word count as an RxJS program, with the functions of ours. */
export function rxjs(blocks: readonly Buffer[]): Promise<Counts> {
  return lastValueFrom(
    from(blocks).pipe(
      mergeMap(linesOf),
      mergeMap(splitLine),
      map(pairWithOne),
      reduce(count, new Map<string, number>()),
    ),
  );
}

/** As a pipeline of Node streams, in object mode, a step a stream. */
export async function nodeStreams(blocks: readonly Buffer[]): Promise<Counts> {
  const counts = new Map<string, number>();
  const each = <T>(f: (row: T) => readonly unknown[]): Transform =>
    new Transform({
      objectMode: true,
      transform(row: T, _encoding, done) {
        for (const made of f(row)) this.push(made);
        done();
      },
    });
  const counting = new Writable({
    objectMode: true,
    write(pair: [string, number], _encoding, done) {
      count(counts, pair);
      done();
    },
  });
  const pairs = each((word: string) => [pairWithOne(word)]);
  await pipeline(Readable.from(blocks), each(linesOf), each(splitLine), pairs, counting);
  return counts;
}

/** As an Effect program. */
export function effectStream(blocks: readonly Buffer[]): Promise<Counts> {
  const words = Stream.fromIterable(blocks).pipe(
    Stream.map(linesOf),
    Stream.flattenIterable,
    Stream.map(splitLine),
    Stream.flattenIterable,
    Stream.map(pairWithOne),
  );
  return Effect.runPromise(Stream.runFold(words, () => new Map<string, number>(), count));
}

/** With the iterables of IxJS. */
export function ix(blocks: readonly Buffer[]): Counts {
  const pairs = iterableFrom(blocks).pipe(flatMapOf(linesOf), flatMapOf(splitLine), mapOf(pairWithOne));
  const counts = new Map<string, number>();
  for (const pair of pairs) count(counts, pair);
  return counts;
}

/** As one would write it without a thought: an array for every step. */
export function naiveArrays(blocks: readonly Buffer[]): Counts {
  const counts = new Map<string, number>();
  const pairs = blocks.flatMap(linesOf).flatMap(splitLine).map(pairWithOne);
  for (const [word, n] of pairs) counts.set(word, add(counts.get(word) ?? 0, n));
  return counts;
}
