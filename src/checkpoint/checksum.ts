import { crc32 } from 'node:zlib';

/** The CRC-32 of the bytes (that of zlib and Ethernet), going on from that of bytes before them. */
export function checksum(bytes: Uint8Array, before = 0): number {
  return crc32(bytes, before);
}

/**
 * What the checksum of a piece goes on from: the number of its file and where in it the piece stands. So a good piece
 * in a wrong place is a bad one.
 */
export function checksumOfPlace(file: number, offset: number): number {
  const place = Buffer.alloc(16);
  place.writeBigUInt64LE(BigInt(file), 0);
  place.writeBigUInt64LE(BigInt(offset), 8);
  return checksum(place);
}
