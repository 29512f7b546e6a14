/** How often there was each word. */
export type Counts = ReadonlyMap<string, number>;

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
