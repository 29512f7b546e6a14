import { UsageError } from './errors.ts';
import type { Connection, ConnectionEvents, Endpoint, Sockets } from './sockets.ts';

/** A server of a test. */
export interface MemoryServer {
  /** All connections it ever had, in order. */
  readonly connections: readonly MemoryConnection[];
  /** Sends to all connections that are open. Text is sent as UTF-8. */
  send(content: string | Uint8Array): void;
  /** Ends all connections; later ones are refused, until somebody listens here again. */
  close(): void;
}

/** The server's side of one connection. What is sent on one that is not open is lost, as on a real network. */
export interface MemoryConnection {
  /** Neither side has ended it. */
  readonly isOpen: boolean;
  /** What was sent and has not been received: a client that pauses leaves it here. */
  readonly bufferedBytes: number;
  /** Comes in pieces of at most 64 KiB. */
  send(content: string | Uint8Array): void;
  /** Closes it in order, after what was sent. */
  end(): void;
  /** Breaks it with an error of Node (`ECONNRESET`), after what was sent. */
  fail(code: string): void;
}

/**
 * A network inside the process: a test listens, the program connects. Every event comes in a call of its own.
 *
 * Where nobody listens a connection fails as it would on a real one: ECONNREFUSED, or ENOTFOUND for a host that no test
 * has ever named.
 */
export class MemorySockets implements Sockets {
  readonly #soon: (f: () => void) => void;
  readonly #servers = new Map<string, Wire[]>();
  readonly #hosts = new Set(['localhost']);

  constructor(soon: (f: () => void) => void) {
    this.#soon = soon;
  }

  /** Opens a server. @throws UsageError (SOCKETS.ADDRESS_IN_USE) when there is one */
  listen(endpoint: Endpoint): MemoryServer {
    const address = addressOf(endpoint);
    if (this.#servers.has(address)) throw new UsageError('SOCKETS.ADDRESS_IN_USE', { address });
    const connections: Wire[] = [];
    this.#servers.set(address, connections);
    this.#hosts.add(hostOf(endpoint));
    return {
      connections,
      send: (content) => {
        for (const connection of connections) connection.send(content);
      },
      close: () => {
        if (this.#servers.get(address) === connections) this.#servers.delete(address);
        for (const connection of connections) connection.end();
      },
    };
  }

  /** Begins a connection to a server of this memory. */
  connect(to: Endpoint, events: ConnectionEvents): Connection {
    const wire = new Wire(this.#soon, events);
    const connections = this.#servers.get(addressOf(to));
    if (connections !== undefined) {
      connections.push(wire);
      wire.open();
    } else if (this.#hosts.has(hostOf(to))) {
      wire.refuse('ECONNREFUSED', `connect ECONNREFUSED ${to.host}:${to.port}`);
    } else {
      wire.refuse('ENOTFOUND', `getaddrinfo ENOTFOUND ${to.host}`);
    }
    return wire;
  }
}

/** What one read of a socket gives at most. */
const pieceBytesMax = 64 * 1024;

/** Both sides of a connection. */
class Wire implements Connection, MemoryConnection {
  readonly #soon: (f: () => void) => void;
  readonly #events: ConnectionEvents;
  /** What the client has not been told, in order. */
  readonly #underWay: (Buffer | Error | 'end')[] = [];
  #isPaused = false;
  /** The server has said its last word. */
  #isEnded = false;
  /** The client wants to hear nothing any more. */
  #isClosed = false;

  constructor(soon: (f: () => void) => void, events: ConnectionEvents) {
    this.#soon = soon;
    this.#events = events;
  }

  get isOpen(): boolean {
    return !this.#isEnded && !this.#isClosed;
  }

  get bufferedBytes(): number {
    return this.#underWay.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : 0), 0);
  }

  open(): void {
    this.#soon(() => {
      if (!this.#isClosed) this.#events.opened();
    });
  }

  refuse(code: string, message: string): void {
    this.#last(networkError(code, message));
  }

  send(content: string | Uint8Array): void {
    if (!this.isOpen) return;
    const bytes = Buffer.from(content);
    for (let from = 0; from < bytes.length; from += pieceBytesMax) {
      this.#put(bytes.subarray(from, from + pieceBytesMax));
    }
  }

  end(): void {
    this.#last('end');
  }

  fail(code: string): void {
    this.#last(networkError(code, `read ${code}`));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const _ of this.#underWay) this.#soon(() => this.#deliver());
  }

  close(): void {
    this.#isClosed = true;
    this.#underWay.length = 0;
  }

  #last(word: Error | 'end'): void {
    if (!this.isOpen) return;
    this.#isEnded = true;
    this.#put(word);
  }

  #put(part: Buffer | Error | 'end'): void {
    this.#underWay.push(part);
    this.#soon(() => this.#deliver());
  }

  #deliver(): void {
    if (this.#isPaused) return;
    const part = this.#underWay.shift();
    if (part === undefined) return;
    if (part === 'end') this.#events.ended();
    else if (Buffer.isBuffer(part)) this.#events.received(part);
    else this.#events.failed(part);
  }
}

/** An error as Node makes it. */
function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function hostOf({ host }: Endpoint): string {
  return host === '127.0.0.1' ? 'localhost' : host;
}

function addressOf(endpoint: Endpoint): string {
  return `${hostOf(endpoint)}:${endpoint.port}`;
}
