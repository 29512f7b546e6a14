import { describe, expect, test } from 'vitest';
import { StateError } from '../../src/core/errors.ts';
import type { Storage } from '../../src/core/storage.ts';
import { Time } from '../../src/core/time.ts';
import { textLines } from '../../src/sources/file-formats.ts';
import { FileInput } from '../../src/sources/file-stream.ts';
import { codeOf, desk, rejectionOf } from '../context/kit.ts';
import { fileProgram, layered } from './file-kit.ts';

const folder = '/in';

const unused = (): never => expect.fail('nobody asked for it');

/** Lines of text from `/in`. */
const lines: Parameters<typeof fileProgram>[0] = (ssc) => ssc.textFileStream(folder) as never;

describe('a file stream', () => {
  test('has the files that are written after the start, each in the batch that follows, once', async () => {
    const { ssc, write, batches } = await fileProgram(lines);
    await write('/in/a', 'a1\na2\n');
    await write('/in/b', 'b1\n');
    expect(await batches(2)).toEqual([['a1', 'a2', 'b1'], []]);
    await write('/in/c', 'c1\n');
    expect(await batches(2)).toEqual([['c1'], []]);
    await ssc.stop();
  });

  test('makes a partition of each file, and none where there is no file', async () => {
    const { ssc, seen, write, batches } = await fileProgram(lines);
    await write('/in/a', '1\n2\n');
    await write('/in/empty', '');
    await write('/in/z', '3');
    await batches(2);
    expect(seen).toEqual([[['1', '2'], [], ['3']], []]);
    await ssc.stop();
  });

  test('leaves out what was there before it was made, and has what was written before the start', async () => {
    const { runtime, streaming } = desk({ startMs: 10_000 });
    const write = (path: string) => runtime.storage.append(path, Buffer.from(`${path}\n`));
    await write('/in/before');
    await runtime.clock.advance(500);
    const ssc = streaming();
    const seen: string[][] = [];
    ssc.textFileStream(folder).foreachRDD(async (rdd) => seen.push(await rdd.collect()));
    await runtime.clock.advance(100);
    await write('/in/between');
    ssc.start();
    await runtime.clock.advance(1400);
    expect(seen).toEqual([['/in/between'], []]);
    await ssc.stop();
  });

  test('has a file that was moved in though it is old, which Spark leaves out', async () => {
    const before = async ({ runtime }: ReturnType<typeof desk>): Promise<void> => {
      await runtime.storage.append('/elsewhere/old', Buffer.from('old\n'));
      await runtime.storage.append('/in/old', Buffer.from('never\n'));
      await runtime.clock.advance(200_000);
    };
    const { ssc, runtime, batches } = await fileProgram(lines, { before });
    expect(await batches(2)).toEqual([[], []]);
    await runtime.storage.rename('/elsewhere/old', '/in/moved');
    expect(await batches(2)).toEqual([['old'], []]);
    await ssc.stop();
  });

  test('does not read a file again that changes while it is remembered', async () => {
    const { ssc, write, batches } = await fileProgram(lines);
    await write('/in/a', '1\n');
    expect(await batches(1)).toEqual([['1']]);
    await write('/in/a', '2\n');
    expect(await batches(2)).toEqual([[], []]);
    await ssc.stop();
  });

  test('passes over hidden files and folders inside', async () => {
    const { ssc, write, batches } = await fileProgram(lines);
    for (const path of ['/in/.hidden', '/in/deep/a', '/in/_b', '/in/c.']) await write(path, `${path}\n`);
    expect(await batches(1)).toEqual([['/in/_b', '/in/c.']]);
    await ssc.stop();
  });

  test('reads several directories by one name, also such that appear later', async () => {
    const { ssc, write, batches } = await fileProgram((each) => each.textFileStream('/logs-*/2026') as never);
    for (const path of ['/logs-b/2026/1', '/logs-a/2026/1', '/logs-a/2025/1', '/log/2026/1']) {
      await write(path, `${path}\n`);
    }
    expect(await batches(1)).toEqual([['/logs-a/2026/1', '/logs-b/2026/1']]);
    await write('/logs-c/2026/1', 'new\n');
    expect(await batches(1)).toEqual([['new']]);
    await ssc.stop();
  });

  test('reads a file when a job needs it, not when the batch is planned', async () => {
    const { runtime, streaming } = desk();
    const reads: string[] = [];
    const storage = layered(runtime.storage, {
      read: (path) => {
        reads.push(path);
        return runtime.storage.read(path);
      },
    });
    const ssc = streaming({}, { runtime: { ...runtime, storage } });
    let isWanted = false;
    ssc.textFileStream(folder).foreachRDD(async (rdd) => {
      if (isWanted) await rdd.count();
    });
    ssc.start();
    await runtime.storage.append('/in/a', Buffer.from('1\n'));
    await runtime.clock.advance(1000);
    expect(reads).toEqual([]);
    isWanted = true;
    await runtime.storage.append('/in/b', Buffer.from('1\n'));
    await runtime.clock.advance(1000);
    expect(reads).toEqual(['/in/b']);
    await ssc.stop();
  });

  test('tells the listeners which files are read, and counts no record, as in Spark', async () => {
    const { ssc, write, batches } = await fileProgram(lines);
    const told: unknown[] = [];
    ssc.addStreamingListener({
      onBatchCompleted: ({ streamIdToInputInfo, numRecords }) =>
        void told.push(numRecords, ...streamIdToInputInfo.values()),
    });
    await write('/in/a', '1\n2\n');
    await batches(1);
    const position = { sinceMs: 10_000, untilMs: 11_000, batches: [[11_000, ['/in/a']]] };
    expect(told).toEqual([0, { streamId: 0, name: 'textFileStream', numRecords: 0, position }]);
    await ssc.stop();
  });

  test('has the old files too when it is told to, were they written at the beginning of time', async () => {
    const read = (bytes: Buffer): string[] => [String(bytes)];
    const all = (ssc: Parameters<typeof lines>[0]) => ssc.fileStream(folder, { read, newFilesOnly: false }) as never;
    const before = (d: ReturnType<typeof desk>) => d.runtime.storage.append('/in/a', Buffer.from('a'));
    const { ssc, batches } = await fileProgram(all, { startMs: 0, before });
    expect(await batches(2)).toEqual([['a'], []]);
    await ssc.stop();
  });

  test('waits for what was there at the start before it says what is new', async () => {
    const { runtime, streaming } = desk({ startMs: 10_000 });
    await runtime.storage.append('/elsewhere/old', Buffer.from('old\n'));
    await runtime.clock.advance(1000);
    let lists = 0;
    const storage = layered(runtime.storage, {
      list: async (path) => {
        const files = await runtime.storage.list(path);
        lists += 1;
        if (lists === 1) for (let i = 0; i < 1000; i++) await Promise.resolve();
        return files;
      },
    });
    const ssc = streaming({}, { runtime: { ...runtime, storage } });
    const seen: string[][] = [];
    ssc.textFileStream(folder).foreachRDD(async (rdd) => seen.push(await rdd.collect()));
    ssc.start();
    const moved = runtime.storage.rename('/elsewhere/old', '/in/moved');
    await runtime.clock.jump(1000);
    await moved;
    expect(seen).toEqual([['old']]);
    await ssc.stop();
  });

  test('has what is written in the very moment after the start', async () => {
    const { runtime, streaming } = desk({ startMs: 10_000 });
    const ssc = streaming();
    const seen: string[][] = [];
    ssc.textFileStream(folder).foreachRDD(async (rdd) => seen.push(await rdd.collect()));
    ssc.start();
    await runtime.storage.append('/in/a', Buffer.from('a\n'));
    await runtime.clock.advance(1000);
    expect(seen).toEqual([['a']]);
    await ssc.stop();
  });

  test('makes the same batch again when it is asked for it again, also after it has come back', async () => {
    const { runtime, conf } = desk({ startMs: 10_000 });
    const fileInput = (): FileInput<string> => {
      const world = { runtime, conf: conf(), batchMs: 1000, warn: () => expect.fail('nothing is wrong') };
      return new FileInput({ name: 'textFileStream', directory: folder, format: textLines }, world);
    };
    const filesOf = async (input: FileInput<string>, timeMs: number): Promise<number> => {
      let files = 0;
      const computed = (partitions: number): never => {
        files = partitions;
        return undefined as never;
      };
      await input.compute(new Time(timeMs), { computed, rows: unused, union: unused });
      return files;
    };
    const first = fileInput();
    first.start();
    await runtime.settle();
    for (const name of ['a', 'b']) await runtime.storage.append(`/in/${name}`, Buffer.from('x'));
    expect(await filesOf(first, 11_000)).toBe(2);
    await runtime.storage.append('/in/c', Buffer.from('x'));
    expect([await filesOf(first, 11_000), await filesOf(first, 12_000)]).toEqual([2, 1]);
    const second = fileInput();
    second.restore(first.position());
    second.start();
    expect([await filesOf(second, 11_000), await filesOf(second, 12_000), await filesOf(second, 13_000)]).toEqual([
      2, 1, 0,
    ]);
  });

  test.each([[''], [undefined], [7]])('refuses %j as a directory', async (directory) => {
    const ssc = desk().streaming();
    expect(codeOf(() => ssc.textFileStream(directory as string))).toBe('FILES.BAD_DIRECTORY');
    await ssc.stop();
  });
});

describe('how long a file stream looks back', () => {
  /** Whether a file is read that was changed so long before the batch at 200 s. */
  async function isRead(agoMs: number, settings: Readonly<Record<string, string>>): Promise<boolean> {
    const startMs = 100_000;
    const before = async ({ runtime }: ReturnType<typeof desk>): Promise<void> => {
      await runtime.clock.advance(100_000 - agoMs);
      await runtime.storage.append('/in/a', Buffer.from('a\n'));
      await runtime.clock.advance(agoMs - 1_000);
    };
    const read = (bytes: Buffer): string[] => [String(bytes)];
    const all = (ssc: Parameters<typeof lines>[0]) => ssc.fileStream(folder, { read, newFilesOnly: false }) as never;
    const { ssc, batches } = await fileProgram(all, { startMs, settings, before });
    const [rows = []] = await batches(1);
    await ssc.stop();
    return rows.length > 0;
  }

  const name = 'spark.streaming.minRememberDuration';
  const newName = 'spark.streaming.fileStream.minRememberDuration';

  test.each([
    [60_000, {}],
    [5_000, { [name]: '5 s' }],
    [5_000, { [name]: '5' }],
    [5_000, { [name]: '4001 ms' }],
    [7_000, { [newName]: '7', [name]: '5 s' }],
  ])('is %d ms with %j', async (lengthMs, settings) => {
    expect([await isRead(lengthMs - 1, settings), await isRead(lengthMs, settings)]).toEqual([true, false]);
  });
});

describe('a directory that cannot be listed', () => {
  const failure = new StateError('STORAGE.FAILED', { action: 'list', path: folder, reason: 'EACCES' });

  test('gives an empty batch and a warning, and the next batch has all that came meanwhile', async () => {
    let isDown = false;
    const storage = (real: Storage): Partial<Storage> => ({
      list: (path) => (isDown ? Promise.reject(failure) : real.list(path)),
    });
    const { ssc, entries, write, batches } = await fileProgram(lines, { storage });
    expect(await batches(1)).toEqual([[]]);
    isDown = true;
    await write('/in/a', 'a\n');
    expect(await batches(100)).toEqual(Array.from({ length: 100 }, () => []));
    isDown = false;
    expect(await batches(2)).toEqual([['a'], []]);
    expect(entries).toHaveLength(100);
    expect(entries[0]).toMatchObject({
      level: 'WARN',
      logger: 'StreamingContext',
      message: 'textFileStream could not list /in; the next batch tries again',
      error: failure,
    });
    await ssc.stop();
  });

  test('at the start is listed by the first batch that can: what is old then was there before', async () => {
    let isDown = true;
    const storage = (real: Storage): Partial<Storage> => ({
      list: (path) => (isDown ? Promise.reject(failure) : real.list(path)),
    });
    const before = async ({ runtime }: ReturnType<typeof desk>): Promise<void> => {
      await runtime.storage.append('/in/old', Buffer.from('old\n'));
      await runtime.storage.append('/elsewhere/old', Buffer.from('moved\n'));
      await runtime.clock.advance(1000);
    };
    const { ssc, entries, runtime, write, batches } = await fileProgram(lines, { storage, before });
    expect(await batches(1)).toEqual([[]]);
    await write('/in/new', 'new\n');
    isDown = false;
    expect(await batches(1)).toEqual([['new']]);
    await runtime.storage.rename('/elsewhere/old', '/in/moved');
    expect(await batches(1)).toEqual([['moved']]);
    expect(entries).toHaveLength(2);
    await ssc.stop();
  });
});

describe('a file that is gone when it is read', () => {
  test('fails the jobs of its batch, and no other', async () => {
    const { ssc, runtime, write } = await fileProgram(lines, {
      storage: (real) => ({
        read: async (path) => {
          if (path === '/in/gone') await real.remove(path);
          return real.read(path);
        },
      }),
    });
    await write('/in/gone', 'a\n');
    await runtime.clock.advance(1000);
    expect(await rejectionOf(ssc.awaitTermination())).toBe('STORAGE.NOT_FOUND');
    await ssc.stop();
  });
});
