import { HashPartitioner, type Pair, type Partitioner, type RDD, type Row } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import type { Combine, ShufflePlan } from '../../src/rdd/plan.ts';
import { context, ways } from './contexts.ts';
import { abortableJob, anyJob, errorOf, textOf } from './jobs.ts';

const add = (a: number, b: number): number => a + b;

/** Rows in an order of their own, so that they can be compared. */
const sorted = <R>(rows: readonly R[]): readonly R[] =>
  rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** A function that counts its calls. */
function counted<A extends unknown[], R>(f: (...args: A) => R): { readonly f: (...args: A) => R; calls: number } {
  const counter = {
    calls: 0,
    f: (...args: A): R => {
      counter.calls += 1;
      return f(...args);
    },
  };
  return counter;
}

const memoOf = (rdd: RDD<Row>): ShufflePlan['memo'] => (rdd.plan as ShufflePlan).memo;

describe.each(ways)('a shuffle, %s,', (_way, settings) => {
  test('merges the values of each key, wherever they stood', async () => {
    const pairs: Pair<string, number>[] = [];
    for (let i = 0; i < 100; i += 1) pairs.push([`key ${i % 7}`, i]);
    const sums = await context(settings).parallelize(pairs, 5).reduceByKey(add, 3).collect();
    const expected = new Map<string, number>();
    for (const [key, value] of pairs) expected.set(key, (expected.get(key) ?? 0) + value);
    expect(sorted(sums)).toEqual(sorted([...expected]));
  });

  test('puts each key into the partition that the partitioner says', async () => {
    const pairs = Array.from({ length: 50 }, (_, i): Pair<number, number> => [i, i]);
    const rdd = context(settings).parallelize(pairs, 4).reduceByKey(add, 3);
    const partitions = await rdd.collectPartitions();
    expect(partitions.map((rows) => rows.map(([key]) => key % 3))).toEqual(
      partitions.map((rows, index) => rows.map(() => index)),
    );
    expect(rdd.partitioner?.equals(new HashPartitioner(3))).toBe(true);
  });

  test('merges in the order of rows, then of partitions', async () => {
    const letters = [...'abcdefghij'].map((letter): Pair<string, string> => ['all', letter]);
    const texts = context(settings)
      .parallelize(letters, 4)
      .reduceByKey((a, b) => `(${a}${b})`, 2);
    expect(await texts.collect()).toEqual([['all', '((((ab)((cd)e))(fg))((hi)j))']]);
  });

  test('knows keys by value and gives the first of equal ones', async () => {
    const first = { host: 'a', port: 1 };
    const day = new Date(5);
    const rows: Pair<Row, number>[] = [
      [['a', 1], 1],
      [first, 1],
      [day, 1],
      [Number.NaN, 1],
      [0, 1],
      ['0', 1],
      [['a', 1], 1],
      [{ port: 1, host: 'a' }, 1],
      [new Date(5), 1],
      [Number.NaN, 1],
      [-0, 1],
      [undefined, 1],
      [null, 1],
    ];
    const merged = new Map(await context(settings).parallelize(rows, 3).reduceByKey(add, 2).collect());
    expect(merged.size).toBe(8);
    expect([merged.get(first), merged.get(day), merged.get(0), merged.get('0')]).toEqual([2, 2, 2, 1]);
    expect([merged.get(Number.NaN), merged.get(undefined), merged.get(null)]).toEqual([2, 1, 1]);
  });

  test('refuses a key that is no value, and says what it is', async () => {
    class Host {
      readonly name = 'a';
    }
    const sc = context(settings);
    const reduced = (key: Row): Promise<unknown> =>
      sc
        .parallelize([[key, 1] as [Row, number]], 1)
        .reduceByKey(add)
        .collect();
    expect(await textOf(reduced(new Host()))).toMatchInlineSnapshot(`
      "UsageError: [KEY.CLASS_INSTANCE] A key is, or holds, an instance of the class Host: Host { name: 'a' }.
        why  Keys are equal by value, and only the class knows which of its objects mean the same.
        fix  Key by its plain data, or let it tell: class Host { [keyOf]() { return [this.someField]; } }."
    `);
    expect(await textOf(reduced(() => 1))).toMatchInlineSnapshot(`
      "UsageError: [KEY.NOT_A_VALUE] A key is, or holds, a function: [Function (anonymous)].
        why  Keys are equal by value, on every machine, and this has no value that firesteel could compare.
        fix  Key by plain data: text, numbers, booleans, null, tuples, plain objects, dates or bytes."
    `);
  });

  test('combines with a first value of its own', async () => {
    const list: Combine = {
      create: (value) => [value],
      mergeValue: (values, value) => [...(values as unknown[]), value],
      mergeCombined: (left, right) => [...(left as unknown[]), '|', ...(right as unknown[])],
    };
    const pairs = [1, 2, 3, 4, 5, 6].map((n): Pair<string, number> => [n % 2 === 0 ? 'even' : 'odd', n]);
    const lists = context(settings).parallelize(pairs, 2).shuffle<[string, Row]>(list, 'combineByKey', 1);
    expect(await lists.collect()).toEqual([
      ['odd', [1, 3, '|', 5]],
      ['even', [2, '|', 4, 6]],
    ]);
  });

  test.each<[string, (sc: ReturnType<typeof context>) => RDD<Row>]>([
    ['on the map side', (sc) => sc.parallelize(pairsOf(2), 1).reduceByKey((async () => 1) as never)],
    ['on the reduce side', (sc) => sc.parallelize(pairsOf(2), 2).reduceByKey((async () => 1) as never)],
    [
      'for its first value',
      (sc) => {
        const create = async (): Promise<number> => 1;
        return sc
          .parallelize(pairsOf(1), 1)
          .shuffle({ create, mergeValue: add, mergeCombined: add } as never, 'combine');
      },
    ],
  ])('refuses a function that returns a promise %s', async (_side, rdd) => {
    expect(await errorOf(rdd(context(settings)).collect())).toMatchObject({ code: 'STAGE.RETURNED_PROMISE' });
  });

  test('refuses a promise before the next one fails unseen', async () => {
    const calls = counted(async () => {
      throw new Error('unseen');
    });
    const rdd = context(settings)
      .parallelize(pairsOf(5), 1)
      .reduceByKey(calls.f as never);
    expect(await textOf(rdd.collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of reduceByKey returned a promise in the SparkContext.
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row [ 'k', 1 ].
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   parallelize → reduceByKey (shuffle.test.ts)"
    `);
    await eventLoopTurn();
    expect(calls.calls).toBe(1);
  });

  test('tells where its function threw, and on what', async () => {
    const bad = (): never => {
      throw new Error('cannot add');
    };
    const sc = context(settings);
    expect(await textOf(sc.parallelize(pairsOf(2), 1).reduceByKey(bad).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduceByKey threw in the SparkContext: cannot add
        why  It was given the row [ 'k', 1 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → reduceByKey (shuffle.test.ts)"
    `);
    expect(await textOf(sc.parallelize(pairsOf(2), 2).reduceByKey(bad).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduceByKey threw in the SparkContext: cannot add
        why  It was given the row [ 'k', 1 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → reduceByKey (shuffle.test.ts)"
    `);
  });

  test('refuses what is no pair', async () => {
    const rdd = context(settings).parallelize(['a'], 1) as unknown as RDD<Pair<string, number>>;
    expect(await textOf(rdd.reduceByKey(add).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] reduceByKey was given "a", which is no [key, value] pair, in the SparkContext.
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).reduceByKey(…)
        at   parallelize → reduceByKey (shuffle.test.ts)"
    `);
  });

  test('of many keys is cut into slices on both sides', async () => {
    const pairs = Array.from({ length: 10_000 }, (_, i): Pair<number, number> => [i % 5000, 1]);
    const rdd = context(settings).parallelize(pairs, 2).reduceByKey(add, 2);
    expect(sorted(await rdd.collect())).toEqual(sorted(Array.from({ length: 5000 }, (_, i) => [i, 2])));
  });
});

function pairsOf(count: number): Pair<string, number>[] {
  return Array.from({ length: count }, (_, i) => ['k', i]);
}

describe('a map side', () => {
  test('is computed once, for all actions that need it, at the same time or later', async () => {
    const read = counted((n: number): Pair<number, number> => [n % 2, n]);
    const rdd = context().parallelize([1, 2, 3, 4], 2).map(read.f).reduceByKey(add, 2);
    const [rows, count, first] = await Promise.all([rdd.collect(), rdd.count(), rdd.map(([key]) => key).collect()]);
    expect([sorted(rows), count, sorted(first)]).toEqual([
      sorted([
        [0, 6],
        [1, 4],
      ]),
      2,
      [0, 1],
    ]);
    expect(await rdd.count()).toBe(2);
    expect(read.calls).toBe(4);
  });

  test('is merged once, too', async () => {
    const merge = counted(add);
    const rdd = context().parallelize(pairsOf(4), 4).reduceByKey(merge.f, 1);
    await Promise.all([rdd.collect(), rdd.collect()]);
    await rdd.collect();
    expect(merge.calls).toBe(3);
  });

  test('is computed once when two shuffles meet in a union, and the far one before the near one', async () => {
    const read = counted((n: number): Pair<number, number> => [n, 1]);
    const near = context().parallelize([1, 2, 2], 2).map(read.f).reduceByKey(add);
    const far = near.map(([key, count]): Pair<number, number> => [count, key]).reduceByKey(add);
    expect(sorted(await near.union(far).collect())).toEqual(
      sorted([
        [1, 1],
        [2, 2],
        [1, 1],
        [2, 2],
      ]),
    );
    expect(read.calls).toBe(3);
  });

  test('that failed is tried again by the next action', async () => {
    let isBroken = true;
    const read = counted((n: number): Pair<number, number> => {
      if (isBroken && n === 3) throw new Error('broken');
      return [n, 1];
    });
    const rdd = context().parallelize([1, 2, 3], 1).map(read.f).reduceByKey(add);
    const both = await Promise.allSettled([rdd.collect(), rdd.count()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(read.calls).toBe(3);
    await errorOf(rdd.collect());
    isBroken = false;
    expect(await rdd.count()).toBe(3);
    expect(read.calls).toBe(9);
  });

  test('is forgotten when all partitions are merged, and not before', async () => {
    const rdd = context()
      .parallelize(
        [1, 2, 3, 4].map((n): Pair<number, number> => [n, 1]),
        2,
      )
      .reduceByKey(add, 2);
    await rdd.take(1);
    expect(memoOf(rdd).sent?.length).toBe(2);
    await rdd.count();
    expect([memoOf(rdd).sent, memoOf(rdd).merging]).toEqual([undefined, [undefined, undefined]]);
    expect(await rdd.count()).toBe(4);
  });

  test('of an RDD without partitions sends nothing', async () => {
    expect(await context().emptyRDD<Pair<string, number>>().reduceByKey(add).collect()).toEqual([]);
  });
});

describe('a job that is aborted', () => {
  /** An RDD whose map side waits for a word, and two jobs on it. */
  const twoJobs = async (): Promise<{
    readonly first: Promise<unknown>;
    readonly second: Promise<unknown>;
    readonly calls: () => number;
    abort(): void;
  }> => {
    let calls = 0;
    const waiting = context()
      .parallelize(['a', 'b', 'a'], 1)
      .mapPartitions(async function* (rows): AsyncGenerator<Pair<string, number>> {
        calls += 1;
        for (const row of rows) {
          if (calls === 1) await new Promise(() => undefined);
          yield [row, 1];
        }
      })
      .reduceByKey(add, 1);
    const { job, abort } = abortableJob('the first job');
    const first = errorOf(waiting.boundTo(job).collect());
    await eventLoopTurn();
    const second = waiting.boundTo(anyJob()).collect();
    await eventLoopTurn();
    return { first, second, calls: () => calls, abort };
  };

  test('leaves its map side to the other that waits for it', async () => {
    const { first, second, calls, abort } = await twoJobs();
    expect(calls()).toBe(1);
    abort();
    expect(await first).toMatchObject({ code: 'JOB.ABORTED' });
    expect(await second).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(calls()).toBe(2);
  });

  test('leaves its half of a merge to the other, which merges no value twice', async () => {
    const keys = 3000;
    const pairs = Array.from({ length: 2 * keys }, (_, i): Pair<number, number[]> => [i % keys, [i]]);
    const { job, abort } = abortableJob('the first job');
    let merges = 0;
    const inPlace = (a: number[], b: number[]): number[] => {
      merges += 1;
      if (merges === keys / 2) abort();
      a.push(...b);
      return a;
    };
    const rdd = context().parallelize(pairs, 2).reduceByKey(inPlace, 1);
    const first = errorOf(rdd.boundTo(job).collect());
    const second = rdd.boundTo(anyJob()).collect();
    expect(await first).toMatchObject({ code: 'JOB.ABORTED' });
    expect(sorted(await second)).toEqual(sorted(Array.from({ length: keys }, (_, i) => [i, [i, i + keys]])));
    expect(merges).toBe(keys);
  });

  test('leaves the partitions that it has not begun to a later one', async () => {
    const pairs = Array.from({ length: 6000 }, (_, i): Pair<number, number> => [i, 1]);
    const { job, abort } = abortableJob();
    const rdd = context({ 'spark.master': 'local[1]' }).parallelize(pairs, 1).reduceByKey(add, 3);
    const first = errorOf(
      rdd
        .boundTo(job)
        .mapPartitions((rows) => {
          abort();
          return rows;
        })
        .count(),
    );
    expect(await first).toMatchObject({ code: 'JOB.ABORTED' });
    expect(await rdd.boundTo(anyJob()).count()).toBe(6000);
  });
});

describe('a job that fails behind a shuffle', () => {
  test('leaves the shuffle whole for another at the same time', async () => {
    const pairs = Array.from({ length: 8000 }, (_, i): Pair<number, number> => [i, 1]);
    const rdd = context().parallelize(pairs, 2).reduceByKey(add, 2);
    const failing = rdd.map(([key]) => {
      if (key % 2 === 0) throw new Error('no');
      return key;
    });
    const [failed, count] = await Promise.all([errorOf(failing.collect()), rdd.count()]);
    expect([failed.message.split('\n')[0], count]).toEqual([
      '[STAGE.FUNCTION_THREW] The function of map threw in the SparkContext: no',
      8000,
    ]);
  });
});

describe('a merge that fails', () => {
  const flaky = (): { readonly merge: (a: number[], b: number[]) => number[]; isBroken: boolean } => {
    const state = {
      isBroken: true,
      merge: (a: number[], b: number[]): number[] => {
        a.push(...b);
        if (state.isBroken && a.length > 3) throw new Error('broken');
        return a;
      },
    };
    return state;
  };

  test('begins again at the map side, so that no value is merged twice', async () => {
    const state = flaky();
    const pair = (n: number): Pair<string, number[]> => ['k', [n]];
    const rdd = context().parallelize([1, 2, 3, 4, 5, 6], 3).map(pair).reduceByKey(state.merge, 2);
    await expect(rdd.collect()).rejects.toThrow('broken');
    state.isBroken = false;
    expect(await rdd.collect()).toEqual([['k', [1, 2, 3, 4, 5, 6]]]);
  });

  test('fails all jobs that wait for it, each by its own words', async () => {
    const rdd = context().parallelize(pairsOf(4), 4);
    const bad = (): never => {
      throw new Error('broken');
    };
    const reduced = rdd.reduceByKey(bad, 1);
    const errors = await Promise.all([errorOf(reduced.collect()), errorOf(reduced.count())]);
    expect(errors.map((error) => (error as { code?: string }).code)).toEqual([
      'STAGE.FUNCTION_THREW',
      'STAGE.FUNCTION_THREW',
    ]);
  });

  test('keeps the partitions that were merged before', async () => {
    const merged: string[] = [];
    let isBroken = true;
    const merge = (a: string, b: string): string => {
      if (isBroken && a === 'b1') throw new Error('broken');
      merged.push(a + b);
      return a + b;
    };
    const byLetter: Partitioner = {
      numPartitions: 2,
      getPartition: (key) => (key === 'a' ? 0 : 1),
      equals: () => false,
    };
    const pairs: Pair<string, string>[] = [
      ['a', 'a1'],
      ['b', 'b1'],
      ['a', 'a2'],
      ['b', 'b2'],
    ];
    const rdd = context({ 'spark.master': 'local[1]' }).parallelize(pairs, 2).reduceByKey(merge, byLetter);
    await errorOf(rdd.collect());
    isBroken = false;
    expect(await rdd.collect()).toEqual([
      ['a', 'a1a2'],
      ['b', 'b1b2'],
    ]);
    expect(merged).toEqual(['a1a2', 'b1b2']);
  });
});
