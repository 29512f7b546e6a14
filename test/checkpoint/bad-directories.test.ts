import { afterEach, describe, expect, test } from 'vitest';
import { headerBytes, headerToBytes } from '../../src/checkpoint/file-header.ts';
import { segmentName } from '../../src/checkpoint/read-log.ts';
import { snapshotName } from '../../src/checkpoint/snapshots.ts';
import { type TestRuntime, testRuntime } from '../../src/core/test-runtime.ts';
import { SparkConf, type State, StateSpec, StreamingContext } from '../../src/index.ts';
import { Feed } from '../../src/testing/feed.ts';
import { counting, namesIn, replace } from './kit.ts';

const words: readonly string[][] = Array.from({ length: 30 }, (_, i) => [`word ${i}`, 'a']);
const log: string[] = [];
const counts: unknown[] = [];

afterEach(() => {
  log.length = 0;
  counts.length = 0;
});

/** Counts words, and takes a snapshot whenever it may; what came of each batch is put into `counts`. */
function create(runtime: TestRuntime): StreamingContext {
  const conf = new SparkConf().setMaster('local[2]').setAppName('counts').set('spark.log.level', 'INFO');
  conf.set('firesteel.checkpoint.snapshotBytesMin', 1);
  const logSink = {
    log: ({ level, message }: { level: string; message: string }) => {
      if (!message.startsWith('Batch')) log.push(`${level} ${message}`);
    },
  };
  const ssc = new StreamingContext(conf, '1 s', { runtime, logSink });
  const count = StateSpec.function((word: string, one: number | undefined, sum: State<number>) => {
    sum.update((sum.getOption() ?? 0) + (one ?? 0));
    return [word, sum.get()];
  });
  const pairs = ssc.inputStream(new Feed(words)).map((word) => [word, 1] as [string, number]);
  pairs.mapWithState(count).foreachRDD(async (rdd) => {
    const ofA = (await rdd.collect()).find(([word]) => word === 'a');
    counts.push(ofA?.[1]);
  });
  return ssc;
}

const open = (runtime: TestRuntime, createOnError = false): Promise<StreamingContext> =>
  StreamingContext.getOrCreate('/c', () => create(runtime), { runtime, createOnError });

/** A life of so many batches; the next process. */
async function lived(batches: number, runtime: TestRuntime = testRuntime({ seed: 1 })): Promise<TestRuntime> {
  const ssc = await open(runtime);
  ssc.start();
  await runtime.clock.advance(batches * 1000);
  await ssc.stop();
  log.length = 0;
  return testRuntime({ seed: 1, after: runtime });
}

/** Goes on for so many batches. */
async function goOn(runtime: TestRuntime, batches: number, createOnError = false): Promise<void> {
  const ssc = await open(runtime, createOnError);
  ssc.start();
  await runtime.clock.advance(batches * 1000);
  await ssc.awaitTerminationOrTimeout(0);
  await ssc.stop();
}

/** What a promise rejects with, in its own words. */
async function messageOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'nothing was thrown',
    (error: Error) => error.message,
  );
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** Turns a bit in the middle of a file. */
async function damage({ storage }: TestRuntime, name: string, at?: number): Promise<void> {
  const bytes = await storage.read(`/c/${name}`);
  const place = at ?? Math.floor(bytes.length / 2);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  await replace(storage, `/c/${name}`, bytes);
}

async function snapshotsIn({ storage }: TestRuntime): Promise<readonly string[]> {
  return snapshotName.numbersIn(await namesIn(storage, '/c')).map((number) => snapshotName.of(number));
}

async function newestSegment({ storage }: TestRuntime): Promise<string> {
  return segmentName.of(segmentName.numbersIn(await namesIn(storage, '/c')).at(-1) ?? 0);
}

describe('a disk that fails', () => {
  test('a full one ends the program, and awaitTermination tells', async () => {
    const runtime = testRuntime({ seed: 1 });
    const ssc = await open(runtime);
    ssc.start();
    await runtime.clock.advance(2500);
    runtime.storage.failNext('append', 'ENOSPC: no space left on device');
    const ended = messageOf(ssc.awaitTermination());
    await runtime.clock.advance(5000);
    expect(await ended).toMatchInlineSnapshot(`
      "[CHECKPOINT.WRITE_FAILED] The checkpoint in /c could not be written: [STORAGE.FAILED] Could not append to /c/log-0000000000000002: ENOSPC: no space left on device.
        why  What happens from now on would not survive a crash, so that the program stops. What is safe stays safe.
        fix  Mend what the cause below names and start the program again: it goes on from what is safe."
    `);
    expect(ssc.getState()).toBe('STOPPED');
    const next = testRuntime({ seed: 1, after: runtime });
    await goOn(next, 3);
    expect(counts.slice(-3)).toEqual(upTo(counts.length).slice(-3));
  });

  test('one that may not be written to is told by getOrCreate, where there is something to go on with', async () => {
    const runtime = await lived(3);
    runtime.storage.failNext('createExclusive', 'EACCES: permission denied');
    expect(await messageOf(open(runtime))).toMatchInlineSnapshot(`
      "[STORAGE.FAILED] Could not make /c/lock-0000000000000002: EACCES: permission denied.
        why  The file system refused it.
        fix  Look at the space, the rights and the mount of that folder; the cause below is what the system said."
    `);
    await goOn(runtime, 2);
    expect(counts).toEqual(upTo(5));
  });

  test.each([
    ['createExclusive', '/c/lock-0000000000000001'],
    ['makeFolder', '/c'],
  ] as const)(
    'one that may not be written to (%s) is told behind the start, where there is nothing yet',
    async (action, path) => {
      const runtime = testRuntime({ seed: 1 });
      const ssc = await open(runtime);
      runtime.storage.failNext(action, 'EACCES: permission denied');
      ssc.start();
      await runtime.clock.advance(3000);
      const message = await messageOf(ssc.awaitTermination());
      expect(message).toContain(`Could not make ${path}: `);
      expect(message.replace(`make ${path}:`, 'make …:')).toMatchInlineSnapshot(`
        "[CHECKPOINT.WRITE_FAILED] The checkpoint in /c could not be written: [STORAGE.FAILED] Could not make …: EACCES: permission denied.
          why  What happens from now on would not survive a crash, so that the program stops. What is safe stays safe.
          fix  Mend what the cause below names and start the program again: it goes on from what is safe."
      `);
      expect([ssc.getState(), counts]).toEqual(['STOPPED', []]);
    },
  );
});

describe('snapshots that are damaged', () => {
  test('the newest is passed over with a warning, and the results are right', async () => {
    const runtime = await lived(8);
    await damage(runtime, (await snapshotsIn(runtime)).at(-1) ?? '');
    await goOn(runtime, 2);
    expect(counts).toEqual(upTo(10));
    expect(log.filter((line) => line.startsWith('WARN'))).toMatchInlineSnapshot(`
      [
        "WARN The snapshot /c/snapshot-0000000000007000 is damaged at byte 122; the one before it is used.",
      ]
    `);
  });

  test('all of them are an error', async () => {
    const runtime = await lived(8);
    for (const name of await snapshotsIn(runtime)) await damage(runtime, name);
    expect(await messageOf(open(runtime))).toMatchInlineSnapshot(`
      "[CHECKPOINT.NO_GOOD_SNAPSHOT] None of the snapshots is whole: /c/snapshot-0000000000007000, /c/snapshot-0000000000005000.
        why  Each was complete before it had its name, so that all of them were damaged later.
        fix  Restore the directory from a copy. To begin anew without what it remembers, give the program an empty one."
    `);
  });

  test('nothing of what was made stays behind: the program may try again at once', async () => {
    const runtime = await lived(8);
    for (const name of await snapshotsIn(runtime)) await damage(runtime, name);
    const messages = [await messageOf(open(runtime)), await messageOf(open(runtime))];
    expect(messages.map((message) => message.slice(0, 29))).toEqual([
      '[CHECKPOINT.NO_GOOD_SNAPSHOT]',
      '[CHECKPOINT.NO_GOOD_SNAPSHOT]',
    ]);
    await goOn(runtime, 1, true);
  });

  test('with createOnError the files are set aside, and the program begins anew', async () => {
    const runtime = await lived(8);
    const before = await namesIn(runtime.storage, '/c');
    const damaged = await snapshotsIn(runtime);
    for (const name of damaged) await damage(runtime, name);
    counts.length = 0;
    await goOn(runtime, 3, true);
    expect(counts).toEqual(upTo(3));
    const [folder = ''] = await runtime.storage.listFolders('/c');
    const aside = await namesIn(runtime.storage, `/c/${folder}`);
    expect(aside).toEqual(before.filter((name) => !name.startsWith('lock')));
    expect(await namesIn(runtime.storage, '/c')).not.toContain(damaged[0]);
  });
});

describe('a log that is damaged', () => {
  test('with its end cut off it is gone on with, and an INFO line tells', async () => {
    const runtime = await lived(3);
    const name = await newestSegment(runtime);
    const bytes = await runtime.storage.read(`/c/${name}`);
    await replace(runtime.storage, `/c/${name}`, bytes.subarray(0, bytes.length - 3));
    await goOn(runtime, 2);
    expect(counts.slice(-2)).toEqual([4, 5]);
    expect(log.filter((line) => line.includes('died'))).toMatchInlineSnapshot(`
      [
        "INFO The process died while it wrote /c/log-0000000000000003: 219 bytes that were not safe are left out.",
      ]
    `);
  });

  test('in its middle it is an error', async () => {
    const runtime = await lived(3);
    const [number = 0] = segmentName.numbersIn(await namesIn(runtime.storage, '/c'));
    await damage(runtime, segmentName.of(number), headerBytes + 20);
    expect(await messageOf(open(runtime))).toMatchInlineSnapshot(`
      "[CHECKPOINT.CORRUPT] The checkpoint file /c/log-0000000000000001 is damaged at byte 28.
        why  What stood there had been written and made safe, and its checksum no longer fits: a disk, a copy or a hand.
        fix  Restore the directory from a copy. To begin anew without what it remembers, give the program an empty one."
    `);
  });

  test('of a newer format it is an error', async () => {
    const runtime = await lived(3);
    const number = segmentName.numbersIn(await namesIn(runtime.storage, '/c')).at(-1) ?? 0;
    const next = headerToBytes({ kind: 'log', number: number + 1, previousEnd: 0 }, 2);
    await runtime.storage.append(`/c/${segmentName.of(number + 1)}`, next);
    expect(await messageOf(open(runtime))).toMatchInlineSnapshot(`
      "[CHECKPOINT.NEWER_FORMAT] The checkpoint file /c/log-0000000000000004 has format 2; this firesteel reads formats up to 1.
        why  A newer firesteel has written it, and older code could only guess what it means.
        fix  Start the program with that firesteel again, or give it an empty checkpoint directory."
    `);
  });
});

test('ten thousand old segments are read once each, and go with the first batch that is done', async () => {
  const first = testRuntime({ seed: 1 });
  for (let number = 1; number <= 10_000; number += 1) {
    const previousEnd = number === 1 ? 0 : headerBytes;
    await first.storage.append(`/c/${segmentName.of(number)}`, headerToBytes({ kind: 'log', number, previousEnd }));
  }
  const { runtime, calls } = counting(first);
  const ssc = await open(runtime);
  expect(calls['read']).toBeLessThan(10_010);
  expect(calls['list']).toBeLessThan(10);
  ssc.start();
  await runtime.clock.advance(4000);
  await ssc.stop();
  expect(counts).toEqual(upTo(4));
  const left = segmentName.numbersIn(await namesIn(runtime.storage, '/c'));
  expect(left.length).toBeLessThan(10);
  expect(calls['read']).toBeLessThan(10_010);
  expect(calls['list']).toBeLessThan(40);
});
