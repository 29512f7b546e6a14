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
  /** Makes a new file. @throws StateError (STORAGE.ALREADY_EXISTS) when there is one. */
  createExclusive(path: string, bytes: Uint8Array): Promise<void>;
  /** Makes a file's bytes, or a folder's names, safe. @throws StateError (STORAGE.NOT_FOUND) */
  sync(path: string): Promise<void>;
  /** Moves a file, over one that is there. @throws StateError (STORAGE.NOT_FOUND) */
  rename(from: string, to: string): Promise<void>;
  /** The files of a folder, by name; a folder that is not there has none. Folders inside are not listed. */
  list(folder: string): Promise<readonly StoredFile[]>;
  /** The whole file. @throws StateError (STORAGE.NOT_FOUND) */
  read(path: string): Promise<Buffer>;
  /** Removes a file, or a folder and all in it; one that is not there is no error. */
  remove(path: string): Promise<void>;
}
