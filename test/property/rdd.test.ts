import fc from 'fast-check';
import { HashPartitioner, type RDD, SparkConf, SparkContext } from 'firesteel';
import { testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { compareValues } from '../../src/core/order.ts';
import { watched } from '../context/kit.ts';
import { canon, cogroups, groups, narrowSteps, type Row, type StepFacts, unordered, wideSteps } from './rdd-model.ts';

/**
 * The laws of RDDs, against plain arrays, for any number of partitions.
 *
 * Keys come from few and confusable values, so that equal keys which are different objects are common.
 */

const key = fc.oneof(
  fc.constantFrom<unknown>('', 'a', '1', 1, 0, 2, 1n, true, null, undefined, Number.NaN),
  fc.constantFrom('a', 1, 2).map((part) => [part]),
  fc.constantFrom(1, 2).chain((n) => fc.constantFrom({ x: n, y: 'a' }, { y: 'a', x: n })),
  fc.constantFrom(0, 1).map((ms) => new Date(ms)),
  fc.constantFrom(0, 1).map((byte) => Uint8Array.of(byte)),
);
const value = fc.integer({ min: -4, max: 9 });
const rows: fc.Arbitrary<Row[]> = fc.array(fc.tuple(key, value), { maxLength: 14 });
const count = fc.integer({ min: 1, max: 5 });

const settings = fc.record({ slots: fc.integer({ min: 1, max: 3 }), codegen: fc.boolean(), seed: fc.nat() });

function world({ slots, codegen, seed }: { slots: number; codegen: boolean; seed: number }) {
  const runtime = testRuntime({ seed });
  const conf = new SparkConf().setMaster(`local[${slots}]`).setAppName('law');
  conf.set('firesteel.executor.codegen', codegen);
  return { sc: new SparkContext(conf, { runtime }), runtime };
}

const law = <T>(arbitrary: fc.Arbitrary<T>, holds: (sc: SparkContext, given: T) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(settings, arbitrary, async (set, given) => holds(world(set).sc, given)));

interface Chain {
  readonly first: { readonly rows: readonly Row[]; readonly count: number };
  readonly other: { readonly rows: readonly Row[]; readonly count: number };
  readonly steps: readonly { readonly name: string; readonly count: number }[];
}

const chainOf = (names: readonly string[]): fc.Arbitrary<Chain> => {
  const start = fc.record({ rows, count });
  const step = fc.record({ name: fc.constantFrom(...names), count });
  return fc.record({ first: start, other: start, steps: fc.array(step, { maxLength: 8 }) });
};

const allSteps = { ...narrowSteps, ...wideSteps };
const rowsMax = 300;

/** An RDD by its chain, and the rows it must have. A step that would make too many rows is left out of both. */
function follow(sc: SparkContext, { first, other, steps }: Chain): { readonly rdd: RDD<Row>; readonly rows: Row[] } {
  const others = { rdd: sc.parallelize(other.rows, other.count), rows: other.rows };
  let rdd = sc.parallelize(first.rows, first.count);
  let known: Row[] = [...first.rows];
  for (const { name, count } of steps) {
    const step = allSteps[name];
    if (step === undefined) throw new TypeError(name);
    const facts: StepFacts = { other: others, count, partitioner: new HashPartitioner(count) };
    const next = step.rows(known, facts);
    if (next.length > rowsMax) continue;
    rdd = step.rdd(rdd, facts);
    known = next;
  }
  return { rdd, rows: known };
}

describe('any chain of operators', () => {
  test('has the rows that arrays have, for every action, and again for the next job', async () => {
    await law(chainOf(Object.keys(allSteps)), async (sc, chain) => {
      const { rdd, rows } = follow(sc, chain);
      const [collected, counted] = await Promise.all([rdd.collect(), rdd.count()]);
      expect(unordered(collected)).toEqual(unordered(rows));
      expect(counted).toBe(rows.length);
      expect(unordered(await rdd.collect())).toEqual(unordered(rows));
      expect(await rdd.isEmpty()).toBe(rows.length === 0);
      expect(await rdd.values().sum()).toBe(rows.reduce((sum, [, n]) => sum + n, 0));
      const sizes = (await rdd.collectPartitions()).map((some) => some.length);
      expect(sizes).toHaveLength(rdd.getNumPartitions());
      const one = await rdd.take(3);
      expect(one).toEqual((await rdd.collect()).slice(0, 3));
    });
  });

  test('that moves no row between partitions keeps the order of the arrays', async () => {
    await law(chainOf(Object.keys(narrowSteps)), async (sc, chain) => {
      const { rdd, rows } = follow(sc, chain);
      expect(await rdd.collect()).toEqual(rows);
      expect(await rdd.take(4)).toEqual(rows.slice(0, 4));
      const local: Row[] = [];
      for await (const row of rdd.toLocalIterator()) local.push(row);
      expect(local).toEqual(rows);
      expect(await rdd.zipWithIndex().collect()).toEqual(rows.map((row, i) => [row, i]));
    });
  });

  test('is not spoilt by a job that is cancelled at any turn', async () => {
    const cancelled = fc.record({
      chain: chainOf(Object.keys(allSteps)),
      turns: fc.array(fc.boolean(), { maxLength: 16 }),
    });
    await fc.assert(
      fc.asyncProperty(settings, cancelled, async (set, { chain, turns }) => {
        const { sc, runtime } = world(set);
        const { rdd, rows } = follow(sc, chain);
        sc.setJobGroup('cancelled');
        const first = watched(rdd.collect());
        sc.setJobGroup('other');
        const second = rdd.collect();
        for (const isWhole of turns) await (isWhole ? new Promise((resolve) => setImmediate(resolve)) : undefined);
        sc.cancelJobGroup('cancelled');
        expect(unordered(await second)).toEqual(unordered(rows));
        await runtime.settle();
        expect(['resolved', 'JOB.ABORTED']).toContain(first.outcome);
        expect(unordered(await rdd.collect())).toEqual(unordered(rows));
      }),
    );
  });

  test('that throws at some row fails its job, and gives all rows when it throws no more', async () => {
    const throwing = fc.record({ chain: chainOf(Object.keys(allSteps)), at: fc.nat({ max: 20 }) });
    await law(throwing, async (sc, { chain, at }) => {
      let isBroken = true;
      let seen = 0;
      const { rdd, rows } = follow(sc, chain);
      const broken = rdd.map((row) => {
        if (isBroken && seen++ === at) throw new Error('at some row');
        return row;
      });
      const more = broken
        .keyBy(([k]) => k)
        .groupByKey(2)
        .flatMap(([, list]) => list.map(([, row]) => row ?? list));
      const first = watched(more.count());
      await first.promise.catch(() => undefined);
      expect(first.outcome).toBe(at < rows.length ? 'STAGE.FUNCTION_THREW' : 'resolved');
      isBroken = false;
      expect(await more.count()).toBe(rows.length);
      expect(unordered(await broken.collect())).toEqual(unordered(rows));
    });
  });
});

describe('partitions', () => {
  test('of parallelize are contiguous slices, of which none is more than one row longer than another', async () => {
    await law(fc.tuple(rows, fc.integer({ min: 1, max: 20 })), async (sc, [given, n]) => {
      const partitions = await sc.parallelize(given, n).collectPartitions();
      expect(partitions.flat()).toEqual(given);
      const sizes = partitions.map((some) => some.length);
      expect(partitions).toHaveLength(n);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    });
  });

  test('of repartition differ by no more than one row for each partition before', async () => {
    await law(fc.tuple(rows, count, count), async (sc, [given, from, to]) => {
      const partitions = await sc.parallelize(given, from).repartition(to).collectPartitions();
      expect(unordered(partitions.flat())).toEqual(unordered(given));
      const sizes = partitions.map((some) => some.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(from);
    });
  });

  test('of coalesce are joined neighbours', async () => {
    await law(fc.tuple(rows, count, count), async (sc, [given, from, to]) => {
      const before = await sc.parallelize(given, from).glom().collect();
      const after = await sc.parallelize(given, from).coalesce(to).collectPartitions();
      expect(after).toHaveLength(Math.min(from, to));
      expect(after.flat()).toEqual(before.flat());
    });
  });

  test('of partitionBy have the rows of their keys, in the order of arrival', async () => {
    await law(fc.tuple(rows, count, count), async (sc, [given, from, to]) => {
      const partitioner = new HashPartitioner(to);
      const partitions = await sc.parallelize(given, from).partitionBy(partitioner).collectPartitions();
      const expected = Array.from({ length: to }, (_, i) => given.filter(([k]) => partitioner.getPartition(k) === i));
      expect(partitions).toEqual(expected);
    });
  });

  test('of equal keys are the same', async () => {
    await law(fc.tuple(key, key, count), async (_sc, [a, b, n]) => {
      const partitioner = new HashPartitioner(n);
      if (canon(a) === canon(b)) expect(partitioner.getPartition(a)).toBe(partitioner.getPartition(b));
      expect(partitioner.getPartition(a)).toBeGreaterThanOrEqual(0);
      expect(partitioner.getPartition(a)).toBeLessThan(n);
    });
  });
});

describe('keys', () => {
  test('list their values in the order of arrival', async () => {
    await law(fc.tuple(rows, count, count), async (sc, [given, from, to]) => {
      const lists = await sc.parallelize(given, from).groupByKey(to).collect();
      expect(unordered(lists)).toEqual(unordered(groups(given)));
      const first = new Set<unknown>(given.map(([k]) => k));
      for (const [k] of lists) expect(first.has(k)).toBe(true);
    });
  });

  test('are found, counted and mapped by value', async () => {
    await law(fc.tuple(rows, count, key), async (sc, [given, n, wanted]) => {
      const rdd = sc.parallelize(given, n);
      const matching = given.filter(([k]) => canon(k) === canon(wanted)).map(([, v]) => v);
      expect(await rdd.lookup(wanted as never)).toEqual(matching);
      expect(await rdd.partitionBy(new HashPartitioner(3)).lookup(wanted as never)).toEqual(matching);
      const grouped = groups(given);
      expect(unordered([...(await rdd.countByKey())])).toEqual(unordered(grouped.map(([k, list]) => [k, list.length])));
      expect(unordered([...(await rdd.collectAsMap())])).toEqual(
        unordered(grouped.map(([k, list]) => [k, list.at(-1)])),
      );
      const values = groups(given.map((row): [Row, null] => [row, null])).map(([row, list]) => [row, list.length]);
      expect(unordered([...(await rdd.countByValue())])).toEqual(unordered(values));
    });
  });

  test('cogroup lists the values of both sides, in the order of arrival', async () => {
    await law(fc.tuple(rows, rows, count, count), async (sc, [left, right, a, b]) => {
      const made = await sc.parallelize(left, a).cogroup(sc.parallelize(right, b)).collect();
      expect(unordered(made)).toEqual(unordered(cogroups(left, right)));
    });
  });
});

describe('order', () => {
  const number = fc.oneof(value, fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0.5));
  const numbers = fc.array(number, { maxLength: 40 });

  test('of sortBy is that of a stable sort', async () => {
    await law(fc.tuple(numbers, count, count, fc.boolean()), async (sc, [given, from, to, ascending]) => {
      const pairs = given.map((n, i): [number, number] => [n, i]);
      const sign = ascending ? 1 : -1;
      const expected = [...pairs].sort((a, b) => sign * compareValues(a[0], b[0]));
      const rdd = sc.parallelize(pairs, from);
      expect(await rdd.sortByKey(ascending, to).collect()).toEqual(expected);
      expect(await rdd.sortBy(([n]) => n, ascending, to).collect()).toEqual(expected);
    });
  });

  test('of a program, undefined included, is that of the program', async () => {
    const odd = fc.array(fc.oneof(value, fc.constant(undefined)), { maxLength: 40 });
    await law(fc.tuple(odd, count, count), async (sc, [given, from, to]) => {
      const order = (a: number | undefined, b: number | undefined): number => (b ?? 3) - (a ?? 3);
      const pairs = given.map((n, i): [number | undefined, number] => [n, i]);
      const expected = [...pairs].sort((a, b) => order(a[0], b[0]));
      expect(await sc.parallelize(pairs, from).sortByKey(true, to, order).collect()).toEqual(expected);
      const rows = sc.parallelize(pairs, from);
      const byFirst = (a: readonly [number | undefined, number], b: readonly [number | undefined, number]): number =>
        order(a[0], b[0]);
      expect(await rows.takeOrdered(5, byFirst)).toEqual(expected.slice(0, 5));
    });
  });

  test('of top and takeOrdered is the first part of it', async () => {
    await law(fc.tuple(numbers, count, fc.nat({ max: 50 })), async (sc, [given, from, n]) => {
      const up = [...given].sort(compareValues);
      const rdd = sc.parallelize(given, from);
      expect(await rdd.takeOrdered(n)).toEqual(up.slice(0, n));
      expect(await rdd.top(n)).toEqual([...up].reverse().slice(0, n));
      if (given.length > 0) expect([await rdd.min(), await rdd.max()]).toEqual([up[0], up.at(-1)]);
    });
  });
});

describe('values', () => {
  const words = fc.array(fc.string({ maxLength: 3 }), { maxLength: 12 });

  test('of reduce, fold and aggregate go through rows in order', async () => {
    await law(fc.tuple(words, fc.integer({ min: 1, max: 20 })), async (sc, [given, n]) => {
      const rdd = sc.parallelize(given, n);
      const join = (a: string, b: string): string => a + b;
      expect(await rdd.fold('', join)).toBe(given.join(''));
      expect(await rdd.aggregate('', join, join)).toBe(given.join(''));
      if (given.length > 0) expect(await rdd.reduce(join)).toBe(given.join(''));
    });
  });

  test('of stats are those of the plain formulas', async () => {
    const many = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
    await law(fc.tuple(many, fc.integer({ min: 1, max: 40 })), async (sc, [given, n]) => {
      const stats = await sc.parallelize(given, n).stats();
      const mean = given.reduce((a, b) => a + b, 0) / given.length;
      const squares = given.reduce((sum, x) => sum + (x - mean) ** 2, 0);
      expect([stats.count, stats.min, stats.max]).toEqual([given.length, Math.min(...given), Math.max(...given)]);
      expect(Math.abs(stats.mean - mean)).toBeLessThan(1e-6);
      expect(Math.abs(stats.variance - squares / given.length)).toBeLessThan(1e-3 + stats.variance * 1e-9);
    });
  });

  test('of a histogram are those of counting, bucket by bucket', async () => {
    const edges = fc.uniqueArray(value, { minLength: 2, maxLength: 5 }).map((some) => some.sort((a, b) => a - b));
    await law(fc.tuple(fc.array(value, { maxLength: 30 }), edges, count), async (sc, [given, some, n]) => {
      const { counts } = await sc.parallelize(given, n).histogram(some);
      const last = some.at(-1) as number;
      const expected = some.slice(1).map((to, i) => {
        const from = some[i] as number;
        return given.filter((x) => x >= from && (x < to || (to === last && x === last))).length;
      });
      expect(counts).toEqual(expected);
    });
  });

  test('of a sample are some of the rows in their order, and the same for the same seed', async () => {
    const given = fc.record({ rows, n: count, fraction: fc.double({ min: 0, max: 1, noNaN: true }), seed: fc.nat() });
    await law(given, async (sc, { rows, n, fraction, seed }) => {
      const numbered = sc.parallelize(
        rows.map((_, i) => i),
        n,
      );
      const sample = await numbered.sample(false, fraction, seed).collect();
      expect(sample).toEqual([...new Set(sample)].sort((a, b) => a - b));
      expect(await numbered.sample(false, fraction, seed).collect()).toEqual(sample);
      const drawn = await numbered.takeSample(false, 4, seed);
      expect(new Set(drawn).size).toBe(Math.min(4, rows.length));
      expect(await numbered.takeSample(false, 4, seed)).toEqual(drawn);
    });
  });
});

describe('files', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '日', '😀', '\r'), maxLength: 6 });

  test('of text come back line by line, for any numbers of partitions', async () => {
    const lines = fc.array(
      line.map((text) => text.replace(/\r+$/, '')),
      { maxLength: 12 },
    );
    await law(fc.tuple(lines, count, count), async (sc, [given, from, to]) => {
      await sc.parallelize(given, from).saveAsTextFile('/out');
      expect(await sc.textFile('/out', to).collect()).toEqual(given);
    });
  });

  test('of any line ends are cut at all of them, by any number of partitions', async () => {
    const ended = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(settings, ended, fc.boolean(), fc.integer({ min: 1, max: 30 }), async (set, given, isCut, n) => {
        const { sc, runtime } = world(set);
        const text = given.map(([content, end]) => content + end).join('');
        const whole = isCut ? text.replace(/\r?\n$/, '') : text;
        await runtime.storage.append('/in/text', Buffer.from(whole));
        const expected = whole.split('\n').map((one) => one.replace(/\r$/, ''));
        if (whole === '' || whole.endsWith('\n')) expected.pop();
        expect(await sc.textFile('/in', n).collect()).toEqual(expected);
      }),
    );
  });

  test('of objects come back as they were', async () => {
    await law(fc.tuple(rows, count, count), async (sc, [given, from, to]) => {
      await sc.parallelize(given, from).saveAsObjectFile('/out');
      const back = await sc.objectFile<Row>('/out', to).collect();
      expect(back.map(canon)).toEqual(given.map(canon));
    });
  });
});
