import { seededRandom } from '../../src/core/random.ts';

const wordsMax = 300;

/** The words of a line, always the same ones. */
export function wordsOf(line: number): readonly string[] {
  const random = seededRandom(line, 1);
  return Array.from({ length: 2 + random.below(5) }, () => `word-${random.below(wordsMax)}`);
}

/** What is to come out of these lines, worked out by a loop: `[line, place in it, word, count so far]`, sorted. */
export function rowsOf(lines: readonly number[]): readonly string[] {
  const counts = new Map<string, number>();
  const rows: string[] = [];
  for (const line of lines) {
    for (const [place, word] of wordsOf(line).entries()) {
      const count = (counts.get(word) ?? 0) + 1;
      counts.set(word, count);
      rows.push(JSON.stringify([line, place, word, count]));
    }
  }
  return rows;
}

/** The rows by line and place, equal ones beside each other. */
export function sortedRows(rows: readonly string[]): readonly string[] {
  const keyed = rows.map((row) => {
    const [line, place] = JSON.parse(row) as [number, number];
    return { row, line, place };
  });
  return keyed.sort((a, b) => a.line - b.line || a.place - b.place).map(({ row }) => row);
}
