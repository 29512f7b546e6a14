import { type RDD, SparkConf, SparkContext } from 'firesteel';
import { testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import type { ShuffleMemo } from '../../src/rdd/plan.ts';
import { lab, upTo } from './kit.ts';

type Pairs = RDD<[number, number]>;

/** What a job does between two looks at whether others may have a turn, counted in calls of the program's functions. */
function watching(): { readonly sc: SparkContext; called(): void; mostCalls(): number; looks(): number } {
  const runtime = testRuntime();
  let calls = 0;
  let most = 0;
  let looks = 0;
  const slices = {
    ...runtime.slices,
    isSpent(work: number): boolean {
      looks += 1;
      most = Math.max(most, calls);
      calls = 0;
      return runtime.slices.isSpent(work);
    },
  };
  const conf = new SparkConf().setMaster('local[2]').setAppName('test');
  return {
    sc: new SparkContext(conf, { runtime: { ...runtime, slices } }),
    called: () => {
      calls += 1;
    },
    mostCalls: () => Math.max(most, calls),
    looks: () => looks,
  };
}

/** The value, once `called` knows of it. */
function noted<T>(called: () => void, value: T): T {
  called();
  return value;
}

describe('no operator keeps the event loop for long', () => {
  const rows = upTo(100_000).map((n) => (n * 7919) % 100_000);

  /** Each calls `called` for every row, or for every pair of rows that it compares or merges. */
  const programs: Record<string, (rdd: RDD<number>, called: () => void) => Promise<unknown>> = {
    map: (rdd, called) => rdd.map(called).count(),
    filter: (rdd, called) => rdd.filter(() => called() === undefined).count(),
    'flatMap of arrays': (rdd, called) => rdd.flatMap((n) => [called(), n]).count(),
    'mapPartitions of a generator': (rdd, called) =>
      rdd
        .mapPartitions(function* (some) {
          for (const row of some) {
            called();
            yield row;
          }
        })
        .count(),
    'mapPartitions behind mapPartitions': (rdd, called) =>
      rdd
        .map(called)
        .mapPartitions((some) => some)
        .mapPartitions((some) => some)
        .count(),
    collect: (rdd, called) => rdd.map(called).collect(),
    take: (rdd, called) => rdd.map(called).take(90_000),
    reduce: (rdd, called) => rdd.reduce((a, b) => noted(called, a + b)),
    aggregate: (rdd, called) =>
      rdd.aggregate(
        0,
        (a, b) => noted(called, a + b),
        (a, b) => a + b,
      ),
    stats: (rdd, called) => rdd.map((n) => noted(called, n)).stats(),
    takeOrdered: (rdd, called) => rdd.takeOrdered(10, (a, b) => noted(called, a - b)),
    foreach: (rdd, called) => rdd.foreach(called),
    countByValue: (rdd, called) => rdd.map(called).countByValue(),
    'reduceByKey of few keys': (rdd, called) =>
      rdd
        .map((n): [number, number] => [n % 10, n])
        .reduceByKey((a, b) => noted(called, a + b))
        .count(),
    'reduceByKey behind the move': (rdd, called) =>
      rdd
        .map((n): [number, number] => [n % 50_000, n])
        .reduceByKey((a, b) => noted(called, a + b), 1)
        .count(),
    groupByKey: (rdd, called) => (rdd.keyBy((n) => noted(called, n)) as Pairs).groupByKey().count(),
    partitionBy: (rdd, called) =>
      (rdd.keyBy((n) => n) as Pairs)
        .partitionBy({ numPartitions: 2, getPartition: (key) => noted(called, Number(key) % 2), equals: () => false })
        .count(),
    join: (rdd, called) => {
      const pairs = rdd.map((n): [number, number] => [n, n]);
      return pairs.join(pairs.map((row) => noted(called, row))).count();
    },
    'sortBy in one partition': (rdd, called) =>
      rdd
        .sortBy(
          (n) => n,
          true,
          1,
          (a, b) => noted(called, a - b),
        )
        .count(),
    'sortBy in many': (rdd, called) =>
      rdd
        .sortBy(
          (n) => n,
          true,
          4,
          (a, b) => noted(called, a - b),
        )
        .count(),
    coalesce: (rdd, called) => rdd.map(called).coalesce(1).count(),
    repartition: (rdd, called) => rdd.map(called).repartition(2).count(),
    zipWithIndex: (rdd, called) => rdd.map(called).zipWithIndex().count(),
    cache: async (rdd, called) => {
      const cached = rdd.map(called).cache();
      await cached.count();
      await cached.map(called).count();
    },
    saveAsTextFile: (rdd, called) =>
      rdd.map(() => ({ toString: called, [Symbol.toStringTag]: 'row' })).saveAsTextFile('/o'),
  };

  test.each(Object.entries(programs))('%s', async (_name, program) => {
    const { sc, called, mostCalls, looks } = watching();
    await program(sc.parallelize(rows, 2), called);
    expect(looks()).toBeGreaterThan(5);
    // A piece has 16,384 rows at most; a sort of one run of 1,024 rows compares about 9,000 times.
    expect(mostCalls()).toBeLessThan(35_000);
  });

  test('work that calls no function of the program looks as often', async () => {
    const work: Record<string, (rdd: RDD<number>, pairs: Pairs) => Promise<unknown>> = {
      zip: (rdd) => rdd.zip(rdd).count(),
      zipWithIndex: (rdd) => rdd.zipWithIndex().count(),
      cartesian: (rdd) =>
        rdd
          .filter((n) => n < 10)
          .coalesce(1)
          .cartesian(rdd)
          .count(),
      coalesce: (rdd) => rdd.coalesce(1).count(),
      repartition: (rdd) => rdd.repartition(1).count(),
      distinct: (rdd) => rdd.distinct(1).count(),
      countByValue: (rdd) => rdd.countByValue(),
      collectAsMap: (_rdd, pairs) => pairs.collectAsMap(),
    };
    const pairs = rows.map((n): [number, number] => [n, n]);
    for (const [name, program] of Object.entries(work)) {
      const { sc, looks } = watching();
      await program(sc.parallelize(rows, 2), sc.parallelize(pairs, 2));
      // 100,000 rows in pieces of 1,024, beside those of the loops, which grow to 16,384.
      expect([name, looks() > 97]).toEqual([name, true]);
    }
    const { sc, looks } = watching();
    await sc.parallelize(rows, 2).count();
    expect(looks()).toBeLessThan(40);
  });
});

describe('memory', () => {
  const memoOf = (rdd: RDD<never>): ShuffleMemo => (rdd.plan as never as { readonly memo: ShuffleMemo }).memo;

  test('what was sent through a shuffle is let go of once all of it is merged', async () => {
    const { sc } = lab();
    const sums = sc
      .parallelize(
        upTo(100).map((n): [number, number] => [n, n]),
        4,
      )
      .reduceByKey((a, b) => a + b, 3);
    const memo = memoOf(sums as never);
    await sums.take(1);
    expect(memo.sent).not.toBe(undefined);
    await sums.count();
    expect([memo.sent, memo.sending, memo.merging.filter(Boolean)]).toEqual([undefined, undefined, []]);
    expect(await sums.count()).toBe(100);
    expect(memo.sent).toBe(undefined);
  });

  test('a shuffle that was cancelled or failed keeps nothing half made', async () => {
    const { sc } = lab();
    let isBroken = true;
    const sums = sc
      .parallelize(
        upTo(10).map((n): [number, number] => [n % 2, n]),
        4,
      )
      .reduceByKey((a, b) => {
        if (isBroken) throw new Error('no');
        return a + b;
      });
    await expect(sums.count()).rejects.toThrow('no');
    const memo = memoOf(sums as never);
    expect([memo.sent, memo.sending, memo.merged.filter(Boolean)]).toEqual([undefined, undefined, []]);
    isBroken = false;
    expect(await sums.count()).toBe(2);
  });
});

describe('work that is not done twice', () => {
  test('the near side of a shuffle is made once for all jobs, its partitions when they are read', async () => {
    const { sc } = lab();
    const calls = { map: 0, behind: 0 };
    const groups = sc
      .parallelize(upTo(10), 2)
      .map((n): [number, number] => {
        calls.map += 1;
        return [n, n];
      })
      .groupByKey(5)
      .map((row) => {
        calls.behind += 1;
        return row;
      });
    await groups.take(2);
    expect(calls).toEqual({ map: 10, behind: 2 });
    await Promise.all([groups.count(), groups.count(), groups.map((row) => row).collect()]);
    expect(calls).toEqual({ map: 10, behind: 32 });
  });

  test('a shuffle behind a shuffle is made of what the first has merged', async () => {
    const { sc } = lab();
    let calls = 0;
    const twice = sc
      .parallelize(upTo(20), 4)
      .map((n): [number, number] => {
        calls += 1;
        return [n % 10, n];
      })
      .reduceByKey((a, b) => a + b, 3)
      .map(([key, sum]): [number, number] => [key % 2, sum])
      .reduceByKey((a, b) => a + b, 2)
      .sortByKey();
    expect(await twice.collect()).toEqual([
      [0, 90],
      [1, 100],
    ]);
    await twice.collect();
    expect(calls).toBe(20);
  });

  test('an RDD that is used twice in a plan shares its shuffle', async () => {
    const { sc } = lab();
    let calls = 0;
    const sums = sc
      .parallelize(upTo(10), 2)
      .map((n): [number, number] => {
        calls += 1;
        return [n % 3, n];
      })
      .reduceByKey((a, b) => a + b);
    const joined = sums.join(sums).union(sums.join(sums.mapValues((n) => n + 1)));
    expect(await joined.count()).toBe(6);
    expect(calls).toBe(10);
  });

  test('a plan that doubles forty times is prepared in no time', async () => {
    const { sc } = lab();
    let rdd: Pairs = sc.parallelize([[1, 1]] as [number, number][], 1);
    for (let i = 0; i < 40; i++) rdd = rdd.join(rdd, 1).mapValues(([a]) => a);
    expect(await rdd.collect()).toEqual([[1, 1]]);
    expect(rdd.toDebugString().split('\n').length).toBeLessThan(500);
  });

  test('a chain of two thousand steps runs', async () => {
    const { sc } = lab();
    let rdd = sc.parallelize([0], 1);
    for (let i = 0; i < 2000; i++) rdd = rdd.map((n) => n + 1);
    expect(await rdd.collect()).toEqual([2000]);
    for (let i = 0; i < 2000; i++) rdd = rdd.union(sc.emptyRDD());
    expect(await rdd.count()).toBe(1);
  });
});
