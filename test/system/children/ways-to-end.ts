import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputDStream, Milliseconds, SparkConf, StreamingContext } from '../../../src/index.ts';
import { Feed } from '../../../src/testing/index.ts';

/*
 * A program that ends, in one of several ways: what it says last is whether the process could end by itself.
 *
 * Usage: node ways-to-end.js <way> <folder> <port of a server that sends lines>
 */

const [way = '', folder = '', port = '0'] = process.argv.slice(2);

const heeds = { 'spark.streaming.stopGracefullyOnShutdown': true };

function program(settings = {}): StreamingContext {
  const conf = new SparkConf().setMaster('local[4]').setAppName('ways to end').set('spark.log.level', 'ERROR');
  return new StreamingContext(conf.setAll(Object.entries(settings)), Milliseconds(50));
}

const say = (what: string): void => void process.stdout.write(`${what}\n`);
const handlers = (): number => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');

const never = new Promise<never>(() => undefined);
const numbers = (rows: number) => new Feed([Array.from({ length: rows }, (_, i) => i)], 2);
const firstOf = (stream: { foreachRDD(f: (rdd: { count(): Promise<number> }) => Promise<void>): void }) =>
  new Promise<void>((resolve) => {
    stream.foreachRDD(async (rdd) => {
      if ((await rdd.count()) > 0) resolve();
    });
  });

/** A program of a socket whose batches never end, which heeds signals. */
async function endless(): Promise<void> {
  const ssc = program({ ...heeds, 'spark.streaming.gracefulStopTimeout': '10min' });
  const batch = new Promise<void>((resolve) => {
    ssc.socketTextStream('127.0.0.1', Number(port)).foreachRDD(() => {
      resolve();
      return never;
    });
  });
  ssc.start();
  await batch;
  say(`running with ${handlers()} handlers`);
  await ssc.awaitTermination();
}

/** A program of a socket that runs until a signal comes. */
async function untilSignal(settings = {}): Promise<void> {
  const ssc = program(settings);
  const row = firstOf(ssc.socketTextStream('127.0.0.1', Number(port)));
  ssc.start();
  await row;
  say(`running with ${handlers()} handlers`);
  await ssc.awaitTermination();
}

const ways: Readonly<Record<string, () => Promise<void>>> = {
  socket: async () => {
    const ssc = program();
    const row = firstOf(ssc.socketTextStream('127.0.0.1', Number(port)));
    ssc.start();
    await row;
    await ssc.stop();
  },
  unreachable: async () => {
    const ssc = program();
    ssc.socketTextStream('127.0.0.1', 1).foreachRDD(() => undefined);
    const failed = new Promise<void>((resolve) => ssc.addStreamingListener({ onReceiverStopped: () => resolve() }));
    ssc.start();
    await failed;
    await ssc.stop({ stopGracefully: true });
  },
  files: async () => {
    const ssc = program();
    const row = firstOf(ssc.textFileStream(folder));
    ssc.start();
    writeFileSync(join(folder, `lines-${process.pid}.txt`), 'a\nb\n');
    await row;
    await ssc.stop({ stopGracefully: true });
  },
  state: async () => {
    const ssc = program();
    ssc.checkpoint(join(folder, 'checkpoint'));
    const keyed = ssc.inputStream(numbers(1000)).map((n): [number, number] => [n % 7, n]);
    const sums = keyed.updateStateByKey((values: number[], sum = 0) => values.reduce((a, b) => a + b, sum as number));
    const row = firstOf(sums);
    ssc.start();
    await row;
    await ssc.stop({ stopGracefully: true });
  },
  calls: async () => {
    const ssc = program();
    const called = new Promise<void>((resolve) => {
      const call = (): Promise<number> => {
        resolve();
        return never;
      };
      ssc
        .inputStream(numbers(100))
        .mapAsync(call, { timeoutMs: 600_000 })
        .foreachRDD((rdd) => rdd.count());
    });
    ssc.start();
    await called;
    await ssc.stop();
  },
  'failed-start': async () => {
    const ssc = program(heeds);
    const broken = new (class extends InputDStream<number> {
      override start(): void {
        throw new Error('locked');
      }
      override compute(): undefined {
        return undefined;
      }
    })();
    ssc.socketTextStream('127.0.0.1', Number(port)).print();
    ssc.inputStream(broken).print();
    try {
      ssc.start();
    } catch (error) {
      say(`start: ${(error as Error).message}`);
    }
  },
  'failed-batch': async () => {
    const ssc = program();
    ssc.inputStream(numbers(1)).foreachRDD(() => {
      throw new Error('no room');
    });
    ssc.start();
    try {
      await ssc.awaitTermination();
    } catch (error) {
      say(`batch: ${(error as { readonly code: string }).code}`);
    }
    await ssc.stop();
  },
  signal: () => untilSignal(heeds),
  'host-signal': async () => {
    const heard = once(process, 'SIGTERM');
    await untilSignal(heeds);
    await heard;
  },
  'no-key': () => untilSignal(),
  'two-signals': endless,
};

process.once('unhandledRejection', (error) => say(`unhandled: ${String(error)}`));
const run = ways[way];
if (run === undefined) throw new TypeError(`no way is called ${way}`);
await run();
const endedMs = performance.now();
process.once('exit', () => {
  const tookMs = performance.now() - endedMs;
  say(`${tookMs < 3000 ? 'ended at once' : `ended after ${tookMs} ms`} with ${handlers()} handlers`);
});
