import { deserialize, serialize } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Time } from '../../src/core/time.ts';
import { depthMax, isPlain, partsMax } from '../../src/state/plain.ts';
import { everyValue } from './durable.ts';

class Point {
  readonly x = 1;
}
class Points extends Array<number> {}
class Names extends Map<string, number> {
  override clear(): void {
    super.clear();
  }
}
class Tags extends Set<string> {}
class Day extends Date {}
class Bytes extends Uint8Array {}

const refused: readonly (readonly [string, unknown])[] = [
  ['an object of a class', new Point()],
  ['one that extends arrays', Points.of(1)],
  ['one that extends maps', new Names()],
  ['one that extends sets', new Tags()],
  ['one that extends dates', new Day(5)],
  ['one that extends bytes', new Bytes(2)],
  ['a time', new Time(5)],
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a promise', Promise.resolve()],
  ['a weak map', new WeakMap()],
  ['an error', new Error('no')],
  ['shared bytes', new Uint8Array(new SharedArrayBuffer(2))],
  ['a proxy', new Proxy({}, {})],
  ['a boxed number', Object(1)],
  ['an object with a symbol for a key', { [Symbol('s')]: 1 }],
  ['an object that has another for a prototype', Object.create({ x: 1 })],
];

const plain: readonly (readonly [string, unknown])[] = [
  ['a buffer', Buffer.from('ab')],
  ['a part of bytes', new Uint8Array([1, 2, 3]).subarray(1)],
  ['numbers', new Float64Array([1, -0, Number.NaN])],
  ['bigints', new BigInt64Array([1n])],
  ['a view', new DataView(new ArrayBuffer(2))],
  ['a buffer of bytes', new ArrayBuffer(2)],
  ['an array with holes', Object.assign(new Array(3), { 2: 3 })],
];

describe('a plain value', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(everyValue, (value) => {
        expect(isPlain(value)).toBe(true);
        expect(deserialize(serialize(value))).toStrictEqual(value);
      }),
    );
  });

  test.each(plain)('is %s', (_name, value) => {
    expect([isPlain(value), isPlain([value]), isPlain({ value })]).toEqual([true, true, true]);
    expect(deserialize(serialize(value))).toStrictEqual(value);
  });

  test('is one of another realm, or one without a prototype', () => {
    expect(
      isPlain(runInNewContext('({ a: [1], b: new Map([[new Set([1]), new Date(5)]]), c: new Uint8Array(2) })')),
    ).toBe(true);
    expect(isPlain(Object.assign(Object.create(null), { x: 1 }))).toBe(true);
    expect(isPlain(runInNewContext('new (class Point {})()'))).toBe(false);
  });

  test.each(refused)('is not %s, wherever it is', (_name, value) => {
    const inside = [value, [value], { a: 1, value }, new Map([[value, 1]]), new Map([[1, value]]), new Set([value])];
    expect(inside.map(isPlain)).toEqual(inside.map(() => false));
  });

  test('is looked into so deep, and not deeper', () => {
    const nested = (depth: number): unknown => (depth === 0 ? new Point() : [nested(depth - 1)]);
    expect(isPlain(nested(depthMax))).toBe(false);
    expect(isPlain(nested(depthMax + 2))).toBe(true);
  });

  test('is looked at part by part, and so many of them', () => {
    const ending = (count: number): unknown[] => [...new Array<number>(count).fill(0), new Point()];
    expect(isPlain(ending(partsMax - 2))).toBe(false);
    expect(isPlain(ending(partsMax - 1))).toBe(true);
    expect(isPlain({ ...ending(partsMax - 2) })).toBe(false);
    expect(isPlain({ ...ending(partsMax - 1) })).toBe(true);
  });

  test('may contain itself', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle, { cycle });
    expect(isPlain(cycle)).toBe(true);
  });
});
