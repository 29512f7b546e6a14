import { describe, expect, test } from 'vitest';
import { lab, rejected, upTo } from './kit.ts';

/** 0 … n − 1 in a fixed disorder. */
const shuffled = (n: number): number[] => upTo(n).map((i) => (i * 7919 + 13) % n);

describe('sortBy and sortByKey', () => {
  test('order all rows, over any number of partitions', async () => {
    const { sc } = lab();
    for (const [from, to] of [
      [1, 1],
      [1, 4],
      [5, 1],
      [5, 3],
      [3, 16],
    ] as const) {
      const rdd = sc.parallelize(shuffled(500), from).sortBy((n) => n, true, to);
      expect(rdd.getNumPartitions()).toBe(to);
      expect(await rdd.collect()).toEqual(upTo(500));
    }
  });

  test('spread the rows over the partitions about evenly', async () => {
    const { sc } = lab();
    const sizes = (
      await sc
        .parallelize(shuffled(1000), 3)
        .sortBy((n) => n, true, 4)
        .collectPartitions()
    ).map((rows) => rows.length);
    expect(sizes).toEqual([250, 250, 250, 250]);
    const many = await sc
      .parallelize(shuffled(20_000), 2)
      .sortBy((n) => n, true, 4)
      .collectPartitions();
    for (const rows of many) {
      expect(rows.length).toBeGreaterThan(4000);
      expect(rows.length).toBeLessThan(6000);
    }
  });

  test('keep as many partitions as before, or as are set', () => {
    expect(
      lab()
        .sc.parallelize([2, 1], 5)
        .sortBy((n) => n)
        .getNumPartitions(),
    ).toBe(5);
    const { sc } = lab({ 'spark.default.parallelism': 3 });
    expect(
      sc
        .parallelize([2, 1], 5)
        .sortBy((n) => n)
        .getNumPartitions(),
    ).toBe(3);
  });

  test('are stable, also downwards, and over many runs of the merge', async () => {
    const { sc } = lab();
    const pairs = shuffled(5000).map((n, i): [number, number] => [n % 7, i]);
    const byKey = (sign: number) => [...pairs].sort((a, b) => sign * (a[0] - b[0]));
    for (const partitions of [1, 3]) {
      const rdd = sc.parallelize(pairs, 4);
      expect(await rdd.sortByKey(true, partitions).collect()).toEqual(byKey(1));
      expect(await rdd.sortByKey(false, partitions).collect()).toEqual(byKey(-1));
      expect(await rdd.sortBy(([key]) => key, true, partitions).collect()).toEqual(byKey(1));
      expect(await rdd.sortBy(([key]) => key, false, partitions).collect()).toEqual(byKey(-1));
    }
  });

  test('take an order of the program', async () => {
    const { sc } = lab();
    const words = sc.parallelize(['bb', 'a', 'ccc', 'dd', ''], 3);
    const byLength = (a: string, b: string): number => a.length - b.length;
    expect(await words.sortBy((word) => word, true, 2, byLength).collect()).toEqual(['', 'a', 'bb', 'dd', 'ccc']);
    expect(await words.sortBy((word) => word, false, 2, byLength).collect()).toEqual(['ccc', 'bb', 'dd', 'a', '']);
    const pairs = words.map((word): [string, number] => [word, word.length]);
    expect(await pairs.sortByKey(true, 2, byLength).values().collect()).toEqual([0, 1, 2, 2, 3]);
  });

  test('put undefined where an order of the program puts it', async () => {
    const { sc } = lab();
    const rows = [3, undefined, 1, undefined, 2, 5, undefined, 4];
    const first = (a: number | undefined, b: number | undefined): number => (a ?? -1) - (b ?? -1);
    for (const partitions of [1, 2, 5]) {
      expect(
        await sc
          .parallelize(rows, 3)
          .sortBy((row) => row, true, partitions, first)
          .collect(),
      ).toEqual([...[undefined, undefined, undefined], ...[1, 2, 3, 4, 5]]);
    }
  });

  test('take an order that says NaN for one that says equal', async () => {
    const { sc } = lab();
    const rows = upTo(3000);
    const none = (): number => Number.NaN;
    expect(
      await sc
        .parallelize(rows, 1)
        .sortBy((n) => n, true, 1, none)
        .collect(),
    ).toEqual(rows);
  });

  test('put NaN last, and first downwards', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize([Number.NaN, 2, Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY, 1], 3);
    const up = [Number.NEGATIVE_INFINITY, 1, 2, Number.POSITIVE_INFINITY, Number.NaN, Number.NaN];
    expect(await rdd.sortBy((n) => n, true, 2).collect()).toEqual(up);
    expect(await rdd.sortBy((n) => n, false, 2).collect()).toEqual([...up].reverse());
  });

  test('order text by code units, dates by time, tuples part by part', async () => {
    const { sc } = lab();
    const ascending = async (rows: readonly unknown[]): Promise<unknown[]> =>
      sc
        .parallelize(rows as string[], 2)
        .sortBy((row) => row, true, 2)
        .collect();
    expect(await ascending(['b', 'a', 'B', 'ä', ''])).toEqual(['', 'B', 'a', 'b', 'ä']);
    expect(await ascending([new Date(2), new Date(1)])).toEqual([new Date(1), new Date(2)]);
    expect(await ascending([[1, 'b'], [1, 'a'], [0, 'z'], [1]])).toEqual([[0, 'z'], [1], [1, 'a'], [1, 'b']]);
    expect(await ascending([true, false])).toEqual([false, true]);
    expect(await ascending([2n, -1n])).toEqual([-1n, 2n]);
  });

  test('refuse rows of different kinds', async () => {
    const { sc } = lab();
    const mixed = sc.parallelize<unknown[]>([3, 'x', 1] as never, 1);
    expect(await rejected(mixed.sortBy((row) => row, true, 1).collect())).toMatchInlineSnapshot(`
      "UsageError: [ORDER.NOT_COMPARABLE] "x" and 3 have no order.
        why  Only values of one kind are compared: numbers, text, booleans, bigints, dates, and tuples of these.
        fix  Map rows to one kind first, or give an order of your own: sortBy(f, true, undefined, (a, b) => …)."
    `);
    expect(await rejected(mixed.sortBy((row) => row, true, 2).collect())).toContain('[ORDER.NOT_COMPARABLE]');
    expect(
      await rejected(
        sc
          .parallelize([null, null], 1)
          .sortBy((row) => row)
          .collect(),
      ),
    ).toContain('null and null have no order.');
  });

  test('tell what an order throws, where ranges are made and where rows are sorted', async () => {
    const { sc } = lab();
    const fail = (): number => {
      throw new Error('no order');
    };
    const rdd = sc.parallelize([2, 1], 2);
    const expected = await rejected(rdd.sortBy((n) => n, true, 1, fail).collect());
    expect(expected).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of sortBy threw in the SparkContext: no order
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → sortBy (sort.test.ts)"
    `);
    expect(await rejected(rdd.sortBy((n) => n, true, 2, fail).collect())).toBe(expected);
    const failKey = (): number => fail();
    expect(await rejected(rdd.sortBy(failKey, true, 2).collect())).toContain('The function of sortBy threw');
    expect(await rejected((rdd as never as typeof pairs).sortByKey(true, 2).collect())).toContain(
      '[STAGE.NOT_A_PAIR] sortByKey was given',
    );
    const pairs = sc.parallelize([[1, 2]] as [number, number][]);
  });

  test('sort nothing, one row, and equal rows', async () => {
    const { sc } = lab();
    expect(
      await sc
        .emptyRDD<number>()
        .sortBy((n) => n)
        .collect(),
    ).toEqual([]);
    expect(
      await sc
        .emptyRDD<number>()
        .sortBy((n) => n, true, 3)
        .collect(),
    ).toEqual([]);
    expect(
      await sc
        .parallelize([1], 3)
        .sortBy((n) => n, true, 3)
        .collect(),
    ).toEqual([1]);
    const equal = sc.parallelize(Array<number>(100).fill(1), 4).sortBy((n) => n, true, 4);
    expect(await equal.collectPartitions()).toEqual([Array<number>(100).fill(1), [], [], []]);
  });

  test('cut the same data always alike', async () => {
    const partitions = (): Promise<number[][]> =>
      lab()
        .sc.parallelize(shuffled(9000), 2)
        .sortBy((n) => n, true, 3)
        .collectPartitions();
    expect(await partitions()).toEqual(await partitions());
  });
});

describe('top and takeOrdered', () => {
  test('give the n largest and the n smallest, in order', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(shuffled(5000), 3);
    expect(await rdd.top(3)).toEqual([4999, 4998, 4997]);
    expect(await rdd.takeOrdered(3)).toEqual([0, 1, 2]);
    expect(await rdd.takeOrdered(0)).toEqual([]);
    expect(await rdd.takeOrdered(2000)).toEqual(upTo(2000));
    expect(await sc.parallelize([2, 1]).top(5)).toEqual([2, 1]);
    expect(await sc.emptyRDD<number>().top(5)).toEqual([]);
  });

  test('take an order of the program, and of equal rows the first', async () => {
    const { sc } = lab();
    const words = sc.parallelize(['bb', 'a', 'ccc', 'dd', 'e'], 2);
    const byLength = (a: string, b: string): number => a.length - b.length;
    expect(await words.takeOrdered(3, byLength)).toEqual(['a', 'e', 'bb']);
    expect(await words.top(3, byLength)).toEqual(['ccc', 'bb', 'dd']);
    const first = (a: number | undefined, b: number | undefined): number => (a ?? -1) - (b ?? -1);
    expect(await sc.parallelize([1, undefined, 0], 2).takeOrdered(2, first)).toEqual([undefined, 0]);
  });

  test('refuse counts that are none, rows without an order, and tell what an order throws', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize([2, 1, 3], 1);
    expect(await rejected(rdd.top(-1))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_ROW_COUNT] top(-1) was called.
        why  It gives so many rows, so it takes a whole number of at least 0.
        fix  collect() gives all rows."
    `);
    expect(await rejected(rdd.takeOrdered(1.5))).toContain('takeOrdered(1.5) was called.');
    expect(await rejected(sc.parallelize<unknown[]>([1, 'x'] as never, 1).top(1))).toMatchInlineSnapshot(`
      "UsageError: [ORDER.NOT_COMPARABLE] 1 and "x" have no order.
        why  Only values of one kind are compared: numbers, text, booleans, bigints, dates, and tuples of these.
        fix  Map rows to one kind first, or give an order of your own: sortBy(f, true, undefined, (a, b) => …)."
    `);
    const fail = (): number => {
      throw new Error('no order');
    };
    expect(await rejected(rdd.takeOrdered(1, fail))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of takeOrdered threw in the SparkContext: no order
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → takeOrdered (sort.test.ts)"
    `);
    expect(await rejected(sc.parallelize([2, 1], 2).top(1, fail))).toContain('The function of top threw');
  });

  test('max and min are the first of the largest and of the smallest', async () => {
    const { sc } = lab();
    const words = sc.parallelize(['bb', 'a', 'cc', 'd'], 3);
    const byLength = (a: string, b: string): number => a.length - b.length;
    expect(await words.max(byLength)).toBe('bb');
    expect(await words.min(byLength)).toBe('a');
    expect(await words.max()).toBe('d');
    expect(await sc.parallelize([1, Number.NaN, 2], 2).max()).toBe(Number.NaN);
    expect(await sc.parallelize([1, Number.NaN, 2], 2).min()).toBe(1);
    expect(await rejected(sc.emptyRDD<number>().max())).toMatchInlineSnapshot(`
      "UsageError: [RDD.EMPTY] max() was called on an RDD without rows.
        why  There is no row that it could give.
        fix  Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows."
    `);
    expect(await rejected(sc.emptyRDD<number>().min())).toContain('min() was called on an RDD without rows.');
  });
});
