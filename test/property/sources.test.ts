import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textChunkBytes, textChunks } from '../../src/rdd/chunk.ts';
import { FrameCutter } from '../../src/sources/frame-cutter.ts';
import { NewFiles } from '../../src/sources/new-files.ts';

test('frames come out as they went in, wherever packets cut them', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 });
  fc.assert(
    fc.property(bodies, fc.array(fc.nat(12), { minLength: 1 }), (frames, cuts) => {
      const bytes = Buffer.concat(
        frames.flatMap((body) => {
          const head = Buffer.alloc(4);
          head.writeInt32BE(body.length);
          return [head, body];
        }),
      );
      const cutter = new FrameCutter(20);
      const seen: number[][] = [];
      for (let from = 0, i = 0; from < bytes.length; i += 1) {
        const to = from + (cuts[i % cuts.length] ?? 0) + (i % cuts.length === 0 ? 1 : 0);
        for (const frame of cutter.add(Buffer.from(bytes.subarray(from, to)))) seen.push([...frame]);
        from = to;
      }
      expect(seen).toEqual(frames.map((body) => [...body]));
    }),
  );
});

test('the chunks of a text are the text, cut behind line ends; only a lone line is longer than it should be', () => {
  const line = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('', 'a', '漢字', 'crlf\r') },
    { weight: 3, arbitrary: fc.nat(textChunkBytes).map((length) => 'x'.repeat(length)) },
    { weight: 1, arbitrary: fc.nat(3 * textChunkBytes).map((length) => 'y'.repeat(length)) },
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, hasEnd) => {
      const bytes = Buffer.from(lines.join('\n') + (hasEnd ? '\n' : ''));
      const chunks = [...textChunks(bytes)];
      expect(Buffer.concat(chunks.map((chunk) => chunk.bytes)).equals(bytes)).toBe(true);
      for (const chunk of chunks.slice(0, -1)) expect(chunk.bytes.at(-1)).toBe(10);
      for (const chunk of chunks) {
        expect(chunk.bytes.length).toBeGreaterThan(0);
        if (chunk.bytes.length > textChunkBytes) expect(chunk.rowCount).toBe(1);
      }
    }),
  );
});

test('every file that appears is read once, whatever its time, as soon as that has come', () => {
  const file = fc.record({ appears: fc.nat(20), mtime: fc.integer({ min: -100, max: 30 }) });
  fc.assert(
    fc.property(fc.array(file, { maxLength: 10 }), fc.integer({ min: 1, max: 10 }), (files, remember) => {
      const stream = new NewFiles(0, remember * 1000);
      const listingAt = (second: number) =>
        files.flatMap(({ appears, mtime }, i) => (appears <= second ? [{ path: `${i}`, mtimeMs: mtime * 1000 }] : []));
      stream.begin(listingAt(0));
      const readAt = new Map<string, number[]>();
      for (let second = 1; second <= 40; second++) {
        for (const path of stream.take(second * 1000, listingAt(second))) {
          readAt.set(path, [...(readAt.get(path) ?? []), second]);
        }
      }
      for (const [i, { appears, mtime }] of files.entries()) {
        const isLeftOut = appears === 0 && mtime <= 0;
        const due = Math.max(1, appears, mtime);
        expect(readAt.get(`${i}`) ?? []).toEqual(isLeftOut ? [] : [due]);
      }
    }),
  );
});
