import { type Chunk, rowCountOf } from './chunk.ts';

/** What a receiver stored in one block interval: one partition of the batch it is sealed into. */
export interface Block {
  /** `input-<stream>-<n>`, n counting the blocks of the stream. */
  readonly id: string;
  readonly chunks: readonly Chunk[];
  /** All its rows. */
  readonly rowCount: number;
  /** Of these, the rows that are values already; with the bytes of the text, what a receiver's bounds count. */
  readonly valueCount: number;
  /** The bytes of its text. */
  readonly sizeBytes: number;
  /** What the receiver said of it in `storeBlock(rows, meta)`. */
  readonly meta?: unknown;
}

/** A block of these chunks. */
export function blockOf(id: string, chunks: readonly Chunk[], meta?: unknown): Block {
  let rowCount = 0;
  let valueCount = 0;
  let sizeBytes = 0;
  for (const chunk of chunks) {
    rowCount += rowCountOf(chunk);
    if (chunk.kind === 'text') sizeBytes += chunk.bytes.length;
    else valueCount += chunk.rows.length;
  }
  return { id, chunks, rowCount, valueCount, sizeBytes, ...(meta !== undefined && { meta }) };
}
