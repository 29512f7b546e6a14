import type { Stats } from 'node:fs';
import { appendFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { messageOf, StateError } from './errors.ts';
import { systemRandom } from './random.ts';

/** One file of a folder. */
export interface StoredFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/**
 * Files, as far as a log needs them. Paths have `/` between their parts.
 *
 * What is written is safe against a crash only after `sync`: of the file for its bytes, of the folder for its names.
 */
export interface Storage {
  /** Adds bytes at the end; makes the file, and the folders above it, if there is none. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Makes a new file, and the folders above it. It appears with all its bytes or not at all, also after a crash.
   *
   * @throws StateError (STORAGE.ALREADY_EXISTS) when there is one
   */
  createExclusive(path: string, bytes: Uint8Array): Promise<void>;
  /** Makes a folder and those above it, as far as they are missing, and makes their names safe. */
  makeFolder(path: string): Promise<void>;
  /** Makes a file's bytes, or a folder's names, safe. @throws StateError (STORAGE.NOT_FOUND) */
  sync(path: string): Promise<void>;
  /** Moves a file, over one that is there. @throws StateError (STORAGE.NOT_FOUND) */
  rename(from: string, to: string): Promise<void>;
  /** The files of a folder, by name; a folder that is not there has none. Folders inside are not listed. */
  list(folder: string): Promise<readonly StoredFile[]>;
  /** The names of the folders in a folder, in order; a folder that is not there has none. */
  listFolders(folder: string): Promise<readonly string[]>;
  /**
   * The whole file, or its bytes from one place up to another, as far as there are any.
   *
   * @throws StateError (STORAGE.NOT_FOUND)
   */
  read(path: string, from?: number, to?: number): Promise<Buffer>;
  /** Removes a file, or a folder and all in it; one that is not there is no error. */
  remove(path: string): Promise<void>;
}

/** The files of the machine. */
export function systemStorage(): Storage {
  return system;
}

const system: Storage = Object.freeze({
  append: (path: string, bytes: Uint8Array) =>
    attempt('append to', path, () => inFolder(path, () => appendFile(path, bytes))),

  createExclusive: (path: string, bytes: Uint8Array) =>
    attempt('make', path, () => inFolder(path, () => linkNew(path, bytes))),

  makeFolder: (path: string) =>
    attempt('make', path, async () => {
      const first = await mkdir(path, { recursive: true });
      if (first === undefined) return;
      // Every folder that is new has its name in the one above it.
      for (let made = resolve(path); made.length >= first.length; made = dirname(made)) await synced(dirname(made));
    }),

  sync: (path: string) => attempt('sync', path, () => synced(path)),

  rename: (from: string, to: string) =>
    attempt('rename', from, async () => {
      await stat(from);
      await inFolder(to, () => rename(from, to));
    }),

  list: (folder: string) => attempt('list', folder, () => filesOf(folder)),

  listFolders: (folder: string) => attempt('list', folder, () => foldersOf(folder)),

  read: (path: string, from = 0, to = Number.POSITIVE_INFINITY) =>
    attempt('read', path, () =>
      from === 0 && to === Number.POSITIVE_INFINITY ? readFile(path) : readRange(path, from, to),
    ),

  remove: (path: string) => attempt('remove', path, () => rm(path, { recursive: true, force: true })),
});

/** A name for bytes that are all there: of two who give the same name, one is refused. */
async function linkNew(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${systemRandom().id()}.temp`;
  const file = await open(temporary, 'wx');
  try {
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function synced(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readRange(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, Math.min(to, size) - from));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
      if (bytesRead === 0) break; // It was cut meanwhile.
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

async function filesOf(folder: string): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const [name, stats] of entriesOf(folder)) {
    if (stats.isFile()) files.push({ name, sizeBytes: stats.size, mtimeMs: Math.floor(stats.mtimeMs) });
  }
  return files;
}

async function foldersOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const [name, stats] of entriesOf(folder)) if (stats.isDirectory()) names.push(name);
  return names;
}

async function* entriesOf(folder: string): AsyncGenerator<readonly [name: string, stats: Stats]> {
  const names = await absentAs([], readdir(folder));
  for (const name of names.sort()) {
    // It may vanish between the two calls; then it is not listed.
    const stats = await absentAs(undefined, stat(join(folder, name)));
    if (stats !== undefined) yield [name, stats];
  }
}

/** Makes the folders above the path only when they turn out to be missing: they nearly never are. */
async function inFolder(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isAbsence(error)) throw error;
    await mkdir(dirname(path), { recursive: true });
    await write();
  }
}

async function absentAs<A, R>(instead: A, asked: Promise<R>): Promise<A | R> {
  try {
    return await asked;
  } catch (error) {
    if (isAbsence(error)) return instead;
    throw error;
  }
}

async function attempt<R>(action: string, path: string, f: () => Promise<R>): Promise<R> {
  try {
    return await f();
  } catch (cause) {
    if (isAbsence(cause)) throw new StateError('STORAGE.NOT_FOUND', { path }, { cause });
    // mkdir says EEXIST too, when a file stands where a folder is wanted.
    if (codeOf(cause) === 'EEXIST' && (cause as NodeJS.ErrnoException).syscall === 'link') {
      throw new StateError('STORAGE.ALREADY_EXISTS', { path }, { cause });
    }
    throw new StateError('STORAGE.FAILED', { action, path, reason: messageOf(cause) }, { cause });
  }
}

function isAbsence(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
