import type { ListedFile } from './file-list.ts';

/** What `position()` tells of a file stream: enough to make the same batches again and to read no file twice. */
export interface FilePosition {
  /** Files that were not changed after this time, in milliseconds since the epoch, were there before the stream. */
  readonly sinceMs: number;
  /** The last batch that was made; -1 before the first. */
  readonly untilMs: number;
  /** The files of the batches that are remembered and have any, oldest first. */
  readonly batches: readonly FilesOfBatch[];
}

/** What `note()` tells: files that are known, and not new when they are listed again. */
export interface KnownFiles {
  /** Those that were there at the start. */
  readonly old: readonly string[];
  /** Those that were read. */
  readonly read: readonly string[];
}

type FilesOfBatch = readonly [timeMs: number, paths: readonly string[]];

/**
 * Decides which files a batch has.
 *
 * A file is new for batch t when it was changed after the stream began, at most `rememberMs` before t, and not after t;
 * or when it appeared in its directory while the stream ran, however old it is: whoever moves a file in keeps its time.
 * What was read is not read again as long as that is remembered.
 */
export class NewFiles {
  readonly #rememberMs: number;
  #sinceMs: number;
  #untilMs = -1;
  #batches: readonly FilesOfBatch[] = [];
  #read = new Set<string>();
  /** When each file was listed last. Of those that were there at the start it is never forgotten that they were. */
  readonly #listedMs = new Map<string, number>();
  #hasBegun = false;
  /** What has become known and is not noted yet. */
  #unnoted: { readonly old: string[]; readonly read: string[] } = { old: [], read: [] };
  /** How many files have been noted since all were. */
  #notedCount = Number.POSITIVE_INFINITY;

  constructor(sinceMs: number, rememberMs: number) {
    this.#sinceMs = sinceMs;
    this.#rememberMs = rememberMs;
  }

  /** What is there at the start; files that appear later are new. */
  begin(listing: readonly ListedFile[]): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    for (const { path } of listing) {
      this.#listedMs.set(path, Number.POSITIVE_INFINITY);
      this.#unnoted.old.push(path);
    }
  }

  /** The files of a batch that has been made before; undefined where it has not. */
  filesAt(timeMs: number): readonly string[] | undefined {
    if (timeMs > this.#untilMs) return undefined;
    return this.#batches.find(([atMs]) => atMs === timeMs)?.[1] ?? [];
  }

  /** The files of the next batch, which from now on are remembered as read. */
  take(timeMs: number, listing: readonly ListedFile[]): readonly string[] {
    this.begin(listing);
    const olderMs = Math.max(this.#sinceMs, timeMs - this.#rememberMs);
    const paths: string[] = [];
    for (const { path, mtimeMs } of listing) {
      // A file from the future waits, and is as new as it was when its time has come.
      if (mtimeMs > timeMs) continue;
      const isNew = mtimeMs > olderMs || !this.#listedMs.has(path);
      if (isNew && !this.#read.has(path)) paths.push(path);
      this.#listedMs.set(path, Math.max(timeMs, this.#listedMs.get(path) ?? 0));
    }
    this.#untilMs = timeMs;
    if (paths.length > 0) this.#batches = [...this.#batches, [timeMs, paths]];
    for (const path of paths) this.#read.add(path);
    this.#unnoted.read.push(...paths);
    this.#forget(timeMs - this.#rememberMs);
    return paths;
  }

  position(): FilePosition {
    return { sinceMs: this.#sinceMs, untilMs: this.#untilMs, batches: this.#batches };
  }

  restore({ sinceMs, untilMs, batches }: FilePosition): void {
    this.#sinceMs = sinceMs;
    this.#untilMs = untilMs;
    this.#batches = batches;
    this.#read = new Set(batches.flatMap(([, paths]) => paths));
  }

  /**
   * The files that have become known since it was asked last. Those that are no longer there would be noted for ever:
   * so once more were noted than are known, all that are known take the place of what was noted.
   */
  note(): { readonly row: KnownFiles; readonly isAll: boolean } | undefined {
    const unnoted = this.#unnoted;
    const count = unnoted.old.length + unnoted.read.length;
    const isFirst = this.#notedCount === Number.POSITIVE_INFINITY;
    // That nothing was there has to be known too.
    if (!this.#hasBegun || (count === 0 && !isFirst)) return undefined;
    this.#unnoted = { old: [], read: [] };
    this.#notedCount += count;
    if (this.#notedCount <= 2 * this.#listedMs.size + notedMin) return { row: unnoted, isAll: false };
    this.#notedCount = this.#listedMs.size;
    return { row: this.#known(), isAll: true };
  }

  /** Behind `restore()`: what is listed now was there at the start only if it was noted. */
  restoreNotes(rows: readonly KnownFiles[]): void {
    if (rows.length === 0) return;
    this.#hasBegun = true;
    for (const { old, read } of rows) {
      for (const path of read) this.#listedMs.set(path, this.#untilMs);
      for (const path of old) this.#listedMs.set(path, Number.POSITIVE_INFINITY);
    }
  }

  #known(): KnownFiles {
    const old: string[] = [];
    const read: string[] = [];
    for (const [path, listedMs] of this.#listedMs) (listedMs === Number.POSITIVE_INFINITY ? old : read).push(path);
    return { old, read };
  }

  #forget(beforeMs: number): void {
    for (const [path, listedMs] of this.#listedMs) if (listedMs < beforeMs) this.#listedMs.delete(path);
    const kept = this.#batches.findIndex(([timeMs]) => timeMs >= beforeMs);
    const forgotten = kept < 0 ? this.#batches.length : kept;
    if (forgotten === 0) return;
    for (const [, paths] of this.#batches.slice(0, forgotten)) for (const path of paths) this.#read.delete(path);
    this.#batches = this.#batches.slice(forgotten);
  }
}

/** So few files are not worth counting. */
const notedMin = 1000;
