import { expect, test } from 'vitest';
import { WordTable } from '../../src/rdd/word-table.ts';

const space = 32;

/** What a table counted, in its order. */
function counted(table: WordTable): readonly (readonly [string, number])[] {
  return Array.from({ length: table.size }, (_, word) => [table.textOf(word), table.countOf(word)]);
}

function countsOf(text: string, separator?: number): readonly (readonly [string, number])[] {
  const table = new WordTable();
  const bytes = Buffer.from(text);
  table.add(bytes, 0, bytes.length, separator);
  return counted(table);
}

test('counts words in the order in which they first come', () => {
  expect(countsOf('to be or\nnot to be\n', space)).toEqual([
    ['to', 2],
    ['be', 2],
    ['or', 1],
    ['not', 1],
  ]);
});

test.each([
  ['a  b', ['a', '', 'b']],
  [' ', ['', '']],
  ['\n', ['']],
  ['a \n', ['a', '']],
  ['a\r\nb', ['a', 'b']],
  ['a \r\n', ['a', '']],
  ['a \r', ['a', '']],
  ['\r\n', ['']],
  ['\r', ['']],
  ['a\r', ['a']],
  ['a\rb c\r d', ['a\rb', 'c\r', 'd']],
  ['a\r\r\n', ['a\r']],
  ['\r ', ['\r', '']],
])('finds the words of %j as split does', (text, words) => {
  const times = (word: string): number => words.filter((each) => each === word).length;
  expect(countsOf(text, space)).toEqual([...new Set(words)].map((word) => [word, times(word)]));
});

test('counts whole lines where there is no separator', () => {
  expect(countsOf('to be\r\n\nto be', undefined)).toEqual([
    ['to be', 2],
    ['', 1],
  ]);
});

test('tells words apart that differ in their last byte, or in their length only', () => {
  expect(countsOf('aaaa aaab aaa aaaaa aaab', space)).toEqual([
    ['aaaa', 1],
    ['aaab', 2],
    ['aaa', 1],
    ['aaaaa', 1],
  ]);
});

test('ends a piece with the word that has begun in it', () => {
  const table = new WordTable();
  const bytes = Buffer.from('one two three');
  expect(table.add(bytes, 0, 5, space)).toBe(8);
  expect(counted(table)).toEqual([
    ['one', 1],
    ['two', 1],
  ]);
  expect(table.add(bytes, 8, bytes.length, space)).toBeGreaterThanOrEqual(bytes.length);
  expect(counted(table).at(-1)).toEqual(['three', 1]);
});

test('has the empty word behind a separator that ends the bytes, when the piece ends there', () => {
  const table = new WordTable();
  const bytes = Buffer.from('a ');
  table.add(bytes, 0, 1, space);
  expect(counted(table)).toEqual([
    ['a', 1],
    ['', 1],
  ]);
});

test('keeps counts and order as it grows, however long the words are', () => {
  const table = new WordTable();
  const words = Array.from({ length: 5000 }, (_, i) => `${'x'.repeat(i % 40)}${i}`);
  const bytes = Buffer.from(words.join(' '));
  for (let n = 0; n < 3; n++) table.add(bytes, 0, bytes.length, space);
  expect(counted(table)).toEqual(words.map((word) => [word, 3]));
});

test('is empty again when it is cleared', () => {
  const table = new WordTable();
  for (const text of ['a b a', 'b c']) {
    table.clear();
    table.add(Buffer.from(text), 0, text.length, space);
  }
  expect(counted(table)).toEqual([
    ['b', 1],
    ['c', 1],
  ]);
});

test('is full of many words, or of long ones', () => {
  const table = new WordTable();
  expect(table.isFull).toBe(false);
  const many = Buffer.from(Array.from({ length: 65_536 }, (_, i) => i).join(' '));
  table.add(many, 0, many.length - 1, space);
  expect([table.size, table.isFull]).toEqual([65_536, true]);
  table.clear();
  expect(table.isFull).toBe(false);
  table.add(Buffer.alloc(4 * 1024 * 1024, 'x'), 0, 1, undefined);
  expect([table.size, table.isFull]).toEqual([1, true]);
});
