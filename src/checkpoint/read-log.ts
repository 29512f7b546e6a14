import { StateError } from '../core/errors.ts';
import type { Storage } from '../core/storage.ts';
import type { Tell } from './facts.ts';
import { headerBytes, headerFromBytes } from './file-header.ts';
import { type FileName, numbered } from './file-name.ts';
import { type LogRecord, readRecord, wasSafe } from './record.ts';

/** The names of segments: `log-0000000000000001` is the first. */
export const segmentName: FileName = numbered('log');

/** What reading a log needs. */
export interface LogReading {
  readonly storage: Storage;
  readonly folder: string;
  /** The first segment to read; the oldest, unless given. */
  readonly from?: number | undefined;
  /** Hears every record, in order, with the segment it stands in. The payload is good for this call only. */
  readonly onRecord: (record: LogRecord, segment: number) => void | Promise<void>;
  readonly tell: Tell;
}

/** Where a log ends. */
export interface LogEnd {
  /** The newest segment; 0 if there is none. */
  readonly segment: number;
  /** How many bytes of it count. */
  readonly end: number;
  /** The oldest segment that is there; 1 if there is none. */
  readonly oldest: number;
}

interface Segment {
  readonly path: string;
  readonly number: number;
  readonly bytes: Buffer;
  readonly previousEnd: number;
}

/**
 * Reads a log from a segment on, each file once, and changes nothing. Two segments are in memory at most.
 *
 * @throws StateError (CHECKPOINT.CORRUPT) when a record that was safe is not good, and tells none behind it
 * @throws StateError (CHECKPOINT.SEGMENT_MISSING, CHECKPOINT.NEWER_FORMAT)
 */
export async function readLog(reading: LogReading): Promise<LogEnd> {
  const { storage, folder } = reading;
  const numbers = segmentName.numbersIn((await storage.list(folder)).map(({ name }) => name));
  const oldest = numbers[0] ?? 1;
  const last = numbers.at(-1) ?? 0;
  const from = reading.from ?? oldest;
  const there = new Set(numbers);
  for (let number = from; number <= Math.max(last, reading.from ?? 0); number += 1) {
    if (!there.has(number)) throw new StateError('CHECKPOINT.SEGMENT_MISSING', { path: pathOf(folder, number) });
  }
  if (last === 0) return { segment: 0, end: 0, oldest };
  let segment = await segmentAt(storage, folder, from);
  while (segment.number < last) {
    const next = await segmentAt(storage, folder, segment.number + 1);
    await readSealed(segment, next.previousEnd, reading);
    segment = next;
  }
  return { segment: last, end: await readNewest(segment, reading), oldest };
}

function pathOf(folder: string, number: number): string {
  return `${folder}/${segmentName.of(number)}`;
}

async function segmentAt(storage: Storage, folder: string, number: number): Promise<Segment> {
  const path = pathOf(folder, number);
  const bytes = await storage.read(path);
  const header = headerFromBytes(bytes, { path, kind: 'log', number });
  // A segment appears with its header or not at all, so that nothing but damage can have taken it.
  if (header === undefined) throw new StateError('CHECKPOINT.CORRUPT', { path, offset: 0 });
  return { path, number, bytes, previousEnd: header.previousEnd };
}

/** A segment with another behind it was safe as far as that one says. */
async function readSealed({ path, number, bytes }: Segment, end: number, { onRecord }: LogReading): Promise<void> {
  const counted = bytes.subarray(0, end);
  let offset = headerBytes;
  while (offset < end) {
    const framed = readRecord(counted, number, offset);
    if (framed === undefined) throw new StateError('CHECKPOINT.CORRUPT', { path, offset });
    await onRecord(framed.record, number);
    offset = framed.end;
  }
}

/** The newest segment may have been torn while it was written. */
async function readNewest({ path, number, bytes }: Segment, { onRecord, tell }: LogReading): Promise<number> {
  let offset = headerBytes;
  while (offset < bytes.length) {
    const framed = readRecord(bytes, number, offset);
    if (framed === undefined) break;
    await onRecord(framed.record, number);
    offset = framed.end;
  }
  if (offset < bytes.length) {
    if (wasSafe(bytes, number, offset)) throw new StateError('CHECKPOINT.CORRUPT', { path, offset });
    tell({ type: 'tail.cut', path, offset, lostBytes: bytes.length - offset });
  }
  return offset;
}
