import { messageOf, SourceError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { Endpoint } from '../core/sockets.ts';
import { rowsFromBytes } from '../rdd/rows-codec.ts';
import { FrameCutter } from './frame-cutter.ts';
import { PartsReceiver } from './socket.ts';

/** Ready-made blocks of rows from a TCP server, one a frame. */
export class RawSocketReceiver<T extends Row> extends PartsReceiver<T, readonly T[]> {
  constructor(to: Endpoint) {
    super(to, blocksOf<T>);
  }

  override get name(): string {
    return 'RawSocketReceiver';
  }

  protected override take(rows: readonly T[]): Promise<void> {
    return this.storeBlock(rows);
  }
}

async function* blocksOf<T>(bytes: AsyncIterable<Buffer>): AsyncGenerator<readonly T[], void> {
  const frames = new FrameCutter(frameBytesMax);
  for await (const part of bytes) {
    for (const frame of frames.add(part)) yield rowsOf(frame) as readonly T[];
  }
}

function rowsOf(frame: Buffer): readonly unknown[] {
  try {
    return rowsFromBytes(frame);
  } catch (cause) {
    const facts = { sizeBytes: frame.length, message: messageOf(cause) };
    throw new SourceError('SOCKET.BAD_FRAME', facts, { cause, retryable: true });
  }
}

/** A frame is kept whole in memory, and as rows beside that for a moment. */
const frameBytesMax = 64 * 1024 * 1024;
