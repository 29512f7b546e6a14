import { posix } from 'node:path';

import type { Clock } from './clock.ts';
import { StateError } from './errors.ts';
import type { Random } from './random.ts';
import type { Storage, StoredFile } from './storage.ts';

/**
 * Files that live and die with the runtime; they are stamped by its clock.
 *
 * A test may have them crash, and fail; and it may have the process end that uses them, and another go on.
 */
export class MemoryStorage implements Storage {
  readonly #disk: Disk;
  /** The life of the process: a call is two steps of it. */
  readonly #life: Life;

  constructor(clock: Pick<Clock, 'now'>, life: Life = endless, before?: MemoryStorage) {
    this.#disk = before === undefined ? new Disk(clock) : before.#disk;
    this.#disk.clock = clock;
    this.#life = life;
  }

  append(path: string, bytes: Uint8Array): Promise<void> {
    return this.#call((disk) => disk.append(path, bytes));
  }

  createExclusive(path: string, bytes: Uint8Array): Promise<void> {
    return this.#call((disk) => disk.createExclusive(path, bytes));
  }

  makeFolder(path: string): Promise<void> {
    return this.#call((disk) => disk.makeFolder(path));
  }

  sync(path: string): Promise<void> {
    return this.#call((disk) => disk.sync(path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call((disk) => disk.rename(from, to));
  }

  list(folder: string): Promise<readonly StoredFile[]> {
    return this.#call((disk) => disk.list(folder));
  }

  listFolders(folder: string): Promise<readonly string[]> {
    return this.#call((disk) => disk.listFolders(folder));
  }

  read(path: string, from?: number, to?: number): Promise<Buffer> {
    return this.#call((disk) => disk.read(path, from, to));
  }

  remove(path: string): Promise<void> {
    return this.#call((disk) => disk.remove(path));
  }

  /**
   * The machine stops, and starts again. What was synced is there: a file's bytes, a folder's names. Of the rest chance
   * says what is lost: a name, a rename, a removal; the end of a file, or a piece of it, where zeros are then.
   *
   * Whoever wrote before the crash is dead; the test must see to it that it writes no more.
   *
   * @example
   * const { storage, random } = testRuntime({ seed: 7 });
   * await storage.append('/log', Buffer.from('kept'));
   * await storage.sync('/log');
   * await storage.sync('/');
   * await storage.append('/log', Buffer.from(', or not'));
   * storage.crash({ random });
   * (await storage.read('/log')).toString().startsWith('kept') // => true
   */
  crash(options: { readonly random: Random }): void {
    this.#disk.crash(options);
  }

  /**
   * The next call of that name fails with STORAGE.FAILED, and this reason; an append has then written half of its
   * bytes. Several of them wait in line.
   */
  failNext(action: keyof Storage, reason: string): void {
    this.#disk.failNext(action, reason);
  }

  /** The names whose changes wait for a sync of their folder: of new files and folders, of renames and removals. */
  get unsyncedNames(): readonly string[] {
    return this.#disk.unsyncedNames;
  }

  /** A process may die before a call is done, and before it hears that it was. */
  async #call<R>(call: (disk: Disk) => Promise<R>): Promise<R> {
    if (!this.#life.step()) return await never;
    const [outcome] = await Promise.allSettled([call(this.#disk)]);
    if (!this.#life.step()) return await never;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }
}

/** What the process that uses a storage lives by. */
interface Life {
  /** @returns whether it lives to see it */
  step(): boolean;
}

const endless: Life = { step: () => true };

const never = new Promise<never>(() => undefined);

/** The files themselves, which processes come and go over. */
class Disk implements Storage {
  /** Stamps what is written: that of the process that writes. */
  clock: Pick<Clock, 'now'>;
  /** Every name, in the order in which it came. */
  readonly #entries = new Map<string, Entry>();
  /** What a crash leaves for sure. */
  readonly #safe = new Map<string, Entry>();
  /** The changes to names that are not safe yet, oldest first. */
  #unsafe: Map<string, Entry | undefined>[] = [];
  readonly #failures: { readonly action: keyof Storage; readonly reason: string }[] = [];

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock;
  }

  async append(path: string, bytes: Uint8Array): Promise<void> {
    const reason = this.#nextFailure('append');
    const written = reason === undefined ? bytes : bytes.subarray(0, bytes.length / 2);
    const file = this.#fileAt(path) ?? this.#put(path, { chunks: [], safeBytes: 0, mtimeMs: 0 });
    file.chunks.push(Buffer.from(written));
    file.mtimeMs = this.clock.now();
    if (reason !== undefined) throw failed('append to', path, reason);
  }

  async createExclusive(path: string, bytes: Uint8Array): Promise<void> {
    this.#fail('createExclusive', 'make', path);
    if (this.#entries.has(normal(path))) throw new StateError('STORAGE.ALREADY_EXISTS', { path });
    this.#put(path, { chunks: [Buffer.from(bytes)], safeBytes: bytes.length, mtimeMs: this.clock.now() });
  }

  async makeFolder(path: string): Promise<void> {
    this.#fail('makeFolder', 'make', path);
    this.#putFolder(normal(path));
    for (let folder = normal(path); !isRoot(folder); folder = posix.dirname(folder))
      this.#settle((at) => at === folder);
  }

  async sync(path: string): Promise<void> {
    this.#fail('sync', 'sync', path);
    const synced = normal(path);
    const file = this.#fileAt(path);
    if (file !== undefined) file.safeBytes = sizeOf(file);
    else if (!isRoot(synced) && !this.#entries.has(synced)) throw new StateError('STORAGE.NOT_FOUND', { path });
    else this.#settle((at) => posix.dirname(at) === synced);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#fail('rename', 'rename', from);
    const file = this.#get(from);
    if (normal(from) === normal(to)) return;
    this.#putFolder(posix.dirname(normal(to)));
    this.#change([
      [normal(from), undefined],
      [normal(to), file],
    ]);
  }

  async list(folder: string): Promise<readonly StoredFile[]> {
    this.#fail('list', 'list', folder);
    const listed: StoredFile[] = [];
    for (const [path, entry] of this.#entries) {
      if (entry === 'folder' || posix.dirname(path) !== normal(folder)) continue;
      listed.push({ name: posix.basename(path), sizeBytes: sizeOf(entry), mtimeMs: entry.mtimeMs });
    }
    return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async listFolders(folder: string): Promise<readonly string[]> {
    this.#fail('listFolders', 'list', folder);
    const parent = normal(folder);
    const inside = [...this.#entries].filter(([path, entry]) => entry === 'folder' && posix.dirname(path) === parent);
    return inside.map(([path]) => posix.basename(path)).sort();
  }

  async read(path: string, from = 0, to: number = Number.POSITIVE_INFINITY): Promise<Buffer> {
    this.#fail('read', 'read', path);
    const bytes = Buffer.concat(this.#get(path).chunks);
    return from === 0 && to >= bytes.length ? bytes : Buffer.from(bytes.subarray(from, to));
  }

  async remove(path: string): Promise<void> {
    this.#fail('remove', 'remove', path);
    const removed = normal(path);
    for (const place of [...this.#entries.keys()]) {
      if (place === removed || place.startsWith(`${removed}/`)) this.#change([[place, undefined]]);
    }
  }

  crash({ random }: { readonly random: Random }): void {
    for (const changes of this.#unsafe) if (random.below(2) === 1) apply(changes, this.#safe);
    this.#unsafe = [];
    const isReachable = (path: string): boolean =>
      isRoot(path) || (this.#safe.get(path) === 'folder' && isReachable(posix.dirname(path)));
    for (const path of [...this.#safe.keys()]) if (!isReachable(posix.dirname(path))) this.#safe.delete(path);
    this.#entries.clear();
    for (const [path, entry] of this.#safe) {
      this.#entries.set(path, entry);
      if (entry !== 'folder') tear(entry, random);
    }
  }

  get unsyncedNames(): readonly string[] {
    return this.#unsafe.flatMap((changes) => [...changes.keys()]);
  }

  failNext(action: keyof Storage, reason: string): void {
    this.#failures.push({ action, reason });
  }

  #nextFailure(action: keyof Storage): string | undefined {
    const index = this.#failures.findIndex((failure) => failure.action === action);
    return index < 0 ? undefined : this.#failures.splice(index, 1)[0]?.reason;
  }

  #fail(action: keyof Storage, verb: string, path: string): void {
    const reason = this.#nextFailure(action);
    if (reason !== undefined) throw failed(verb, path, reason);
  }

  #fileAt(path: string): MemoryFile | undefined {
    const entry = this.#entries.get(normal(path));
    return entry === 'folder' ? undefined : entry;
  }

  #get(path: string): MemoryFile {
    const file = this.#fileAt(path);
    if (file === undefined) throw new StateError('STORAGE.NOT_FOUND', { path });
    return file;
  }

  #put(path: string, file: MemoryFile): MemoryFile {
    this.#putFolder(posix.dirname(normal(path)));
    this.#change([[normal(path), file]]);
    return file;
  }

  #putFolder(path: string): void {
    for (let folder = path; !isRoot(folder) && !this.#entries.has(folder); folder = posix.dirname(folder)) {
      this.#change([[folder, 'folder']]);
    }
  }

  #change(changes: readonly (readonly [path: string, entry: Entry | undefined])[]): void {
    const change = new Map(changes);
    apply(change, this.#entries);
    this.#unsafe.push(change);
  }

  /** The changes to these names are safe from now on. */
  #settle(isMeant: (path: string) => boolean): void {
    for (const changes of this.#unsafe) {
      const settled = new Map([...changes].filter(([path]) => isMeant(path)));
      apply(settled, this.#safe);
      for (const path of settled.keys()) changes.delete(path);
    }
    this.#unsafe = this.#unsafe.filter(({ size }) => size > 0);
  }
}

interface MemoryFile {
  chunks: Buffer[];
  /** How many bytes from the beginning a crash leaves alone. */
  safeBytes: number;
  mtimeMs: number;
}

type Entry = MemoryFile | 'folder';

function apply(changes: ReadonlyMap<string, Entry | undefined>, names: Map<string, Entry>): void {
  for (const [path, entry] of changes) {
    if (entry === undefined) names.delete(path);
    else names.set(path, entry);
  }
}

function sizeOf({ chunks }: MemoryFile): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Behind what is safe, a file ends anywhere, and any page of it may never have been written. */
function tear(file: MemoryFile, random: Random): void {
  const end = file.safeBytes + random.below(sizeOf(file) - file.safeBytes + 1);
  const bytes = Buffer.concat(file.chunks).subarray(0, end);
  for (let page = file.safeBytes; page < end; page += pageBytes) {
    if (random.below(4) === 0) bytes.fill(0, page, Math.min(end, page + pageBytes));
  }
  file.chunks = [bytes];
  file.safeBytes = end;
}

/** Far smaller than those of a disk, so that what tests write has some. */
const pageBytes = 16;

function failed(action: string, path: string, reason: string): StateError {
  return new StateError('STORAGE.FAILED', { action, path, reason });
}

function isRoot(path: string): boolean {
  return path === '.' || path === '/' || path === '..';
}

/** One way of writing a path: `logs/./a/` is `logs/a`. */
function normal(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, '');
}
