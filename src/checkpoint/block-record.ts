import { assert } from '../core/errors.ts';
import { type Block, blockOf } from '../rdd/block.ts';
import type { Chunk } from '../rdd/chunk.ts';
import { fromBytes, toBytes } from './codec.ts';

/** A received block, and the durable id of the input that it is of. */
export interface BlockRecord {
  readonly source: string;
  readonly block: Block;
}

/** What stands before the bytes of the text. */
interface Head {
  readonly source: string;
  readonly id: string;
  readonly meta: unknown;
  /** Rows as they are; of a chunk of text how long and how many lines it is. */
  readonly chunks: readonly (readonly unknown[] | TextHead)[];
}

interface TextHead {
  readonly sizeBytes: number;
  readonly rowCount: number;
}

/**
 * A block as bytes: the length of its head, in four bytes; its head, with the rows that are values; its text, as it
 * came, since no line of it is looked at.
 *
 * Rows must be plain data (`unplainIn` tells): of what is not, some comes back as something else.
 *
 * @throws whatever V8 says of rows that are no plain data: functions, promises
 */
export function blockToBytes({ source, block }: BlockRecord): Buffer {
  const { id, meta, chunks } = block;
  const head: Head = { source, id, meta, chunks: chunks.map(headOf) };
  const headBytes = toBytes(head);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(headBytes.length);
  return Buffer.concat([length, headBytes, ...chunks.flatMap((chunk) => (chunk.kind === 'text' ? chunk.bytes : []))]);
}

/** The same block again; it shares no memory with these bytes. */
export function blockFromBytes(bytes: Uint8Array): BlockRecord {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = lengthBytes + view.readUInt32LE(0);
  const { source, id, meta, chunks } = fromBytes(view.subarray(lengthBytes, at)) as Head;
  const read = chunks.map((head): Chunk => {
    if (!isText(head)) return { kind: 'rows', rows: head };
    const text = Buffer.from(view.subarray(at, at + head.sizeBytes));
    at += head.sizeBytes;
    return { kind: 'text', bytes: text, rowCount: head.rowCount };
  });
  assert(at === view.length, `the record of block ${id} is as long as its text says`);
  return { source, block: blockOf(id, read, meta) };
}

/** What stands at its beginning, without the rows that are text. */
export function blockHeadFromBytes(bytes: Uint8Array): Pick<Head, 'source' | 'id' | 'meta'> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return fromBytes(view.subarray(lengthBytes, lengthBytes + view.readUInt32LE(0))) as Head;
}

const lengthBytes = 4;

function headOf(chunk: Chunk): Head['chunks'][number] {
  if (chunk.kind === 'rows') return chunk.rows;
  return { sizeBytes: chunk.bytes.length, rowCount: chunk.rowCount };
}

function isText(head: Head['chunks'][number]): head is TextHead {
  return !Array.isArray(head);
}
