import { HashPartitioner } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { lab, rejected, thrown, upTo } from './kit.ts';

describe('row by row', () => {
  test('map, filter and flatMap keep partitions and order', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(upTo(6), 3);
    expect(await rdd.map((n) => n * 10).collectPartitions()).toEqual([
      [0, 10],
      [20, 30],
      [40, 50],
    ]);
    expect(await rdd.filter((n) => n % 3 === 0).collectPartitions()).toEqual([[0], [3], []]);
    expect(await rdd.flatMap((n) => Array<number>(n % 3).fill(n)).collectPartitions()).toEqual([
      [1],
      [2, 2],
      [4, 5, 5],
    ]);
  });

  test('flatMap takes any iterable, and reads it no further than rows are wanted', async () => {
    const { sc } = lab();
    let made = 0;
    const endless = function* (): Generator<number> {
      for (;;) yield made++;
    };
    expect(await sc.parallelize([1], 1).flatMap(endless).take(3)).toEqual([0, 1, 2]);
    expect(made).toBeLessThan(5);
    expect(await sc.parallelize(['ab', 'c'], 1).flatMap(String).collect()).toEqual(['a', 'b', 'c']);
    expect(
      await sc
        .parallelize([1], 1)
        .flatMap(() => new Set([3, 4]))
        .collect(),
    ).toEqual([3, 4]);
  });

  test('a function is given the row alone', async () => {
    const { sc } = lab();
    const given: unknown[][] = [];
    const note = (...args: unknown[]): boolean => given.push(args) > 0;
    const noteMany = (...args: unknown[]): [] => {
      given.push(args);
      return [];
    };
    await sc.parallelize(['r'], 1).map(note).collect();
    await sc.parallelize(['r'], 1).filter(note).collect();
    await sc.parallelize(['r'], 1).flatMap(noteMany).collect();
    expect(given).toEqual([['r'], ['r'], ['r']]);
  });

  test('rows may be undefined, null and NaN', async () => {
    const { sc } = lab();
    const rows = [undefined, null, Number.NaN];
    expect(
      await sc
        .parallelize(rows, 2)
        .map((row) => row)
        .collect(),
    ).toEqual(rows);
    expect(await sc.parallelize(rows, 2).count()).toBe(3);
  });

  test('keyBy, mapValues, flatMapValues, keys and values', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(['a', 'bb'], 2).keyBy((word) => word.length);
    expect(await rdd.collect()).toEqual([
      [1, 'a'],
      [2, 'bb'],
    ]);
    expect(await rdd.mapValues((word) => word.toUpperCase()).collect()).toEqual([
      [1, 'A'],
      [2, 'BB'],
    ]);
    expect(await rdd.flatMapValues((word) => word).collect()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [2, 'b'],
    ]);
    expect(await rdd.keys().collect()).toEqual([1, 2]);
    expect(await rdd.values().collect()).toEqual(['a', 'bb']);
  });

  test('a function that throws is told with its operator, row and place', async () => {
    const { sc } = lab();
    const broken = sc
      .parallelize(['1', 'x'], 1)
      .filter((text) => text !== '')
      .map((text) => {
        if (text === 'x') throw new RangeError('no digit');
        return Number(text);
      });
    expect(await rejected(broken.collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in the SparkContext: no digit
        why  It was given the row "x".
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → filter → map (narrow.test.ts)"
    `);
  });

  test('a function that returns a promise is refused', async () => {
    const { sc } = lab();
    expect(
      await rejected(
        sc
          .parallelize([1], 1)
          .map(async (n) => n)
          .collect(),
      ),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of map returned a promise in the SparkContext.
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row 1.
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   parallelize → map (narrow.test.ts)"
    `);
    const pairs = sc.parallelize([['k', 1]] as [string, number][], 1);
    expect(await rejected(pairs.mapValues(async (n) => n).collect())).toContain(
      '[STAGE.RETURNED_PROMISE] The function of mapValues',
    );
  });

  test('what is no pair, or not iterable, is refused', async () => {
    const { sc } = lab();
    const numbers = sc.parallelize([7], 1);
    expect(
      await rejected((numbers as never as ReturnType<typeof pairs>).mapValues((n) => n).collect()),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] mapValues was given 7, which is no [key, value] pair, in the SparkContext.
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).mapValues(…)
        at   parallelize → mapValues (narrow.test.ts)"
    `);
    expect(await rejected(numbers.flatMap(() => 5 as never).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_ITERABLE] The function of flatMap returned 5, which is not iterable, in the SparkContext.
        why  flatMap puts the rows of what is returned into the stream; it was given the row 7.
        fix  Return an array or another iterable; [] for no rows. For exactly one row, use map.
        at   parallelize → flatMap (narrow.test.ts)"
    `);
    function pairs() {
      return sc.parallelize([['k', 1]] as [string, number][], 1);
    }
    expect(
      await rejected(
        pairs()
          .flatMapValues(() => 5 as never)
          .collect(),
      ),
    ).toContain('[STAGE.NOT_ITERABLE] The function of flatMapValues returned 5');
  });
});

describe('partition by partition', () => {
  test('mapPartitions is given the rows of each partition, and its index where asked', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(upTo(5), 2);
    expect(await rdd.mapPartitions((rows) => [[...rows]]).collect()).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
    expect(await rdd.mapPartitionsWithIndex((index, rows) => [...rows].map((n) => `${index}:${n}`)).collect()).toEqual([
      '0:0',
      '0:1',
      '1:2',
      '1:3',
      '1:4',
    ]);
  });

  test('mapPartitions may read ahead, stop early, and look at no row at all', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(upTo(100), 2);
    expect(await rdd.mapPartitions((rows) => [rows.next().value as number]).collect()).toEqual([0, 50]);
    expect(await rdd.mapPartitions(() => ['none']).collect()).toEqual(['none', 'none']);
    expect(
      await rdd
        .filter(() => false)
        .mapPartitions((rows) => [[...rows].length])
        .collect(),
    ).toEqual([0, 0]);
  });

  test('mapPartitions may be asynchronous', async () => {
    const { sc } = lab();
    const slow = async function* (rows: Iterable<number>): AsyncGenerator<number> {
      for (const row of rows) {
        await Promise.resolve();
        yield row + 1;
      }
    };
    const rdd = sc.parallelize(upTo(4), 2).mapPartitions(slow);
    expect(await rdd.collectPartitions()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await rdd.mapPartitions((rows) => [[...rows]]).collect()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test('behind an asynchronous step a partition is made once', async () => {
    const { sc } = lab();
    let calls = 0;
    const slow = (rows: Iterable<number>): AsyncIterable<number> => {
      calls += 1;
      return (async function* () {
        yield* rows;
      })();
    };
    await sc
      .parallelize([1, 2], 1)
      .mapPartitions(slow)
      .mapPartitions((rows) => rows)
      .collect();
    expect(calls).toBe(1);
  });

  test('glom makes one array of each partition, empty ones too', async () => {
    const { sc } = lab();
    expect(await sc.parallelize([1, 2], 3).glom().collect()).toEqual([[], [1], [2]]);
  });

  test('a function of partitions that throws is told', async () => {
    const { sc } = lab();
    const broken = sc.parallelize([1], 1).mapPartitionsWithIndex(() => {
      throw new Error('no disk');
    });
    expect(await rejected(broken.collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of mapPartitionsWithIndex threw in the SparkContext: no disk
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → mapPartitionsWithIndex (narrow.test.ts)"
    `);
  });
});

describe('what placed the keys', () => {
  test('stays where keys stay, and is lost where they may change', () => {
    const { sc } = lab();
    const placed = sc.parallelize([['k', 1]] as [string, number][]).partitionBy(new HashPartitioner(3));
    const { partitioner } = placed;
    expect(partitioner).toEqual(new HashPartitioner(3));
    for (const keeps of [
      placed.filter(() => true),
      placed.mapValues((n) => n),
      placed.flatMapValues((n) => [n]),
      placed.mapPartitions((rows) => rows, true),
      placed.sample(false, 0.5),
      placed.reduceByKey((a, b) => a + b, new HashPartitioner(3)).mapValues((n) => n),
    ]) {
      expect(keeps.partitioner).toEqual(partitioner);
    }
    for (const loses of [
      placed.map((row) => row),
      placed.flatMap((row) => [row]),
      placed.mapPartitions((rows) => rows),
    ]) {
      expect(loses.partitioner).toBe(undefined);
    }
    expect(sc.parallelize([1]).partitioner).toBe(undefined);
    expect(placed.repartition(2).partitioner).toBe(undefined);
  });
});

describe('other partitions', () => {
  test('union adds the partitions of all, in order', async () => {
    const { sc } = lab();
    const [a, b, c] = [sc.parallelize([1, 2], 2), sc.parallelize([3], 1), sc.emptyRDD<number>()];
    expect(await a.union(b, c, a).collectPartitions()).toEqual([[1], [2], [3], [1], [2]]);
    expect(await a.union().collect()).toEqual([1, 2]);
    expect(await sc.union([b, a]).collect()).toEqual([3, 1, 2]);
    expect(await sc.union([]).collect()).toEqual([]);
    expect(sc.union([a, b]).getNumPartitions()).toBe(3);
  });

  test('coalesce joins neighbouring partitions, about as many for each', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(upTo(7), 7);
    expect(await rdd.coalesce(3).collectPartitions()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5, 6],
    ]);
    expect(rdd.coalesce(9).getNumPartitions()).toBe(7);
    expect(await rdd.coalesce(1).collect()).toEqual(upTo(7));
    expect(sc.emptyRDD().coalesce(2).getNumPartitions()).toBe(0);
  });

  test('coalesce with a shuffle, and repartition, deal the rows evenly', async () => {
    const { sc } = lab();
    const lopsided = sc.parallelize(upTo(100), 1).union(sc.parallelize([100], 1));
    for (const dealt of [lopsided.coalesce(4, true), lopsided.repartition(4)]) {
      const partitions = await dealt.collectPartitions();
      expect(partitions.map((rows) => rows.length)).toEqual([25, 26, 25, 25]);
      expect(partitions.flat().sort((a, b) => a - b)).toEqual(upTo(101));
      for (const rows of partitions) expect(rows).toEqual([...rows].sort((a, b) => a - b));
    }
  });

  test('repartition deals the odd rows of many partitions to different ones', async () => {
    const { sc } = lab();
    const partitions = await sc.parallelize(upTo(8), 8).repartition(4).collectPartitions();
    expect(partitions).toEqual([
      [0, 4],
      [1, 5],
      [2, 6],
      [3, 7],
    ]);
  });

  test('there are at least one', () => {
    const { sc } = lab();
    const rdd = sc.parallelize([1]);
    expect(thrown(() => rdd.coalesce(0))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_COUNT] coalesce was asked for 0 partitions or parts.
        why  It takes a whole number of at least 1.
        fix  Leave it out for the default, or say how many."
    `);
    for (const count of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(thrown(() => rdd.repartition(count))).toContain(`repartition was asked for ${count} partitions`);
      expect(thrown(() => rdd.coalesce(count, true))).toContain(`coalesce was asked for ${count} partitions`);
      expect(thrown(() => rdd.distinct(count))).toContain(`distinct was asked for ${count} partitions`);
      expect(thrown(() => rdd.sortBy(String, true, count))).toContain(`sortBy was asked for ${count} partitions`);
    }
  });
});

describe('two RDDs', () => {
  test('cartesian pairs every row with every row, partition by partition', async () => {
    const { sc } = lab();
    const pairs = sc.parallelize([1, 2], 2).cartesian(sc.parallelize(['a', 'b', 'c'], 2));
    expect(pairs.getNumPartitions()).toBe(4);
    expect(await pairs.collectPartitions()).toEqual([
      [[1, 'a']],
      [
        [1, 'b'],
        [1, 'c'],
      ],
      [[2, 'a']],
      [
        [2, 'b'],
        [2, 'c'],
      ],
    ]);
    expect(await sc.parallelize([1]).cartesian(sc.emptyRDD()).collect()).toEqual([]);
  });

  test('zip pairs rows of the same place', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize([1, 2, 3], 2);
    expect(await rdd.zip(rdd.map((n) => `${n}`)).collect()).toEqual([
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ]);
  });

  test('zip refuses other numbers of partitions at once, other numbers of rows in the job', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize([1, 2, 3], 2);
    expect(thrown(() => rdd.zip(sc.parallelize([1], 1)))).toMatchInlineSnapshot(`
      "UsageError: [RDD.ZIP_UNEQUAL] zip was given RDDs of 2 and 1 partitions.
        why  It puts together the rows of the same place in the same partition.
        fix  Zip RDDs that come from the same one by map, or join them by a key: zipWithIndex() gives one."
    `);
    expect(await rejected(rdd.zip(sc.parallelize([1, 2], 2)).collect())).toMatchInlineSnapshot(`
      "UsageError: [RDD.ZIP_UNEQUAL] zip found 2 rows on the left and 1 on the right in partition 1.
        why  It puts together the rows of the same place in the same partition.
        fix  Zip RDDs that come from the same one by map, or join them by a key: zipWithIndex() gives one."
    `);
  });

  test('zipWithIndex counts over all partitions', async () => {
    const { sc } = lab();
    const rdd = sc.parallelize(['a', 'b', 'c', 'd'], 3).filter((text) => text !== 'b');
    expect(await rdd.zipWithIndex().collect()).toEqual([
      ['a', 0],
      ['c', 1],
      ['d', 2],
    ]);
    expect(await sc.emptyRDD().zipWithIndex().collect()).toEqual([]);
  });
});

describe('sample', () => {
  const { sc } = lab();
  const rdd = sc.parallelize(upTo(10_000), 4);

  test('draws the same rows for the same seed, and others for another', async () => {
    for (const withReplacement of [false, true]) {
      const one = await rdd.sample(withReplacement, 0.1, 7).collect();
      expect(await rdd.sample(withReplacement, 0.1, 7).collect()).toEqual(one);
      expect(await rdd.sample(withReplacement, 0.1, 8).collect()).not.toEqual(one);
    }
  });

  test('without replacement takes each row once at most, in order, about the fraction of them', async () => {
    const rows = await rdd.sample(false, 0.3, 1).collect();
    expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
    expect(rows.length).toBeGreaterThan(2800);
    expect(rows.length).toBeLessThan(3200);
    expect(await rdd.sample(false, 0, 1).count()).toBe(0);
    expect(await rdd.sample(false, 1, 1).count()).toBe(10_000);
  });

  test('with replacement takes each row as often as a Poisson draw says', async () => {
    const rows = await rdd.sample(true, 2, 1).collect();
    expect(rows.length).toBeGreaterThan(19_500);
    expect(rows.length).toBeLessThan(20_500);
    const untaken = 10_000 - new Set(rows).size;
    expect(untaken).toBeGreaterThan(1200); // 10,000 / e² is 1,353.
    expect(untaken).toBeLessThan(1500);
  });

  test('draws large fractions as often as they say', async () => {
    const count = await sc.parallelize([0], 1).sample(true, 5000, 3).count();
    expect(count).toBeGreaterThan(4700);
    expect(count).toBeLessThan(5300);
  });

  test('draws other rows in partitions that are alike', async () => {
    const [one, other] = await sc
      .parallelize([...upTo(100), ...upTo(100)], 2)
      .sample(false, 0.5, 5)
      .collectPartitions();
    expect(one).not.toEqual(other);
  });

  test('without a seed draws by the chance of the world', async () => {
    const draw = (seed: number): Promise<number[]> =>
      lab({}, { seed }).sc.parallelize(upTo(100)).sample(false, 0.5).collect();
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
  });

  test('refuses a fraction that is none', () => {
    expect(thrown(() => rdd.sample(false, 1.5))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_FRACTION] sample was asked for a fraction of 1.5.
        why  It is the chance of each row to come, so it lies between 0 and 1.
        fix  sample(false, 0.1) gives about a tenth of the rows, sample(true, 2) each about twice."
    `);
    expect(thrown(() => rdd.sample(true, -1))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_FRACTION] sample was asked for a fraction of -1.
        why  It is how often each row comes on average, so it is a number of at least 0.
        fix  sample(false, 0.1) gives about a tenth of the rows, sample(true, 2) each about twice."
    `);
    for (const fraction of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(thrown(() => rdd.sample(true, fraction))).toContain(`a fraction of ${fraction}`);
    }
  });
});
