import { expect, test } from 'vitest';
import { generate } from '../../src/rdd/generate.ts';
import { sinkOf } from '../../src/rdd/loop.ts';

test('code is made for a shape and serves any functions of that shape', () => {
  const factory = generate(['map', 'filter'], 'push', 'shared');
  const [one, other] = [sinkOf(), sinkOf()];
  factory([(n: number) => n + 1, (n: number) => n > 2]).rows([1, 2], 0, 2, one);
  factory([(n: number) => n * 10, () => true]).rows([1, 2], 0, 2, other);
  expect([one.rows, other.rows]).toEqual([[3], [10, 20]]);
});

test('each step is called at a place of its own, in one loop', () => {
  const { rows } = generate(['map', 'map'], 'count', 'two maps')([Number, Number]);
  const code = String(rows);
  expect([code.match(/\bfor\b/g)?.length, code.match(/f0\(/g)?.length, code.match(/f1\(/g)?.length]).toEqual([1, 1, 1]);
});

test('functions are called without a this, which could be taken for something', () => {
  const seen: unknown[] = [];
  const f = function (this: unknown): number {
    return seen.push(this);
  };
  generate(['map'], 'count', 'this')([f]).rows([1], 0, 1, sinkOf());
  expect(seen).toEqual([undefined]);
});

test('mapPartitions has no place in a loop', () => {
  expect(() => generate(['map', 'mapPartitions'], 'push', 'no')).toThrow('mapPartitions ends a fused loop');
});
