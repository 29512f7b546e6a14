import { from, lastValueFrom, map, mergeMap, reduce } from 'rxjs';

/** How often there was each word. */
export type Counts = ReadonlyMap<string, number>;

const linesOf = (block: Buffer): string[] => {
  const lines = block.toString('latin1').split('\n');
  lines.pop(); // A block ends with a line end.
  return lines;
};
const splitLine = (line: string): string[] => line.split(' ');
const pairWithOne = (word: string): [string, number] => [word, 1];
const add = (a: number, b: number): number => a + b;

/** The word count as an RxJS program, with the functions of ours. */
export function rxjs(blocks: readonly Buffer[]): Promise<Counts> {
  return lastValueFrom(
    from(blocks).pipe(
      mergeMap(linesOf),
      mergeMap(splitLine),
      map(pairWithOne),
      reduce((counts, [word, n]) => {
        const before = counts.get(word);
        return counts.set(word, before === undefined ? n : add(before, n));
      }, new Map<string, number>()),
    ),
  );
}

/** As one would write it by hand to be fast: one loop, no rows between the steps, a cell a word. */
export function fusedLoop(blocks: readonly Buffer[]): Counts {
  const cells = new Map<string, { n: number }>();
  for (const block of blocks) {
    const text = block.toString('latin1');
    for (let from = 0, end = text.indexOf('\n'); end >= 0; from = end + 1, end = text.indexOf('\n', from)) {
      for (const word of text.slice(from, end).split(' ')) {
        const cell = cells.get(word);
        if (cell === undefined) cells.set(word, { n: 1 });
        else cell.n += 1;
      }
    }
  }
  return new Map([...cells].map(([word, { n }]) => [word, n]));
}

/** As one would write it without a thought: an array for every step. */
export function naiveArrays(blocks: readonly Buffer[]): Counts {
  const counts = new Map<string, number>();
  const pairs = blocks.flatMap(linesOf).flatMap(splitLine).map(pairWithOne);
  for (const [word, n] of pairs) counts.set(word, add(counts.get(word) ?? 0, n));
  return counts;
}
