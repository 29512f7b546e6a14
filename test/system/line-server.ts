import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { wordsOf } from './numbered-lines.ts';

/** How a server sends. */
export interface LineServerOptions {
  /** Whether it sends again what it is asked for; else each line is sent once, to whoever is there. */
  readonly replays: boolean;
  /** Lines every 10 ms. */
  readonly pace: number;
}

/** Sends numbered lines to one client after the other, and hears which are safe. */
export class LineServer {
  readonly #options: LineServerOptions;
  readonly #server: Server;
  readonly #ticker: NodeJS.Timeout;
  #client: Socket | undefined;
  #next = 1;
  /** The last line that is sent. */
  #last = Number.POSITIVE_INFINITY;
  #allSafe: (() => void) | undefined;
  /** The highest that was ever sent. */
  sent = 0;
  /** The lines that each connection was sent. */
  readonly connections: number[][] = [];
  readonly safe: Set<number> = new Set();
  /** What a client should not have said. */
  readonly mistakes: string[] = [];

  private constructor(options: LineServerOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
    this.#ticker = setInterval(() => this.#send(), 10);
  }

  static async open(options: LineServerOptions): Promise<LineServer> {
    const server = new LineServer(options);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sends no line behind this one. @returns when it is safe */
  endAt(line: number): Promise<void> {
    this.#last = line;
    return new Promise((resolve) => {
      this.#allSafe = resolve;
      this.#look();
    });
  }

  close(): void {
    clearInterval(this.#ticker);
    this.#client?.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.connections.push([]);
    socket.on('error', () => undefined); // The client was killed.
    socket.on('close', () => {
      if (this.#client === socket) this.#client = undefined;
    });
    createInterface(socket)
      .on('error', () => undefined)
      .on('line', (said) => this.#hear(socket, said));
  }

  #hear(socket: Socket, said: string): void {
    const [what, first = 0, last = 0] = said.split(' ').map((part, i) => (i === 0 ? part : Number(part)));
    if (what === 'from') {
      if (this.#options.replays) {
        if (this.safe.has(Number(first) + 1))
          this.mistakes.push(`line ${Number(first) + 1} was safe, and is asked for`);
        this.#next = Number(first) + 1;
      }
      this.#client = socket;
    } else {
      for (let line = Number(first); line <= Number(last); line += 1) this.safe.add(line);
      this.#look();
    }
  }

  #look(): void {
    if (this.safe.has(this.#last)) this.#allSafe?.();
  }

  #send(): void {
    const client = this.#client;
    if (client === undefined || client.writableNeedDrain) return;
    const end = Math.min(this.#next + this.#options.pace - 1, this.#last);
    let text = '';
    for (; this.#next <= end; this.#next += 1) {
      text += `${this.#next} ${wordsOf(this.#next).join(' ')}\n`;
      this.connections.at(-1)?.push(this.#next);
    }
    this.sent = Math.max(this.sent, this.#next - 1);
    if (text !== '') client.write(text);
  }
}
