import { inspect } from 'node:util';
import fc from 'fast-check';
import {
  type Batch,
  type DStream,
  defineOp,
  type Output,
  type OutputWorld,
  type RDD,
  type Row,
  type SparkContext,
  type Time,
} from 'firesteel';
import { foreachPartition } from '../../src/ops/foreach-partition.ts';
import { foreachRDD } from '../../src/ops/foreach-rdd.ts';
import { print } from '../../src/ops/print.ts';
import { saveAsObjectFiles } from '../../src/ops/save-as-object-files.ts';
import { saveAsTextFiles } from '../../src/ops/save-as-text-files.ts';
import * as oracle from '../../src/testing/oracle.ts';
import { type Any, alone, first, type Operator } from './operator.ts';
import {
  cogroup,
  combineByKey,
  fullOuterJoin,
  groupByKey,
  join,
  leftOuterJoin,
  partitionBy,
  partitionsOption,
  reduceByKey,
  rightOuterJoin,
  showNumber,
} from './pair-operators.ts';
import {
  type Call,
  type Failure,
  failsOn,
  failure,
  type Kind,
  mergeCall,
  mergeOf,
  oneIn,
  show,
  textOfFailure,
} from './row-functions.ts';
import {
  filter,
  flatMap,
  flatMapValues,
  map,
  mapAsync,
  mapPartitions,
  mapPartitionsWithIndex,
  mapValues,
} from './row-operators.ts';
import { mappedAndSnapshots, mapWithState, stateSnapshots, updateStateByKey } from './state-operators.ts';
import { cache, persist, remember, sscTransform, sscUnion, union } from './stream-operators.ts';
import { transforms } from './transforms.ts';
import {
  countByValueAndWindow,
  countByWindow,
  groupByKeyAndWindow,
  reduceByKeyAndWindow,
  reduceByWindow,
  window,
} from './window-operators.ts';

/*
 * The grammar of random programs: one entry for each operator, and for each way of using an output. A new operator is a
 * new entry here, and all laws of programs are laws of it.
 */

export type { Operator, Shape } from './operator.ts';

const count: Operator<null> = {
  name: 'count',
  arbitrary: fc.constant(null),
  takes: () => undefined,
  ...alone,
  shape: (_, parents) => ({ ...first(parents), kind: 'numbers', rowsMax: 1 }),
  build: (_, parents) => first(parents).count(),
  oracle: (_, parents) => oracle.count(first(parents)),
  show: () => '',
};

const transform: Operator<{ readonly f: string; readonly atMs?: number }> = {
  name: 'transform',
  arbitrary: fc.record({
    f: fc.constantFrom(...Object.keys(transforms)),
    atMs: fc.constantFrom(1000, 2000, 3000, 4000),
  }),
  takes: ({ f }) => transforms[f]?.takes,
  ...alone,
  shape: ({ f }, parents) => {
    const { gives, growth } = transforms[f] as (typeof transforms)[string];
    const parent = first(parents);
    return { ...parent, kind: gives ?? parent.kind, rowsMax: parent.rowsMax * growth };
  },
  build: ({ f, atMs = 0 }, parents) => {
    const { build } = transforms[f] as (typeof transforms)[string];
    return first(parents).transform((rdd, time) => build(rdd, time, atMs));
  },
  oracle: ({ f, atMs = 0 }, parents) => {
    const { oracle: compute } = transforms[f] as (typeof transforms)[string];
    return oracle.transform(first(parents), (rdd, time) => compute(rdd, time, atMs));
  },
  show: ({ f, atMs }) => (atMs === undefined ? f : `${f}, if anything at ${atMs} ms`),
};

const nothing = fc.constant(null);

const glom: Operator<null> = {
  name: 'glom',
  arbitrary: nothing,
  takes: () => undefined,
  ...alone,
  shape: (_, parents) => first(parents),
  build: (_, parents) => {
    const lists: DStream<Row[]> = first(parents).glom();
    return lists.flatMap(asItCame);
  },
  oracle: (_, parents) => oracle.flatMap(oracle.glom<Row>(first(parents)), asItCame),
  show: () => '',
};

function asItCame(rows: readonly Row[]): readonly Row[] {
  return rows;
}

const repartition: Operator<number> = {
  name: 'repartition',
  arbitrary: fc.integer({ min: 1, max: 4 }),
  takes: () => undefined,
  ...alone,
  shape: (_, parents) => first(parents),
  build: (partitions, parents) => first(parents).repartition(partitions),
  oracle: (_, parents) => oracle.repartition(first(parents)),
  show: showNumber,
};

const reduce: Operator<Call> = {
  name: 'reduce',
  arbitrary: mergeCall,
  takes: () => 'numbers',
  ...alone,
  shape: (_, parents) => ({ ...first(parents), rowsMax: 1 }),
  build: (merge, parents) => first(parents).reduce(mergeOf(merge)),
  oracle: (merge, parents) => oracle.reduce(first(parents), mergeOf(merge)),
  show,
};

const countByValue: Operator<number | undefined> = {
  name: 'countByValue',
  arbitrary: partitionsOption,
  takes: () => undefined,
  ...alone,
  shape: (_, parents) => ({ ...first(parents), kind: 'pairs' }),
  build: (partitions, parents) => first(parents).countByValue(partitions),
  oracle: (_, parents) => oracle.countByValue(first(parents)),
  show: showNumber,
};

const withOther: Readonly<Record<string, Pick<Operator<Any>, 'oracle'> & { readonly build: Any }>> = {
  'the other first': {
    build: (one: RDD<Any>, other: RDD<Any>) => other.union(one),
    oracle: (_, [one, other]) => oracle.transformWith(one as Any, other as Any, (a, b) => oracle.union<Any>(b, a)),
  },
  'the other, if it has rows, a turn later': {
    build: async (one: RDD<Any>, other: RDD<Any>) => ((await other.count()) === 0 ? one : other),
    oracle: (_, [one, other]) =>
      oracle.transformWith<Any, Any, Any>(one as Any, other as Any, (a, b) =>
        oracle.collect(b.batches[0] as oracle.Rows<Any>).length === 0 ? a : b,
      ),
  },
  'throws at 2000 ms': {
    build: (one: RDD<Any>, _other: RDD<Any>, time: Time) => throwAt2000(time) ?? one,
    oracle: (_, [one, other]) =>
      oracle.transformWith<Any, Any, Any>(one as Any, other as Any, (a, _b, time) => throwAt2000(time) ?? a),
  },
};

function throwAt2000(time: Time): undefined {
  if (time.milliseconds === 2000) throw new Error('transformWith at 2000 ms');
}

const transformWith: Operator<string> = {
  name: 'transformWith',
  arbitrary: fc.constantFrom(...Object.keys(withOther)),
  takes: () => undefined,
  others: () => 1,
  shape: (_, parents) => ({ ...first(parents), rowsMax: parents.reduce((all, { rowsMax }) => all + rowsMax, 0) }),
  build: (f, [one, other]) => (one as Any).transformWith(other, withOther[f]?.build),
  oracle: (f, parents) => (withOther[f] as Any).oracle(f, parents),
  show: (f) => f,
};

/** An operator of a user's own, with a slide of its own. */
const everyNth: Operator<{ readonly n: number; readonly withoutParent: 'none' | 'fail' }> = {
  name: 'via everyNth',
  arbitrary: fc.record({ n: fc.integer({ min: 1, max: 3 }), withoutParent: fc.constantFrom('none', 'fail') }),
  takes: () => undefined,
  ...alone,
  shape: ({ n }, parents) => ({ ...first(parents), slideMs: first(parents).slideMs * n }),
  build: ({ n, withoutParent }, parents) => {
    const slideMs = first(parents).node.slideMs * n;
    return first(parents).via(defineOp({ name: 'everyNth', code: [], withoutParent, slideMs, plan: asItIs }));
  },
  oracle: ({ n, withoutParent }, parents) => {
    const slideMs = first(parents).slideMs * n;
    return oracle.operator(parents, { withoutParent, slideMs }, ([rows = []]) => rows);
  },
  show: ({ n, withoutParent }) => `${n}, ${withoutParent} without parent`,
};

function asItIs(batch: Batch): RDD<Row> {
  return batch.input();
}

/** Operators that know of more than one batch. */
const keeping: readonly Operator<Any>[] = [
  ...[window, reduceByWindow, countByWindow, countByValueAndWindow, groupByKeyAndWindow, reduceByKeyAndWindow],
  ...[updateStateByKey, mapWithState, stateSnapshots, mappedAndSnapshots],
];
/** Their names. */
export const keepingNames: readonly string[] = keeping.map(({ name }) => name);

/** Every operator there is. */
export const operators: ReadonlyMap<string, Operator<Any>> = new Map(
  [
    ...[map, filter, flatMap, mapValues, flatMapValues, mapPartitions, mapPartitionsWithIndex, mapAsync],
    ...[reduceByKey, groupByKey, combineByKey, partitionBy],
    ...[cogroup, join, leftOuterJoin, rightOuterJoin, fullOuterJoin],
    ...[
      count,
      reduce,
      countByValue,
      glom,
      repartition,
      union,
      sscUnion,
      transform,
      transformWith,
      sscTransform,
      everyNth,
    ],
    ...[persist, cache, remember],
    ...keeping,
  ].map((operator: Operator<Any>) => [operator.name, operator]),
);

/** What an output must say of a batch. */
export interface Expected {
  readonly rows: oracle.Rows<unknown>;
  /** Whether it says them in this order. */
  readonly isOrdered: boolean;
  /** It says no more than so many; all, unless given. */
  readonly rowsMax?: number;
  /** What it says where there are more, for which it reads one row more than it says. */
  readonly more?: string;
}

/** A way to use an output, in the grammar. */
export interface OutputUse<Args> {
  readonly name: string;
  readonly arbitrary: fc.Arbitrary<Args>;
  /** What rows it takes; undefined for all. */
  readonly takes: Kind | undefined;
  /**
   * @param say what the output has seen of a batch
   * @param output which one of the program it is
   */
  readonly build: (
    args: Args,
    say: (time: Time, rows: readonly unknown[]) => void,
    sc: SparkContext,
    output: number,
  ) => Output<Any>;
  readonly oracle: (args: Args, batch: Expected, time: Time) => Expected;
}

const plain = { arbitrary: fc.constant(null), takes: undefined } as const;
const isThrown = (row: unknown): boolean => row instanceof oracle.Thrown;

const uses: readonly OutputUse<Any>[] = [
  {
    ...plain,
    name: 'foreachRDD, collect',
    build: (_, say) => foreachRDD(async (rdd, time) => say(time, await rdd.collect())),
    oracle: (_, batch) => batch,
  },
  {
    ...plain,
    name: 'foreachRDD, take',
    arbitrary: fc.record({ n: fc.integer({ min: 0, max: 6 }) }),
    build: ({ n }, say) => foreachRDD(async (rdd, time) => say(time, await rdd.take(n))),
    oracle: ({ n }, batch) => ({ ...batch, rowsMax: n }),
  },
  {
    ...plain,
    name: 'foreachRDD, two actions at once',
    build: (_, say) =>
      foreachRDD(async (rdd, time) => {
        const [count, rows] = await Promise.all([rdd.count(), rdd.collect()]);
        say(time, [count, ...rows]);
      }),
    oracle: (_, { rows, isOrdered }) => ({ rows: rows.some(isThrown) ? rows : [rows.length, ...rows], isOrdered }),
  },
  {
    name: 'foreachRDD, sum',
    arbitrary: fc.constant(null),
    takes: 'numbers',
    build: (_, say) =>
      foreachRDD<number>(async (rdd, time) =>
        say(time, (await rdd.isEmpty()) ? [] : [await rdd.reduce((a, b) => a + b)]),
      ),
    oracle: (_, { rows }) => ({
      rows: rows.some(isThrown) || rows.length === 0 ? rows : [(rows as readonly number[]).reduce((a, b) => a + b)],
      isOrdered: true,
    }),
  },
  {
    ...plain,
    name: 'foreachRDD, not awaited',
    build: (_, say) =>
      foreachRDD((rdd, time) => {
        const rows: Row[] = [];
        say(time, rows);
        void rdd.foreach((row) => void rows.push(row));
      }),
    oracle: (_, { rows }) => ({ rows, isOrdered: false }),
  },
  {
    ...plain,
    name: 'foreachRDD, chained and not awaited',
    build: (_, say) =>
      foreachRDD((rdd, time) => {
        void rdd.collect().then((rows) => say(time, rows));
      }),
    oracle: (_, batch) => batch,
  },
  {
    ...plain,
    name: 'foreachRDD, failure caught',
    build: (_, say) => foreachRDD(async (rdd, time) => say(time, await rdd.collect().catch(() => ['caught']))),
    oracle: (_, batch) => (batch.rows.some(isThrown) ? { ...batch, rows: ['caught'] } : batch),
  },
  {
    ...plain,
    name: 'foreachRDD, throws at',
    arbitrary: fc.record({ second: fc.integer({ min: 1, max: 4 }), isLeaving: fc.boolean() }),
    build: ({ second, isLeaving }, say) =>
      foreachRDD((rdd, time) => {
        if (isLeaving) void rdd.count();
        if (time.milliseconds === second * 1000) throw new Error(`output at ${second} s`);
        say(time, []);
      }),
    oracle: ({ second, isLeaving }, { rows }, time) => {
      const isFailing = time.milliseconds === second * 1000;
      if (isFailing) return { rows: [new oracle.Thrown(new Error(`output at ${second} s`))], isOrdered: true };
      return { rows: isLeaving ? rows.filter(isThrown) : [], isOrdered: true };
    },
  },
  {
    ...plain,
    name: 'foreachPartition',
    arbitrary: fc.record({ fails: oneIn(3, failure) }),
    build: (args, say) => ({
      ...foreachPartition(() => undefined),
      run: (rdd, time, world) => {
        const rows: unknown[] = [];
        say(time, rows);
        return foreachPartition(onPartition(args, rows)).run(rdd, time, world);
      },
    }),
    oracle: ({ fails }, { rows }) => ({
      rows: rows.map((row) => (failsOn(fails, row) ? new oracle.Thrown(new Error(textOfFailure(fails))) : row)),
      isOrdered: false,
    }),
  },
  ...(['saveAsTextFiles', 'saveAsObjectFiles'] as const).map(
    (name): OutputUse<null> => ({
      ...plain,
      name,
      build: (_, say, sc, output) => {
        // Outputs may run at once: each has a folder of its own.
        const save = (name === 'saveAsTextFiles' ? saveAsTextFiles : saveAsObjectFiles)<Row>(`out/${output}`, name);
        return {
          ...save,
          run: async (rdd, time, world) => {
            await save.run(rdd, time, world);
            const path = `out/${output}-${time.milliseconds}.${name}`;
            const saved = name === 'saveAsTextFiles' ? sc.textFile(path) : sc.objectFile<Row>(path);
            say(time, rdd.getNumPartitions() === 0 ? [] : await saved.collect());
          },
        };
      },
      oracle: (_, { rows }) => ({
        rows: name === 'saveAsTextFiles' ? rows.map(printed) : rows,
        isOrdered: false,
      }),
    }),
  ),
  {
    ...plain,
    name: 'print',
    arbitrary: fc.record({ n: fc.integer({ min: 0, max: 6 }) }),
    build: ({ n }, say) => {
      const output = print(n);
      return { ...output, run: (rdd, time, world) => output.run(rdd, time, { ...world, terminal: reader(time, say) }) };
    },
    oracle: ({ n }, batch) => ({ ...batch, rows: batch.rows.map(printed), rowsMax: n, more: '...' }),
  },
];

/** What foreachPartition is given: the rows, one by one; it fails at the one it shall not meet, now or turns later. */
function onPartition({ fails }: { readonly fails: Failure | undefined }, met: unknown[]) {
  const meet = (row: Row): void => {
    if (failsOn(fails, row)) throw new Error(textOfFailure(fails));
    met.push(row);
  };
  const later = async (rows: Iterable<Row>): Promise<void> => {
    for (const row of rows) {
      await Promise.resolve();
      meet(row);
    }
  };
  return (rows: Iterable<Row>): void | Promise<void> => {
    if (fails?.how === 'promises') return later(rows);
    for (const row of rows) meet(row);
  };
}

/** Every way to use an output. */
export const outputUses: ReadonlyMap<string, OutputUse<Any>> = new Map(uses.map((use) => [use.name, use]));

/** A terminal that reads the rows out of what is printed. */
function reader(time: Time, say: (time: Time, rows: readonly unknown[]) => void): OutputWorld['terminal'] {
  return {
    out: (text) => {
      const [rule, title, rule2, ...rest] = text.split('\n');
      const rows = rest.slice(0, -2);
      const header = [rule, title, rule2, ...rest.slice(-2)].join('|');
      const dashes = '-'.repeat(43);
      if (header !== `${dashes}|Time: ${time.milliseconds} ms|${dashes}||`) throw new Error(`print wrote ${text}`);
      say(time, rows);
    },
    err: (text) => {
      throw new Error(`print wrote to standard error: ${text}`);
    },
  };
}

function printed(row: unknown): unknown {
  if (isThrown(row)) return row;
  if (Array.isArray(row)) return `(${row.map(printed).join(',')})`;
  return typeof row === 'object' && row !== null
    ? inspect(row, { breakLength: Number.POSITIVE_INFINITY })
    : String(row);
}
