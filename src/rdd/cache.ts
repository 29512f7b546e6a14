import { messageOf, UsageError } from '../core/errors.ts';
import type { Storage } from '../core/storage.ts';
import { rowsFromBytes, rowsToBytes } from './rows-codec.ts';
import type { StorageLevel } from './storage-level.ts';

/** The partitions of one RDD that are kept. */
export class Cache {
  readonly level: StorageLevel;
  readonly #storage: Storage;
  readonly #folder: string;
  readonly #partitions: (Kept | undefined)[] = [];
  readonly #computing: (Promise<void> | undefined)[] = [];
  #attempts = 0;

  /** @param folder where partitions go that the level puts on disk */
  constructor(level: StorageLevel, storage: Storage, folder: string) {
    this.level = level;
    this.#storage = storage;
    this.#folder = folder;
  }

  /** The rows of a partition, if they are kept: at once, or a promise of them. */
  get(index: number): readonly unknown[] | Promise<readonly unknown[]> | undefined {
    const kept = this.#partitions[index];
    if (kept === undefined) return undefined;
    if (kept.kind === 'rows') return kept.rows;
    return kept.kind === 'bytes' ? rowsFromBytes(kept.bytes) : this.#storage.read(kept.path).then(rowsFromBytes);
  }

  /** Keeps the rows of a partition; a promise where they go to disk. */
  put(index: number, rows: readonly unknown[]): Promise<void> | undefined {
    if (this.level.useMemory) {
      this.#partitions[index] = this.level.deserialized
        ? { kind: 'rows', rows }
        : { kind: 'bytes', bytes: this.#bytes(rows) };
      return undefined;
    }
    // A name of its own for every attempt: one that failed may have left a part of its bytes.
    const path = `${this.#folder}/part-${index}-${this.#attempts++}`;
    return this.#storage.append(path, this.#bytes(rows)).then(() => {
      this.#partitions[index] = { kind: 'file', path };
    });
  }

  /** @throws UsageError (CACHE.NOT_SERIALIZABLE) */
  #bytes(rows: readonly unknown[]): Buffer {
    try {
      return rowsToBytes(rows);
    } catch (cause) {
      throw new UsageError('CACHE.NOT_SERIALIZABLE', { level: this.level.name, reason: messageOf(cause) }, { cause });
    }
  }

  /** Whether somebody computes a partition now; resolves when that has ended, one way or the other. */
  computing(index: number): Promise<void> | undefined {
    return this.#computing[index];
  }

  /** Whoever computes a partition says so. @returns the function to call when it has ended */
  begin(index: number): () => void {
    let end: () => void = () => undefined;
    this.#computing[index] = new Promise((resolve) => {
      end = () => {
        this.#computing[index] = undefined;
        resolve();
      };
    });
    return end;
  }

  /** Whether every partition of so many is kept. */
  isComplete(partitionCount: number): boolean {
    for (let index = 0; index < partitionCount; index++) if (this.#partitions[index] === undefined) return false;
    return true;
  }

  /** Lets go of all that is kept. */
  async clear(): Promise<void> {
    const onDisk = this.#partitions.some((kept) => kept?.kind === 'file');
    this.#partitions.length = 0;
    if (onDisk) await this.#storage.remove(this.#folder);
  }
}

type Kept =
  | { readonly kind: 'rows'; readonly rows: readonly unknown[] }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'file'; readonly path: string };
