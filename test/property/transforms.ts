import type { Row } from '../../src/core/row.ts';
import type { Time } from '../../src/core/time.ts';
import type { RDD } from '../../src/rdd/rdd.ts';
import { collect, type Rows, type Stream } from '../../src/testing/oracle.ts';
import { union } from '../../src/testing/oracle-batches.ts';
import { mapValues, reduceByKey } from '../../src/testing/oracle-pairs.ts';
import { filter, map } from '../../src/testing/oracle-rows.ts';
import type { Kind } from './row-functions.ts';

// biome-ignore lint/suspicious/noExplicitAny: the kinds of rows are kept apart by `takes` and `gives`, not by types
type Any = any;

/** What a program does inside of transform: on RDDs, and over arrays. */
export interface Transform {
  /** What rows it takes, and gives; undefined for all, and for the same. */
  readonly takes: Kind | undefined;
  readonly gives: Kind | undefined;
  /** How often it may repeat a row. */
  readonly growth: number;
  /** @param atMs in which batch it does what it does once */
  readonly build: (rdd: RDD<Any>, time: Time, atMs: number) => RDD<Row> | Promise<RDD<Row>>;
  readonly oracle: (rdd: Stream<Any>, time: Time, atMs: number) => Stream<unknown>;
}

const same = { takes: undefined, gives: undefined, growth: 1 } as const;
const numbers = { takes: 'numbers', gives: 'numbers', growth: 1 } as const;
const add = (a: number, b: number): number => a + b;
const plusOne = (n: number): number => n + 1;
const isOdd = (n: number): boolean => n % 2 !== 0;
const keyed = (n: number): [number, number] => [n % 2, n];

function throwAt(time: Time, atMs: number): void {
  if (time.milliseconds === atMs) throw new Error(`transform at ${atMs} ms`);
}

/** Waits less for every batch, so that who plans several at once has them in the wrong order. */
export async function turns(time: Time): Promise<void> {
  for (let turn = time.milliseconds; turn < 6000; turn += 250) await Promise.resolve();
}

/** By their names in print. */
export const transforms: Readonly<Record<string, Transform>> = {
  'the RDD itself': { ...same, build: (rdd) => rdd, oracle: (rdd) => rdd },
  'itself twice': { ...same, growth: 2, build: (rdd) => rdd.union(rdd), oracle: (rdd) => union(rdd, rdd) },
  'plus one, then odd': {
    ...numbers,
    build: (rdd) => rdd.map(plusOne).filter(isOdd),
    oracle: (rdd) => filter(map(rdd, plusOne), isOdd),
  },
  'itself, sooner every time': {
    ...same,
    build: async (rdd, time) => {
      await turns(time);
      return rdd;
    },
    oracle: (rdd) => rdd,
  },
  'plus its count': {
    ...numbers,
    build: async (rdd) => {
      const count = await rdd.count();
      return rdd.map((n) => n + count);
    },
    oracle: (rdd) => {
      const { length } = collect(rdd.batches[0] as Rows<number>);
      return map(rdd, (n) => n + length);
    },
  },
  'plus the time': {
    ...numbers,
    build: (rdd, time) => rdd.map((n) => n + time.milliseconds),
    oracle: (rdd, time) => map(rdd, (n) => n + time.milliseconds),
  },
  'sums of even and odd': {
    takes: 'numbers',
    gives: 'pairs',
    growth: 1,
    build: (rdd) => rdd.map(keyed).reduceByKey(add, 2),
    oracle: (rdd) => reduceByKey(map(rdd, keyed), add),
  },
  'sums, merged with the rows again': {
    takes: 'pairs',
    gives: 'pairs',
    growth: 2,
    build: (rdd) => {
      const sums = rdd.reduceByKey(add, 3);
      return sums.mapValues(plusOne).union(sums, rdd.mapValues(plusOne)).reduceByKey(add);
    },
    oracle: (rdd) => {
      const sums = reduceByKey<unknown, number>(rdd, add);
      return reduceByKey(union(mapValues(sums, plusOne), sums, mapValues(rdd, plusOne)), add);
    },
  },
  'throws once': {
    ...same,
    build: (rdd, time, atMs) => {
      throwAt(time, atMs);
      return rdd;
    },
    oracle: (rdd, time, atMs) => {
      throwAt(time, atMs);
      return rdd;
    },
  },
  'rejects once': {
    ...same,
    build: async (rdd, time, atMs) => {
      await Promise.resolve();
      throwAt(time, atMs);
      return rdd;
    },
    oracle: (rdd, time, atMs) => {
      throwAt(time, atMs);
      return rdd;
    },
  },
  'no RDD once': {
    ...same,
    build: (rdd, time, atMs) => (time.milliseconds === atMs ? (undefined as never) : rdd),
    oracle: (rdd, time, atMs) => (time.milliseconds === atMs ? (undefined as never) : rdd),
  },
};
