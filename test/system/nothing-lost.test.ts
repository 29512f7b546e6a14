import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Milliseconds, SparkConf, StreamingContext } from '../../src/index.ts';

const lines = 500_000;
const bufferBytes = 1024 * 1024;
/** What Node reads of a socket at a time: so much may come after the receiver has said that it is enough. */
const readBytes = 64 * 1024;

const lineOf = (n: number): string => `line ${n} of a text that is longer than any buffer on its way`;

/** Writes numbered lines as fast as the other side takes them, then ends. @returns how often it had to wait */
async function pour(socket: Socket): Promise<number> {
  let waits = 0;
  for (let line = 0; line < lines; ) {
    const end = Math.min(line + 1000, lines);
    let text = '';
    for (; line < end; line += 1) text += `${lineOf(line)}\n`;
    if (socket.write(text)) continue;
    waits += 1;
    await once(socket, 'drain');
  }
  socket.end();
  return waits;
}

test('half a million lines through a small buffer come out exactly once, in order, over many batches', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const poured = once(server, 'connection').then(([socket]) => {
    server.close();
    return pour(socket as Socket);
  });
  const conf = new SparkConf()
    .setMaster('local[2]')
    .setAppName('nothing lost')
    .set('spark.streaming.blockInterval', '20ms')
    .set('spark.log.level', 'OFF')
    .set('firesteel.receiver.bufferBytesMax', String(bufferBytes));
  const ssc = new StreamingContext(conf, Milliseconds(100));
  const ended = new Promise<void>((resolve) => ssc.addStreamingListener({ onReceiverStopped: () => resolve() }));
  let next = 0;
  let batches = 0;
  let mostBytes = 0;
  let wrong: string | undefined;
  ssc.socketTextStream('127.0.0.1', port).foreachRDD(async (rdd) => {
    const rows = await rdd.collect();
    if (rows.length > 0) batches += 1;
    let bytes = 0;
    for (const row of rows) {
      if (row !== lineOf(next)) wrong ??= `'${row}' where line ${next} was due`;
      next += 1;
      bytes += row.length + 1;
    }
    mostBytes = Math.max(mostBytes, bytes);
  });
  ssc.start();
  const waits = await poured;
  await ended;
  await ssc.stop({ stopGracefully: true });
  await ssc.awaitTermination();
  expect(wrong).toBeUndefined();
  expect(next).toBe(lines);
  expect(batches).toBeGreaterThan(20);
  // The line that the reads before had begun is the rest.
  expect(mostBytes).toBeLessThanOrEqual(bufferBytes + readBytes + lineOf(lines).length);
  expect(waits).toBeGreaterThan(10);
});
