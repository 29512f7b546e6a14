import { splitOn } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { meaningOf } from '../../src/rdd/meaning.ts';
import { meaningOfText, recognise } from '../../src/rdd/recognise.ts';

describe('recognised is', () => {
  test.each([
    ["line => line.split(' ')", { kind: 'split', by: ' ' }],
    ['(l) => l.split("\\t")', { kind: 'split', by: '\t' }],
    ["l=>l.split('')", { kind: 'split', by: '' }],
    ["line => { return line.split(' '); }", { kind: 'split', by: ' ' }],
    ["function (line) { return line.split(' ') }", { kind: 'split', by: ' ' }],
    ["function words(line) {\n  // The words.\n  return (line).split(' ');\n}", { kind: 'split', by: ' ' }],
    ["split => split.split('split')", { kind: 'split', by: 'split' }],
    ["(\n  /* a line */ line // of text\n) =>\n  line\n    .includes('x') // kept", { kind: 'contains', part: 'x' }],
    ["($) => $.includes('')", { kind: 'contains', part: '' }],
    ['w => [w, 1]', { kind: 'pair', value: 1 }],
    ['(word) => { return [word, -2.5]; }', { kind: 'pair', value: -2.5 }],
    ['w => ([w, 0x10,])', { kind: 'pair', value: 16 }],
    ['(a, b) => a + b', { kind: 'sum' }],
    ['function(x,y){return x+y}', { kind: 'sum' }],
  ])('%s', (text, meaning) => {
    expect(meaningOfText(text)).toEqual(meaning);
  });
});

describe('not recognised is', () => {
  test.each([
    ['another parameter', 'line => other.split(" ")'],
    ['a name from outside', 'line => line.split(separator)'],
    ['a template', 'line => line.split(` `)'],
    ['a regular expression', 'line => line.split(/ /)'],
    ['a limit', "line => line.split(' ', 3)"],
    ['a spread', "line => line.split(...' ')"],
    ['no argument', 'line => line.split()'],
    ['another method', "line => line.startsWith('x')"],
    ['a method by name', "line => line['split'](' ')"],
    ['a method by variable', "split => split[split](' ')"],
    ['a private method', "class { #split(line) { return line.#split(' '); } }"],
    ['what may be missing', "line => line?.split(' ')"],
    ['what may be missing to call', "line => line.split?.(' ')"],
    ['a chain', "line => line.trim().split(' ')"],
    ['what is done to the result', "line => line.split(' ').slice(1)"],
    ['a default', "(line = '') => line.split(' ')"],
    ['a rest', "(...line) => line.includes('x')"],
    ['a part of a row', "({ line }) => line.split(' ')"],
    ['a second parameter', "(line, i) => line.split(' ')"],
    ['no parameter', "() => 'x'.split(' ')"],
    ['an async function', "async line => line.split(' ')"],
    ['a generator', "function* (line) { return line.split(' '); }"],
    ['two statements', "line => { count++; return line.split(' '); }"],
    ['a directive', "function (line) { 'use strict'; return line.split(' '); }"],
    ['no return', "line => { line.split(' '); }"],
    ['an empty return', 'line => { return; }'],
    ['an empty body', 'line => {}'],
    ['what has been instrumented', "line => (cov_1().f[0]++, line.split(' '))"],
    ['a pair the other way round', 'w => [1, w]'],
    ['a pair of a variable', 'w => [w, one]'],
    ['a pair of a text', "w => [w, '1']"],
    ['a pair of a bigint', 'w => [w, 1n]'],
    ['a pair of nothing', 'w => [w, ]'],
    ['a pair with a hole', 'w => [, 1]'],
    ['a pair of a spread', 'w => [...w, 1]'],
    ['a pair of a positive sign', 'w => [w, +1]'],
    ['a pair of two signs', 'w => [w, - -1]'],
    ['a triple', 'w => [w, 1, 2]'],
    ['a difference', '(a, b) => a - b'],
    ['a sum the other way round', '(a, b) => b + a'],
    ['a sum of the same', '(a, b) => a + a'],
    ['a sum of parameters of one name', 'function (a, a) { return a + a; }'],
    ['a sum of three', '(a, b, c) => a + b'],
    ['a longer sum', '(a, b) => a + b + 1'],
    ['a method', "words(line) { return line.split(' '); }"],
    ['a class', 'class Words { }'],
    ['native code', 'function () { [native code] }'],
    ['a long text', `line => line.split(' ') // ${'and so on '.repeat(30)}`],
    ['no function', "'line'"],
  ])('%s: %s', (_what, text) => {
    expect(meaningOfText(text)).toBeUndefined();
  });
});

test('a function is understood when it has been recognised, and not before', () => {
  const add = (a: number, b: number): number => a + b;
  expect(meaningOf(add)).toBeUndefined();
  recognise(add);
  recognise(add);
  expect(meaningOf(add)).toEqual({ kind: 'sum' });
});

test('what its author has described stays as described', () => {
  const split = splitOn(';');
  recognise(split);
  expect(meaningOf(split)).toEqual({ kind: 'split', by: ';' });
});

test('a function that is bound, native or says another text of itself is not recognised', () => {
  const add = (a: number, b: number): number => a + b;
  const lying = Object.assign((a: number, b: number) => a * b, { toString: () => '(a, b) => a + b' });
  const functions = [add.bind(undefined), Math.max, lying, new Proxy(add, {})];
  for (const f of functions) recognise(f as never);
  expect(functions.map((f) => meaningOf(f as never))).toEqual([undefined, undefined, undefined, undefined]);
});
