import { expect, test } from 'vitest';
import { hashKey, nonNegativeMod } from '../../src/core/hash.ts';
import { encodeKey } from '../../src/core/keys.ts';

// Recorded from Java: "…".hashCode(), Integer.hashCode, Double.hashCode, Boolean.hashCode.
test.each([
  ['', 0],
  ['a', 97],
  ['hello', 99162322],
  ['Aa', 2112],
  ['BB', 2112],
  ['the quick brown fox', 1302335171],
  ['polygenelubricants', -2147483648],
  ['\ud83d\ude00', 1772899],
  [0, 0],
  [-0, 0],
  [1, 1],
  [-1, -1],
  [2147483647, 2147483647],
  [-2147483648, -2147483648],
  [2147483648, 1105199104],
  [0.5, 1071644672],
  [1.5, 1073217536],
  [-1.5, -1074266112],
  [0.1, -1507852285],
  [1e100, 1898351312],
  [Number.MAX_VALUE, -2146435072],
  [Number.MAX_SAFE_INTEGER, -1128267776],
  [Number.MIN_VALUE, 1],
  [Number.POSITIVE_INFINITY, 2146435072],
  [Number.NEGATIVE_INFINITY, -1048576],
  [Number.NaN, 2146959360],
  [true, 1231],
  [false, 1237],
  [null, 0],
  [undefined, 0],
] as const)('hashes %j as Java: %d', (key, hash) => {
  expect(hashKey(key)).toBe(hash);
});

test('hashes a bigint over its decimal digits', () => {
  expect(hashKey(123n)).toBe(hashKey('123'));
  expect(hashKey(-(2n ** 80n))).toBe(hashKey('-1208925819614629174706176'));
});

test('keeps the hash of a composite key for ever', () => {
  expect(hashKey(encodeKey(['hello', 1]))).toMatchInlineSnapshot(`-955055787`);
  expect(hashKey(encodeKey({ b: new Date(0), a: [true, null, 2n] }))).toMatchInlineSnapshot(`2115655911`);
  expect(hashKey(encodeKey(Buffer.from([0, 128, 255])))).toMatchInlineSnapshot(`-1440478826`);
});

test('takes the remainder of a negative hash into [0, n)', () => {
  expect([-7, -4, -1, 0, 1, 4, 7].map((hash) => nonNegativeMod(hash, 4))).toEqual([1, 0, 3, 0, 1, 0, 3]);
  expect(nonNegativeMod(-2147483648, 3)).toBe(1);
});
