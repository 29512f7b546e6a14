import { encodeKey } from '../core/keys.ts';
import { type TextChunk, textChunkBytes, textChunks } from './chunk.ts';
import type { Task } from './executor.ts';
import type { Kernel } from './kernel.ts';
import { linesWith } from './lines-with.ts';
import type { Sink } from './loop.ts';
import { cellsBetweenYields } from './merge.ts';
import { WordTable } from './word-table.ts';

/** Runs the text of one partition through its kernel. */
export class KernelRun {
  readonly #kernel: Kernel;
  readonly #sink: Sink;
  #table: WordTable | undefined;
  /** Whether filters drop enough lines to be asked here, where the loop asks them again of those that are left. */
  #isSieve = true;

  constructor(kernel: Kernel, sink: Sink) {
    this.#kernel = kernel;
    this.#sink = sink;
  }

  /** Runs a chunk of `piecesOf`. @returns the lines that the loop has to read, where there are any */
  *take(chunk: TextChunk): Task<TextChunk | undefined> {
    const { parts, separator, ending } = this.#kernel;
    if (!this.#isSieve) return chunk;
    const kept = parts.reduce(linesWith, chunk);
    switch (ending.kind) {
      case 'loop':
        this.#isSieve = kept.rowCount * 2 <= chunk.rowCount;
        yield chunk.rowCount - kept.rowCount;
        return kept;
      case 'count':
        this.#sink.count += wordsOf(kept, separator);
        break;
      case 'countUnderNull':
        this.#add(null, ending.value, wordsOf(kept, separator));
        break;
      case 'countEach':
        yield* this.#countEach(kept, separator);
    }
    yield chunk.rowCount;
    return undefined;
  }

  /** What was counted so far goes into the sink, in the order in which it came. */
  *handOver(): Task<void> {
    const { ending } = this.#kernel;
    const table = this.#table;
    if (ending.kind !== 'countEach' || table === undefined) return;
    for (let word = 0; word < table.size; word++) {
      this.#add(table.textOf(word), ending.value, table.countOf(word));
      if (word % cellsBetweenYields === cellsBetweenYields - 1) yield cellsBetweenYields;
    }
    table.clear();
  }

  *#countEach({ bytes }: TextChunk, separator: number | undefined): Task<void> {
    this.#table ??= new WordTable();
    for (let at = 0; at < bytes.length; ) {
      const to = at + textChunkBytes;
      const isPiece = to < bytes.length; // Of a line that is longer than a chunk.
      at = this.#table.add(bytes, at, Math.min(to, bytes.length), separator);
      if (this.#table.isFull) yield* this.handOver();
      if (isPiece) yield 1;
    }
  }

  /** As the loop does: the first value of a key stands as it is, others are added to it. */
  #add(key: string | null, value: number, times: number): void {
    if (times === 0) return;
    const { cells } = this.#sink;
    const code = encodeKey(key);
    const cell = cells.get(code);
    if (cell === undefined) cells.set(code, { key, value: value * times });
    else cell.value = (cell.value as number) + value * times;
  }
}

/** A chunk in pieces, each of which takes about a millisecond at most; a line that is longer is one piece. */
export function piecesOf(chunk: TextChunk): Iterable<TextChunk> {
  return chunk.bytes.length < 2 * textChunkBytes ? [chunk] : textChunks(chunk.bytes);
}

/** How many words the lines have: in each one more than separators. */
function wordsOf({ bytes, rowCount }: TextChunk, separator: number | undefined): number {
  if (separator === undefined) return rowCount;
  let count = rowCount;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === separator) count += 1;
  return count;
}
