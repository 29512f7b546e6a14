import { posix } from 'node:path';

import type { Clock } from './clock.ts';
import { StateError } from './errors.ts';
import type { Storage, StoredFile } from './storage.ts';

/** Files that live and die with the runtime; they are stamped by its clock. */
export class MemoryStorage implements Storage {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #files = new Map<string, MemoryFile>();
  readonly #folders = new Set<string>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  async append(path: string, bytes: Uint8Array): Promise<void> {
    const file = this.#files.get(normal(path)) ?? this.#put(path, { chunks: [], mtimeMs: 0 });
    file.chunks.push(Buffer.from(bytes));
    file.mtimeMs = this.#clock.now();
  }

  async createExclusive(path: string, bytes: Uint8Array): Promise<void> {
    if (this.#files.has(normal(path))) throw new StateError('STORAGE.ALREADY_EXISTS', { path });
    await this.append(path, bytes);
  }

  async sync(path: string): Promise<void> {
    if (!this.#folders.has(normal(path))) this.#get(path);
  }

  async rename(from: string, to: string): Promise<void> {
    const file = this.#get(from);
    this.#files.delete(normal(from));
    this.#put(to, file);
  }

  async list(folder: string): Promise<readonly StoredFile[]> {
    const listed: StoredFile[] = [];
    for (const [path, { chunks, mtimeMs }] of this.#files) {
      if (posix.dirname(path) !== normal(folder)) continue;
      const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      listed.push({ name: posix.basename(path), sizeBytes, mtimeMs });
    }
    return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async listFolders(folder: string): Promise<readonly string[]> {
    const parent = normal(folder);
    const inside = [...this.#folders].filter((path) => path !== parent && posix.dirname(path) === parent);
    return inside.map((path) => posix.basename(path)).sort();
  }

  async read(path: string, from = 0, to: number = Number.POSITIVE_INFINITY): Promise<Buffer> {
    const bytes = Buffer.concat(this.#get(path).chunks);
    return from === 0 && to >= bytes.length ? bytes : Buffer.from(bytes.subarray(from, to));
  }

  async remove(path: string): Promise<void> {
    const removed = normal(path);
    for (const places of [this.#files, this.#folders]) {
      for (const place of places.keys()) {
        if (place === removed || place.startsWith(`${removed}/`)) places.delete(place);
      }
    }
  }

  #get(path: string): MemoryFile {
    const file = this.#files.get(normal(path));
    if (file === undefined) throw new StateError('STORAGE.NOT_FOUND', { path });
    return file;
  }

  #put(path: string, file: MemoryFile): MemoryFile {
    const key = normal(path);
    this.#files.set(key, file);
    for (let folder = posix.dirname(key); !this.#folders.has(folder); folder = posix.dirname(folder)) {
      this.#folders.add(folder);
    }
    return file;
  }
}

interface MemoryFile {
  readonly chunks: Buffer[];
  mtimeMs: number;
}

/** One way of writing a path: `logs/./a/` is `logs/a`. */
function normal(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, '');
}
