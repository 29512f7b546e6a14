import { expect, test } from 'vitest';
import { textChunk } from '../../src/rdd/chunk.ts';
import { linesWith } from '../../src/rdd/lines-with.ts';

/** The lines that are kept, as text, and how many they say they are. */
function kept(text: string, part: string): readonly [string, number] {
  const { bytes, rowCount } = linesWith(textChunk(Buffer.from(text)), Buffer.from(part).toString('latin1'));
  return [bytes.toString(), rowCount];
}

test.each([
  ['keeps the lines that have it, and their ends', 'ab\nb\r\nbab', 'a', 'ab\nbab', 2],
  ['keeps a line once', 'aaa\nb\n', 'a', 'aaa\n', 1],
  ['keeps none', 'b\nc\n', 'a', '', 0],
  ['keeps what lies at both ends of the text', 'a\nb\nb\na', 'a', 'a\na', 2],
  ['keeps what begins and what ends a line', 'b\nab\nba\nb', 'a', 'ab\nba\n', 2],
  ['finds characters of several bytes', 'é\n€\n😀\n', '€', '€\n', 1],
  ['does not find it across the end of a line', 'a\nb\n', 'a\nb', '', 0],
  ['does not find the CR that belongs to the end', 'a\r\na\rb\r\n', 'a\r', 'a\rb\r\n', 1],
  ['finds a CR before the one that belongs to the end', 'a\r\r\n\r\n', '\r', 'a\r\r\n', 1],
  ['does not find the CR that ends the text', 'a\r', '\r', '', 0],
  ['finds nothing in empty lines', '\n\n\n', 'a', '', 0],
])('%s: %j', (_fact, text, part, lines, count) => {
  expect(kept(text, part)).toEqual([lines, count]);
});

test('gives the very chunk back when every line has it', () => {
  const chunk = textChunk(Buffer.from('a\nba\n'));
  expect(linesWith(chunk, 'a')).toBe(chunk);
});

test('copies nothing where the lines that are kept lie together', () => {
  const { buffer, bytes } = (() => {
    const chunk = textChunk(Buffer.from('b\na\na\nb\n'));
    return { buffer: chunk.bytes.buffer, bytes: linesWith(chunk, 'a').bytes };
  })();
  expect(bytes.buffer).toBe(buffer);
  expect(bytes.toString()).toBe('a\na\n');
});
