import { type DStream, type Row, Seconds, SparkConf, StreamingContext } from 'firesteel';
import { Feed, testRuntime } from 'firesteel/testing';

/** The text of the error with which a program is not started without a checkpoint directory; undefined if it is. */
export async function refusedAtStart(program: (input: DStream<[string, number]>) => DStream<Row>) {
  const conf = new SparkConf().setMaster('local[2]').setAppName('test');
  await using ssc = new StreamingContext(conf, Seconds(1), { runtime: testRuntime() });
  program(ssc.inputStream(new Feed<[string, number]>([]))).print();
  try {
    ssc.start();
  } catch (error) {
    return String(error).replaceAll(/\.test\.ts:\d+|started\.ts:\d+/g, (place) => place.replace(/\d+$/, '…'));
  }
  return undefined;
}
