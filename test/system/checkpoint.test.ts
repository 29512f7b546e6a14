import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { headerBytes, headerToBytes } from '../../src/checkpoint/file-header.ts';
import { lockFolder } from '../../src/checkpoint/lock.ts';
import { segmentName } from '../../src/checkpoint/read-log.ts';
import { newestSnapshot, type SnapshotOptions, writeSnapshot } from '../../src/checkpoint/snapshots.ts';
import type { Storage } from '../../src/core/storage.ts';
import { systemRuntime } from '../../src/core/system-runtime.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';
import { openLog, record } from '../checkpoint/kit.ts';
import { layered } from '../sources/file-kit.ts';

const { storage } = systemRuntime();
const nothing = (): void => undefined;

let parent = '';

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'firesteel-checkpoint-'));
});

afterEach(async () => {
  await rm(parent, { recursive: true });
});

test('real files: lock, log, roll, snapshot, delete behind it, and all of it read back', async () => {
  const folder = join(parent, 'job/checkpoint');
  const lock = await lockFolder({ runtime: systemRuntime(), folder, tell: nothing });
  const again = lockFolder({ runtime: systemRuntime(), folder, tell: nothing });
  await expect(again).rejects.toMatchObject({ code: 'CHECKPOINT.OWNED' });
  const { log } = await openLog(storage, { folder });
  await log.append([record('before'), record('the snapshot')]);
  const segment = await log.roll();
  const snapshots: SnapshotOptions = { storage, folder, tell: nothing };
  const state = Buffer.alloc(3_000_000, 'state');
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < state.length; at += 65_536) yield state.subarray(at, at + 65_536);
  };
  await writeSnapshot(snapshots, segment, chunks());
  await log.deleteBefore(segment);
  await log.append([record('after'), record('it')]);
  await log.sync();
  await lock.release();

  const names = (await readdir(folder)).map((name) => name.replace(/-0+/, '-'));
  expect(names.sort()).toEqual(['lock-1', 'log-2', 'snapshot-2']);
  const next = await lockFolder({ runtime: systemRuntime(), folder, tell: nothing });
  const snapshot = await newestSnapshot(snapshots);
  const read: Uint8Array[] = [];
  for await (const chunk of snapshot?.chunks() ?? []) read.push(chunk);
  expect(Buffer.concat(read).equals(state)).toBe(true);
  const { texts, facts } = await openLog(storage, { folder, from: snapshot?.number ?? 0 });
  expect([texts, facts]).toEqual([['after', 'it'], []]);
  await next.release();
});

/** As a user whom the rights of a folder bind: they do not bind the superuser. */
async function asAnybody<R>(f: () => Promise<R>): Promise<R> {
  if (process.geteuid?.() !== 0) return f();
  process.seteuid?.(65_534);
  try {
    return await f();
  } finally {
    process.seteuid?.(0);
  }
}

test('a directory that may not be written to says so', async () => {
  await chmod(parent, 0o555);
  const messageOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => expect.fail('it was written to'),
      (error: Error) =>
        String(error)
          .replaceAll(parent, '<folder>')
          .replaceAll(/\.\w{32}\.temp/g, '.<id>.temp'),
    );
  const messages = await asAnybody(async () => [
    await messageOf(lockFolder({ runtime: systemRuntime(), folder: parent, tell: nothing })),
    await messageOf(openLog(storage, { folder: `${parent}/log` })),
    await messageOf(openLog(storage, { folder: parent }).then(({ log }) => log.append([record('a')]))),
  ]);
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "StateError: [STORAGE.FAILED] Could not make <folder>/lock-0000000000000001: EACCES: permission denied, open '<folder>/lock-0000000000000001.<id>.temp'.
      why  The file system refused it.
      fix  Look at the space, the rights and the mount of that folder; the cause below is what the system said.
    StateError: [STORAGE.FAILED] Could not make <folder>/log: EACCES: permission denied, mkdir '<folder>/log'.
      why  The file system refused it.
      fix  Look at the space, the rights and the mount of that folder; the cause below is what the system said.
    StateError: [STORAGE.FAILED] Could not make <folder>/log-0000000000000001: EACCES: permission denied, open '<folder>/log-0000000000000001.<id>.temp'.
      why  The file system refused it.
      fix  Look at the space, the rights and the mount of that folder; the cause below is what the system said."
  `);
});

test('of ten thousand old segments those that are needed are read, once each, and the folder listed once', async () => {
  const memory = testRuntime().storage;
  const folder = '/log';
  for (let number = 1; number <= 10_000; number += 1) {
    const previousEnd = number === 1 ? 0 : headerBytes;
    await memory.append(`${folder}/${segmentName.of(number)}`, headerToBytes({ kind: 'log', number, previousEnd }));
  }
  const calls = { list: 0, read: 0 };
  const counted: Storage = layered(memory, {
    list: (path) => {
      calls.list += 1;
      return memory.list(path);
    },
    read: (path, from, to) => {
      calls.read += 1;
      return memory.read(path, from, to);
    },
  });
  const { log } = await openLog(counted, { folder, from: 9_991 });
  expect(calls).toEqual({ list: 1, read: 10 });
  await log.append([record('a')]);
  expect(log.segment).toBe(10_001);
  const all = await openLog(counted, { folder });
  expect([all.texts, calls]).toEqual([['a'], { list: 2, read: 10_011 }]);
});
