import type { Storage } from '../core/storage.ts';
import { globOf } from '../rdd/save.ts';

/** A file as its directory lists it. */
export interface ListedFile {
  readonly path: string;
  /** When it was changed last, in milliseconds since the epoch. */
  readonly mtimeMs: number;
}

/**
 * The files of a directory, or of all directories that a name with `*` and `?` in its parts stands for; in order of
 * directory, then name. A directory that is not there has none.
 *
 * A single directory is looked at before this returns: what its caller does next comes after that.
 */
export async function filesIn(storage: Storage, directory: string): Promise<readonly ListedFile[]> {
  const root = directory.startsWith('/') ? '/' : '';
  const parts = directory.split('/').filter((part) => part !== '');
  const folders = isPattern(directory) ? await foldersOf(storage, root, parts) : [root + parts.join('/')];
  const files: ListedFile[] = [];
  for (const folder of folders) {
    for (const { name, mtimeMs } of await storage.list(folder)) files.push({ path: inside(folder, name), mtimeMs });
  }
  return files;
}

function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

async function foldersOf(storage: Storage, root: string, parts: readonly string[]): Promise<readonly string[]> {
  let folders: readonly string[] = [root];
  for (const part of parts) {
    folders = isPattern(part) ? await matching(storage, folders, part) : folders.map((folder) => inside(folder, part));
  }
  return folders;
}

async function matching(storage: Storage, folders: readonly string[], part: string): Promise<readonly string[]> {
  const pattern = globOf(part);
  const found: string[] = [];
  for (const folder of folders) {
    for (const name of await storage.listFolders(folder === '' ? '.' : folder)) {
      if (pattern.test(name)) found.push(inside(folder, name));
    }
  }
  return found;
}

function inside(folder: string, name: string): string {
  return folder === '' || folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}
