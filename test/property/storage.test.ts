import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FiresteelError } from '../../src/core/errors.ts';
import { type Storage, systemStorage } from '../../src/core/storage.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';

const files = fc.constantFrom('a', 'b', 'f/a', 'f/b', 'f/g/a', 'h/a');
const folders = fc.constantFrom('.', 'f', 'f/g', 'h');
const texts = fc.string({ maxLength: 5 });

type Call = (storage: Storage, root: string) => Promise<unknown>;

const calls: fc.Arbitrary<readonly [name: string, call: Call]> = fc.oneof(
  fc
    .tuple(files, texts)
    .map(([path, text]): [string, Call] => [
      `append ${path}`,
      (storage, root) => storage.append(`${root}/${path}`, Buffer.from(text)),
    ]),
  fc
    .tuple(files, texts)
    .map(([path, text]): [string, Call] => [
      `createExclusive ${path}`,
      (storage, root) => storage.createExclusive(`${root}/${path}`, Buffer.from(text)),
    ]),
  fc
    .tuple(files, files)
    .map(([from, to]): [string, Call] => [
      `rename ${from} ${to}`,
      (storage, root) => storage.rename(`${root}/${from}`, `${root}/${to}`),
    ]),
  fc
    .oneof(
      files,
      folders.filter((folder) => folder !== '.'),
    )
    .map((path): [string, Call] => [`remove ${path}`, (storage, root) => storage.remove(`${root}/${path}`)]),
  fc
    .oneof(files, folders)
    .map((path): [string, Call] => [`sync ${path}`, (storage, root) => storage.sync(`${root}/${path}`)]),
  folders.map((path): [string, Call] => [`make ${path}`, (storage, root) => storage.makeFolder(`${root}/${path}`)]),
  files.map((path): [string, Call] => [
    `read ${path}`,
    async (storage, root) => (await storage.read(`${root}/${path}`)).toString(),
  ]),
  folders.map((path): [string, Call] => [
    `list ${path}`,
    async (storage, root) => (await storage.list(`${root}/${path}`)).map(({ name, sizeBytes }) => [name, sizeBytes]),
  ]),
  fc
    .oneof(files, folders)
    .map((path): [string, Call] => [`folders ${path}`, (storage, root) => storage.listFolders(`${root}/${path}`)]),
);

/** What the call gave, or the code of what it threw. */
async function answerOf(call: Call, storage: Storage, root: string): Promise<unknown> {
  try {
    return await call(storage, root);
  } catch (error) {
    return error instanceof FiresteelError ? error.code : error;
  }
}

test('storage in memory answers every call as files do', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'firesteel-storage-'));
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(calls, { minLength: 1, maxLength: 30 }), async (program) => {
        const root = await mkdtemp(join(parent, 'run-'));
        const { storage } = testRuntime();
        await storage.append(`${root}/made`, Buffer.alloc(0));
        await systemStorage().append(`${root}/made`, Buffer.alloc(0));
        for (const [name, call] of program) {
          const inFiles = await answerOf(call, systemStorage(), root);
          expect([name, await answerOf(call, storage, root)]).toEqual([name, inFiles]);
        }
      }),
    );
  } finally {
    await rm(parent, { recursive: true });
  }
});
