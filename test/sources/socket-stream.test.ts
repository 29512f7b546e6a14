import { describe, expect, test } from 'vitest';
import { keepRows, type Play, type PlayOptions, play } from '../actors/play.ts';

type Converter = (bytes: AsyncIterable<Buffer>) => AsyncIterable<string>;

interface Reading extends Play {
  readonly kept: ReturnType<typeof keepRows<string>>;
  readonly rows: () => readonly string[];
}

/** What a converter makes of the bytes of localhost:9999, kept; started. */
async function reading(convert: Converter, options: PlayOptions = {}): Promise<Reading> {
  const stage = play(options);
  const kept = keepRows(stage.ssc.socketStream('localhost', 9999, convert));
  stage.ssc.start();
  await stage.runtime.settle();
  return { ...stage, kept, rows: () => kept.flatMap(([, rows]) => rows) };
}

/** A row for every three bytes. */
async function* threes(bytes: AsyncIterable<Buffer>): AsyncIterable<string> {
  let rest = '';
  for await (const piece of bytes) {
    rest += piece.toString('latin1');
    for (; rest.length >= 3; rest = rest.slice(3)) yield rest.slice(0, 3);
  }
  if (rest !== '') yield `${rest} (the rest)`;
}

const starts = ({ heard }: Play): number => heard.filter((line) => line === 'receiver.up 0').length;

test('gives the rows that the converter makes, in the batch in which it made them', async () => {
  const { server, runtime, kept } = await reading(threes);
  server.send('abcd');
  await runtime.clock.advance(1000);
  server.send('efg');
  await runtime.clock.advance(1000);
  expect(kept).toEqual([
    [1000, ['abc']],
    [2000, ['def']],
  ]);
});

test('each connection has a converter of its own, which sees its end', async () => {
  let calls = 0;
  const counting: Converter = (bytes) => {
    calls += 1;
    return threes(bytes);
  };
  const { server, runtime, rows } = await reading(counting);
  server.send('abcd');
  server.connections[0]?.end();
  await runtime.clock.advance(2900);
  server.send('efg');
  await runtime.clock.advance(1100);
  expect([calls, rows()]).toEqual([2, ['abc', 'd (the rest)', 'efg']]);
});

test('a connection that breaks gives what had come, and is made again', async () => {
  const { server, runtime, rows, ...stage } = await reading(threes);
  server.send('abcd');
  server.connections[0]?.fail('ECONNRESET');
  await runtime.clock.advance(3000);
  expect(rows()).toEqual(['abc', 'd (the rest)']);
  expect(starts({ server, runtime, ...stage })).toBe(2);
});

test('a connection that is refused is made again, and costs no call of the converter', async () => {
  let calls = 0;
  const counting: Converter = (bytes) => {
    calls += 1;
    return threes(bytes);
  };
  const stage = play();
  const kept = keepRows(stage.ssc.socketStream('localhost', 9999, counting));
  stage.server.close();
  stage.ssc.start();
  await stage.runtime.clock.advance(1000);
  expect(calls).toBe(0);
  const server = stage.runtime.sockets.listen({ host: 'localhost', port: 9999 });
  await stage.runtime.clock.advance(1900);
  server.send('abc');
  await stage.runtime.clock.advance(100);
  expect([calls, kept]).toEqual([1, [[3000, ['abc']]]]);
});

test('a host that nobody knows is an error that listeners hear', async () => {
  const stage = play();
  stage.ssc.socketStream('nowhere', 9999, threes).foreachRDD(() => undefined);
  stage.ssc.start();
  await stage.runtime.settle();
  expect(stage.heard.filter((line) => line.startsWith('receiver'))).toEqual([
    ...['receiver.up 0', 'receiver.trouble 0', 'receiver.down 0'],
  ]);
});

test('a converter that wants no more ends its connection, and the next one follows', async () => {
  const firstOnly: Converter = async function* (bytes) {
    for await (const piece of bytes) {
      yield piece.toString();
      return;
    }
  };
  const { server, runtime, rows } = await reading(firstOnly);
  server.send('first');
  await runtime.settle();
  server.send('second');
  await runtime.clock.advance(2900);
  expect(server.connections.map(({ isOpen }) => isOpen)).toEqual([false, true]);
  server.send('third');
  await runtime.clock.advance(1100);
  expect(rows()).toEqual(['first', 'third']);
});

test('a converter that throws is a failure that listeners hear, and is called again for a new connection', async () => {
  const strict: Converter = async function* (bytes) {
    for await (const piece of bytes) {
      if (piece.toString() === 'bad') throw new Error('no such record');
      yield piece.toString();
    }
  };
  const errors: string[] = [];
  const stage = await reading(strict);
  stage.ssc.addStreamingListener({ onReceiverError: (info) => void errors.push(info.lastError) });
  stage.server.send('good');
  await stage.runtime.settle();
  stage.server.send('bad');
  await stage.runtime.clock.advance(2900);
  stage.server.send('good again');
  await stage.runtime.clock.advance(1100);
  expect([errors, stage.rows()]).toEqual([['no such record'], ['good', 'good again']]);
});

describe('back-pressure', () => {
  test('a converter that reads slowly slows the server down', async () => {
    const read: number[] = [];
    const slow: Converter = async function* (bytes) {
      for await (const piece of bytes) {
        read.push(piece.length);
        await stage.runtime.clock.sleep(1000);
        yield String(piece.length);
      }
    };
    const stage: Reading = await reading(slow);
    for (let i = 0; i < 10; i += 1) stage.server.send(new Uint8Array(60_000));
    await stage.runtime.clock.advance(500);
    expect(stage.server.connections[0]?.bufferedBytes).toBeGreaterThan(300_000);
    await stage.runtime.clock.advance(15_000);
    expect(stage.server.connections[0]?.bufferedBytes).toBe(0);
    expect(read.reduce((sum, bytes) => sum + bytes, 0)).toBe(600_000);
  });

  test('rows that the receiver may not hold wait in the converter, and nothing is lost', async () => {
    const stage = await reading(threes, { conf: { 'firesteel.receiver.bufferRowsMax': '2' } });
    stage.server.send('aaabbbcccdddeee');
    await stage.runtime.clock.advance(1000);
    expect(stage.rows()).toEqual(['aaa', 'bbb']);
    await stage.runtime.clock.advance(2000);
    expect(stage.kept).toEqual([
      [1000, ['aaa', 'bbb']],
      [2000, ['ccc', 'ddd']],
      [3000, ['eee']],
    ]);
  });
});

describe('a stop', () => {
  test('closes the connection; rows that were made are worked off', async () => {
    const stage = await reading(threes);
    stage.server.send('abcd');
    await stage.runtime.clock.advance(500);
    stage.stop(true);
    await stage.runtime.clock.advance(10_000);
    expect([stage.stoppedMs(), stage.rows(), stage.server.connections[0]?.isOpen]).toEqual([1000, ['abc'], false]);
    expect(stage.reported()).toBeUndefined();
  });

  test('does not wait for a converter that never ends', async () => {
    const endless: Converter = async function* () {
      await new Promise(() => undefined);
      yield 'never';
    };
    const stage = await reading(endless);
    stage.stop(true);
    await stage.runtime.settle();
    expect(stage.stoppedMs()).toBe(0);
  });
});
