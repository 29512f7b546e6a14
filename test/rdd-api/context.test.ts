import { describe, expect, test } from 'vitest';
import { lab, thrown, upTo } from './kit.ts';

describe('RDDs of a SparkContext', () => {
  test('parallelize cuts rows into contiguous slices of about equal length', async () => {
    const { sc } = lab();
    expect(await sc.parallelize(upTo(7), 3).collectPartitions()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5, 6],
    ]);
    expect(await sc.parallelize([1], 3).collectPartitions()).toEqual([[], [], [1]]);
    expect(sc.parallelize([1]).getNumPartitions()).toBe(sc.defaultParallelism);
    expect(sc.defaultParallelism).toBe(2);
    expect(lab({ 'spark.default.parallelism': 5 }).sc.parallelize([1]).getNumPartitions()).toBe(5);
    expect(lab({ 'spark.master': 'local[4]' }).sc.parallelize([1]).getNumPartitions()).toBe(4);
  });

  test('parallelize refuses to cut rows into no partitions', () => {
    const { sc } = lab();
    for (const partitions of [0, -1, 1.5, Number.NaN]) {
      expect(thrown(() => sc.parallelize([1, 2], partitions))).toContain(
        `[RDD.BAD_COUNT] parallelize was asked for ${partitions} partitions or parts.`,
      );
      expect(thrown(() => sc.range(0, 2, 1, partitions))).toContain(`range was asked for ${partitions} partitions`);
      expect(thrown(() => sc.textFile('/a', partitions))).toContain(`textFile was asked for ${partitions} partitions`);
      expect(thrown(() => sc.wholeTextFiles('/a', partitions))).toContain(`asked for ${partitions} partitions`);
      expect(thrown(() => sc.objectFile('/a', partitions))).toContain(`asked for ${partitions} partitions`);
    }
  });

  test('range counts from start to before end', async () => {
    const { sc } = lab();
    expect(await sc.range(5).collect()).toEqual([0, 1, 2, 3, 4]);
    expect(await sc.range(2, 5).collect()).toEqual([2, 3, 4]);
    expect(await sc.range(0, 10, 3).collect()).toEqual([0, 3, 6, 9]);
    expect(await sc.range(10, 0, -4).collect()).toEqual([10, 6, 2]);
    expect(await sc.range(0, 1, 0.25).collect()).toEqual([0, 0.25, 0.5, 0.75]);
    for (const empty of [sc.range(0), sc.range(-3), sc.range(5, 5), sc.range(0, 5, -1)]) {
      expect(await empty.collect()).toEqual([]);
    }
    expect(await sc.range(0, 7, 1, 3).collectPartitions()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5, 6],
    ]);
  });

  test('range makes its numbers when they are read', async () => {
    const { sc } = lab();
    const numbers = sc.range(0, 1e15);
    expect(await numbers.take(2)).toEqual([0, 1]);
    expect(await numbers.filter((n) => n % 1000 === 999).take(1)).toEqual([999]);
  });

  test('range refuses what never arrives', () => {
    const { sc } = lab();
    expect(thrown(() => sc.range(0, 10, 0))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_RANGE] range cannot count from 0 to 10 in steps of 0.
        why  All three are numbers, and with steps of 0 it would never arrive.
        fix  range(10) counts up from 0, range(10, 0, -1) down."
    `);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(thrown(() => sc.range(bad))).toContain(`range cannot count from 0 to ${bad} in steps of 1.`);
    }
  });

  test('emptyRDD has no partition', async () => {
    const { sc } = lab();
    expect(sc.emptyRDD().getNumPartitions()).toBe(0);
    expect(await sc.emptyRDD().union(sc.emptyRDD()).repartition(3).collectPartitions()).toEqual([[], [], []]);
  });

  test('a stopped context makes none', async () => {
    const { sc } = lab();
    await sc.stop();
    expect(thrown(() => sc.parallelize([1]))).toMatchInlineSnapshot(`
      "UsageError: [CONTEXT.SPARK_CONTEXT_STOPPED] parallelize() was called on a stopped SparkContext.
        why  Stopping a StreamingContext stops its SparkContext too, unless it is told not to.
        fix  Keep it with ssc.stop(false), or make a new SparkContext.
        at   made in kit.ts, stopped in context.test.ts"
    `);
    const calls = {
      'range()': () => sc.range(1),
      'textFile()': () => sc.textFile('/a'),
      'wholeTextFiles()': () => sc.wholeTextFiles('/a'),
      'objectFile()': () => sc.objectFile('/a'),
      'emptyRDD()': () => sc.emptyRDD(),
      'union()': () => sc.union([]),
      'broadcast()': () => sc.broadcast(1),
    };
    for (const [name, call] of Object.entries(calls)) {
      expect(thrown(call)).toContain(`[CONTEXT.SPARK_CONTEXT_STOPPED] ${name} was called on a stopped SparkContext.`);
    }
  });
});

describe('a broadcast', () => {
  test('is read by functions until it is destroyed', async () => {
    const { sc } = lab();
    const table = sc.broadcast(new Map([[1, 'one']]));
    const named = sc.parallelize([1, 2]).map((n) => table.value.get(n) ?? '?');
    expect(await named.collect()).toEqual(['one', '?']);
    table.unpersist();
    expect(table.value.size).toBe(1);
    table.destroy();
    expect(thrown(() => table.value)).toMatchInlineSnapshot(`
      "UsageError: [BROADCAST.DESTROYED] A broadcast was read after destroy().
        why  destroy() lets go of the value for good.
        fix  Use unpersist() where the value is needed again, or broadcast it anew."
    `);
  });

  test('may be of anything, undefined too', () => {
    const { sc } = lab();
    expect(sc.broadcast(undefined).value).toBe(undefined);
    const value = { a: 1 };
    expect(sc.broadcast(value).value).toBe(value);
  });
});

describe('an accumulator', () => {
  test('of numbers has what functions added', async () => {
    const { sc } = lab();
    const sum = sc.longAccumulator('sum');
    expect(sum.name).toBe('sum');
    expect([sum.value, sum.count, sum.avg, sum.isZero()]).toEqual([0, 0, Number.NaN, true]);
    await sc.parallelize(upTo(5), 3).foreach((n) => sum.add(n));
    expect([sum.value, sum.sum, sum.count, sum.avg, sum.isZero()]).toEqual([10, 10, 5, 2, false]);
    sum.reset();
    expect([sum.value, sum.count, sum.isZero()]).toEqual([0, 0, true]);
    const fractions = sc.doubleAccumulator();
    fractions.add(0.5);
    fractions.add(0.25);
    expect([fractions.name, fractions.value]).toEqual([undefined, 0.75]);
    fractions.reset();
    fractions.add(0);
    expect(fractions.isZero()).toBe(false);
  });

  test('of a collection has what functions added, as a copy', async () => {
    const { sc } = lab();
    const odd = sc.collectionAccumulator<number>('odd');
    expect([odd.name, odd.value, odd.isZero()]).toEqual(['odd', [], true]);
    await sc.parallelize(upTo(5), 1).foreach((n) => {
      if (n % 2 === 1) odd.add(n);
    });
    const { value } = odd;
    value.push(7);
    expect([odd.value, odd.isZero()]).toEqual([[1, 3], false]);
    odd.reset();
    expect([odd.value, value]).toEqual([[], [1, 3, 7]]);
  });

  test('counts again what runs again', async () => {
    const { sc } = lab();
    const calls = sc.longAccumulator();
    const rdd = sc.parallelize([1, 2], 2).map((n) => {
      calls.add(1);
      return n;
    });
    await rdd.count();
    await rdd.count();
    expect(calls.value).toBe(4);
  });
});
