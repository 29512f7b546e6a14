import { type AddressInfo, createServer } from 'node:net';
import { Readable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';

/** What a text server is given. */
export interface ServedText {
  /** Whole lines, in memory that the threads share. */
  readonly text: SharedArrayBuffer;
  readonly repeats: number;
}

/** Sends a text so many times to whoever connects, as fast as it is taken; tells the port where it listens. */
export async function textServer(): Promise<void> {
  const { text, repeats } = workerData as ServedText;
  const bytes = Buffer.from(text);
  const server = createServer((socket) => {
    // The other side goes away when it has counted enough.
    socket.on('error', () => socket.destroy());
    Readable.from(piecesOf(bytes, repeats)).pipe(socket, { end: false });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  parentPort?.postMessage((server.address() as AddressInfo).port);
}

function* piecesOf(bytes: Buffer, repeats: number): Generator<Buffer> {
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
  }
}

const pieceBytes = 256 * 1024;
