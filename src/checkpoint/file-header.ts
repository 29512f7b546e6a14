import { StateError } from '../core/errors.ts';
import { checksum } from './checksum.ts';

/** The version of the format that this code writes, and the newest that it reads. */
export const formatVersion = 1;

/** How long the header of a file is, in every version. */
export const headerBytes = 28;

/** The first eight bytes of a file, by what it is. */
export const magics = { log: 'FIRELOG\n', snapshot: 'FIRESNP\n' } as const;

/** What stands at the beginning of every file. */
export interface FileHeader {
  readonly kind: keyof typeof magics;
  /** The number in the name of the file. */
  readonly number: number;
  /** Of a segment: how many bytes of the one before it count. */
  readonly previousEnd: number;
}

/** The bytes of a header. */
export function headerToBytes({ kind, number, previousEnd }: FileHeader, version: number = formatVersion): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.write(magics[kind], 0, 'latin1');
  bytes.writeUInt32LE(version, 8);
  bytes.writeBigUInt64LE(BigInt(number), 12);
  bytes.writeUInt32LE(previousEnd, 20);
  bytes.writeUInt32LE(checksum(bytes.subarray(0, 24)), 24);
  return bytes;
}

/**
 * The header at the beginning of the bytes; undefined if there is no good one of that kind and number.
 *
 * @throws StateError (CHECKPOINT.NEWER_FORMAT) when it is good, and newer than this code
 */
export function headerFromBytes(
  bytes: Buffer,
  { path, kind, number }: { readonly path: string; readonly kind: FileHeader['kind']; readonly number: number },
): FileHeader | undefined {
  if (bytes.length < headerBytes || bytes.toString('latin1', 0, 8) !== magics[kind]) return undefined;
  if (bytes.readUInt32LE(24) !== checksum(bytes.subarray(0, 24))) return undefined;
  const version = bytes.readUInt32LE(8);
  if (version > formatVersion) throw new StateError('CHECKPOINT.NEWER_FORMAT', { path, version, known: formatVersion });
  if (bytes.readBigUInt64LE(12) !== BigInt(number)) return undefined;
  return { kind, number, previousEnd: bytes.readUInt32LE(20) };
}
