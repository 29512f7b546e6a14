import { checksum, checksumOfPlace } from './checksum.ts';

/** How many bytes of a record stand before its payload. */
export const recordHeaderBytes = 13;

/** What one `append` takes together: the offsets inside a segment have four bytes. */
export const appendBytesMax: number = 2 ** 30;

/** One thing that is remembered. */
export interface LogRecord {
  /** What it is, from 1 to 255; the log gives it no meaning. */
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** A record in its place. */
export interface FramedRecord {
  readonly record: LogRecord;
  /** How much of its segment was safe when it was written. */
  readonly safeBytes: number;
  /** Where the next begins. */
  readonly end: number;
}

/** Puts a record at `at` of the buffer, as it stands at `offset` of the segment; gives where it ends in the buffer. */
export function writeRecord(
  bytes: Buffer,
  at: number,
  { kind, payload }: LogRecord,
  place: { readonly segment: number; readonly offset: number; readonly safeBytes: number },
): number {
  const end = at + recordHeaderBytes + payload.length;
  bytes.writeUInt32LE(payload.length, at + 4);
  bytes.writeUInt32LE(place.safeBytes, at + 8);
  bytes.writeUInt8(kind, at + 12);
  bytes.set(payload, at + recordHeaderBytes);
  bytes.writeUInt32LE(checksum(bytes.subarray(at + 4, end), checksumOfPlace(place.segment, place.offset)), at);
  return end;
}

/** The record at that offset of a segment, if there is a good one. */
export function readRecord(bytes: Buffer, segment: number, offset: number): FramedRecord | undefined {
  const begin = offset + recordHeaderBytes;
  if (begin > bytes.length) return undefined;
  const end = begin + bytes.readUInt32LE(offset + 4);
  const kind = bytes.readUInt8(offset + 12);
  if (end > bytes.length || kind === 0) return undefined;
  const sum = checksum(bytes.subarray(offset + 4, end), checksumOfPlace(segment, offset));
  if (sum !== bytes.readUInt32LE(offset)) return undefined;
  return { record: { kind, payload: bytes.subarray(begin, end) }, safeBytes: bytes.readUInt32LE(offset + 8), end };
}

/** Whether a record behind a bad place says that the bad place had been safe: then it was damaged, not torn. */
export function wasSafe(bytes: Buffer, segment: number, bad: number): boolean {
  for (let offset = bad + 1; offset + recordHeaderBytes <= bytes.length; offset += 1) {
    const safeBytes = bytes.readUInt32LE(offset + 8);
    // Cheap to see, and nearly nothing but a record has such a number there.
    if (safeBytes > bad && safeBytes <= offset && readRecord(bytes, segment, offset) !== undefined) return true;
  }
  return false;
}
