import { serialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { type Desk, desk } from '../context/kit.ts';

const endpoint = { host: 'localhost', port: 9999 };

const framed = (body: Uint8Array): Buffer => {
  const head = Buffer.alloc(4);
  head.writeInt32BE(body.length);
  return Buffer.concat([head, body]);
};
const frame = (rows: readonly unknown[]): Buffer => framed(serialize(rows));

/** A server, and a program that reads frames from it. */
async function listening(settings: Readonly<Record<string, string | number>> = {}) {
  const d: Desk = desk();
  const server = d.runtime.sockets.listen(endpoint);
  const ssc = d.streaming(settings);
  const seen: unknown[][][] = [];
  const told: string[] = [];
  ssc.rawSocketStream(endpoint.host, endpoint.port).foreachRDD(async (rdd) => seen.push(await rdd.glom().collect()));
  ssc.addStreamingListener({
    onReceiverStarted: () => void told.push('started'),
    onReceiverStopped: () => void told.push('stopped'),
    onReceiverError: ({ lastError }) => void told.push(lastError),
  });
  ssc.start();
  await d.runtime.settle();
  return { ...d, server, ssc, seen, told };
}

describe('a frame of a raw socket', () => {
  test('is a block of its own, and so a partition of its batch', async () => {
    const { runtime, server, ssc, seen } = await listening();
    server.send(Buffer.concat([frame([1, 'two', [3]]), frame([]), frame([{ four: 4n }])]));
    await runtime.clock.advance(2000);
    expect(seen).toEqual([[[1, 'two', [3]], [], [{ four: 4n }]], []]);
    await ssc.stop();
  });

  test('may come in pieces, over many batches', async () => {
    const { runtime, server, ssc, seen } = await listening();
    const bytes = Buffer.concat([frame(['a', 'b']), frame(['c'])]);
    for (const byte of bytes) {
      server.send(Buffer.of(byte));
      await runtime.clock.advance(250);
    }
    await runtime.clock.advance(1000);
    expect(seen.flat()).toEqual([['a', 'b'], ['c']]);
    await ssc.stop();
  });

  test('may be larger than a packet', async () => {
    const { runtime, server, ssc, seen } = await listening();
    const rows = Array.from({ length: 50_000 }, (_, i) => `row ${i}`);
    server.send(frame(rows));
    await runtime.clock.advance(1000);
    expect(seen).toEqual([[rows]]);
    await ssc.stop();
  });

  test('that the connection ends in the middle of is given up', async () => {
    const { runtime, server, ssc, seen, told } = await listening();
    server.send(Buffer.concat([frame([1]), frame([2]).subarray(0, -1)]));
    server.connections[0]?.end();
    await runtime.clock.advance(3000);
    server.send(frame([3]));
    await runtime.clock.advance(1000);
    expect(seen.flat(2)).toEqual([1, 3]);
    expect(told).toEqual(['started', 'stopped', 'started']);
    await ssc.stop();
  });
});

describe('a frame that is none', () => {
  test.each([
    ['a negative length', Buffer.from([255, 255, 255, 255]), 'SOCKET.BAD_FRAME_LENGTH'],
    ['a length beyond all bounds', Buffer.from([127, 255, 255, 255]), 'SOCKET.BAD_FRAME_LENGTH'],
    ['bytes that V8 did not write', framed(Buffer.from('hello')), 'SOCKET.BAD_FRAME'],
    ['no bytes', framed(Buffer.of()), 'SOCKET.BAD_FRAME'],
    ['no array', framed(serialize({ length: 1 })), 'SOCKET.BAD_FRAME'],
  ])('%s: what came before is kept, and the connection made again', async (_, bytes, code) => {
    const { runtime, server, ssc, seen, told } = await listening();
    server.send(Buffer.concat([frame(['before']), bytes, frame(['lost'])]));
    await runtime.settle();
    expect([told.length, told[0], told[1]?.slice(0, code.length + 2), told[2]]).toEqual([
      3,
      'started',
      `[${code}]`,
      'stopped',
    ]);
    expect(server.connections[0]?.isOpen).toBe(false);
    await runtime.clock.advance(3000);
    server.send(frame(['after']));
    await runtime.clock.advance(1000);
    expect(seen.flat(2)).toEqual(['before', 'after']);
    await ssc.stop();
  });

  test('sent again and again is asked for more and more rarely', async () => {
    const { runtime, server, ssc } = await listening();
    const tries: number[] = [];
    for (let second = 0; second < 40; second++) {
      const open = server.connections.filter(({ isOpen }) => isOpen);
      if (open.length > 0) tries.push(second);
      for (const connection of open) connection.send(framed(Buffer.from('hello')));
      await runtime.clock.advance(1000);
    }
    const gaps = tries.slice(1).map((second, i) => second - (tries[i] ?? 0));
    expect(gaps.length).toBeGreaterThan(2);
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
    expect(gaps.at(-1)).toBeGreaterThan(gaps[0] ?? 0);
    await ssc.stop();
  });

  test('tells what it was', async () => {
    const { runtime, server, ssc, told } = await listening();
    server.send(framed(serialize('row')));
    await runtime.settle();
    expect(told[1]).toMatchInlineSnapshot(`
      "[SOCKET.BAD_FRAME] A frame of 7 bytes from a raw socket holds no rows: what they hold is no array
        why  A frame is an array of rows as V8 writes it; nothing else can become a block.
        fix  Let the server send v8.serialize([row, row, …]) behind the 4 bytes of its length."
    `);
    await ssc.stop();
  });
});

test('a receiver that holds as much as it may lets the server wait, and loses nothing', async () => {
  const { runtime, server, ssc, seen } = await listening({ 'firesteel.receiver.bufferRowsMax': 10 });
  const rows = Array.from({ length: 100 }, (_, i) => [i, 'x'.repeat(50_000)]);
  for (const row of rows) server.send(frame([row, row]));
  await runtime.settle();
  expect(server.connections[0]?.bufferedBytes).toBeGreaterThan(4_000_000);
  await runtime.clock.advance(1000);
  expect(seen.map((batch) => batch.length)).toEqual([5]);
  await runtime.clock.advance(30_000);
  expect(seen.flat(2)).toEqual(rows.flatMap((row) => [row, row]));
  expect(server.connections).toHaveLength(1);
  await ssc.stop();
});

test('a stop while the server waits ends at once', async () => {
  const { runtime, server, ssc } = await listening({ 'firesteel.receiver.bufferRowsMax': 1 });
  for (let i = 0; i < 10; i++) server.send(frame([i]));
  await runtime.settle();
  await ssc.stop();
  expect(ssc.getState()).toBe('STOPPED');
  expect(server.connections.map(({ isOpen }) => isOpen)).toEqual([false]);
});

test('a bad address is refused at the call', async () => {
  const ssc = desk().streaming();
  expect(() => ssc.rawSocketStream('localhost', 0)).toThrow('[SOCKET.BAD_PORT]');
  expect(() => ssc.rawSocketStream('', 1)).toThrow('[SOCKET.BAD_HOST]');
  await ssc.stop();
});
