import { deserialize, serialize } from 'node:v8';

// Rows as bytes: the one place that knows how.

/** @throws whatever V8 says of a row that is no plain data: a function, a promise */
export function rowsToBytes(rows: readonly unknown[]): Buffer {
  return serialize(rows);
}

/** @throws whatever V8 says of bytes that are no rows */
export function rowsFromBytes(bytes: Buffer): readonly unknown[] {
  const rows: unknown = deserialize(bytes);
  if (!Array.isArray(rows)) throw new TypeError('what they hold is no array');
  return rows;
}
