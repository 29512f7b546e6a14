// The first program of every book, which prints; says when start() has returned.

import { Seconds, SparkConf, StreamingContext } from 'firesteel';

const conf = new SparkConf().setMaster('local[2]').setAppName('NetworkWordCount');
const ssc = new StreamingContext(conf, Seconds(1));
ssc
  .socketTextStream('127.0.0.1', Number(process.argv[2]))
  .flatMap((line) => line.split(' '))
  .map((word) => [word, 1])
  .reduceByKey((a, b) => a + b)
  .print();
ssc.start();
process.stdout.write('started\n');
await ssc.awaitTermination();
