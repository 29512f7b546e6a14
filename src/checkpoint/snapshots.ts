import { StateError } from '../core/errors.ts';
import type { Storage } from '../core/storage.ts';
import { checksum, checksumOfPlace } from './checksum.ts';
import type { Tell } from './facts.ts';
import { headerBytes, headerFromBytes, headerToBytes } from './file-header.ts';
import { type FileName, numbered } from './file-name.ts';
import { appendBytesMax } from './record.ts';

/** How many bytes of a chunk stand before its payload. */
export const chunkHeaderBytes = 8;

/** How many snapshots are kept that can be used: should the newest be damaged, there is the one before. */
export const snapshotsKept = 2;

/** The names of snapshots: `snapshot-0000000000001000`, and the same with `.temp` while it is written. */
export const snapshotName: FileName = numbered('snapshot');

const temporarySuffix = '.temp';

/** A snapshot that is whole. */
export interface Snapshot {
  readonly number: number;
  /** The chunks as they were given, without empty ones. @throws StateError (CHECKPOINT.CORRUPT) */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Where snapshots are. */
export interface SnapshotOptions {
  readonly storage: Storage;
  readonly folder: string;
  readonly tell: Tell;
}

/**
 * Writes a snapshot. It has its name only once it is complete and safe; then old ones are removed: the newest two of
 * those that can be used stay, and all behind these.
 *
 * @param number its place among the others: the highest is the newest
 * @param chunks of at most 1 GiB each
 * @param usableMax the highest number of one that can be used by now
 */
export async function writeSnapshot(
  { storage, folder }: SnapshotOptions,
  number: number,
  chunks: AsyncIterable<Uint8Array>,
  usableMax: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  await storage.makeFolder(folder);
  const path = pathOf(folder, number);
  const temporary = path + temporarySuffix;
  for (const { name } of await storage.list(folder)) {
    const isLeft = name.endsWith(temporarySuffix) && isSnapshot(name.slice(0, -temporarySuffix.length));
    if (isLeft) await storage.remove(`${folder}/${name}`);
  }
  try {
    await storage.append(temporary, headerToBytes({ kind: 'snapshot', number, previousEnd: 0 }));
    let offset = headerBytes;
    const add = async (payload: Uint8Array): Promise<void> => {
      await storage.append(temporary, chunkToBytes(number, offset, payload));
      offset += chunkHeaderBytes + payload.length;
    };
    for await (const chunk of chunks) if (chunk.length > 0) await add(chunk);
    await add(new Uint8Array());
    await storage.sync(temporary);
    await storage.rename(temporary, path);
    await storage.sync(folder);
  } catch (error) {
    // The next write takes away what this one leaves; here the first error counts.
    await storage.remove(temporary).catch(() => undefined);
    throw error;
  }
  const usable = (await numbersIn(storage, folder)).filter((each) => each <= usableMax);
  for (const old of usable.slice(0, -snapshotsKept)) await storage.remove(pathOf(folder, old));
}

/** Removes all snapshots. */
export async function removeSnapshots({ storage, folder }: SnapshotOptions): Promise<void> {
  for (const number of await numbersIn(storage, folder)) await storage.remove(pathOf(folder, number));
  await storage.sync(folder);
}

/** The numbers of all snapshots, in order; whether they are whole nobody knows. */
export async function snapshotNumbers({ storage, folder }: SnapshotOptions): Promise<readonly number[]> {
  return await numbersIn(storage, folder);
}

/**
 * The newest snapshot that is whole, or undefined if none was ever written. Each is read through before it is given,
 * a chunk at a time.
 *
 * @param numberMax the highest number of one that is wanted
 *
 * @throws StateError (CHECKPOINT.NO_GOOD_SNAPSHOT) when there are some, and none is whole
 * @throws StateError (CHECKPOINT.NEWER_FORMAT)
 */
export async function newestSnapshot(
  { storage, folder, tell }: SnapshotOptions,
  numberMax: number = Number.POSITIVE_INFINITY,
): Promise<Snapshot | undefined> {
  const paths: string[] = [];
  for (const number of [...(await numbersIn(storage, folder))].reverse()) {
    if (number > numberMax) continue;
    const path = pathOf(folder, number);
    try {
      for await (const _ of chunksOf(storage, path, number));
      return { number, chunks: () => chunksOf(storage, path, number) };
    } catch (error) {
      if (!(error instanceof DamageAt)) throw error;
      tell({ type: 'snapshot.skipped', path, offset: error.offset });
      paths.push(path);
    }
  }
  if (paths.length > 0) throw new StateError('CHECKPOINT.NO_GOOD_SNAPSHOT', { paths });
  return undefined;
}

/** A StateError that says, for us, where. */
class DamageAt extends StateError {
  readonly offset: number;
  constructor(path: string, offset: number) {
    super('CHECKPOINT.CORRUPT', { path, offset });
    this.offset = offset;
  }
}

async function* chunksOf(storage: Storage, path: string, number: number): AsyncGenerator<Uint8Array> {
  const header = headerFromBytes(await storage.read(path, 0, headerBytes), { path, kind: 'snapshot', number });
  if (header === undefined) throw new DamageAt(path, 0);
  let offset = headerBytes;
  for (;;) {
    const front = await storage.read(path, offset, offset + chunkHeaderBytes);
    const length = front.length < chunkHeaderBytes ? appendBytesMax + 1 : front.readUInt32LE(4);
    if (length > appendBytesMax) throw new DamageAt(path, offset);
    const begin = offset + chunkHeaderBytes;
    const payload = length === 0 ? Buffer.alloc(0) : await storage.read(path, begin, begin + length);
    const sum = checksum(payload, checksum(front.subarray(4), checksumOfPlace(number, offset)));
    if (payload.length < length || sum !== front.readUInt32LE(0)) throw new DamageAt(path, offset);
    offset = begin + length;
    if (length === 0) break;
    yield payload;
  }
  if ((await storage.read(path, offset, offset + 1)).length > 0) throw new DamageAt(path, offset);
}

function chunkToBytes(number: number, offset: number, payload: Uint8Array): Buffer {
  const bytesMax = appendBytesMax;
  if (payload.length > bytesMax) throw new StateError('CHECKPOINT.TOO_LARGE', { bytes: payload.length, bytesMax });
  const bytes = Buffer.alloc(chunkHeaderBytes + payload.length);
  bytes.writeUInt32LE(payload.length, 4);
  bytes.set(payload, chunkHeaderBytes);
  bytes.writeUInt32LE(checksum(bytes.subarray(4), checksumOfPlace(number, offset)), 0);
  return bytes;
}

async function numbersIn(storage: Storage, folder: string): Promise<readonly number[]> {
  return snapshotName.numbersIn((await storage.list(folder)).map(({ name }) => name));
}

function isSnapshot(name: string): boolean {
  return snapshotName.numbersIn([name]).length > 0;
}

function pathOf(folder: string, number: number): string {
  return `${folder}/${snapshotName.of(number)}`;
}
