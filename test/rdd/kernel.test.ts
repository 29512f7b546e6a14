import { contains, pairWith, splitOn, sum } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { kernelOf } from '../../src/rdd/kernel.ts';
import type { Sink, Terminal } from '../../src/rdd/loop.ts';
import { countOne } from '../../src/rdd/row-functions.ts';
import type { NarrowKind, Step } from '../../src/rdd/step.ts';

type Parts = readonly (readonly [kind: NarrowKind, f: (row: never) => unknown])[];

const words = ['flatMap', splitOn(' ')] as const;
const ones = ['map', pairWith(1)] as const;
const plain = (row: unknown): unknown => row;

function kernel(parts: Parts, terminal: Terminal, merge: (a: never, b: never) => unknown = sum) {
  const steps = parts.map(([kind, f]): Step => ({ kind, f, label: { name: kind, site: undefined } }));
  return kernelOf(steps, terminal, merge as Sink['merge']);
}

describe('understood is', () => {
  test('the count of lines, of the lines with a text, of words', () => {
    expect(kernel([], 'count')).toEqual({ parts: [], separator: undefined, ending: { kind: 'count' } });
    expect(kernel([['filter', contains('é')]], 'count')).toMatchObject({ parts: ['\u00c3\u00a9'] });
    expect(kernel([words], 'count')).toEqual({ parts: [], separator: 32, ending: { kind: 'count' } });
  });

  test('the count of each word or line, and of all under no key', () => {
    expect(kernel([words, ones], 'reduce')).toEqual({
      parts: [],
      separator: 32,
      ending: { kind: 'countEach', value: 1 },
    });
    expect(kernel([['map', pairWith(-3)]], 'reduce')).toMatchObject({ separator: undefined, ending: { value: -3 } });
    expect(kernel([['map', countOne]], 'reduce')).toMatchObject({ ending: { kind: 'countUnderNull', value: 1 } });
  });

  test('filters in front of whatever is not understood', () => {
    const filters = [
      ['filter', contains('a')],
      ['filter', contains('b')],
    ] as const;
    const loop = { parts: ['a', 'b'], separator: undefined, ending: { kind: 'loop' } };
    expect(kernel(filters, 'push')).toEqual(loop);
    expect(kernel([...filters, ['map', plain]], 'take')).toEqual(loop);
    expect(kernel([...filters, words, ['map', plain]], 'reduce')).toEqual(loop);
  });
});

describe('not understood is', () => {
  test.each<[string, Parts, Terminal, ((a: never, b: never) => unknown)?]>([
    ['a function that nobody has described', [['flatMap', (line: string) => line.split(' ')], ones], 'reduce'],
    ['a merge that nobody has described', [words, ones], 'reduce', (a: number, b: number) => a + b],
    ['a described function in another place', [['map', splitOn(' ')], ones], 'reduce'],
    ['filter by what is no part', [['filter', pairWith(1)], ones], 'reduce'],
    ['flatMap to pairs', [['flatMap', pairWith(1)]], 'reduce'],
    ['map to no pair', [words, ['map', contains('a')]], 'reduce'],
    ['what a step is put behind', [words, ones, ones], 'reduce'],
    ['pairs that are counted by themselves', [words, ones], 'count'],
    ['words that are collected', [words], 'push'],
    ['lines that are collected', [], 'push'],
    ['values made by a function', [words, ones], 'combine'],
  ])('%s', (_fact, parts, terminal, merge) => {
    expect(kernel(parts, terminal, merge)).toBeUndefined();
  });

  test.each(['', '  ', 'é', '\u0080', '\n', '\r'])('the separator %j', (separator) => {
    expect(kernel([['flatMap', splitOn(separator)]], 'count')).toBeUndefined();
  });

  test.each(['\0', '\t', ',', '\x7f'].map((separator) => [separator]))('but the separator %j is', (separator) => {
    expect(kernel([['flatMap', splitOn(separator)]], 'count')?.separator).toBe(separator.charCodeAt(0));
  });

  test.each(['', '\ufffd', 'a\ufffd', '\ud83d', '\ude00b'])('the part %j', (part) => {
    expect(kernel([['filter', contains(part)]], 'count')).toBeUndefined();
  });

  test.each<unknown>([0.5, Number.NaN, Number.POSITIVE_INFINITY, 1_000_001, -1_000_001, 1n, 'a', '1', null, undefined])(
    'the value %o',
    (value) => {
      expect(kernel([['map', pairWith(value as number)]], 'reduce')).toBeUndefined();
    },
  );

  test.each([0, 1_000_000, -1_000_000])('but the value %d is', (value) => {
    expect(kernel([['map', pairWith(value)]], 'reduce')?.ending).toEqual({ kind: 'countEach', value });
  });
});
