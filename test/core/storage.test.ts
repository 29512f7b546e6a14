import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Storage, type StoredFile, systemStorage } from '../../src/core/storage.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';

interface Place {
  readonly storage: Storage;
  /** A folder that is there and empty. */
  readonly folder: string;
}

const made: string[] = [];

async function inFiles(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'firesteel-storage-'));
  made.push(folder);
  return { storage: systemStorage(), folder };
}

async function inMemory(): Promise<Place> {
  return { storage: testRuntime().storage, folder: '/logs' };
}

afterEach(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true });
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const namesOf = (files: readonly StoredFile[]): string[] => files.map(({ name }) => name);

describe.each([
  ['files', inFiles],
  ['memory', inMemory],
])('storage in %s', (_kind, open) => {
  test('append makes a file and the folders above it, then adds to it', async () => {
    const { storage, folder } = await open();
    await storage.append(`${folder}/a/b/log`, bytes('one '));
    await storage.append(`${folder}/a/b/log`, bytes('two'));
    expect((await storage.read(`${folder}/a/b/log`)).toString()).toBe('one two');
  });

  test('read gives the bytes from one place to another, as far as there are any', async () => {
    const { storage, folder } = await open();
    await storage.append(`${folder}/f`, bytes('0123'));
    await storage.append(`${folder}/f`, bytes('456789'));
    const read = async (from?: number, to?: number): Promise<string> =>
      (await storage.read(`${folder}/f`, from, to)).toString();
    expect(
      await Promise.all([read(2, 6), read(0, 1), read(8), read(8, 99), read(3, 3), read(10, 12), read(50)]),
    ).toEqual(['2345', '0', '89', '89', '', '', '']);
    await expect(storage.read(`${folder}/g`, 0, 4)).rejects.toMatchObject({ code: 'STORAGE.NOT_FOUND' });
  });

  test('keeps what was written when the caller changes its bytes, and what was read', async () => {
    const { storage, folder } = await open();
    const given = Buffer.from('given');
    await storage.append(`${folder}/f`, given);
    given.fill(0);
    (await storage.read(`${folder}/f`)).fill(0);
    expect((await storage.read(`${folder}/f`)).toString()).toBe('given');
  });

  test('createExclusive makes a new file, and of two who make it the second is refused', async () => {
    const { storage, folder } = await open();
    await storage.createExclusive(`${folder}/a/claim`, bytes('first'));
    const second = storage.createExclusive(`${folder}/a/claim`, bytes('second'));
    await expect(second).rejects.toMatchObject({ name: 'StateError', code: 'STORAGE.ALREADY_EXISTS' });
    expect((await storage.read(`${folder}/a/claim`)).toString()).toBe('first');
    expect(namesOf(await storage.list(`${folder}/a`))).toEqual(['claim']);
  });

  test('makeFolder makes a folder and those above it, and leaves one that is there', async () => {
    const { storage, folder } = await open();
    await storage.makeFolder(`${folder}/a/b/`);
    await storage.append(`${folder}/a/b/log`, bytes('x'));
    await storage.makeFolder(`${folder}/a/b`);
    await storage.makeFolder(`${folder}/a/c`);
    expect(await storage.listFolders(`${folder}/a`)).toEqual(['b', 'c']);
    expect(namesOf(await storage.list(`${folder}/a/b`))).toEqual(['log']);
  });

  test('lists the files of one folder by name, with their sizes, and neither folders nor what is in them', async () => {
    const { storage, folder } = await open();
    await storage.append(`${folder}/b`, bytes('12345'));
    await storage.append(`${folder}/a`, bytes(''));
    await storage.append(`${folder}/B`, bytes('1'));
    await storage.append(`${folder}/inner/c`, bytes('1'));
    const files = await storage.list(`${folder}/`);
    expect(files.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['B', 1],
      ['a', 0],
      ['b', 5],
    ]);
    expect(files.every(({ mtimeMs }) => Number.isInteger(mtimeMs))).toBe(true);
  });

  test('a folder that is not there has no files', async () => {
    const { storage, folder } = await open();
    await storage.append(`${folder}/file`, bytes(''));
    expect(await storage.list(`${folder}/none`)).toEqual([]);
    expect(await storage.list(`${folder}/file`)).toEqual([]);
  });

  test('lists the folders in a folder by name, those that are empty too, and no files', async () => {
    const { storage, folder } = await open();
    for (const path of ['b/1', 'a/deep/1', 'B/1', 'file']) await storage.append(`${folder}/${path}`, bytes('x'));
    await storage.remove(`${folder}/b/1`);
    expect(await storage.listFolders(`${folder}/`)).toEqual(['B', 'a', 'b']);
    expect(await storage.listFolders(`${folder}/a`)).toEqual(['deep']);
    for (const none of ['a/deep', 'file', 'none']) expect(await storage.listFolders(`${folder}/${none}`)).toEqual([]);
  });

  test('rename moves a file, over one that is there, into folders that are not, and keeps its time', async () => {
    const { storage, folder } = await open();
    await storage.append(`${folder}/temp`, bytes('new'));
    await storage.append(`${folder}/final`, bytes('old, longer'));
    const [, before] = await storage.list(folder);
    await storage.rename(`${folder}/temp`, `${folder}/final`);
    expect(await storage.list(folder)).toEqual([{ name: 'final', sizeBytes: 3, mtimeMs: before?.mtimeMs }]);
    await storage.rename(`${folder}/final`, `${folder}/final`);
    await storage.rename(`${folder}/final`, `${folder}/x/y/final`);
    expect(await storage.list(folder)).toEqual([]);
    expect((await storage.read(`${folder}/x/y/final`)).toString()).toBe('new');
  });

  test('sync takes files, and folders also when their files are gone', async () => {
    const { storage, folder } = await open();
    await storage.append(`${folder}/a/b/log`, bytes('x'));
    await storage.sync(`${folder}/a/b/log`);
    await storage.sync(`${folder}/a`);
    await storage.remove(`${folder}/a/b/log`);
    await storage.sync(`${folder}/a/b/`);
  });

  test('remove takes files, folders and all in them, and what is not there', async () => {
    const { storage, folder } = await open();
    for (const path of ['a/1', 'a/deep/2', 'ab', 'b']) await storage.append(`${folder}/${path}`, bytes('x'));
    await storage.remove(`${folder}/a`);
    await storage.remove(`${folder}/b`);
    await storage.remove(`${folder}/never`);
    expect(namesOf(await storage.list(folder))).toEqual(['ab']);
    expect(await storage.list(`${folder}/a/deep`)).toEqual([]);
    await expect(storage.sync(`${folder}/a`)).rejects.toMatchObject({ code: 'STORAGE.NOT_FOUND' });
  });

  test('what is not there is not found', async () => {
    const { storage, folder } = await open();
    const none = `${folder}/a/none`;
    const calls = [() => storage.read(none), () => storage.sync(none), () => storage.rename(none, `${folder}/b/other`)];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ name: 'StateError', code: 'STORAGE.NOT_FOUND' });
    }
    await expect(storage.sync(`${folder}/b`)).rejects.toMatchObject({ code: 'STORAGE.NOT_FOUND' });
  });
});

describe('storage in memory', () => {
  test('takes the time from its clock', async () => {
    const { storage, clock } = testRuntime({ startMs: 1_000 });
    await storage.append('in/a', bytes('x'));
    await clock.advance(500);
    await storage.append('in/b', bytes('x'));
    await clock.advance(500);
    await storage.append('in/a', bytes('y'));
    expect(await storage.list('in')).toEqual([
      { name: 'a', sizeBytes: 2, mtimeMs: 2_000 },
      { name: 'b', sizeBytes: 1, mtimeMs: 1_500 },
    ]);
  });

  test('knows a path however it is written', async () => {
    const { storage } = testRuntime();
    await storage.append('./in//a', bytes('x'));
    expect((await storage.read('in/../in/a')).toString()).toBe('x');
    expect(namesOf(await storage.list('in/'))).toEqual(['a']);
    expect(await storage.listFolders('in/..')).toEqual(['in']);
    await storage.append('/top/a', bytes('x'));
    expect(await storage.listFolders('/')).toEqual(['top']);
  });
});

describe('storage in files', () => {
  test('follows links, and passes over those that lead nowhere', async () => {
    const { storage, folder } = await inFiles();
    await writeFile(join(folder, 'file'), 'x');
    await symlink(join(folder, 'file'), join(folder, 'link'));
    await symlink(join(folder, 'none'), join(folder, 'nowhere'));
    await mkdir(join(folder, 'inner'));
    await symlink(join(folder, 'inner'), join(folder, 'inner-link'));
    expect(namesOf(await storage.list(folder))).toEqual(['file', 'link']);
    expect(await storage.listFolders(folder)).toEqual(['inner', 'inner-link']);
  });

  test('says what the file system said', async () => {
    const { storage, folder } = await inFiles();
    await storage.append(`${folder}/file`, bytes('x'));
    const error: Error & { cause?: unknown } = await storage.append(`${folder}/file/inner`, bytes('x')).then(
      () => expect.fail('a file has no files in it'),
      (reason) => reason,
    );
    expect(error.message.replaceAll(folder, '<folder>')).toMatchInlineSnapshot(`
      "[STORAGE.FAILED] Could not append to <folder>/file/inner: EEXIST: file already exists, mkdir '<folder>/file'.
        why  The file system refused it.
        fix  Look at the space, the rights and the mount of that folder; the cause below is what the system said."
    `);
    expect(error.cause).toMatchObject({ code: 'EEXIST', syscall: 'mkdir' });
  });
});
