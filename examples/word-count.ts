// Counts the words of a text that arrives over TCP, every second.
//
//   npm run wordcount                                      feeds itself from a small text server
//   npm run wordcount -- --batches 5                       ends after five batches
//   npm run wordcount -- --host localhost --port 9999      counts what you type into `nc -lk 9999`

import { parseArgs } from 'node:util';
import { Seconds, SparkConf, StreamingContext } from 'firesteel';
import { startTextServer } from './text-server.ts';

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
