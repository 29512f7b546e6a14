// Counts the words of the last 15 seconds of a text that arrives over TCP, every 5 seconds.
//
//   npm run wordcount:windowed                                      feeds itself from a small text server
//   npm run wordcount:windowed -- --batches 4                       ends after four batches
//   npm run wordcount:windowed -- --host localhost --port 9999      counts what you type into `nc -lk 9999`

import { parseArgs } from 'node:util';
import { type DStream, Seconds, SparkConf, StreamingContext } from 'firesteel';
import { startTextServer } from './text-server.ts';

/** How often each word was in the lines of the last 15 seconds, every 5 seconds. */
export function windowedWordCount(lines: DStream<string>): DStream<[string, number]> {
  return lines
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
    .reduceByKeyAndWindow((a, b) => a + b, Seconds(15), Seconds(5));
}

if (import.meta.filename === process.argv[1]) await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { host: { type: 'string', default: 'localhost' }, port: { type: 'string' }, batches: { type: 'string' } },
  });
  const feeder = values.port === undefined ? await startTextServer() : undefined;

  const conf = new SparkConf().setMaster('local[*]').setAppName('WindowedWordCount');
  const ssc = new StreamingContext(conf, Seconds(5));
  ssc.sparkContext.setLogLevel('WARN');
  windowedWordCount(ssc.socketTextStream(values.host, feeder?.port ?? Number(values.port))).print();

  const enough = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    let left = Number(values.batches ?? Number.POSITIVE_INFINITY);
    ssc.addStreamingListener({ onBatchCompleted: () => void (--left === 0 && resolve()) });
  });
  ssc.start();
  await Promise.race([enough, ssc.awaitTermination()]);
  await ssc.stop({ stopGracefully: true });
  feeder?.close();
}
