import { assert, messageOf, StateError } from '../core/errors.ts';
import type { Storage } from '../core/storage.ts';
import { headerBytes, headerToBytes } from './file-header.ts';
import { type LogReading, readLog, segmentName } from './read-log.ts';
import { appendBytesMax, type LogRecord, recordHeaderBytes, writeRecord } from './record.ts';

/** What a log is opened with. */
export interface LogOptions extends LogReading {
  /** How long a segment may be before the next begins; one batch of records may be longer. 16 MiB unless given. */
  readonly segmentBytesMax?: number;
}

/**
 * Records in the order in which they were appended, in files that are only ever added to.
 *
 * What was appended is safe against a crash once a later `sync` has resolved. After a crash the log has every record
 * that was safe, and of the others the first ones, none or some or all.
 *
 * Calls are done one after the other. A call that fails may have left half of its bytes, so that all later ones are
 * refused; open the log again to find out what is in it. One process may have it open: see the lock.
 */
export class Log {
  readonly #storage: Storage;
  readonly #folder: string;
  readonly #segmentBytesMax: number;
  #segment: number;
  #end: number;
  #oldest: number;
  /** How much of the newest segment is safe. */
  #safeBytes: number;
  /** What an earlier process wrote is only read. */
  #isOwn = false;
  #isNameSafe = true;
  /** How much of the newest segment is what every one begins with. */
  #prefaceEnd = headerBytes;
  /** What every further segment begins with. */
  preface: () => readonly LogRecord[] = () => [];
  #last: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  private constructor(options: LogOptions, { segment, end, oldest }: Awaited<ReturnType<typeof readLog>>) {
    this.#storage = options.storage;
    this.#folder = options.folder;
    this.#segmentBytesMax = options.segmentBytesMax ?? 16 * 2 ** 20;
    assert(this.#segmentBytesMax <= appendBytesMax, 'a segment has at most 1 GiB');
    this.#segment = segment;
    this.#end = end;
    this.#safeBytes = end;
    this.#oldest = oldest;
  }

  /**
   * Makes the folder if there is none, reads what is in it, and makes safe what it has read.
   *
   * @throws StateError (CHECKPOINT.CORRUPT, CHECKPOINT.SEGMENT_MISSING, CHECKPOINT.NEWER_FORMAT)
   */
  static async open(options: LogOptions): Promise<Log> {
    const { storage, folder } = options;
    await storage.makeFolder(folder);
    const end = await readLog(options);
    if (end.segment > 0) await storage.sync(`${folder}/${segmentName.of(end.segment)}`);
    await storage.sync(folder);
    return new Log(options, end);
  }

  /** The newest segment: 0 while there is none. */
  get segment(): number {
    return this.#segment;
  }

  /**
   * Adds records, all in one write; the payloads must not change until it resolves, with the segment they are in.
   *
   * @throws StateError (CHECKPOINT.TOO_LARGE) when they are more than 1 GiB; the log goes on
   * @throws StateError (CHECKPOINT.LOG_BROKEN) when an earlier call has failed
   */
  async append(records: readonly LogRecord[]): Promise<number> {
    const bytes = lengthOf(records);
    if (bytes > appendBytesMax) throw new StateError('CHECKPOINT.TOO_LARGE', { bytes, bytesMax: appendBytesMax });
    for (const { kind } of records) assert(Number.isInteger(kind) && kind > 0 && kind < 256, 'a kind is 1 to 255');
    return this.#write(async () => {
      if (records.length > 0) await this.#append(records, bytes);
      return this.#segment;
    });
  }

  /** Makes safe all that was appended before. @throws StateError (CHECKPOINT.LOG_BROKEN) */
  sync(): Promise<void> {
    return this.#write(() => this.#sync());
  }

  /** Makes all safe and begins a new segment, safe too; gives its number. @throws StateError (CHECKPOINT.LOG_BROKEN) */
  roll(): Promise<number> {
    return this.#write(async () => {
      await this.#begin();
      await this.#sync();
      return this.#segment;
    });
  }

  /** Deletes the segments before that one, oldest first. One that cannot be deleted is left for the next call. */
  deleteBefore(segment: number): Promise<void> {
    return this.#inTurn(async () => {
      assert(segment <= this.#segment, 'the newest segment is never deleted');
      for (; this.#oldest < segment; this.#oldest += 1) {
        await this.#storage.remove(`${this.#folder}/${segmentName.of(this.#oldest)}`);
        // One by one: a crash must leave no hole in the row of numbers.
        await this.#storage.sync(this.#folder);
      }
    });
  }

  async #append(records: readonly LogRecord[], length: number): Promise<void> {
    // However long the preface is: one that is longer than a segment would begin a segment for each append.
    const isFull =
      this.#end > this.#prefaceEnd && this.#end - this.#prefaceEnd + headerBytes + length > this.#segmentBytesMax;
    if (!this.#isOwn || isFull) await this.#begin();
    await this.#put(records, length);
  }

  async #put(records: readonly LogRecord[], length: number): Promise<void> {
    const bytes = Buffer.alloc(length);
    const place = { segment: this.#segment, safeBytes: this.#safeBytes };
    let at = 0;
    for (const record of records) at = writeRecord(bytes, at, record, { ...place, offset: this.#end + at });
    await this.#storage.append(this.#path, bytes);
    this.#end += length;
  }

  async #sync(): Promise<void> {
    if (this.#safeBytes < this.#end) await this.#storage.sync(this.#path);
    this.#safeBytes = this.#end;
    if (!this.#isNameSafe) await this.#storage.sync(this.#folder);
    this.#isNameSafe = true;
  }

  /** A segment that has one behind it is safe. */
  async #begin(): Promise<void> {
    await this.#sync();
    const number = this.#segment + 1;
    const header = headerToBytes({ kind: 'log', number, previousEnd: this.#end });
    await this.#storage.createExclusive(`${this.#folder}/${segmentName.of(number)}`, header);
    this.#segment = number;
    this.#end = headerBytes;
    this.#safeBytes = headerBytes;
    this.#isOwn = true;
    this.#isNameSafe = false;
    const preface = this.preface();
    if (preface.length > 0) await this.#put(preface, lengthOf(preface));
    this.#prefaceEnd = this.#end;
  }

  get #path(): string {
    return `${this.#folder}/${segmentName.of(this.#segment)}`;
  }

  #write<R>(f: () => Promise<R>): Promise<R> {
    return this.#inTurn(async () => {
      if (this.#failure !== undefined) {
        const { error: cause } = this.#failure;
        const [reason = ''] = messageOf(cause).split('\n');
        throw new StateError('CHECKPOINT.LOG_BROKEN', { folder: this.#folder, reason }, { cause });
      }
      try {
        return await f();
      } catch (error) {
        this.#failure = { error };
        throw error;
      }
    });
  }

  #inTurn<R>(f: () => Promise<R>): Promise<R> {
    const turn = this.#last.then(f);
    this.#last = turn.catch(() => undefined); // Whoever called hears of it.
    return turn;
  }
}

function lengthOf(records: readonly LogRecord[]): number {
  return records.reduce((sum, { payload }) => sum + recordHeaderBytes + payload.length, 0);
}
