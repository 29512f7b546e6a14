import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, textChunk } from '../../src/rdd/chunk.ts';
import { interpret } from '../../src/rdd/interpret.ts';
import { sinkOf } from '../../src/rdd/loop.ts';
import { OpenBlock } from '../../src/rdd/open-block.ts';
import { LineCutter } from '../../src/sources/line-cutter.ts';

// Text stays bytes from the socket to the loop. However it is cut on the way, the lines are those of the whole.

/**
 * What the lines of a text are: split at LF, a CR before it taken away; what follows the last LF is a line if it is not
 * empty.
 */
function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

const pieceOfText = fc.oneof(
  fc.constantFrom('\n', '\r\n', '\r', '', ' ', 'a', 'word', 'é', '漢字', '😀', '\0', '\ufeff'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const anyBytes = fc.oneof(
  fc.array(pieceOfText, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join(''))),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
);
/** Where packets end. */
const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 8 });

function packetsOf(bytes: Buffer, at: readonly number[]): Buffer[] {
  const edges = [0, ...at.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i] as number, edge));
}

test('lines cut from packets and gathered in a block are the lines of the whole, invalid UTF-8 included', () => {
  fc.assert(
    fc.property(anyBytes, cuts, (bytes, at) => {
      const cutter = new LineCutter(1_000_000);
      const block = new OpenBlock();
      for (const packet of packetsOf(bytes, at)) {
        const lines = cutter.add(packet);
        if (lines !== undefined) block.addLines(lines);
      }
      const rest = cutter.end();
      if (rest !== undefined) block.addLines(rest);
      const chunks = block.cut();
      const sink = sinkOf();
      const loop = interpret([], 'push');
      for (const chunk of chunks) {
        if (chunk.kind !== 'text') throw new Error('a block of text holds text');
        const text = decode(chunk);
        if (text !== '') loop.text(text, 0, 1_000_000, sink);
      }
      expect(sink.rows).toEqual(linesOf(bytes));
      expect(chunks.reduce((sum, chunk) => sum + (chunk.kind === 'text' ? chunk.rowCount : 0), 0)).toBe(
        sink.rows.length,
      );
    }),
    { numRuns: 2000 },
  );
});

test('text is decoded alike whether it is ASCII or not', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect(decode(textChunk(bytes))).toBe(bytes.toString('utf8'));
    }),
  );
});
