import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { type Connection, type Endpoint, systemSockets } from '../../src/core/sockets.ts';

const sockets = systemSockets();
let server: Server;
let to: Endpoint;

beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  to = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
});

afterEach(() => {
  server.close();
});

interface Heard {
  readonly connection: Connection;
  /** What came, in order; pieces that follow each other are one. */
  readonly events: readonly string[];
  readonly pieces: readonly Buffer[];
  readonly opened: Promise<void>;
  /** Resolves with the last event. */
  readonly over: Promise<string>;
}

function connect(endpoint: Endpoint): Heard {
  const emitter = new EventEmitter();
  const events: string[] = [];
  const pieces: Buffer[] = [];
  const last = (event: string): void => {
    events.push(event);
    emitter.emit('over', event);
  };
  const connection = sockets.connect(endpoint, {
    opened: () => {
      events.push('opened');
      emitter.emit('opened');
    },
    received: (bytes) => {
      if (events.at(-1) !== 'received') events.push('received');
      pieces.push(bytes);
    },
    ended: () => last('ended'),
    failed: (error: NodeJS.ErrnoException) => last(`failed ${error.code}`),
  });
  const opened = once(emitter, 'opened').then(() => undefined);
  return { connection, events, pieces, opened, over: once(emitter, 'over').then(([event]) => event) };
}

async function accepted(): Promise<Socket> {
  const [socket] = (await once(server, 'connection')) as [Socket];
  return socket;
}

test('opens, receives, and ends when the other side ends; then our side is closed too', async () => {
  const heard = connect(to);
  const socket = await accepted();
  socket.end('one\ntwo\n');
  expect(await heard.over).toBe('ended');
  expect(heard.events).toEqual(['opened', 'received', 'ended']);
  expect(Buffer.concat(heard.pieces).toString()).toBe('one\ntwo\n');
  socket.resume();
  await once(socket, 'close');
});

test('receives every byte of what is long', async () => {
  const heard = connect(to);
  const sent = Buffer.from(Uint8Array.from({ length: 5_000_000 }, (_, i) => i % 251));
  (await accepted()).end(sent);
  await heard.over;
  expect(Buffer.concat(heard.pieces).equals(sent)).toBe(true);
});

test('a refused connection fails with the code of Node', async () => {
  server.close();
  await once(server, 'close');
  const heard = connect(to);
  expect(await heard.over).toBe('failed ECONNREFUSED');
  expect(heard.events).toEqual(['failed ECONNREFUSED']);
});

test('a connection that is reset fails, once and last', async () => {
  const heard = connect(to);
  const socket = await accepted();
  await heard.opened;
  socket.resetAndDestroy();
  expect(await heard.over).toBe('failed ECONNRESET');
  expect(heard.events).toEqual(['opened', 'failed ECONNRESET']);
});

test('a client that pauses slows the other side down, and gets all when it resumes', async () => {
  const heard = connect(to);
  const socket = await accepted();
  heard.connection.pause();
  const pieceBytes = 1024 * 1024;
  const sent = 64;
  let left = 0;
  for (let i = 0; i < sent; i += 1) {
    socket.write(Buffer.alloc(pieceBytes), () => {
      left += 1;
    });
  }
  socket.end();
  await standstill(() => left);
  expect(left).toBeLessThan(sent / 2);
  expect(heard.pieces).toEqual([]);
  heard.connection.resume();
  expect(await heard.over).toBe('ended');
  expect(heard.pieces.reduce((sum, piece) => sum + piece.length, 0)).toBe(sent * pieceBytes);
});

/** Resolves when the count has stood still for a thousand turns of the event loop. */
async function standstill(count: () => number): Promise<void> {
  let before = count();
  for (let turns = 0; turns < 1_000; turns += 1) {
    await eventLoopTurn();
    if (count() !== before) turns = 0;
    before = count();
  }
}

test('close() ends the other side, and nothing comes after it', async () => {
  const heard = connect(to);
  const socket = await accepted();
  socket.on('error', () => undefined).resume();
  heard.connection.close();
  socket.write('too late');
  await once(socket, 'close');
  expect(heard.events.filter((event) => event !== 'opened')).toEqual([]);
});
