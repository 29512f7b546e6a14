import { Worker } from 'node:worker_threads';
import { Milliseconds, SparkConf, StreamingContext } from 'firesteel';
import type { ServedText } from '../children/text-server.ts';
import { collectGarbage, type Figure, figure, inTurns, type Scale } from '../harness.ts';
import { zipfText } from '../text.ts';

export const title = 'Lines through a socket of this machine into count()';

/** From the connection until the count of the last batch; the other side is a thread that sends as fast as it may. */
export async function measure({ lines, textRepeats, rounds }: Scale): Promise<readonly Figure[]> {
  const bytes = Buffer.concat(zipfText(lines));
  const text = new SharedArrayBuffer(bytes.length);
  Buffer.from(text).set(bytes);
  const workerData: ServedText = { text, repeats: textRepeats };
  const server = new Worker(process.argv[1] ?? '', { argv: ['--child', 'text-server'], workerData });
  try {
    const port = await new Promise<number>((resolve, reject) => server.once('message', resolve).once('error', reject));
    const total = lines * textRepeats;
    const { count: times } = await inTurns(rounds, { count: () => countLines(port, total) });
    return [
      figure(
        'lines',
        'M lines/s',
        times.map((ms) => total / ms / 1000),
      ),
      figure('all of them', 'ms', times),
    ];
  } finally {
    await server.terminate();
  }
}

/** @returns how long it took, in milliseconds */
async function countLines(port: number, total: number): Promise<number> {
  collectGarbage();
  const conf = new SparkConf().setMaster('local[2]').setAppName('SocketIntake');
  const ssc = new StreamingContext(conf, Milliseconds(100));
  let connectedMs = Number.NaN;
  ssc.addStreamingListener({
    onReceiverStarted: () => {
      connectedMs = performance.now();
    },
  });
  let counted = 0;
  const all = new Promise<void>((resolve) => {
    ssc
      .socketTextStream('127.0.0.1', port)
      .count()
      .foreachRDD(async (rdd) => {
        counted += await rdd.first();
        if (counted >= total) resolve();
      });
  });
  ssc.start();
  await Promise.race([all, ssc.awaitTermination()]);
  const tookMs = performance.now() - connectedMs;
  await ssc.stop();
  if (counted !== total) throw new Error(`${counted} of ${total} lines were counted.`);
  return tookMs;
}
