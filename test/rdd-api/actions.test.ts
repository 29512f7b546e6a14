import { describe, expect, test } from 'vitest';
import { gate, lab, rejected, sorted, upTo } from './kit.ts';

describe('rows come back', () => {
  test('collect gives all, in order, as an array of the caller', async () => {
    const { sc } = lab();
    const rows = [3, 1, 2];
    const rdd = sc.parallelize(rows, 1);
    const collected = await rdd.collect();
    collected.push(9);
    expect(await rdd.collect()).toEqual([3, 1, 2]);
    expect(await sc.parallelize(rows, 5).collect()).toEqual([3, 1, 2]);
    expect(await sc.emptyRDD().collect()).toEqual([]);
  });

  test('count and isEmpty', async () => {
    const { sc } = lab();
    expect(
      await sc
        .parallelize(upTo(10), 3)
        .filter((n) => n > 6)
        .count(),
    ).toBe(3);
    expect(await sc.emptyRDD().count()).toBe(0);
    expect(
      await sc
        .parallelize(upTo(10), 3)
        .filter((n) => n > 8)
        .isEmpty(),
    ).toBe(false);
    expect(
      await sc
        .parallelize(upTo(10), 3)
        .filter((n) => n > 9)
        .isEmpty(),
    ).toBe(true);
    expect(await sc.emptyRDD().isEmpty()).toBe(true);
  });

  test('take gives the first rows, and computes no partition and no row more than it needs', async () => {
    const { sc } = lab();
    const seen: number[] = [];
    const rdd = sc.parallelize(upTo(100), 10).map((n) => {
      seen.push(n);
      return n;
    });
    expect(await rdd.take(12)).toEqual(upTo(12));
    expect(seen).toEqual(upTo(12));
    expect(await rdd.take(1000)).toEqual(upTo(100));
    expect(await rdd.take(0)).toEqual([]);
    expect(await sc.emptyRDD().take(5)).toEqual([]);
    expect(await rejected(rdd.take(-1))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_ROW_COUNT] take(-1) was called.
        why  It gives so many rows, so it takes a whole number of at least 0.
        fix  collect() gives all rows."
    `);
  });

  test('first gives the first of all, past partitions without rows', async () => {
    const { sc } = lab();
    expect(
      await sc
        .parallelize(upTo(10), 5)
        .filter((n) => n > 6)
        .first(),
    ).toBe(7);
    expect(await rejected(sc.emptyRDD().first())).toMatchInlineSnapshot(`
      "UsageError: [RDD.EMPTY] first() was called on an RDD without rows.
        why  There is no row that it could give.
        fix  Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows."
    `);
  });

  test('toLocalIterator computes a partition when its rows are wanted', async () => {
    const { sc } = lab();
    const seen: number[] = [];
    const rdd = sc.parallelize(upTo(6), 3).mapPartitionsWithIndex((index, rows) => {
      seen.push(index);
      return rows;
    });
    const iterator = rdd.toLocalIterator();
    expect(seen).toEqual([]);
    expect((await iterator.next()).value).toBe(0);
    expect((await iterator.next()).value).toBe(1);
    expect(seen).toEqual([0]);
    expect((await iterator.next()).value).toBe(2);
    expect(seen).toEqual([0, 1]);
    const rest: number[] = [];
    for await (const row of iterator) rest.push(row);
    expect(rest).toEqual([3, 4, 5]);
    for await (const row of sc.parallelize(upTo(6), 3).toLocalIterator()) if (row === 2) break;
  });
});

describe('takeSample', () => {
  const { sc } = lab();
  const rdd = sc.parallelize(upTo(1000), 4);

  test('draws the same rows for the same seed', async () => {
    for (const withReplacement of [false, true]) {
      const one = await rdd.takeSample(withReplacement, 20, 3);
      expect(one).toHaveLength(20);
      expect(await rdd.takeSample(withReplacement, 20, 3)).toEqual(one);
      expect(await rdd.takeSample(withReplacement, 20, 4)).not.toEqual(one);
    }
  });

  test('without replacement gives a row once, and all of them at most', async () => {
    const half = await rdd.takeSample(false, 500, 1);
    expect(new Set(half).size).toBe(500);
    const mean = half.reduce((sum, n) => sum + n, 0) / 500;
    expect(mean).toBeGreaterThan(450);
    expect(mean).toBeLessThan(550);
    const all = await rdd.takeSample(false, 2000, 1);
    expect(all).not.toEqual(upTo(1000));
    expect([...all].sort((a, b) => a - b)).toEqual(upTo(1000));
  });

  test('with replacement gives as many as asked, rows again and again', async () => {
    const rows = await sc.parallelize([1, 2], 2).takeSample(true, 1000, 1);
    expect(rows).toHaveLength(1000);
    const ones = rows.filter((n) => n === 1).length;
    expect(ones).toBeGreaterThan(430);
    expect(ones).toBeLessThan(570);
  });

  test('of nothing is nothing', async () => {
    expect(await sc.emptyRDD().takeSample(true, 5)).toEqual([]);
    expect(await sc.emptyRDD().takeSample(false, 5)).toEqual([]);
    expect(await rdd.takeSample(true, 0)).toEqual([]);
    expect(await rejected(rdd.takeSample(true, -1))).toContain('takeSample(-1) was called.');
  });
});

describe('rows become one value', () => {
  const digits = upTo(8).map(String);
  const join = (a: string, b: string): string => `(${a}${b})`;

  test('reduce and treeReduce go through rows, then through partitions, in order', async () => {
    const { sc } = lab();
    expect(await sc.parallelize(digits, 3).reduce(join)).toBe('(((01)((23)4))((56)7))');
    expect(await sc.parallelize(digits, 3).treeReduce(join)).toBe('(((01)((23)4))((56)7))');
    expect(await sc.parallelize(['x'], 4).reduce(join)).toBe('x');
    expect(await sc.parallelize([undefined, undefined], 2).reduce((a) => a)).toBe(undefined);
  });

  test('reduce needs a row', async () => {
    const { sc } = lab();
    expect(await rejected(sc.emptyRDD<number>().reduce((a) => a))).toMatchInlineSnapshot(`
      "UsageError: [RDD.EMPTY] reduce() was called on an RDD without rows.
        why  There is no row that it could give.
        fix  Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows."
    `);
    expect(await rejected(sc.emptyRDD<number>().treeReduce((a) => a))).toContain('treeReduce() was called on an RDD');
  });

  test('fold begins with the zero in every partition, and once more over them', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(['a', 'b', 'c'], 2);
    expect(await rdd.fold('-', (a, b) => a + b)).toBe('--a-bc');
    expect(await sc.emptyRDD<string>().fold('-', (a, b) => a + b)).toBe('-');
    expect(await sc.parallelize(['a'], 3).fold('-', (a, b) => a + b)).toBe('----a');
  });

  test('aggregate takes rows into a zero of another type', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(['a', 'bb', 'ccc'], 2);
    const sum = await rdd.aggregate(
      0,
      (all, word) => all + word.length,
      (a, b) => a + b,
    );
    expect(sum).toBe(6);
  });

  test('a zero that is changed in place is a new one in every partition and job', async () => {
    const { sc } = lab();
    const zero: string[] = [];
    const list = (): Promise<string[]> =>
      sc.parallelize(['a', 'b', 'c'], 2).aggregate(
        zero,
        (all, word) => {
          all.push(word);
          return all;
        },
        (a, b) => {
          a.push('|', ...b);
          return a;
        },
      );
    expect(await list()).toEqual(['|', 'a', '|', 'b', 'c']);
    expect(await list()).toEqual(['|', 'a', '|', 'b', 'c']);
    expect(zero).toEqual([]);
    expect(
      await rejected(
        sc.parallelize([1]).aggregate(
          () => 1,
          (f) => f,
          (f) => f,
        ),
      ),
    ).toContain('[RDD.ZERO_NOT_PLAIN]');
  });

  test('a function that throws is told, in the partitions and over them', async () => {
    const { sc } = lab();
    const fail = (): number => {
      throw new Error('no sum');
    };
    expect(await rejected(sc.parallelize([1, 2], 1).reduce(fail))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduce threw in the SparkContext: no sum
        why  It was given the row 2.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → reduce (actions.test.ts)"
    `);
    expect(await rejected(sc.parallelize([1, 2], 2).reduce(fail))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduce threw in the SparkContext: no sum
        why  It was given the row 2.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → reduce (actions.test.ts)"
    `);
    expect(await rejected(sc.parallelize([1], 1).aggregate(0, fail, fail))).toContain(
      'The function of aggregate threw',
    );
    const combine = (): number => fail();
    expect(await rejected(sc.parallelize([1], 1).aggregate(0, () => 1, combine))).toContain(
      'The function of aggregate',
    );
    expect(await rejected(sc.parallelize([1], 1).fold(0, fail))).toContain('The function of fold threw');
    expect(await rejected(sc.parallelize([1, 2], 2).max(fail))).toContain('The function of max threw');
  });

  test('a function that returns a promise is refused, in the partitions and over them', async () => {
    const { sc } = lab();
    const later = (async () => 1) as never;
    const refusal = 'returned a promise in the SparkContext.';
    for (const partitions of [1, 2]) {
      const rdd = sc.parallelize([1, 2], partitions);
      expect(await rejected(rdd.reduce(later))).toContain(`The function of reduce ${refusal}`);
      expect(await rejected(rdd.fold(0, later))).toContain(`The function of fold ${refusal}`);
      expect(await rejected(rdd.aggregate(0, later, (a) => a))).toContain(`The function of aggregate ${refusal}`);
      expect(await rejected(rdd.aggregate(0, (a) => a, later))).toContain(`The function of aggregate ${refusal}`);
    }
  });
});

describe('rows have effects', () => {
  test('foreach gives every row to a function', async () => {
    const { sc } = lab();
    const seen: number[] = [];
    expect(await sc.parallelize(upTo(5), 2).foreach((n) => void seen.push(n))).toBe(undefined);
    expect(sorted(seen)).toEqual(upTo(5));
  });

  test('foreach waits for no promise, and says so', async () => {
    const { sc } = lab();
    const later = (): unknown => Promise.resolve();
    expect(await rejected(sc.parallelize([1], 1).foreach(later))).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of foreach returned a promise in the SparkContext.
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row 1.
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   parallelize → foreach (actions.test.ts)"
    `);
  });

  test('foreachPartition gives the rows of each partition, empty ones too, and waits', async () => {
    const { sc, runtime } = lab();
    const { opened, open } = gate();
    const seen: number[][] = [];
    let isDone = false;
    const done = sc
      .parallelize(upTo(3), 4)
      .foreachPartition(async (rows) => {
        await opened;
        seen.push([...rows]);
      })
      .then(() => {
        isDone = true;
      });
    await runtime.settle();
    expect(isDone).toBe(false);
    open();
    await done;
    expect(sorted(seen)).toEqual([[0], [1], [2], []]);
    await sc.parallelize([1], 1).foreachPartition(() => undefined);
  });

  test('what they throw is told with their names', async () => {
    const { sc } = lab();
    const fail = (): void => {
      throw new Error('no room');
    };
    const rdd = sc.parallelize(['r'], 1);
    expect(await rejected(rdd.foreach(fail))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of foreach threw in the SparkContext: no room
        why  It was given the row "r".
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → foreach (actions.test.ts)"
    `);
    expect(await rejected(rdd.foreachPartition(fail))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of foreachPartition threw in the SparkContext: no room
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → foreachPartition (actions.test.ts)"
    `);
    expect(await rejected(rdd.foreachPartition(async () => fail()))).toContain(
      'The function of foreachPartition threw',
    );
    expect(
      await rejected(
        rdd
          .map(() => {
            throw new Error('before it');
          })
          .foreachPartition((rows) => void [...rows]),
      ),
    ).toContain('The function of map threw in the SparkContext: before it');
  });
});

test('an action inside a function of another is refused: with one slot both would wait for ever', async () => {
  const { sc } = lab({ 'spark.master': 'local[1]' });
  const other = sc.parallelize([1], 1);
  const nested = sc.parallelize([1], 1).foreachPartition(async () => void (await other.count()));
  const text = await rejected(nested);
  expect(text).toMatchInlineSnapshot(`
    "UsageError: [RDD.ACTION_INSIDE_TASK] An action was begun inside a function of another one, in the SparkContext.
      why  Such functions hold a slot: when all slots wait for actions, none is left to run these, and all wait.
      fix  Collect the other RDD before, and let the functions read its rows; or join the two."
  `);
  const inside = other.mapPartitions(async function* () {
    yield await other.collect();
  });
  for (const action of [inside.count(), inside.saveAsTextFile('/out'), inside.repartition(2).count()]) {
    expect(await rejected(action)).toContain('[RDD.ACTION_INSIDE_TASK]');
  }
  expect(await other.count().then(() => other.count())).toBe(1);
});

test('an action begins after its call has returned, and never throws', async () => {
  const { sc } = lab();
  let calls = 0;
  const counted = sc.parallelize([1], 1).map((n) => {
    calls += 1;
    return n;
  });
  const begun = counted.collect();
  expect(calls).toBe(0);
  await begun;
  expect(calls).toBe(1);
  await sc.stop();
  const stopped = counted.collect();
  expect(await rejected(stopped)).toContain(
    '[CONTEXT.SPARK_CONTEXT_STOPPED] An action was called on a stopped SparkContext.',
  );
  for (const late of [
    counted.take(1),
    counted.foreach(() => undefined),
    counted.saveAsTextFile('/x'),
    counted.isEmpty(),
  ]) {
    expect(await rejected(late)).toContain('[CONTEXT.SPARK_CONTEXT_STOPPED]');
  }
});
