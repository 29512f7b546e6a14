import type { Key } from './keys.ts';

/**
 * The hash of an encoded key: 32 bits, signed, the same in every process and on every machine.
 *
 * It is Java's for text, for whole numbers of 32 bits, other numbers (as doubles) and booleans, so that such keys go to
 * the partitions where Spark puts them. Null and undefined are 0. A composite key is hashed over its encoding, a bigint
 * over its decimal digits: as good as Java's, but not the same.
 */
export function hashKey(key: Key): number {
  if (typeof key === 'string') return hashText(key);
  if (typeof key === 'number') return (key | 0) === key ? key | 0 : hashDouble(key);
  if (typeof key === 'boolean') return key ? 1231 : 1237;
  if (typeof key === 'bigint') return hashText(String(key));
  return 0;
}

/** The remainder in [0, n), for a negative hash too. */
export function nonNegativeMod(hash: number, n: number): number {
  const remainder = hash % n;
  return remainder < 0 ? remainder + n : remainder + 0; // -0 is 0
}

function hashText(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash;
}

/** The two halves of a double, to be read as bits. */
const halves = new DataView(new ArrayBuffer(8));

/** Which of its many bit patterns NaN has is up to the machine, so it is given the one that Java gives it. */
const hashOfNaN = 0x7ff80000;

function hashDouble(value: number): number {
  if (Number.isNaN(value)) return hashOfNaN;
  halves.setFloat64(0, value);
  return halves.getInt32(0) ^ halves.getInt32(4);
}
