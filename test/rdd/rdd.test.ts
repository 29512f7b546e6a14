import { type Pair, RDD, type Row } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { textChunk } from '../../src/rdd/chunk.ts';
import { dataPlan } from '../../src/rdd/make-plan.ts';
import { context, ways } from './contexts.ts';
import { errorOf, textOf } from './jobs.ts';

const upTo = (count: number): number[] => [...Array(count).keys()];

describe('parallelize', () => {
  test('cuts rows into contiguous slices, slice i of n from floor(i · length / n)', async () => {
    const sc = context();
    expect(await sc.parallelize(upTo(10), 4).collectPartitions()).toEqual([
      [0, 1],
      [2, 3, 4],
      [5, 6],
      [7, 8, 9],
    ]);
    expect(await sc.parallelize([1], 3).collectPartitions()).toEqual([[], [], [1]]);
    expect(await sc.parallelize<number>([], 2).collectPartitions()).toEqual([[], []]);
  });

  test('makes as many partitions as the default parallelism says', () => {
    expect(context().parallelize([1]).getNumPartitions()).toBe(2);
    const many = context({ 'spark.default.parallelism': '7', 'spark.master': 'local[3]' });
    expect([many.defaultParallelism, many.parallelize([1]).getNumPartitions()]).toEqual([7, 7]);
    expect(context({ 'spark.master': 'local[5]' }).parallelize([1]).getNumPartitions()).toBe(5);
  });

  test.each([1, 3])('into %i partitions does not see what happens to the array later', async (partitions) => {
    const rows = [1, 2, 3];
    const rdd = context().parallelize(rows, partitions);
    rows.push(4);
    rows[0] = 0;
    expect(await rdd.collect()).toEqual([1, 2, 3]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('cannot make %d partitions', (partitions) => {
    expect(() => context().parallelize([1, 2], partitions)).toThrow(
      `[RDD.BAD_COUNT] parallelize was asked for ${partitions} partitions or parts.`,
    );
  });

  test('of no rows and emptyRDD differ in their partitions', async () => {
    const empty = context().emptyRDD<number>();
    expect([empty.getNumPartitions(), await empty.collect(), await empty.count()]).toEqual([0, [], 0]);
    expect(
      await empty
        .union(empty)
        .map((n) => n + 1)
        .isEmpty(),
    ).toBe(true);
  });
});

describe.each(ways)('an action, %s:', (_way, settings) => {
  test('collect gives all rows, in the order of partitions', async () => {
    expect(await context(settings).parallelize(upTo(10), 3).collect()).toEqual(upTo(10));
  });

  test('collect gives an array of its own each time', async () => {
    const rdd = context(settings).parallelize([1, 2], 1);
    (await rdd.collect()).push(3);
    expect(await rdd.collect()).toEqual([1, 2]);
  });

  test('collect of more rows than a call has arguments gives them all', async () => {
    const rows = await context(settings)
      .parallelize(upTo(300_000), 2)
      .map((n) => n + 1)
      .collect();
    expect([rows.length, rows[0], rows.at(-1)]).toEqual([300_000, 1, 300_000]);
  });

  test('count counts them', async () => {
    const rdd = context(settings).parallelize(upTo(10), 3);
    expect([await rdd.count(), await rdd.filter((n) => n > 7).count()]).toEqual([10, 2]);
  });

  test('take reads no more partitions, and no more rows, than it needs', async () => {
    const seen: number[] = [];
    const rdd = context(settings)
      .parallelize(upTo(12), 4)
      .map((n) => {
        seen.push(n);
        return n;
      });
    expect(await rdd.take(2)).toEqual([0, 1]);
    expect(seen).toEqual([0, 1]);
    expect(await rdd.take(4)).toEqual([0, 1, 2, 3]);
    expect(seen.slice(2)).toEqual([0, 1, 2, 3]);
    expect(await rdd.take(100)).toEqual(upTo(12));
  });

  test('take of nothing reads nothing', async () => {
    const rdd = context(settings)
      .parallelize([1])
      .map((): number => {
        throw new Error('read');
      });
    expect(await rdd.take(0)).toEqual([]);
    await expect(rdd.take(-1)).rejects.toThrow('[RDD.BAD_ROW_COUNT]');
  });

  test('take reads only the partitions of a union that it needs, and computes only their shuffles', async () => {
    let calls = 0;
    const sc = context(settings);
    const far = sc
      .parallelize([['b', 1] as [string, number]], 1)
      .map((pair) => {
        calls += 1;
        return pair;
      })
      .reduceByKey((a, b) => a + b);
    expect(
      await sc
        .parallelize([['a', 0] as [string, number]], 1)
        .union(far)
        .take(1),
    ).toEqual([['a', 0]]);
    expect(calls).toBe(0);
  });

  test('first gives the first row, whatever it is, and there must be one', async () => {
    const sc = context(settings);
    expect(await sc.parallelize<Row>([undefined, 1], 2).first()).toBe(undefined);
    expect(
      await sc
        .parallelize(upTo(9), 9)
        .filter((n) => n > 3)
        .first(),
    ).toBe(4);
    expect(await textOf(sc.parallelize<number>([], 3).first())).toMatchInlineSnapshot(`
      "UsageError: [RDD.EMPTY] first() was called on an RDD without rows.
        why  There is no row that it could give.
        fix  Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows."
    `);
  });

  test('isEmpty looks at one row', async () => {
    const sc = context(settings);
    let calls = 0;
    const rdd = sc.parallelize(upTo(9), 3).map((n) => {
      calls += 1;
      return n;
    });
    expect([await rdd.isEmpty(), calls]).toEqual([false, 1]);
    expect(await rdd.filter(() => false).isEmpty()).toBe(true);
  });

  test('reduce folds rows in order within a partition, and partitions in order', async () => {
    const letters = [...'abcdefg'];
    const join = (a: string, b: string): string => a + b;
    for (const partitions of [1, 2, 3, 7, 20]) {
      expect(await context(settings).parallelize(letters, partitions).reduce(join)).toBe('abcdefg');
    }
  });

  test('reduce of one row is that row, and of none an error', async () => {
    const sc = context(settings);
    const never = (): never => {
      throw new Error('called');
    };
    expect(await sc.parallelize([7], 3).reduce(never)).toBe(7);
    expect(await textOf(sc.parallelize<number>([], 3).reduce(never))).toMatchInlineSnapshot(`
      "UsageError: [RDD.EMPTY] reduce() was called on an RDD without rows.
        why  There is no row that it could give.
        fix  Ask isEmpty() first, or use take(1) or fold(zero, f), which have an answer for no rows."
    `);
  });

  test('reduce tells what its function throws, within a partition and between two', async () => {
    const sc = context(settings);
    const bad = (): never => {
      throw new Error('cannot add');
    };
    const within = await textOf(sc.parallelize([1, 2], 1).reduce(bad));
    expect(within).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of reduce threw in the SparkContext: cannot add
        why  It was given the row 2.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → reduce (rdd.test.ts)"
    `);
    expect(await textOf(sc.parallelize([1, 2], 2).reduce(bad))).toBe(within);
  });

  test.each([1, 2])('reduce over %i partitions refuses a promise', async (partitions) => {
    const late = (async () => 1) as unknown as (a: number, b: number) => number;
    expect(await errorOf(context(settings).parallelize([1, 2], partitions).reduce(late))).toMatchObject({
      code: 'STAGE.RETURNED_PROMISE',
    });
  });

  test('foreach calls its function for each row, with nothing else', async () => {
    const seen: unknown[][] = [];
    await context(settings)
      .parallelize(upTo(3), 2)
      .foreach((...given) => void seen.push(given));
    expect(seen).toEqual([[0], [1], [2]]);
  });

  test('foreach tells what its function throws, and refuses a promise', async () => {
    const rdd = context(settings).parallelize(['a,,b'], 1);
    const bad = (row: string): never => {
      throw new Error(`cannot send ${row}`);
    };
    expect(await textOf(rdd.foreach(bad))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of foreach threw in the SparkContext: cannot send a,,b
        why  It was given the row "a,,b".
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → foreach (rdd.test.ts)"
    `);
    expect(await textOf(rdd.foreach((async () => undefined) as () => void))).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of foreach returned a promise in the SparkContext.
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row "a,,b".
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   parallelize → foreach (rdd.test.ts)"
    `);
  });

  test('of a value function tells its name, and refuses a promise inside the pair', async () => {
    const pairs = context(settings).parallelize([['a', 1] as [string, number]], 1);
    const bad = (): never => {
      throw new Error('no');
    };
    expect(await textOf(pairs.mapValues(bad).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of mapValues threw in the SparkContext: no
        why  It was given the row [ 'a', 1 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → mapValues (rdd.test.ts)"
    `);
    const late = await errorOf(pairs.mapValues((async () => 1) as never).collect());
    expect(late).toMatchObject({ code: 'STAGE.RETURNED_PROMISE' });
  });

  test('reads rows and lines of text alike', async () => {
    const { engine } = context(settings);
    const chunks = [textChunk(Buffer.from('a\nb')), { kind: 'rows', rows: ['c'] } as const];
    const rdd = new RDD<string>(dataPlan([chunks, [textChunk(Buffer.from('ä\r\n\r\nö'))]]), engine);
    expect(await rdd.collect()).toEqual(['a', 'b', 'c', 'ä', '', 'ö']);
    expect([await rdd.take(3), await rdd.count()]).toEqual([['a', 'b', 'c'], 6]);
  });
});

describe('an RDD', () => {
  test('computes nothing before an action, and anew for each', async () => {
    let calls = 0;
    const rdd = context()
      .parallelize([1, 2], 1)
      .map((n) => {
        calls += 1;
        return n;
      });
    expect(calls).toBe(0);
    await rdd.count();
    await rdd.count();
    expect(calls).toBe(4);
  });

  test('puts the partitions of a union behind each other', async () => {
    const sc = context();
    const united = sc
      .parallelize([1, 2], 2)
      .union(sc.parallelize([3], 1), sc.emptyRDD<number>(), sc.parallelize([4], 1));
    expect(await united.collectPartitions()).toEqual([[1], [2], [3], [4]]);
  });

  test('remembers what placed its keys as long as they stay', () => {
    const reduced = context()
      .parallelize([['a', 1] as [string, number]])
      .reduceByKey((a, b) => a + b, 3);
    const kept: RDD<Pair<string, number>>[] = [reduced.filter(() => true), reduced.mapValues((n) => n)];
    for (const rdd of kept) expect(rdd.partitioner).toBe(reduced.partitioner);
    expect([reduced.map((pair) => pair).partitioner, reduced.union(reduced).partitioner]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('shuffles into as many partitions as it has, unless the configuration or the call says otherwise', () => {
    const partitions = (settings: Readonly<Record<string, string>>, asked?: number): number =>
      context(settings)
        .parallelize([['a', 1] as [string, number]], 5)
        .reduceByKey((a, b) => a + b, asked)
        .getNumPartitions();
    expect([partitions({}), partitions({ 'spark.default.parallelism': '3' }), partitions({}, 2)]).toEqual([5, 3, 2]);
    expect(() => partitions({}, 0)).toThrow('[RDD.BAD_COUNT]');
  });

  test('names the way to the step that failed, also through the second parent of a union', async () => {
    const sc = context();
    const bad = sc
      .parallelize([1], 1)
      .filter(() => true)
      .map((): number => {
        throw new Error('no');
      });
    const rdd = sc
      .parallelize([2], 1)
      .union(bad)
      .filter((n) => n > 0);
    expect(await textOf(rdd.collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in the SparkContext: no
        why  It was given the row 1.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → filter → map (rdd.test.ts)"
    `);
  });

  test('cannot be computed when its SparkContext is stopped', async () => {
    const sc = context();
    const rdd = sc.parallelize([1]);
    await sc.stop();
    expect(await textOf(rdd.count())).toMatchInlineSnapshot(`
      "UsageError: [CONTEXT.SPARK_CONTEXT_STOPPED] An action was called on a stopped SparkContext.
        why  Stopping a StreamingContext stops its SparkContext too, unless it is told not to.
        fix  Keep it with ssc.stop(false), or make a new SparkContext.
        at   made in contexts.ts, stopped in rdd.test.ts"
    `);
  });

  test('under way when its SparkContext is stopped is aborted', async () => {
    const sc = context();
    const stuck = sc.parallelize([1], 1).mapPartitions(async function* stuck(): AsyncGenerator<number> {
      await new Promise(() => undefined);
      yield 1;
    });
    const count = textOf(stuck.count());
    await eventLoopTurn();
    await sc.stop();
    expect(await count).toMatchInlineSnapshot(`
      "JobError: [JOB.ABORTED] The job of the SparkContext was aborted.
        why  It was cancelled, its context was stopped, or its signal aborted, before it ended.
        fix  Nothing, if you meant it. stop({ stopGracefully: true }) lets the batches under way end first."
    `);
  });
});
