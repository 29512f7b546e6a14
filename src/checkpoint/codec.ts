import { DefaultDeserializer, DefaultSerializer, deserialize, serialize } from 'node:v8';
import type { Work } from '../state/work.ts';

// Plain data as bytes: the one place of the checkpoint that knows how.

/** @throws whatever V8 says of a value that is no plain data: a function, a promise */
export function toBytes(value: unknown): Buffer {
  return serialize(value);
}

/** @throws whatever V8 says of bytes that are no value */
export function fromBytes(bytes: Uint8Array): unknown {
  return deserialize(bytes);
}

/** Two values, one behind the other. @throws as toBytes */
export function twoToBytes(first: unknown, second: unknown): Buffer {
  const writer = new DefaultSerializer();
  writer.writeHeader();
  writer.writeValue(first);
  writer.writeValue(second);
  return writer.releaseBuffer();
}

/** Values, one behind the other, of so many rows each. @throws as toBytes */
export function* valuesToBytes(values: Iterable<unknown>, rows: number): Work<Buffer> {
  const writer = new DefaultSerializer();
  writer.writeHeader();
  for (const value of values) {
    writer.writeValue(value);
    yield rows;
  }
  return writer.releaseBuffer();
}

/** Values, each when it is asked for. @throws as fromBytes */
export function* valuesFromBytes(bytes: Uint8Array): Generator<unknown, void> {
  const reader = reading(bytes);
  for (;;) yield reader.readValue();
}

/** The first of two values; the second is not looked at. @throws as fromBytes */
export function firstFromBytes(bytes: Uint8Array): unknown {
  return reading(bytes).readValue();
}

/** The second of two values. @throws as fromBytes */
export function secondFromBytes(bytes: Uint8Array): unknown {
  const reader = reading(bytes);
  reader.readValue();
  return reader.readValue();
}

function reading(bytes: Uint8Array): DefaultDeserializer {
  const reader = new DefaultDeserializer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  reader.readHeader();
  return reader;
}
