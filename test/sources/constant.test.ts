import type { RDD } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { desk } from '../context/kit.ts';

describe('constantInputDStream', () => {
  test('gives the very same RDD to every batch', async () => {
    const { runtime, streaming } = desk();
    const ssc = streaming();
    const rdd = ssc.sparkContext.parallelize([1, 2, 3], 2);
    const seen: number[][][] = [];
    const given = new Set<unknown>();
    ssc
      .constantInputDStream(rdd)
      .transform((each) => {
        given.add(each);
        return each;
      })
      .foreachRDD(async (each) => seen.push(await each.glom().collect()));
    ssc.start();
    await runtime.clock.advance(3000);
    await ssc.stop();
    expect(seen).toEqual([
      [[1], [2, 3]],
      [[1], [2, 3]],
      [[1], [2, 3]],
    ]);
    expect([...given]).toEqual([rdd]);
  });

  test.each([[null], [undefined], [[1, 2]], [{}]])('refuses %s at the call', async (given) => {
    const ssc = desk().streaming();
    expect(() => ssc.constantInputDStream(given as unknown as RDD<number>)).toThrow('where it takes an RDD');
    await ssc.stop();
  });

  test('says what it takes', async () => {
    const ssc = desk().streaming();
    const nothing = null as unknown as RDD<number>;
    expect(() => ssc.constantInputDStream(nothing)).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [CONSTANT.NOT_AN_RDD] constantInputDStream was given null where it takes an RDD.
        why  It gives the same RDD to every batch.
        fix  Make one first: ssc.constantInputDStream(ssc.sparkContext.parallelize([1, 2, 3])).]
    `);
    await ssc.stop();
  });
});
