import { describe, expect, test } from 'vitest';
import { SocketTextReceiver } from '../../src/sources/socket.ts';
import { keepRows, type Play, type PlayOptions, play } from '../actors/play.ts';

type Kept = ReturnType<typeof keepRows<string>>;

/** Lines of localhost:9999, kept; started. */
async function reading(options: PlayOptions = {}): Promise<Play & { readonly kept: Kept }> {
  const stage = play(options);
  const kept = keepRows(stage.ssc.socketTextStream('localhost', 9999));
  stage.ssc.start();
  await stage.runtime.settle();
  return { ...stage, kept };
}

describe('lines', () => {
  test('end with LF or CRLF, and come without their ends; empty ones are lines too', async () => {
    const { server, runtime, kept } = await reading();
    server.send('unix\ndos\r\n\nlone \r inside\n');
    await runtime.clock.advance(1000);
    expect(kept).toEqual([[1000, ['unix', 'dos', '', 'lone \r inside']]]);
  });

  test('that are cut over packets and batches come whole, in the batch in which they end', async () => {
    const { server, runtime, kept } = await reading();
    server.send('first\nsec');
    await runtime.clock.advance(1000);
    server.send('on');
    await runtime.clock.advance(1000);
    server.send('d\n');
    await runtime.clock.advance(1000);
    expect(kept).toEqual([
      [1000, ['first']],
      [3000, ['second']],
    ]);
  });

  test('are UTF-8, also where a packet ends inside a character', async () => {
    const { server, runtime, kept } = await reading();
    for (const byte of Buffer.from('Grüße an 東京 🗼\nplain\n')) server.send(Uint8Array.of(byte));
    await runtime.clock.advance(1000);
    expect(kept).toEqual([[1000, ['Grüße an 東京 🗼', 'plain']]]);
  });

  test('of one batch are one partition for each block interval in which some came', async () => {
    const stage = play();
    const partitions: number[] = [];
    stage.ssc.socketTextStream('localhost', 9999).foreachRDD((rdd) => void partitions.push(rdd.getNumPartitions()));
    stage.ssc.start();
    await stage.runtime.settle();
    for (const waitMs of [50, 50, 100, 400, 400]) {
      stage.server.send('line\n');
      await stage.runtime.clock.advance(waitMs);
    }
    await stage.runtime.clock.advance(1000);
    expect(partitions).toEqual([3, 0]);
  });

  test('the last one, when the server ends without an end of line, is a line', async () => {
    const { server, runtime, kept } = await reading();
    server.send('whole\nunfinished');
    server.connections[0]?.end();
    await runtime.clock.advance(1000);
    expect(kept).toEqual([[1000, ['whole', 'unfinished']]]);
  });

  test('what was left of one connection is no part of the next', async () => {
    const { server, runtime, kept } = await reading();
    server.send('left');
    server.connections[0]?.fail('ECONNRESET');
    await runtime.clock.advance(2900);
    server.send('over\n');
    await runtime.clock.advance(1100);
    expect(kept).toEqual([
      [1000, ['left']],
      [3000, ['over']],
    ]);
  });

  test('the sum of what was received and of what was processed is what was sent', async () => {
    const stage = play();
    const kept = keepRows(stage.ssc.socketTextStream('localhost', 9999));
    const counted: number[] = [];
    stage.ssc.addStreamingListener({ onBatchCompleted: ({ numRecords }) => void counted.push(numRecords) });
    stage.ssc.start();
    await stage.runtime.settle();
    for (let line = 1; line <= 5; line += 1) {
      stage.server.send(`${line}\n`);
      await stage.runtime.clock.advance(1000);
    }
    expect(kept.flatMap(([, rows]) => rows)).toEqual(['1', '2', '3', '4', '5']);
    expect(counted).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('a connection', () => {
  const received = ({ heard }: Play): readonly string[] => heard.filter((line) => line.startsWith('receiver.'));

  test('that is refused is made again and again, after twice as long each time and a little by chance', async () => {
    const stage = play({ seed: 5 });
    const startsMs: number[] = [];
    const messages: string[] = [];
    stage.ssc.addStreamingListener({
      onReceiverStarted: () => void startsMs.push(stage.runtime.clock.now()),
      onReceiverStopped: ({ lastErrorMessage, lastError }) => void messages.push(`${lastErrorMessage}: ${lastError}`),
    });
    stage.ssc.socketTextStream('localhost', 9999).foreachRDD(() => undefined);
    stage.server.close();
    stage.ssc.start();
    await stage.runtime.clock.advance(200_000);
    const gapsMs = startsMs.slice(1).map((startMs, i) => startMs - (startsMs[i] ?? 0));
    const leastMs = [2000, 4000, 8000, 16_000, 32_000, 60_000];
    expect(gapsMs.slice(0, 6).length).toBe(6);
    for (const [i, gapMs] of gapsMs.slice(0, 6).entries()) {
      const least = leastMs[i] ?? 0;
      expect(gapMs).toBeGreaterThanOrEqual(least);
      expect(gapMs).toBeLessThanOrEqual(Math.min(least * 1.2 + 1, 60_000));
    }
    expect(gapsMs.slice(0, 5)).not.toEqual(leastMs.slice(0, 5));
    expect(messages[0]).toBe('Error connecting to localhost:9999: connect ECONNREFUSED localhost:9999');
    expect(stage.reported()).toBeUndefined();
  });

  test('is made as soon as somebody listens, and nothing has been lost by then', async () => {
    const stage = play();
    const kept = keepRows(stage.ssc.socketTextStream('localhost', 9999));
    stage.server.close();
    stage.ssc.start();
    await stage.runtime.clock.advance(1000);
    const server = stage.runtime.sockets.listen({ host: 'localhost', port: 9999 });
    await stage.runtime.clock.advance(1900);
    server.send('hello\n');
    await stage.runtime.clock.advance(100);
    expect(kept).toEqual([[3000, ['hello']]]);
  });

  test('to a host that nobody knows is an error that listeners hear, and is tried again', async () => {
    const stage = play();
    const errors: string[] = [];
    stage.ssc.addStreamingListener({ onReceiverError: (info) => void errors.push(info.lastError) });
    stage.ssc.socketTextStream('nowhere', 9999).foreachRDD(() => undefined);
    stage.ssc.start();
    await stage.runtime.clock.advance(3000);
    expect(received(stage)).toEqual([
      ...['receiver.up 0', 'receiver.trouble 0', 'receiver.down 0'],
      ...['receiver.up 0', 'receiver.trouble 0', 'receiver.down 0'],
    ]);
    expect(errors[0]).toMatchInlineSnapshot(`
      "[SOCKET.UNKNOWN_HOST] No machine is known by the name 'nowhere'.
        why  The name service has no address for it.
        fix  Check the spelling; the receiver goes on trying, in case the name appears."
    `);
  });

  test('that ends is made again, and listeners hear that the receiver stopped and started', async () => {
    const stage = await reading();
    stage.server.connections[0]?.end();
    await stage.runtime.clock.advance(3000);
    expect(received(stage)).toEqual(['receiver.up 0', 'receiver.down 0', 'receiver.up 0']);
    expect(stage.server.connections).toHaveLength(2);
  });

  test('is closed when the program stops, and never made again', async () => {
    const stage = await reading();
    stage.stop(true);
    await stage.runtime.clock.advance(100_000);
    expect(stage.server.connections.map(({ isOpen }) => isOpen)).toEqual([false]);
    expect(received(stage)).toEqual(['receiver.up 0', 'receiver.down 0']);
  });

  test('that waits to be made again is given up at once when the program stops', async () => {
    const stage = await reading();
    stage.server.connections[0]?.end();
    await stage.runtime.clock.advance(1500);
    stage.stop(true);
    await stage.runtime.settle();
    expect(stage.stoppedMs()).toBe(1500);
    await stage.runtime.clock.advance(100_000);
    expect(stage.server.connections).toHaveLength(1);
  });

  test('is given up for good after as many restarts in a row as may be, which is an error of the program', async () => {
    const stage = play({ conf: { 'firesteel.receiver.restartsMax': '2' } });
    stage.ssc.socketTextStream('localhost', 9999).foreachRDD(() => undefined);
    stage.server.close();
    stage.ssc.start();
    await stage.runtime.clock.advance(100_000);
    expect(received(stage).filter((line) => line === 'receiver.up 0')).toHaveLength(3);
    expect(stage.reported()).toBe('RECEIVER.GAVE_UP');
    stage.stop(true);
    await stage.runtime.settle();
    expect(stage.stoppedMs()).toBe(100_000);
  });

  test('that sends a line longer than may be is made again, and the line is thrown away', async () => {
    const stage = play();
    const errors: string[] = [];
    stage.ssc.addStreamingListener({ onReceiverStopped: (info) => void errors.push(info.lastError) });
    const receiver = new SocketTextReceiver({ host: 'localhost', port: 9999 }, 8);
    const kept = keepRows(stage.ssc.receiverStream(receiver));
    stage.ssc.start();
    await stage.runtime.settle();
    stage.server.send('short\nmuch too long');
    await stage.runtime.clock.advance(2900);
    stage.server.send('short again\n');
    await stage.runtime.clock.advance(1100);
    expect(kept).toEqual([
      [1000, ['short']],
      [3000, ['short again']],
    ]);
    expect(errors[0]).toMatchInlineSnapshot(`
      "[SOCKET.LINE_TOO_LONG] A line of more than 8 bytes came from a socket.
        why  A line is kept whole in memory; one without an end would fill it.
        fix  Send lines that end, or read the bytes with a converter of your own: socketStream(host, port, convert)."
    `);
  });
});

describe('a server that sends faster than batches are worked off', () => {
  test('is slowed down: what the receiver may not hold stays with it, and nothing is lost', async () => {
    const stage = await reading({ conf: { 'firesteel.receiver.bufferBytesMax': '20' } });
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    for (const line of lines) stage.server.send(`${line}\n`);
    const waiting: number[] = [];
    for (let second = 0; second < 12; second += 1) {
      await stage.runtime.settle();
      waiting.push(stage.server.connections[0]?.bufferedBytes ?? -1);
      await stage.runtime.clock.advance(1000);
    }
    const sent = Buffer.byteLength(`${lines.join('\n')}\n`);
    expect(waiting[0]).toBeGreaterThanOrEqual(sent - 28);
    expect(waiting.every((bytes, i) => i === 0 || bytes <= (waiting[i - 1] ?? 0))).toBe(true);
    expect(waiting.at(-1)).toBe(0);
    expect(kept(stage)).toEqual(lines);
  });

  test('an ending connection gives all that the server has sent', async () => {
    const stage = await reading({ conf: { 'firesteel.receiver.bufferBytesMax': '1' } });
    for (let line = 0; line < 5; line += 1) stage.server.send(`${line}\n`);
    stage.server.connections[0]?.end();
    await stage.runtime.clock.advance(5000);
    expect(kept(stage)).toEqual(['0', '1', '2', '3', '4']);
    expect(stage.heard.filter((line) => line === 'receiver.down 0')).toHaveLength(1);
  });

  const kept = (stage: { readonly kept: Kept }): readonly string[] => stage.kept.flatMap(([, rows]) => rows);
});

describe('a mistake in the address', () => {
  test.each([
    ['', 9999, 'SOCKET.BAD_HOST'],
    [undefined as unknown as string, 9999, 'SOCKET.BAD_HOST'],
    ['localhost', 0, 'SOCKET.BAD_PORT'],
    ['localhost', 65_536, 'SOCKET.BAD_PORT'],
    ['localhost', 99.5, 'SOCKET.BAD_PORT'],
    ['localhost', '9999' as unknown as number, 'SOCKET.BAD_PORT'],
  ])('%s:%s is refused at the call', (host, port, code) => {
    const { ssc } = play();
    expect(() => ssc.socketTextStream(host, port)).toThrow(expect.objectContaining({ code }));
  });
});
