import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { mulberry32 } from '../random.ts';

/** How much data there is. */
export interface DataScale {
  readonly files: number;
  /** Lines of text in a file. */
  readonly lines: number;
  readonly keys: readonly number[];
  /** Keys in a file of updates. */
  readonly updates: number;
}

/** What one has to know of the data to check results. */
export interface DataFacts {
  readonly scale: DataScale;
  /** A word of middling frequency, which `grep` looks for. */
  readonly pattern: string;
  readonly text: readonly TextFacts[];
}

/** A file of text. */
interface TextFacts {
  readonly bytes: number;
  /** Lines with the pattern. */
  readonly matches: number;
  readonly distinct: number;
  /** How often the commonest word is there; it is the same one in every file. */
  readonly topCount: number;
}

/**
 * Writes the input of both engines, the same bytes every time, unless it is there.
 *
 * `text/lines-NN.txt`: 10 words a line, drawn from 10,000 by Zipf's law with exponent 1. `keys-K/init.txt`: each of K
 * keys once; `keys-K/upd-NN.txt`: keys drawn uniformly.
 */
export function makeData(folder: string, scale: DataScale, say: (text: string) => void): DataFacts {
  const factsFile = join(folder, 'facts.json');
  if (existsSync(factsFile)) {
    const kept = JSON.parse(readFileSync(factsFile, 'utf8')) as DataFacts;
    if (JSON.stringify(kept.scale) === JSON.stringify(scale)) return kept;
  }
  say(`Making the data in ${folder}, about a minute.`);
  const words = vocabulary();
  const pattern = words[500] ?? '';
  const text = writeText(join(folder, 'text'), words, pattern, scale);
  for (const keys of scale.keys) writeKeys(join(folder, `keys-${keys}`), keys, scale);
  const facts: DataFacts = { scale, pattern, text };
  // Written last: where it is, all of it is.
  writeFileSync(factsFile, `${JSON.stringify(facts, null, 2)}\n`);
  return facts;
}

const seed = 20130903;
const wordCount = 10_000;
export const wordsOfLine = 10;

function writeText(folder: string, words: readonly string[], pattern: string, scale: DataScale): TextFacts[] {
  mkdirSync(folder, { recursive: true });
  const pick = zipf();
  return Array.from({ length: scale.files }, (_, file) => {
    const random = mulberry32(seed + 1 + file);
    const out = new LineFile(join(folder, `lines-${twoDigits(file)}.txt`));
    const counts = new Int32Array(wordCount);
    let matches = 0;
    for (let i = 0; i < scale.lines; i++) {
      const line = drawLine(words, counts, () => pick(random()));
      if (line.includes(pattern)) matches += 1;
      out.add(line);
    }
    const distinct = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    return { bytes: out.close(), matches, distinct, topCount: counts[0] ?? 0 };
  });
}

function drawLine(words: readonly string[], counts: Int32Array, draw: () => number): string {
  let line = '';
  for (let word = 0; word < wordsOfLine; word++) {
    const drawn = draw();
    counts[drawn] = (counts[drawn] ?? 0) + 1;
    line += word === 0 ? words[drawn] : ` ${words[drawn]}`;
  }
  return line;
}

function writeKeys(folder: string, keys: number, { files, updates }: DataScale): void {
  mkdirSync(folder, { recursive: true });
  const init = new LineFile(join(folder, 'init.txt'));
  for (let key = 0; key < keys; key++) init.add(String(key));
  init.close();
  for (let file = 0; file < files; file++) {
    const random = mulberry32(seed + keys + file);
    const out = new LineFile(join(folder, `upd-${twoDigits(file)}.txt`));
    for (let i = 0; i < updates; i++) out.add(String(Math.floor(random() * keys)));
    out.close();
  }
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}

function vocabulary(): readonly string[] {
  const random = mulberry32(seed);
  const words = new Set<string>();
  while (words.size < wordCount) {
    const letters = Array.from({ length: 3 + Math.floor(random() * 7) }, () => 97 + Math.floor(random() * 26));
    words.add(String.fromCharCode(...letters));
  }
  return [...words];
}

/** The place in the vocabulary for a number between 0 and 1. */
function zipf(): (drawn: number) => number {
  const cumulative = new Float64Array(wordCount);
  let sum = 0;
  for (let i = 0; i < wordCount; i++) {
    sum += 1 / (i + 1);
    cumulative[i] = sum;
  }
  const shares = cumulative.map((upTo) => upTo / sum);
  return (drawn) => {
    let low = 0;
    let high = wordCount - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((shares[middle] ?? 0) < drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** A file of ASCII lines that is written in pieces. */
class LineFile {
  readonly #file: number;
  #lines: string[] = [];
  #waiting = 0;
  #bytes = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  add(line: string): void {
    this.#lines.push(line);
    this.#waiting += line.length + 1;
    if (this.#waiting > pieceBytes) this.#flush();
  }

  /** @returns how many bytes it has */
  close(): number {
    this.#flush();
    closeSync(this.#file);
    return this.#bytes;
  }

  #flush(): void {
    if (this.#lines.length > 0) writeSync(this.#file, `${this.#lines.join('\n')}\n`);
    this.#bytes += this.#waiting;
    this.#lines = [];
    this.#waiting = 0;
  }
}

const pieceBytes = 4 * 2 ** 20;
