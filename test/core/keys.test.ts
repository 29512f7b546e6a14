import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { encodeKey, type Keyed, keyOf } from '../../src/core/keys.ts';

/** How many different keys a Map sees. */
const distinct = (...keys: unknown[]): number => new Set(keys.map(encodeKey)).size;

describe('primitive keys', () => {
  test.each(['', 'a', 'ключ', '\ud800', 0, 1.5, true, false, 10n, null, undefined])('leaves %s as it is', (key) => {
    expect(encodeKey(key)).toBe(key);
  });

  test('takes NaN for NaN and -0 for 0, in tuples too', () => {
    expect(distinct(Number.NaN, Number.NaN)).toBe(1);
    expect(distinct(-0, 0)).toBe(1);
    expect(distinct([Number.NaN], [Number.NaN])).toBe(1);
    expect(distinct([-0], [0])).toBe(1);
  });

  test('tells 1, "1", 1n, true, "true", null, "null" and undefined apart, in tuples too', () => {
    const values = [1, '1', 1n, true, 'true', null, 'null', undefined, 'undefined'];
    expect(distinct(...values)).toBe(values.length);
    expect(distinct(...values.map((value) => [value]))).toBe(values.length);
  });

  test('escapes text that begins with U+0000 and no other', () => {
    expect(encodeKey('\0a')).not.toBe('\0a');
    expect(encodeKey('a\0')).toBe('a\0');
    expect(distinct('\0a', '\0\0a', 'a', '\0')).toBe(4);
  });

  test('takes no text for the encoding of a tuple', () => {
    const forged = encodeKey(['a', 1]);
    expect(distinct(['a', 1], forged, encodeKey(forged))).toBe(3);
  });
});

describe('composite keys', () => {
  test('compares tuples part by part', () => {
    expect(distinct(['a', 1], ['a', 1])).toBe(1);
    expect(distinct(['a', 1], ['a', 2], [1, 'a'], ['a'], [], ['a', 1, 1], [['a', 1]], [['a'], 1])).toBe(8);
  });

  test('does not let one part flow into the next', () => {
    expect(distinct(['ab', 'c'], ['a', 'bc'], ['abc', ''], ['', 'abc'], ['abc'])).toBe(5);
    expect(distinct([1, 23], [12, 3], [123])).toBe(3);
    expect(distinct({ ab: 'c' }, { a: 'bc' })).toBe(2);
  });

  test('compares plain objects whatever the order of their keys', () => {
    expect(distinct({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(1);
    expect(distinct({ a: 1 }, { a: 2 }, { b: 1 }, { a: 1, b: 1 }, {}, [], [['a', 1]])).toBe(7);
  });

  test('tells a property that is undefined from one that is not there', () => {
    expect(distinct({ a: undefined }, {})).toBe(2);
  });

  test('takes objects without a prototype, and of another realm, for plain objects and arrays', () => {
    expect(distinct({ a: 1 }, Object.assign(Object.create(null), { a: 1 }), runInNewContext('({ a: 1 })'))).toBe(1);
    expect(distinct([1, 2], runInNewContext('[1, 2]'))).toBe(1);
    expect(distinct(new Date(5), runInNewContext('new Date(5)'))).toBe(1);
  });

  test('takes a hole for undefined', () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point
    expect(distinct([1, , 2], [1, undefined, 2])).toBe(1);
    expect(distinct(new Array(1), [])).toBe(2);
  });

  test('compares dates by time, and invalid dates are all alike', () => {
    expect(distinct(new Date(1000), new Date(1000))).toBe(1);
    expect(distinct(new Date(Number.NaN), new Date('no date'))).toBe(1);
    expect(distinct(new Date(1000), new Date(1001), 1000, new Date(Number.NaN))).toBe(4);
  });

  test('compares bytes by content, as Buffer and as Uint8Array', () => {
    const part = new Uint8Array([9, 1, 2, 255, 9]).subarray(1, 4);
    expect(distinct(new Uint8Array([1, 2, 255]), Buffer.from([1, 2, 255]), part)).toBe(1);
    expect(distinct(Buffer.from('ab'), Buffer.from('ac'), Buffer.from('a'), Buffer.from(''), 'ab', [97, 98])).toBe(6);
  });
});

describe('keys of classes', () => {
  class UserId implements Keyed {
    readonly id: number;
    readonly seenAtMs: number;
    constructor(id: number, seenAtMs: number) {
      this.id = id;
      this.seenAtMs = seenAtMs;
    }
    [keyOf](): [string, number] {
      return ['UserId', this.id];
    }
  }

  class Name implements Keyed {
    readonly text: string;
    constructor(text: string) {
      this.text = text;
    }
    [keyOf](): string {
      return this.text;
    }
  }

  test('are equal when their [keyOf]() says so', () => {
    expect(distinct(new UserId(1, 10), new UserId(1, 20))).toBe(1);
    expect(distinct(new UserId(1, 10), new UserId(2, 10))).toBe(2);
    expect(distinct([new UserId(1, 10), 'x'], [new UserId(1, 20), 'x'])).toBe(1);
  });

  test('are equal to the plain value that [keyOf]() returns', () => {
    expect(encodeKey(new UserId(1, 10))).toBe(encodeKey(['UserId', 1]));
    expect(encodeKey(new Name('ann'))).toBe('ann');
    expect(encodeKey([new Name('ann')])).toBe(encodeKey(['ann']));
  });

  test('may say that they are another such key', () => {
    const outer: Keyed = { [keyOf]: () => new UserId(1, 10) };
    expect(encodeKey(outer)).toBe(encodeKey(['UserId', 1]));
  });

  test('are refused when the class says nothing', () => {
    class Point {
      readonly x = 1;
    }
    expect(() => encodeKey(new Point())).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [KEY.CLASS_INSTANCE] A key is, or holds, an instance of the class Point: Point { x: 1 }.
        why  Keys are equal by value, and only the class knows which of its objects mean the same.
        fix  Key by its plain data, or let it tell: class Point { [keyOf]() { return [this.someField]; } }.]
    `);
    expect(() => encodeKey(['p', { at: new Point() }])).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [KEY.CLASS_INSTANCE] A key is, or holds, an instance of the class Point: [ 'p', { at: Point { x: 1 } } ].
        why  Keys are equal by value, and only the class knows which of its objects mean the same.
        fix  Key by its plain data, or let it tell: class Point { [keyOf]() { return [this.someField]; } }.]
    `);
  });
});

describe('what is no key', () => {
  test.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a map', new Map()],
    ['a set', new Set()],
    ['a promise', Promise.resolve(1)],
    ['an array of doubles', new Float64Array(1)],
    ['a view of bytes', new DataView(new ArrayBuffer(1))],
    ['a buffer without a view', new ArrayBuffer(1)],
    ['a boxed number', Object(1)],
    ['an expression', /a/],
    ['an error', new Error('no')],
    ['an object with a symbol for a key', { [Symbol('s')]: 1 }],
  ])('refuses %s, inside a tuple too', (_, key) => {
    expect(() => encodeKey(key)).toThrow(expect.objectContaining({ code: 'KEY.NOT_A_VALUE' }));
    expect(() => encodeKey([{ a: key }])).toThrow(expect.objectContaining({ code: 'KEY.NOT_A_VALUE' }));
  });

  test('says what was found, and shows the whole key', () => {
    expect(() => encodeKey(['user', { tags: new Set(['a']) }])).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [KEY.NOT_A_VALUE] A key is, or holds, a Set: [ 'user', { tags: Set(1) { 'a' } } ].
        why  Keys are equal by value, on every machine, and this has no value that firesteel could compare.
        fix  Key by plain data: text, numbers, booleans, null, tuples, plain objects, dates or bytes.]
    `);
    expect(() => encodeKey(['user', Promise.resolve(1)])).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [KEY.NOT_A_VALUE] A key is, or holds, a Promise: [ 'user', Promise { 1 } ].
        why  Keys are equal by value, on every machine, and this has no value that firesteel could compare.
        fix  Key by plain data: text, numbers, booleans, null, tuples, plain objects, dates or bytes.]
    `);
    expect(() => encodeKey({ [keyOf]: () => Symbol('s') })).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [KEY.NOT_A_VALUE] A key is, or holds, a symbol: { [Symbol(firesteel.keyOf)]: [Function: [firesteel.keyOf]] }.
        why  Keys are equal by value, on every machine, and this has no value that firesteel could compare.
        fix  Key by plain data: text, numbers, booleans, null, tuples, plain objects, dates or bytes.]
    `);
  });

  test('refuses a key that contains itself, however it does', () => {
    const tuple: unknown[] = ['a'];
    tuple.push({ up: tuple });
    const keyed: Keyed = { [keyOf]: () => [keyed] };
    const self: Keyed = { [keyOf]: () => self };
    expect(() => encodeKey(tuple)).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [KEY.CYCLE] A key contains itself: <ref *1> [ 'a', { up: [Circular *1] } ].
        why  Keys are compared part by part, and the parts of this one have no end.
        fix  Key by the part that identifies the row.]
    `);
    expect(() => encodeKey(keyed)).toThrow(expect.objectContaining({ code: 'KEY.CYCLE' }));
    expect(() => encodeKey(self)).toThrow(expect.objectContaining({ code: 'KEY.CYCLE' }));
  });

  test('is not what merely occurs twice in a key', () => {
    const part = ['a'];
    expect(distinct([part, part], [['a'], ['a']])).toBe(1);
  });
});
