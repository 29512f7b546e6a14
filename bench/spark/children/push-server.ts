// Sends the lines of a file again and again to whoever connects: FILE RATE, in lines a second; 0 is as fast as they are
// taken. Its first line of output is its port.

import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const [file = '', rate = '0'] = process.argv.slice(2);
const bytes = readFileSync(file).subarray(0, 8 * 2 ** 20);
/** Where each line ends. */
const ends: number[] = [];
for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at + 1);

const server = createServer((socket) => {
  // The other side goes away when it has had enough.
  socket.on('error', () => socket.destroy());
  const sending = new Sending(socket);
  if (Number(rate) > 0) sendAt(Number(rate), socket, sending);
  else sendAll(socket, sending);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

/** Where one reader is in the text. */
class Sending {
  readonly #socket: Socket;
  #line = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @returns whether there is room for more */
  lines(count: number): boolean {
    let hasRoom = true;
    for (let left = count; left > 0; ) {
      const to = Math.min(ends.length, this.#line + left);
      hasRoom = this.#socket.write(bytes.subarray(ends[this.#line - 1] ?? 0, ends[to - 1]));
      left -= to - this.#line;
      this.#line = to % ends.length;
    }
    return hasRoom;
  }
}

function sendAt(linesASecond: number, socket: Socket, sending: Sending): void {
  let due = 0;
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    due += ((nowMs - lastMs) / 1000) * linesASecond;
    lastMs = nowMs;
    const count = Math.floor(due);
    due -= count;
    // A reader that cannot keep up loses its turn: what waits here stays bounded.
    if (socket.writableLength < waitingBytesMax) sending.lines(count);
  }, tickMs);
  socket.on('close', () => clearInterval(timer));
}

function sendAll(socket: Socket, sending: Sending): void {
  const pump = (): void => {
    while (!socket.destroyed) {
      if (sending.lines(pieceLines)) continue;
      socket.once('drain', pump);
      return;
    }
  };
  pump();
}

const tickMs = 20;
const pieceLines = 2000;
const waitingBytesMax = 64 * 2 ** 20;
