import { type DStream, SparkConf, SparkContext, StateSpec, StreamingContext } from 'firesteel';
import { Feed, type TestRuntime, testRuntime } from 'firesteel/testing';
import { expect, test } from 'vitest';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { openDirectory } from '../../src/checkpoint/directory.ts';
import { kinds } from '../../src/checkpoint/entries.ts';
import { readLog } from '../../src/checkpoint/read-log.ts';
import { snapshotName } from '../../src/checkpoint/snapshots.ts';
import { blockOf } from '../../src/rdd/block.ts';
import { counting, namesIn, replace } from '../checkpoint/kit.ts';
import { codeOfError, rejectionOf } from '../context/kit.ts';

// Facts about recovery that the suites of Apache Spark assert, by their numbers; where ours is another on purpose the
// test says so.

type Define = (pairs: DStream<[string, number]>, ssc: StreamingContext) => void;

const logSink = { log: () => undefined };

function make(runtime: TestRuntime, define: Define, conf = new SparkConf()): StreamingContext {
  const ssc = new StreamingContext(
    conf.setMaster('local[2]').setAppName('facts').set('firesteel.checkpoint.snapshotBytesMin', 1),
    '1 s',
    { runtime, logSink },
  );
  const batches = Array.from({ length: 20 }, () => ['a']);
  define(
    ssc.inputStream(new Feed(batches)).map((word) => [word, 1] as [string, number]),
    ssc,
  );
  return ssc;
}

/** So many batches in a process of their own; the next process. */
async function live(runtime: TestRuntime, batches: number, define: Define): Promise<TestRuntime> {
  const ssc = await StreamingContext.getOrCreate('/c', () => make(runtime, define), { runtime });
  ssc.start();
  await runtime.clock.advance(batches * 1000);
  if (!runtime.isDead) await ssc.stop();
  return testRuntime({ seed: 1, after: runtime });
}

const into =
  (seen: unknown[]): Define =>
  (pairs) =>
    pairs.foreachRDD(async (rdd, { milliseconds }) => seen.push([milliseconds, await rdd.count()]));

test('fact 21: getOrCreate(path, f) with an empty path calls f', async () => {
  const runtime = testRuntime();
  await runtime.storage.makeFolder('/c');
  let made: StreamingContext | undefined;
  const create = (): StreamingContext => {
    made = make(runtime, into([]));
    return made;
  };
  expect(await StreamingContext.getOrCreate('/c', create, { runtime })).toBe(made);
  await made?.stop();
});

test('fact 22: a damaged checkpoint is an error, unless createOnError is true', async () => {
  const runtime = await live(testRuntime(), 3, into([]));
  const path = '/c/log-0000000000000001';
  const bytes = await runtime.storage.read(path);
  bytes[0] = 0;
  await replace(runtime.storage, path, bytes.subarray(0, 20));
  await runtime.storage.append('/c/log-0000000000000002', bytes);
  const open = (options: { createOnError?: boolean }): Promise<StreamingContext> =>
    StreamingContext.getOrCreate('/c', () => make(runtime, into([])), { runtime, ...options });
  expect(await rejectionOf(open({}))).toBe('CHECKPOINT.CORRUPT');
  expect(await rejectionOf(open({ createOnError: false }))).toBe('CHECKPOINT.CORRUPT');
  const ssc = await open({ createOnError: true });
  expect(ssc.getState()).toBe('INITIALIZED');
  await ssc.stop();
});

test('fact 39: a directory that is not there has nothing (Spark: refuses a context made of it alone)', async () => {
  const seen: unknown[] = [];
  await live(testRuntime(), 1, into(seen));
  expect(seen).toEqual([[1000, 1]]);
});

test('fact 40: each batch is written twice, before its outputs and when it is over', async () => {
  const runtime = await live(testRuntime(), 3, into([]));
  const written: number[] = [];
  const onRecord = ({ kind }: { kind: number }): void => void written.push(kind);
  await readLog({ storage: runtime.storage, folder: '/c', onRecord, tell: () => undefined });
  const { planned, sealed } = kinds;
  expect(written.filter((kind) => kind === planned || kind === sealed)).toEqual(
    [1, 2, 3].flatMap(() => [planned, sealed]),
  );
});

test('fact 41: state is written from time to time, older files go, and it is there after recovery', async () => {
  const seen: unknown[] = [];
  const define: Define = (pairs, _ssc) => {
    const count = StateSpec.function(
      (word: string, one: number | undefined, sum: { getOption(): number | undefined }) => [
        word,
        (sum.getOption() ?? 0) + (one ?? 0),
      ],
    );
    pairs.mapWithState(count);
    const sums = pairs.updateStateByKey((ones: number[], sum: number | undefined) => (sum ?? 0) + ones.length);
    sums.foreachRDD(async (rdd) => seen.push(...(await rdd.collect())));
  };
  const numbers = async ({ storage }: TestRuntime): Promise<readonly number[]> =>
    snapshotName.numbersIn(await namesIn(storage, '/c'));
  const second = await live(testRuntime({ seed: 1 }), 4, define);
  const early = await numbers(second);
  expect(early.length).toBeGreaterThan(0);
  const third = await live(second, 8, define);
  const late = await numbers(third);
  expect(late.some((number) => early.includes(number))).toBe(false);
  expect(late.length).toBeLessThan(5);
  expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => ['a', i + 1]));
});

test('fact 43: the configuration is that of the program (Spark: that of the checkpoint)', async () => {
  const runtime = await live(testRuntime(), 1, into([]));
  const create = (): StreamingContext => make(runtime, into([]), new SparkConf().set('my.key', 'new'));
  const ssc = await StreamingContext.getOrCreate('/c', create, { runtime });
  expect(ssc.sparkContext.getConf().get('my.key')).toBe('new');
  await ssc.stop();
});

test('fact 51: a program with a queue starts, and cannot come back', async () => {
  const define: Define = (_pairs, ssc) => ssc.queueStream([]).print();
  const runtime = await live(testRuntime(), 1, define);
  const again = StreamingContext.getOrCreate('/c', () => make(runtime, define), { runtime });
  expect(codeOfError(await again.catch((error: unknown) => error))).toBe('QUEUE.NOT_RECOVERABLE');
});

test('fact 52: what saves files does not fail when its batch is run again, nor inside transform', async () => {
  let isLethal = true;
  const seen: unknown[] = [];
  const define =
    (runtime: TestRuntime): Define =>
    (pairs) => {
      pairs.saveAsTextFiles('/out/a');
      const saved = pairs.transform(async (rdd, time) => {
        await rdd.saveAsTextFile(`/out/b-${time.milliseconds}`);
        return rdd;
      });
      saved.foreachRDD((_rdd, { milliseconds }) => {
        if (isLethal && milliseconds === 2000) runtime.kill();
        else seen.push(milliseconds);
      });
    };
  const first = testRuntime({ seed: 1 });
  const second = await live(first, 2, define(first));
  expect([first.isDead, await namesIn(second.storage, '/out/b-2000')]).toEqual([
    true,
    expect.arrayContaining(['_SUCCESS']),
  ]);
  isLethal = false;
  const third = await live(second, 1, define(second));
  expect(seen).toEqual([1000, 2000, 3000]);
  expect(await namesIn(third.storage, '/out/a-2000')).toContain('_SUCCESS');
});

test('fact 55: the last batch before a stop is not run again (Spark: is)', async () => {
  const seen: unknown[] = [];
  await live(await live(testRuntime(), 3, into(seen)), 2, into(seen));
  expect(seen).toEqual([1, 2, 3, 4, 5].map((n) => [n * 1000, 1]));
});

test('fact 85: what comes while a write is under way is written together, each record on its own', async () => {
  const { runtime, calls } = counting(testRuntime());
  const tell = (): void => undefined;
  const { logger } = new SparkContext(new SparkConf().setMaster('local[2]').setAppName('facts'), { runtime, logSink });
  const program = { batchMs: 1000, zeroTimeMs: 0, parallelism: 2, sources: ['in'], outputs: [], states: [] };
  const options = {
    folder: '/c',
    runtime,
    logger,
    program,
    rememberMs: 0,
    snapshotBytesMin: 1,
    goesOn: false,
    snapshots: [],
  };
  const checkpoint = new Checkpoint(openDirectory({ runtime, folder: '/c', tell }), options);
  const add = (n: number): Promise<void> =>
    checkpoint.add('in', blockOf(`in-${n}`, [{ kind: 'rows', rows: [n] }], undefined));
  await add(0);
  const before = calls['append'] ?? 0;
  await Promise.all(Array.from({ length: 10 }, (_, i) => add(i + 1)));
  expect((calls['append'] ?? 0) - before).toBe(2);
  await checkpoint.close();
  const { history } = await openDirectory({ runtime, folder: '/c', tell });
  expect([...(history.blocks.get('in')?.keys() ?? [])]).toEqual(Array.from({ length: 11 }, (_, i) => `in-${i}`));
});
