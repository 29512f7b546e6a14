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

/** How many rows a chunk has. */
export function rowCountOf(chunk: Chunk): number {
  return chunk.kind === 'rows' ? chunk.rows.length : chunk.rowCount;
}

/** A chunk of text from whole lines; counts them. */
export function textChunk(bytes: Buffer): TextChunk {
  return { kind: 'text', bytes, rowCount: countLines(bytes) };
}

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
