import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Milliseconds, SparkConf, StreamingContext } from 'firesteel';
import { expect, test } from 'vitest';

const lineCount = 500_000;

test('every line of a socket comes out once and in order, however fast it is sent', async () => {
  const server = await sendingServer();
  const conf = new SparkConf()
    .setMaster('local[2]')
    .setAppName('nothing-lost')
    .set('spark.streaming.blockInterval', '20ms')
    // Far less than a batch could take: the sender has to be slowed down, many times.
    .set('firesteel.receiver.bufferBytesMax', 400_000);
  const ssc = new StreamingContext(conf, Milliseconds(50));
  const lines: string[] = [];
  let batches = 0;
  ssc.socketTextStream('127.0.0.1', (server.address() as AddressInfo).port).foreachRDD(async (rdd) => {
    const rows = await rdd.collect();
    if (rows.length > 0) batches += 1;
    for (const row of rows) lines.push(row);
  });
  const ended = new Promise<string>((resolve) => {
    ssc.addStreamingListener({ onReceiverStopped: (info) => resolve(info.lastErrorMessage) });
  });

  ssc.start();
  expect(await ended).toBe('Socket data stream had no more data');
  server.close();
  await ssc.stop(true, true);

  expect(lines).toHaveLength(lineCount);
  expect(lines.findIndex((line, i) => line !== `line ${i}`)).toBe(-1);
  expect(batches).toBeGreaterThan(10);
});

/** Sends numbered lines as fast as the socket takes them, then ends the connection. */
async function sendingServer(): Promise<Server> {
  const server = createServer((socket) => send(socket, 0));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function send(socket: Socket, from: number): void {
  for (let at = from; at < lineCount; at += 1000) {
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${at + i}\n`).join('');
    if (socket.write(lines)) continue;
    socket.once('drain', () => send(socket, at + 1000));
    return;
  }
  socket.end();
}
