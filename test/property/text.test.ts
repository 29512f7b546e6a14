import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Chunk, decode, textChunk } from '../../src/rdd/chunk.ts';
import { Loops } from '../../src/rdd/fuse.ts';
import { sinkOf } from '../../src/rdd/loop.ts';
import { OpenBlock } from '../../src/rdd/open-block.ts';
import { LineCutter } from '../../src/sources/line-cutter.ts';
import { anyBytes, blocksOf, lengths, pieces } from './any-text.ts';

/*
 * The law of text: the lines of a stream are those of the whole text, split; whatever way the bytes came.
 *
 * Bytes arrive in pieces that end anywhere: inside a character, between CR and LF. They are cut behind line ends,
 * gathered into chunks, sealed into blocks at any moment, decoded chunk by chunk and cut into lines by a loop. All of
 * that must come to what two lines of JavaScript say of the whole.
 */

/** A CR before the LF, or before the end of all, belongs to the line's end. */
function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(/\r$/, ''));
}

const loops = [new Loops(true), new Loops(false)].map((each) => each.of([], 'push'));

/** The lines of a chunk, by each kind of loop, so many at a time. */
function read(chunk: Chunk, rowsMax: number): string[] {
  if (chunk.kind !== 'text') throw new Error('text receivers make chunks of text');
  const [one, other] = loops.map((loop) => {
    const sink = sinkOf();
    const text = decode(chunk);
    for (let at = 0; at < text.length; ) at = loop.text(text, at, rowsMax, sink);
    return sink.rows;
  });
  expect(one).toEqual(other);
  expect(one).toHaveLength(chunk.rowCount);
  return one as string[];
}

const sizeOf = (line: string): number => line.length;

test('lines that arrive in any pieces are the lines of the whole, split', () => {
  fc.assert(
    fc.property(
      anyBytes,
      lengths,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (bytes, cuts, seal, rows) => {
        const blocks = blocksOf(pieces(bytes, cuts), seal);
        expect(blocks.flat().flatMap((chunk) => read(chunk, rows))).toEqual(linesOf(bytes));
      },
    ),
  );
});

test('lines longer than a chunk, and chunks full to the byte, are the lines of the whole too', () => {
  const size = fc.constantFrom(1, 1000, 65_534, 65_535, 65_536, 65_537, 70_000, 200_000);
  const line = fc
    .tuple(fc.constantFrom('x', 'é'), size, fc.constantFrom('\n', '\r\n'))
    .map(([c, n, end]) => c.repeat(n) + end);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), fc.constantFrom(1000, 65_536, 100_001), (lines, length) => {
      const bytes = Buffer.from(lines.join(''));
      const chunks = blocksOf(pieces(bytes, [length]), Number.POSITIVE_INFINITY).flat();
      const seen = chunks.flatMap((chunk) => read(chunk, 100));
      // Not the lines themselves: nobody wants to see them when they differ.
      expect(seen.map(sizeOf)).toEqual(linesOf(bytes).map(sizeOf));
      expect(seen.join('\n') === linesOf(bytes).join('\n')).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('chunks hold whole lines, and together every byte that came', () => {
  fc.assert(
    fc.property(anyBytes, lengths, fc.integer({ min: 1, max: 5 }), (bytes, cuts, seal) => {
      const chunks = blocksOf(pieces(bytes, cuts), seal).flat();
      const all = chunks.map((chunk) => (chunk.kind === 'text' ? chunk.bytes : Buffer.alloc(0)));
      for (const each of all) expect(each.at(-1)).toBe(10);
      const isUnended = bytes.length > 0 && bytes.at(-1) !== 10;
      expect(Buffer.concat(all)).toEqual(isUnended ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes);
    }),
  );
});

test('a block grows by as many bytes as it says', () => {
  fc.assert(
    fc.property(fc.array(anyBytes, { maxLength: 5 }), (added) => {
      const block = new OpenBlock();
      const grown = added.reduce((sum, bytes) => sum + block.addLines(bytes), 0);
      const sizes = block.cut().map((chunk) => (chunk.kind === 'text' ? chunk.bytes.length : 0));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(grown);
    }),
  );
});

test('lines and rows that come by turns stay in their order', () => {
  const item = fc.oneof(fc.integer(), fc.constantFrom('a\n', 'b\r\n', 'c', '\n'));
  fc.assert(
    fc.property(fc.array(item, { maxLength: 10 }), (items) => {
      const block = new OpenBlock();
      for (const each of items) {
        if (typeof each === 'number') block.addRow(each);
        else block.addLines(Buffer.from(each));
      }
      const rows = block
        .cut()
        .flatMap((chunk): unknown[] => (chunk.kind === 'rows' ? [...chunk.rows] : read(chunk, 3)));
      expect(rows).toEqual(items.map((each) => (typeof each === 'number' ? each : each.replace(/\r?\n$/, ''))));
      expect(block.isEmpty).toBe(true);
    }),
  );
});

test('a line is too long as soon as more of it has come than may, wherever the pieces end', () => {
  fc.assert(
    fc.property(anyBytes, lengths, fc.integer({ min: 0, max: 8 }), (bytes, cuts, lineBytesMax) => {
      const cutter = new LineCutter(lineBytesMax);
      let come = 0;
      for (const each of pieces(bytes, cuts)) {
        cutter.add(each);
        come += each.length;
        const begun = come - (bytes.subarray(0, come).lastIndexOf(10) + 1);
        expect(cutter.isTooLong).toBe(begun > lineBytesMax);
      }
    }),
  );
});

test('a chunk counts the lines that a loop reads of it', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect(read(textChunk(bytes), 7)).toEqual(linesOf(bytes));
    }),
  );
});
