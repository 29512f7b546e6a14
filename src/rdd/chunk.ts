import { isAscii } from 'node:buffer';

/** Rows that are JavaScript values already. */
interface RowChunk<T> {
  readonly kind: 'rows';
  readonly rows: readonly T[];
}

/**
 * Rows that are lines of text and are still bytes: whole lines of UTF-8, each ended by LF or CRLF; the last may end
 * with the chunk. No string is made before a loop asks for the line.
 */
export interface TextChunk {
  readonly kind: 'text';
  readonly bytes: Buffer;
  /** How many lines. */
  readonly rowCount: number;
}

/** A run of rows, read in one go. */
export type Chunk<T = unknown> = RowChunk<T> | TextChunk;

/** Chunks that are made when they are asked for. */
export class Chunks {
  readonly made: Iterator<Chunk>;

  constructor(made: Iterator<Chunk>) {
    this.made = made;
  }
}

/** How many rows a chunk has. */
export function rowCountOf(chunk: Chunk): number {
  return chunk.kind === 'rows' ? chunk.rows.length : chunk.rowCount;
}

/** A chunk of text from whole lines; counts them. */
export function textChunk(bytes: Buffer): TextChunk {
  return { kind: 'text', bytes, rowCount: countLines(bytes) };
}

/** Cuts text behind line ends into chunks of about 64 KiB; a longer line is a chunk alone. */
export function* textChunks(bytes: Buffer): Generator<TextChunk, void> {
  for (let from = 0, to = 0; from < bytes.length; from = to) {
    to = from + textChunkBytes >= bytes.length ? bytes.length : cutAfter(bytes, from);
    yield textChunk(bytes.subarray(from, to));
  }
}

/** Behind the last line end of the chunk that begins at `from`, or of the line that is longer. */
function cutAfter(bytes: Buffer, from: number): number {
  const last = bytes.lastIndexOf(lineFeed, from + textChunkBytes - 1);
  const end = last >= from ? last : bytes.indexOf(lineFeed, from + textChunkBytes);
  return end < 0 ? bytes.length : end + 1;
}

/** What the loops read best: larger chunks take more memory and no less time. */
export const textChunkBytes: number = 64 * 1024;

/** The text of a chunk. ASCII, which is most of all logs, is four times cheaper to decode as Latin-1. */
export function decode(chunk: TextChunk): string {
  return chunk.bytes.toString(isAscii(chunk.bytes) ? 'latin1' : 'utf8');
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count += 1;
  return bytes.length > 0 && bytes[bytes.length - 1] !== lineFeed ? count + 1 : count;
}

const lineFeed = 10;
