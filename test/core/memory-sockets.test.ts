import { describe, expect, test } from 'vitest';
import type { Connection, ConnectionEvents, Endpoint } from '../../src/core/sockets.ts';
import { type TestRuntime, testRuntime } from '../../src/core/test-runtime.ts';

const endpoint: Endpoint = { host: 'localhost', port: 9999 };

/** Connects and writes down what is reported. */
function listenIn({ sockets }: TestRuntime, to: Endpoint = endpoint): { connection: Connection; heard: string[] } {
  const heard: string[] = [];
  const events: ConnectionEvents = {
    opened: () => heard.push('opened'),
    received: (bytes) => heard.push(bytes.length > 100 ? `${bytes.length} bytes` : bytes.toString()),
    ended: () => heard.push('ended'),
    failed: (error) => heard.push(`${(error as NodeJS.ErrnoException).code}: ${error.message}`),
  };
  return { connection: sockets.connect(to, events), heard };
}

test('opens, receives in order and ends, never inside a call', async () => {
  const runtime = testRuntime();
  const server = runtime.sockets.listen(endpoint);
  const { heard } = listenIn(runtime);
  server.send('one\n');
  server.send(Buffer.from('two\n'));
  server.close();
  expect(heard).toEqual([]);
  await runtime.settle();
  expect(heard).toEqual(['opened', 'one\n', 'two\n', 'ended']);
});

test('sends to all connections, or to one', async () => {
  const runtime = testRuntime();
  const server = runtime.sockets.listen(endpoint);
  const [first, second] = [listenIn(runtime), listenIn(runtime)];
  server.send('all');
  server.connections[1]?.send('second');
  server.connections[0]?.end();
  server.send('who is left');
  await runtime.settle();
  expect(first.heard).toEqual(['opened', 'all', 'ended']);
  expect(second.heard).toEqual(['opened', 'all', 'second', 'who is left']);
  expect(server.connections.map(({ isOpen }) => isOpen)).toEqual([false, true]);
});

test('bytes that the caller changes after sending arrive as they were', async () => {
  const runtime = testRuntime();
  const server = runtime.sockets.listen(endpoint);
  const [first, second] = [listenIn(runtime), listenIn(runtime)];
  const bytes = Buffer.from('as sent');
  server.send(bytes);
  bytes.fill(0);
  await runtime.settle();
  expect([first.heard[1], second.heard[1]]).toEqual(['as sent', 'as sent']);
});

test('what is long comes in pieces of at most 64 KiB', async () => {
  const runtime = testRuntime();
  const server = runtime.sockets.listen(endpoint);
  const { heard } = listenIn(runtime);
  server.send(Buffer.alloc(150_000));
  await runtime.settle();
  expect(heard).toEqual(['opened', '65536 bytes', '65536 bytes', '18928 bytes']);
});

describe('a client that pauses', () => {
  test('leaves the bytes on the server, and gets them in order when it resumes', async () => {
    const runtime = testRuntime();
    const server = runtime.sockets.listen(endpoint);
    const { connection, heard } = listenIn(runtime);
    connection.pause();
    server.send('one');
    server.send('three');
    server.close();
    await runtime.settle();
    expect(heard).toEqual(['opened']);
    expect(server.connections[0]?.bufferedBytes).toBe(8);
    connection.resume();
    await runtime.settle();
    expect(heard).toEqual(['opened', 'one', 'three', 'ended']);
    expect(server.connections[0]?.bufferedBytes).toBe(0);
  });

  test('may pause while it receives', async () => {
    const runtime = testRuntime();
    const server = runtime.sockets.listen(endpoint);
    const heard: string[] = [];
    const ignore = (): void => undefined;
    const received = (bytes: Buffer): void => {
      heard.push(bytes.toString());
      connection.pause();
    };
    const connection = runtime.sockets.connect(endpoint, { opened: ignore, received, ended: ignore, failed: ignore });
    for (const text of ['one', 'two', 'three']) server.send(text);
    await runtime.settle();
    expect(heard).toEqual(['one']);
    connection.resume();
    await runtime.settle();
    expect(heard).toEqual(['one', 'two']);
  });
});

test('a connection breaks after what was sent, and is over', async () => {
  const runtime = testRuntime();
  const server = runtime.sockets.listen(endpoint);
  const { heard } = listenIn(runtime);
  server.send('half a li');
  server.connections[0]?.fail('ECONNRESET');
  server.connections[0]?.end();
  server.send('lost');
  await runtime.settle();
  expect(heard).toEqual(['opened', 'half a li', 'ECONNRESET: read ECONNRESET']);
});

test('nothing comes after close()', async () => {
  const runtime = testRuntime();
  const server = runtime.sockets.listen(endpoint);
  const [early, late, refused] = [listenIn(runtime), listenIn(runtime), listenIn(runtime, { host: 'x', port: 1 })];
  early.connection.close();
  refused.connection.close();
  await runtime.settle();
  server.send('one');
  server.close();
  late.connection.close();
  await runtime.settle();
  expect([early.heard, late.heard, refused.heard]).toEqual([[], ['opened'], []]);
  expect(server.connections.map(({ isOpen, bufferedBytes }) => [isOpen, bufferedBytes])).toEqual([
    [false, 0],
    [false, 0],
  ]);
});

describe('a connection is refused', () => {
  test('where nobody listens', async () => {
    const runtime = testRuntime();
    const { heard } = listenIn(runtime);
    await runtime.settle();
    expect(heard).toEqual(['ECONNREFUSED: connect ECONNREFUSED localhost:9999']);
  });

  test('when its host is unknown', async () => {
    const runtime = testRuntime();
    const { heard } = listenIn(runtime, { host: 'logs.example', port: 9999 });
    await runtime.settle();
    expect(heard).toEqual(['ENOTFOUND: getaddrinfo ENOTFOUND logs.example']);
  });

  test('after the server has closed, until it listens again', async () => {
    const runtime = testRuntime();
    const logs = { host: 'logs.example', port: 9999 };
    const server = runtime.sockets.listen(logs);
    server.close();
    const { heard } = listenIn(runtime, logs);
    await runtime.settle();
    expect(heard).toEqual(['ECONNREFUSED: connect ECONNREFUSED logs.example:9999']);
    runtime.sockets.listen(logs);
    server.close();
    const again = listenIn(runtime, logs);
    await runtime.settle();
    expect(again.heard).toEqual(['opened']);
  });
});

test('localhost and 127.0.0.1 are one host', async () => {
  const runtime = testRuntime();
  runtime.sockets.listen(endpoint);
  const { heard } = listenIn(runtime, { host: '127.0.0.1', port: 9999 });
  await runtime.settle();
  expect(heard).toEqual(['opened']);
});

test('two servers on one address are refused', () => {
  const { sockets } = testRuntime();
  sockets.listen(endpoint);
  expect(() => sockets.listen({ host: '127.0.0.1', port: 9999 })).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: [SOCKETS.ADDRESS_IN_USE] A server of this test listens on localhost:9999 already.
      why  A connection could not tell which of the two it wants.
      fix  Close the first, or listen on another port.]
  `);
});
