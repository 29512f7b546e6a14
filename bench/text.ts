import { mulberry32 } from './random.ts';

/**
 * Text for the word counts: lines of 10 words, drawn from 10,000 words by Zipf's law with exponent 1; the same bytes
 * every time.
 *
 * @returns whole lines in blocks of 64 KiB or a little more
 */
export function zipfText(lines: number): readonly Buffer[] {
  const random = mulberry32(seed);
  const words = vocabulary(random);
  const pick = zipf(random);
  const blocks: Buffer[] = [];
  let block: string[] = [];
  let blockBytes = 0;
  const endBlock = (): void => {
    if (block.length > 0) blocks.push(Buffer.from(block.join(''), 'latin1'));
    block = [];
    blockBytes = 0;
  };
  for (let line = 0; line < lines; line++) {
    let text = words[pick()] ?? '';
    for (let word = 1; word < wordsPerLine; word++) text += ` ${words[pick()]}`;
    block.push(text, '\n');
    blockBytes += text.length + 1;
    if (blockBytes >= blockBytesMin) endBlock();
  }
  endBlock();
  return blocks;
}

export const wordsPerLine = 10;
export const vocabularyWords = 10_000;
const seed = 42;
const blockBytesMin = 64 * 1024;

function vocabulary(random: () => number): readonly string[] {
  const words = new Set<string>();
  while (words.size < vocabularyWords) {
    const letters = Array.from({ length: 4 + Math.floor(random() * 7) }, () => 97 + Math.floor(random() * 26));
    words.add(String.fromCharCode(...letters));
  }
  return [...words];
}

/** Draws the place of a word in the vocabulary: the first is the commonest, the nth n times rarer. */
function zipf(random: () => number): () => number {
  const cumulative = new Float64Array(vocabularyWords);
  let sum = 0;
  for (let i = 0; i < vocabularyWords; i++) {
    sum += 1 / (i + 1);
    cumulative[i] = sum;
  }
  return () => {
    const drawn = random() * sum;
    let low = 0;
    let high = vocabularyWords - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] ?? 0) < drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
