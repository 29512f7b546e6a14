// Counts the words of a text that arrives over TCP, every second.
//
//   npm run wordcount                                      feeds itself from a small text server
//   npm run wordcount -- --batches 5                       ends after five batches
//   npm run wordcount -- --host localhost --port 9999      counts what you type into `nc -lk 9999`

import { type AddressInfo, createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { Seconds, SparkConf, StreamingContext } from 'firesteel';

const { values } = parseArgs({
  options: { host: { type: 'string', default: 'localhost' }, port: { type: 'string' }, batches: { type: 'string' } },
});
const feeder = values.port === undefined ? await startTextServer() : undefined;
const port = feeder?.port ?? Number(values.port);

const conf = new SparkConf().setMaster('local[*]').setAppName('NetworkWordCount');
const ssc = new StreamingContext(conf, Seconds(1));

ssc
  .socketTextStream(values.host, port)
  .flatMap((line) => line.split(' '))
  .map((word) => [word, 1])
  .reduceByKey((a, b) => a + b)
  .print();

// The library installs no signal handler: how a program ends is its own affair.
const enough = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  let left = Number(values.batches ?? Number.POSITIVE_INFINITY);
  ssc.addStreamingListener({ onBatchCompleted: () => void (--left === 0 && resolve()) });
});

ssc.start();
await Promise.race([enough, ssc.awaitTermination()]);
await ssc.stop({ stopGracefully: true });
feeder?.close();

/** A TCP server that says a few lines ten times a second. */
async function startTextServer(): Promise<{ readonly port: number; close(): void }> {
  const lines = ['to be or not to be', 'that is the question', 'the rest is silence'];
  const server = createServer((socket) => {
    let said = 0;
    const timer = setInterval(() => socket.write(`${lines[said++ % lines.length]}\n`), 100);
    socket.on('close', () => clearInterval(timer));
    socket.on('error', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
