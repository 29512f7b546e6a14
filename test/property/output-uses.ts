import { inspect } from 'node:util';
import fc from 'fast-check';
import type { Output, OutputWorld, Row, SparkContext, Time } from 'firesteel';
import { foreachPartition } from '../../src/ops/foreach-partition.ts';
import { foreachRDD } from '../../src/ops/foreach-rdd.ts';
import { print } from '../../src/ops/print.ts';
import { saveAsObjectFiles } from '../../src/ops/save-as-object-files.ts';
import { saveAsTextFiles } from '../../src/ops/save-as-text-files.ts';
import * as oracle from '../../src/testing/oracle.ts';
import type { Any } from './operator.ts';
import { type Failure, failsOn, failure, type Kind, oneIn, textOfFailure } from './row-functions.ts';

// Outputs of the grammar: one entry for each way of using one.

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
