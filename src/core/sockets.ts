import { connect as openSocket } from 'node:net';

import { runInScope } from './scope.ts';

/** Where a TCP server is. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What a connection reports. Exactly one of `ended` and `failed` comes last, once; nothing comes after `close()`. */
export interface ConnectionEvents {
  /** The connection stands. */
  opened(): void;
  /** Bytes as they came; the buffer belongs to the receiver of the call. */
  received(bytes: Buffer): void;
  /** The other side has closed in order. */
  ended(): void;
  /** It could not be opened, or it broke. The error is Node's, with its `code` (ECONNREFUSED, ENOTFOUND …). */
  failed(error: Error): void;
}

/** One TCP connection. */
export interface Connection {
  /** Stop reading; the other side is slowed down by TCP itself. At most what is in flight still comes. */
  pause(): void;
  /** Go on reading. */
  resume(): void;
  /** Ends it from our side, at once; no further event comes. */
  close(): void;
}

/** TCP as a client. */
export interface Sockets {
  /** Begins a connection; what becomes of it comes as events. */
  connect(to: Endpoint, events: ConnectionEvents): Connection;
}

/** TCP of the machine. When the other side ends, our side is closed too: nobody is left to write to. */
export function systemSockets(): Sockets {
  return system;
}

const system: Sockets = Object.freeze({
  connect: (to: Endpoint, events: ConnectionEvents) => runInScope(undefined, () => connect(to, events)),
});

function connect(to: Endpoint, events: ConnectionEvents): Connection {
  const socket = openSocket({ host: to.host, port: to.port, noDelay: true });
  let isOver = false;
  const close = (): void => {
    isOver = true;
    socket.destroy();
  };
  const unlessOver = (report: () => void): void => {
    if (!isOver) report();
  };
  const last = (report: () => void): void =>
    unlessOver(() => {
      close();
      report();
    });
  socket.on('connect', () => unlessOver(() => events.opened()));
  socket.on('data', (bytes) => unlessOver(() => events.received(bytes)));
  socket.on('end', () => last(() => events.ended()));
  socket.on('error', (error) => last(() => events.failed(error)));
  return { pause: () => void socket.pause(), resume: () => void socket.resume(), close };
}
