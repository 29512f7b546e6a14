import { deserialize, serialize } from 'node:v8';

// Plain data as bytes: the one place of the checkpoint that knows how.

/** @throws whatever V8 says of a value that is no plain data: a function, a promise */
export function toBytes(value: unknown): Buffer {
  return serialize(value);
}

/** @throws whatever V8 says of bytes that are no value */
export function fromBytes(bytes: Uint8Array): unknown {
  return deserialize(bytes);
}
