import { describe, expect, test } from 'vitest';
import { hashKey } from '../../src/core/hash.ts';
import type { Key } from '../../src/core/keys.ts';
import { slotHash } from '../../src/state/slot-hash.ts';

const hashes = (keys: readonly Key[], mask = -1): number => new Set(keys.map((key) => slotHash(key) & mask)).size;

describe('the hash of a key in a table', () => {
  test('is the same for keys that are', () => {
    expect([slotHash(-0), slotHash(Number.NaN)]).toEqual([slotHash(0), slotHash(Number.NaN)]);
    expect(slotHash(['wo', 'rd'].join(''))).toBe(slotHash('word'));
  });

  test('differs between texts that have the same hash in Java', () => {
    let alike = [''];
    for (let i = 0; i < 10; i++) alike = alike.flatMap((text) => [`${text}Aa`, `${text}BB`]);
    expect(new Set(alike.map(hashKey)).size).toBe(1);
    expect(hashes(alike)).toBeGreaterThan(1000);
  });

  test.each<[string, (n: number) => Key]>([
    ['whole numbers', (n) => n],
    ['thousands', (n) => n * 1024],
    ['halves', (n) => n + 0.5],
    ['texts that differ in their end', (n) => `user ${n}`],
    ['texts that differ in their beginning', (n) => `${n} of those who use it`],
  ])('of 1,024 %s takes most of as many slots', (_name, keyOf) => {
    const taken = hashes(
      Array.from({ length: 1024 }, (_, n) => keyOf(n)),
      1023,
    );
    expect(taken).toBeGreaterThan(550); // By chance alone it is 647 on average.
  });

  test('is never 0', () => {
    expect([0, null, undefined, '', false].map(slotHash)).not.toContain(0);
  });
});
