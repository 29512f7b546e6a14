import { type Duration, Milliseconds, Seconds, StorageLevel, StreamingContext } from 'firesteel';
import { Feed, run, testRuntime } from 'firesteel/testing';
import { openDirectory } from '../../src/checkpoint/directory.ts';
import { beganRecord } from '../../src/checkpoint/entries.ts';
import { headerToBytes } from '../../src/checkpoint/file-header.ts';
import { lockFolder } from '../../src/checkpoint/lock.ts';
import { Log } from '../../src/checkpoint/log.ts';
import { newestSnapshot } from '../../src/checkpoint/snapshots.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { type Desk, desk } from '../context/kit.ts';
import { initialized, inSecond, nothing, Point } from './programs.ts';

/** A program that counts in a state. */
export function counting(
  d: Desk,
  options: { readonly batch?: Duration; readonly partitions?: number } = {},
): StreamingContext {
  const { batch = Seconds(1) } = options;
  const ssc = new StreamingContext(d.conf(), batch, { runtime: d.runtime, logSink: d.logSink });
  const pairs = ssc.inputStream(new Feed<number>([[1], [2]])).map((n) => [n, n]);
  pairs.updateStateByKey((ns: number[]) => ns.length, options.partitions ?? 2).print();
  return ssc;
}

/** What comes of one that comes back as another, after a second. */
export async function comingBack(
  create: (d: Desk) => StreamingContext | Promise<StreamingContext>,
  before: (d: Desk) => StreamingContext = counting,
): Promise<StreamingContext> {
  const first = desk();
  const ssc = before(first);
  ssc.checkpoint('checkpoint');
  ssc.start();
  await first.runtime.clock.advance(1000);
  await ssc.stop();
  const d = desk({ after: first.runtime });
  return await StreamingContext.getOrCreate('checkpoint', () => create(d), { runtime: d.runtime });
}

/** The specimens of what is written down. */
export const checkpointSpecimens: { readonly [C in Extract<ErrorCode, `CHECKPOINT.${string}`>]: () => unknown } = {
  'CHECKPOINT.BAD_INTERVAL': () =>
    initialized((ssc, stream) => {
      ssc.checkpoint('checkpoint');
      stream.checkpoint(Milliseconds(1500)).print();
      ssc.start();
    }),
  'CHECKPOINT.BAD_LOCK': async () => {
    const runtime = testRuntime();
    await runtime.storage.append('checkpoint/lock-0000000000000001', Buffer.from('{"pid":'));
    await lockFolder({ runtime, folder: 'checkpoint', tell: nothing });
  },
  'CHECKPOINT.BAD_UID': () => initialized((_, stream) => stream.uid(' ')),
  'CHECKPOINT.CORRUPT': async () => {
    const { storage } = testRuntime();
    await storage.append('checkpoint/log-0000000000000001', Buffer.alloc(100));
    await Log.open({ storage, folder: 'checkpoint', onRecord: nothing, tell: nothing });
  },
  'CHECKPOINT.LOG_BROKEN': async () => {
    const { storage } = testRuntime();
    const log = await Log.open({ storage, folder: 'checkpoint', onRecord: nothing, tell: nothing });
    const records = [{ kind: 1, payload: Buffer.from('a') }];
    storage.failNext('append', 'ENOSPC: no space left on device');
    await log.append(records).catch(nothing);
    await log.append(records);
  },
  'CHECKPOINT.NEWER_FORMAT': async () => {
    const { storage } = testRuntime();
    const newer = headerToBytes({ kind: 'log', number: 1, previousEnd: 0 }, 2);
    await storage.append('checkpoint/log-0000000000000001', newer);
    await Log.open({ storage, folder: 'checkpoint', onRecord: nothing, tell: nothing });
  },
  'CHECKPOINT.NOT_NEW': () =>
    comingBack(async (d) => {
      const ssc = counting(d);
      await ssc.stop();
      return ssc;
    }),
  'CHECKPOINT.NOT_PERSISTED': () =>
    initialized((ssc, stream) => {
      ssc.checkpoint('checkpoint');
      stream.checkpoint(Seconds(10)).persist(StorageLevel.NONE).print();
      ssc.start();
    }),
  'CHECKPOINT.NOT_PLAIN': () =>
    run((_, input) => input.map((n) => [n, n]).updateStateByKey(() => new Point() as never), [[1]]),
  'CHECKPOINT.NO_DIRECTORY': () =>
    initialized((ssc, stream) => {
      stream.checkpoint(Seconds(10)).print();
      ssc.start();
    }),
  'CHECKPOINT.NO_GOOD_SNAPSHOT': async () => {
    const { storage } = testRuntime();
    for (const second of [1, 2]) await storage.append(`checkpoint/snapshot-000000000000${second}000`, Buffer.from('x'));
    await newestSnapshot({ storage, folder: 'checkpoint', tell: nothing });
  },
  'CHECKPOINT.NO_SNAPSHOT': async () => {
    const runtime = testRuntime();
    const place = { runtime, folder: 'checkpoint', tell: nothing };
    const { log } = await openDirectory(place);
    const ids = { sources: ['feed#0'], outputs: [], states: [{ id: 'feed#0/updateStateByKey#0', partitions: 2 }] };
    await log.append([
      beganRecord({ life: 'a', isFirst: false, batchMs: 1000, zeroTimeMs: 0, parallelism: 2, ...ids }),
    ]);
    const d = desk({ after: runtime });
    await StreamingContext.getOrCreate('checkpoint', () => counting(d), { runtime: d.runtime });
  },
  'CHECKPOINT.OTHER_DIRECTORY': () =>
    comingBack((d) => {
      const ssc = counting(d);
      ssc.checkpoint('elsewhere');
      return ssc;
    }),
  'CHECKPOINT.OTHER_INTERVAL': () => comingBack((d) => counting(d, { batch: Milliseconds(500) })),
  'CHECKPOINT.OTHER_PARTITIONS': () => comingBack((d) => counting(d, { partitions: 3 })),
  'CHECKPOINT.OTHER_RUNTIME': () => comingBack(() => counting(desk())),
  'CHECKPOINT.OWNED': async () => {
    const runtime = testRuntime();
    await lockFolder({ runtime, folder: 'checkpoint', tell: nothing });
    const processes = runtime.processes.another();
    await lockFolder({ runtime: { ...runtime, processes }, folder: 'checkpoint', tell: nothing });
  },
  'CHECKPOINT.SEGMENT_MISSING': async () => {
    const { storage } = testRuntime();
    await Log.open({ storage, folder: 'checkpoint', from: 7, onRecord: nothing, tell: nothing });
  },
  'CHECKPOINT.TOO_LARGE': async () => {
    const { storage } = testRuntime();
    const log = await Log.open({ storage, folder: 'checkpoint', onRecord: nothing, tell: nothing });
    const payload = Buffer.alloc(1_000_000);
    await log.append(new Array(1100).fill({ kind: 1, payload }));
  },
  'CHECKPOINT.UID_TWICE': () =>
    comingBack((d) => {
      const ssc = counting(d);
      for (const _ of [1, 2]) ssc.inputStream(new Feed<number>([])).uid('numbers').print();
      return ssc;
    }),
  'CHECKPOINT.VANISHED': () =>
    comingBack((d) => {
      const ssc = d.streaming();
      ssc.inputStream(new Feed<number>([])).print();
      return ssc;
    }),
  'CHECKPOINT.WRITE_FAILED': () => {
    const d = desk();
    d.runtime.storage.failNext('append', 'ENOSPC: no space left on device');
    return inSecond(
      (ssc) => {
        ssc.checkpoint('checkpoint');
        ssc.inputStream(new Feed<number>([])).print();
      },
      {},
      d,
    );
  },
};
