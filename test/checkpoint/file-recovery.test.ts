import { describe, expect, test } from 'vitest';
import { kinds } from '../../src/checkpoint/entries.ts';
import { readLog } from '../../src/checkpoint/read-log.ts';
import { type TestRuntime, testRuntime } from '../../src/core/test-runtime.ts';
import { SparkConf, StreamingContext } from '../../src/index.ts';
import { counting } from './kit.ts';

type Seen = readonly [timeMs: number, lines: readonly string[]];

/** A program over the files of /in; one batch may fail once. What came out is put into `seen`. */
async function life(
  runtime: TestRuntime,
  seen: Seen[],
  failsAtMs: number | undefined = undefined,
): Promise<StreamingContext> {
  const create = (): StreamingContext => {
    const ssc = new StreamingContext(new SparkConf().setMaster('local[2]').setAppName('files'), '1 s', {
      runtime,
      logSink: { log: () => undefined },
    });
    ssc.textFileStream('/in').foreachRDD(async (rdd, { milliseconds }) => {
      seen.push([milliseconds, await rdd.collect()]);
      if (milliseconds === failsAtMs) throw new Error('the output is down');
    });
    return ssc;
  };
  const ssc = await StreamingContext.getOrCreate('/c', create, { runtime });
  ssc.start();
  await runtime.settle();
  return ssc;
}

/** A file with its name in it. */
async function write({ storage }: TestRuntime, name: string, folder = '/in'): Promise<void> {
  await storage.append(`${folder}/${name}`, Buffer.from(`${name}\n`));
}

/** The machine while nobody runs the program, and then the next process. */
async function down(before: TestRuntime, meanwhile: (runtime: TestRuntime) => Promise<void>): Promise<TestRuntime> {
  const between = testRuntime({ after: before, startMs: before.clock.now() + 2000 });
  await meanwhile(between);
  return testRuntime({ after: between, startMs: between.clock.now() + 2000 });
}

test('fact 50: unfinished batches have their files again; what came while down; missed batches', async () => {
  const first = testRuntime({ seed: 1, startMs: 10_000 });
  const seen: Seen[] = [];
  await life(first, seen, 12_000);
  await write(first, 'a');
  await first.clock.advance(1000);
  await write(first, 'b');
  await first.clock.advance(1500);
  expect(seen.splice(0)).toEqual([
    [11_000, ['a']],
    [12_000, ['b']],
  ]);
  const second = await down(first, (between) => write(between, 'c')); // At 14.5 s.
  const ssc = await life(second, seen); // At 16.5 s.
  await second.clock.advance(500);
  await write(second, 'd');
  await second.clock.advance(1000);
  await ssc.stop();
  expect(seen).toEqual([
    [12_000, ['b']],
    [13_000, []],
    [14_000, []],
    [15_000, ['c']],
    [16_000, []],
    [17_000, []],
    [18_000, ['d']],
  ]);
});

/** A directory with old files, and a stream that has read one more. */
async function withOldFiles(count: number): Promise<{ readonly first: TestRuntime; readonly seen: Seen[] }> {
  const first = testRuntime({ seed: 1, startMs: 1000 });
  for (let i = 0; i < count; i++) await write(first, `old-${i}`);
  for (const name of ['moved-1', 'moved-2']) await write(first, name, '/elsewhere');
  await first.clock.advance(200_000);
  const seen: Seen[] = [];
  await life(first, seen);
  await write(first, 'read');
  await first.clock.advance(1000);
  expect(seen.splice(0)).toEqual([[202_000, ['read']]]);
  return { first, seen };
}

describe('after a restart', () => {
  test('a file that was moved in while nobody ran is new, however old it is; what was there is not', async () => {
    const { first, seen } = await withOldFiles(3);
    const second = await down(first, ({ storage }) => storage.rename('/elsewhere/moved-1', '/in/moved-1'));
    await life(second, seen);
    await second.clock.advance(1000);
    const third = await down(second, ({ storage }) => storage.rename('/elsewhere/moved-2', '/in/moved-2'));
    const ssc = await life(third, seen);
    await third.clock.advance(1000);
    await ssc.stop();
    expect(seen.filter(([, lines]) => lines.length > 0)).toEqual([
      [203_000, ['moved-1']],
      [208_000, ['moved-2']],
    ]);
  });

  test('the same where nothing had been there', async () => {
    const first = testRuntime({ seed: 1, startMs: 1000 });
    await write(first, 'moved', '/elsewhere');
    await first.clock.advance(200_000);
    const seen: Seen[] = [];
    await life(first, seen);
    await first.clock.advance(1000);
    const second = await down(first, ({ storage }) => storage.rename('/elsewhere/moved', '/in/moved'));
    const ssc = await life(second, seen);
    await second.clock.advance(1000);
    await ssc.stop();
    expect(seen.filter(([, lines]) => lines.length > 0)).toEqual([[203_000, ['moved']]]);
  });

  test('ten thousand old files: none is read, recovery asks the storage little, and a plan stays small', async () => {
    const { first, seen } = await withOldFiles(10_000);
    await first.clock.advance(2000);
    const { runtime, calls } = counting(await down(first, async () => undefined));
    const ssc = await life(runtime, seen);
    expect(calls['list']).toBeLessThan(20);
    expect(calls['read']).toBeLessThan(20);
    await runtime.clock.advance(3000);
    await ssc.stop();
    expect(seen.filter(([, lines]) => lines.length > 0)).toEqual([]);
    const sizes: number[] = [];
    const onRecord = ({ kind, payload }: { kind: number; payload: Uint8Array }): void => {
      if (kind === kinds.planned) sizes.push(payload.length);
    };
    await readLog({ storage: runtime.storage, folder: '/c', onRecord, tell: () => undefined });
    const [whole = 0, ...others] = sizes;
    expect(whole).toBeGreaterThan(100_000); // The names are in it, once.
    expect(others.length).toBeGreaterThan(5);
    expect(Math.max(...others)).toBeLessThan(300);
  });

  test('nothing is read again that was read long ago', async () => {
    const { first, seen } = await withOldFiles(3);
    await first.clock.advance(100_000);
    const second = await down(first, async () => undefined);
    const ssc = await life(second, seen);
    await second.clock.advance(100_000);
    await ssc.stop();
    expect(seen.filter(([, lines]) => lines.length > 0)).toEqual([]);
  });
});
