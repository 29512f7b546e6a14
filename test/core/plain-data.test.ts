import { deserialize, serialize } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { unplainIn } from '../../src/core/plain-data.ts';

class Point {
  readonly x = 1;
}
class Points extends Array<number> {}
class Places extends Map<string, number> {}
class Bytes extends Uint8Array {}

const plain: readonly unknown[] = [
  ...[1, 'a', true, 2n, null, undefined, Number.NaN],
  ...[{}, { a: { b: [1, { c: 2 }] } }, Object.assign(Object.create(null), { a: 1 })],
  ...[[], [1, [2, [3]]], new Array(2)],
  ...[new Date(5), /a/g, new Map([[{ a: 1 }, [1]]]), new Set([[1]])],
  ...[Buffer.from('a'), new Uint8Array(2), new Float64Array(2), new BigInt64Array(1), new ArrayBuffer(2)],
];

const unplain: readonly unknown[] = [
  ...[() => 1, Symbol('a'), Promise.resolve(1), new WeakMap(), new Error('no'), Object(1)],
  ...[new Point(), new Points(), new Places(), new Bytes(1), Object.create({ a: 1 })],
];

describe('plain data', () => {
  test.each(plain.map((value) => [value]))('%o comes back from bytes as it was', (value) => {
    expect(unplainIn(value)).toBeUndefined();
    expect(deserialize(serialize(value))).toEqual(value);
  });

  test.each(unplain.map((value) => [value]))('%o is none, at whatever depth', (value) => {
    const wraps: readonly ((inner: unknown) => unknown)[] = [
      (inner) => inner,
      (inner) => [1, inner],
      (inner) => ({ a: inner }),
      (inner) => [[{ a: [new Map([['k', inner]])] }]],
      (inner) => [[{ a: [new Map([[inner, 'v']])] }]],
      (inner) => new Set([new Set([new Set([new Set([inner])])])]),
    ];
    for (const wrap of wraps) expect(unplainIn(wrap(value))).toEqual({ value });
  });

  test('is no proxy, which may be anything', () => {
    expect(unplainIn([new Proxy({}, {})])).toBeDefined();
  });

  test('may be of another realm, where a class is none either', () => {
    expect(unplainIn(runInNewContext('({ a: { b: 1 } })'))).toBeUndefined();
    expect(unplainIn(runInNewContext('new (class Point {})()'))).toBeDefined();
  });

  test('may hold itself, and may hold the same many times', () => {
    const ring: { next?: unknown } = {};
    ring.next = [ring];
    expect(unplainIn(ring)).toBeUndefined();
    let twice: unknown = [1];
    for (let depth = 0; depth < 60; depth += 1) twice = [twice, twice];
    expect(unplainIn(twice)).toBeUndefined();
  });
});
