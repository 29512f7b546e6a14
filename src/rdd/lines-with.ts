import { Buffer } from 'node:buffer';
import type { TextChunk } from './chunk.ts';

/**
 * The lines of a chunk that have a text in them. They stay bytes.
 *
 * What is searched is the chunk as Latin-1, where each byte is a character: V8 searches a string faster than Node a
 * buffer as soon as much is found.
 *
 * @param part what to find, its UTF-8 as Latin-1; see `kernel.ts` for what it may be
 */
export function linesWith(chunk: TextChunk, part: string): TextChunk {
  const text = chunk.bytes.toString('latin1');
  const kept = new KeptBytes(chunk.bytes);
  let rowCount = 0;
  let next = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, next)) {
    let from = next;
    let end = endOfLine(text, from);
    if (end <= at) {
      // There are lines between which do not have it.
      from = text.lastIndexOf('\n', at - 1) + 1;
      end = endOfLine(text, at);
    }
    next = end + 1;
    const textEnd = text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end;
    if (at + part.length > textEnd) continue; // Found across the end: no other place in this line is before it.
    rowCount += 1;
    kept.add(from, Math.min(next, text.length));
  }
  return rowCount === chunk.rowCount ? chunk : { kind: 'text', bytes: kept.all(), rowCount };
}

function endOfLine(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  return feed < 0 ? text.length : feed;
}

/** Bytes out of others, in their order; copied only where something is left out between. */
class KeptBytes {
  readonly #bytes: Buffer;
  #copy: Buffer | undefined;
  #copied = 0;
  /** The run at the end, which is not copied. */
  #from = 0;
  #to = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  add(from: number, to: number): void {
    if (from !== this.#to) {
      this.#endRun();
      this.#from = from;
    }
    this.#to = to;
  }

  all(): Buffer {
    if (this.#copied === 0) return this.#bytes.subarray(this.#from, this.#to);
    this.#endRun();
    return (this.#copy as Buffer).subarray(0, this.#copied);
  }

  #endRun(): void {
    if (this.#from === this.#to) return;
    this.#copy ??= Buffer.allocUnsafe(this.#bytes.length);
    this.#copied += this.#bytes.copy(this.#copy, this.#copied, this.#from, this.#to);
  }
}

const carriageReturn = 13;
