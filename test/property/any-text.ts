import fc from 'fast-check';
import type { Chunk } from '../../src/rdd/chunk.ts';
import { OpenBlock } from '../../src/rdd/open-block.ts';
import { LineCutter } from '../../src/sources/line-cutter.ts';

// Bytes of text, the pieces in which they arrive, and the blocks that are made of them.

/** Text that is mean to decoders: characters of all lengths, halves of characters, bytes that are in no character. */
const part = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('\n', '\r\n', '\r', '\n\n', '').map((text) => Buffer.from(text)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom('a', ' ', 'to be', 'é', '€', '😀', '\ufeff', '\0').map((text) => Buffer.from(text)),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom([0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xc3], [0x80], [0xff, 0xfe], [0xed, 0xa0, 0x80])
      .map((bytes) => Buffer.from(bytes)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)) },
);
export const anyBytes: fc.Arbitrary<Buffer> = fc.array(part, { maxLength: 30 }).map((parts) => Buffer.concat(parts));

/** Cuts bytes into pieces of these lengths, again and again. */
export function pieces(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const length = lengths[n % lengths.length] as number;
    cut.push(bytes.subarray(at, at + length));
    at += length;
  }
  return cut;
}

/** How long the pieces are. */
export const lengths: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 1, max: 12 }), {
  minLength: 1,
  maxLength: 6,
});

/** The blocks that a text receiver would make, sealed after every so many pieces. */
export function blocksOf(arriving: readonly Buffer[], sealAfter: number): readonly (readonly Chunk[])[] {
  const cutter = new LineCutter(Number.POSITIVE_INFINITY);
  const block = new OpenBlock();
  const blocks: (readonly Chunk[])[] = [];
  for (const [n, bytes] of arriving.entries()) {
    const lines = cutter.add(bytes);
    if (lines !== undefined) block.addLines(lines);
    if ((n + 1) % sealAfter === 0) blocks.push(block.cut());
  }
  const rest = cutter.end();
  if (rest !== undefined) block.addLines(rest);
  blocks.push(block.cut());
  return blocks;
}
