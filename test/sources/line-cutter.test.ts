import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCutter } from '../../src/sources/line-cutter.ts';

/** What each piece completes, as text; `undefined` where it completes nothing. */
function cut(cutter: LineCutter, ...pieces: readonly string[]): readonly (string | undefined)[] {
  return pieces.map((piece) => cutter.add(Buffer.from(piece))?.toString());
}

test('gives the lines that a piece completes, and keeps the rest for the next', () => {
  const cutter = new LineCutter(100);
  expect(cut(cutter, 'a\nb', 'c', 'd\ne\nf')).toEqual(['a\n', undefined, 'bcd\ne\n']);
  expect(cutter.end()?.toString()).toBe('f');
  expect(cutter.end()).toBeUndefined();
});

test('an end of line is LF, whatever stands before it', () => {
  expect(cut(new LineCutter(100), 'a\r', '\n\r\n\n')).toEqual([undefined, 'a\r\n\r\n\n']);
});

test('a character that is cut in two is whole again', () => {
  const bytes = Buffer.from('grüße\n');
  const cutter = new LineCutter(100);
  expect(cutter.add(bytes.subarray(0, 3))).toBeUndefined();
  expect(cutter.add(bytes.subarray(3))?.toString()).toBe('grüße\n');
});

test('knows when a line has begun that is longer than it may be, and gives those before it', () => {
  const cutter = new LineCutter(4);
  expect(cut(cutter, 'a\nabcd')).toEqual(['a\n']);
  expect(cutter.isTooLong).toBe(false);
  expect(cut(cutter, 'e')).toEqual([undefined]);
  expect(cutter.isTooLong).toBe(true);
  expect(cutter.end()?.toString()).toBe('abcde');
  expect(cutter.isTooLong).toBe(false);
});

test('however a text is cut, what comes out is whole lines, and put together it is the text', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'ß', '\n', '\r\n'), maxLength: 8 });
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const cutter = new LineCutter(1000);
      const given = cut(cutter, ...pieces).filter((lines) => lines !== undefined);
      for (const lines of given) expect(lines.endsWith('\n')).toBe(true);
      expect(given.join('') + (cutter.end()?.toString() ?? '')).toBe(pieces.join(''));
    }),
  );
});
