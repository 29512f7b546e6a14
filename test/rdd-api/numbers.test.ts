import { describe, expect, test } from 'vitest';
import { lab, rejected, upTo } from './kit.ts';

const numbers = [4, 1.5, -2, 8, 0, 1e6, 3, 3];
const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
const squares = numbers.reduce((sum, n) => sum + (n - mean) ** 2, 0);

describe('stats', () => {
  test('are those of the plain formulas, over any number of partitions', async () => {
    const { sc } = lab();
    for (const partitions of [1, 3, 20]) {
      const rdd = sc.parallelize(numbers, partitions);
      const stats = await rdd.stats();
      expect(stats.count).toBe(numbers.length);
      expect(stats.min).toBe(-2);
      expect(stats.max).toBe(1e6);
      expect(stats.mean).toBeCloseTo(mean, 6);
      expect(stats.sum).toBeCloseTo(mean * numbers.length, 6);
      expect(stats.variance / (squares / numbers.length)).toBeCloseTo(1, 12);
      expect(stats.sampleVariance / (squares / (numbers.length - 1))).toBeCloseTo(1, 12);
      expect(stats.stdev).toBe(Math.sqrt(stats.variance));
      expect(stats.sampleStdev).toBe(Math.sqrt(stats.sampleVariance));
      expect(await rdd.mean()).toBe(stats.mean);
      expect(await rdd.variance()).toBe(stats.variance);
      expect(await rdd.stdev()).toBe(stats.stdev);
      expect(await rdd.sum()).toBe(numbers.reduce((a, b) => a + b, 0));
      expect(await rdd.max()).toBe(1e6);
      expect(await rdd.min()).toBe(-2);
    }
  });

  test('keep their digits far from zero', async () => {
    const { sc } = lab();
    const stats = await sc
      .parallelize(
        upTo(1000).map((n) => 1e9 + (n % 2)),
        7,
      )
      .stats();
    expect(stats.variance).toBeCloseTo(0.25, 9);
  });

  test('of no number, and of one', async () => {
    const { sc } = lab();
    const none = sc.emptyRDD<number>();
    const { count, sum, min, max, variance, sampleVariance } = await none.stats();
    expect([count, sum, min, max]).toEqual([0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect([variance, sampleVariance, await none.mean(), await none.variance(), await none.stdev()]).toEqual(
      Array<number>(5).fill(Number.NaN),
    );
    expect(await none.sum()).toBe(0);
    const one = await sc.parallelize([5], 3).stats();
    expect([one.count, one.mean, one.variance, one.sampleVariance]).toEqual([1, 5, 0, Number.NaN]);
  });

  test('of NaN are NaN', async () => {
    const { sc } = lab();
    const stats = await sc.parallelize([1, Number.NaN], 2).stats();
    expect([stats.mean, stats.min, stats.max, stats.variance]).toEqual(Array<number>(4).fill(Number.NaN));
  });
});

describe('histogram', () => {
  test('counts between edges: each with its lower one, the last with both', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize([-1, 0, 1, 1, 4, 5, 9.9, 10, 10.1, Number.NaN], 3);
    expect(await rdd.histogram([0, 1, 5, 10])).toEqual({ edges: [0, 1, 5, 10], counts: [1, 3, 3] });
    expect(await sc.emptyRDD<number>().histogram([0, 1])).toEqual({ edges: [0, 1], counts: [0] });
  });

  test('cuts all numbers into so many buckets of equal width', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(upTo(101), 4);
    expect(await rdd.histogram(4)).toEqual({ edges: [0, 25, 50, 75, 100], counts: [25, 25, 25, 26] });
    expect(await rdd.histogram(1)).toEqual({ edges: [0, 100], counts: [101] });
    expect(await sc.parallelize([7, 7], 2).histogram(3)).toEqual({ edges: [7, 7], counts: [2] });
  });

  test('leaves the edges of the caller alone', async () => {
    const { sc } = lab();
    const edges = [0, 1];
    const { edges: made } = await sc.parallelize([1]).histogram(edges);
    made.push(3);
    expect(edges).toEqual([0, 1]);
  });

  test('refuses edges that do not rise, and counts that are none', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize([1, 2, 3]);
    expect(await rejected(rdd.histogram([3, 1]))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_EDGES] histogram cannot make buckets of the edges [3, 1].
        why  A bucket lies between two numbers of which the second is larger; NaN and infinite rows have no place in one.
        fix  Give at least two numbers that rise, or a count, for which all rows are finite: .filter(Number.isFinite)."
    `);
    for (const edges of [[], [1], [1, 1], [0, 2, 2], [0, Number.NaN], [0, Number.POSITIVE_INFINITY]]) {
      expect(await rejected(rdd.histogram(edges))).toContain(`buckets of the edges [${edges.join(', ')}]`);
    }
    expect(await rejected(rdd.histogram(0))).toContain('histogram was asked for 0 partitions or parts.');
    expect(await rejected(sc.parallelize([1, Number.NaN]).histogram(1))).toContain('of the edges [NaN, NaN]');
    expect(await rejected(sc.parallelize([1, Number.POSITIVE_INFINITY]).histogram(1))).toContain('[1, Infinity]');
    expect(await rejected(sc.emptyRDD<number>().histogram(2))).toMatchInlineSnapshot(`
      "UsageError: [RDD.EMPTY] histogram() was called on an RDD without rows.
        why  There is no row that it could give.
        fix  Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows."
    `);
  });
});
