import { expect, test } from 'vitest';
import { barPicture } from '../../bench/bar-picture.ts';

const picture = barPicture('Times <better>', '×', [
  { label: 'ten', value: 10, must: 20 },
  { label: 'hundred', value: 100, must: 20, aim: 50 },
]);

/** The widths of the bars, and where marks are across them. */
const numbersOf = (pattern: RegExp): number[] => [...picture.matchAll(pattern)].map((match) => Number(match[1]));

test('a bar is as long as the logarithm of its value', () => {
  expect(numbersOf(/<rect x="220" y="\d+" width="(\S+)"/g)).toEqual([0, 540]);
});

test('what must be reached and what is meant to be are marked', () => {
  const at = (value: number): number => Number((220 + Math.log10(value / 10) * 540).toFixed(1));
  expect(numbersOf(/<path d="M(\S+) \d+v20" stroke="#222"/g)).toEqual([at(20), at(20), at(50)]);
});

test('a bar that misses its mark has another colour', () => {
  expect([...picture.matchAll(/fill="(#c0504d|#4f81bd)"/g)].map((match) => match[1])).toEqual(['#c0504d', '#4f81bd']);
});

test('text is text, whatever is in it', () => {
  expect(picture).toContain('Times &lt;better&gt;');
});
