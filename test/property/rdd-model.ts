import type { HashPartitioner, Partitioner, RDD } from 'firesteel';
import { StorageLevel } from '../../src/rdd/storage-level.ts';

// What RDDs do, over plain arrays: no partitions, no plans, no encoding of keys. Keys are compared by `canon`, which
// says in the plainest words what "by value" means.

/** A row of the chains: a key of any kind, and a number. */
export type Row = [key: unknown, value: number];

/** Equal for values that are equal, in the order of nothing in particular. */
export function canon(value: unknown): string {
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value instanceof Uint8Array) return `bytes ${[...value].join()}`;
  if (Array.isArray(value)) return `[${value.map(canon).join('; ')}]`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([name, part]) => `${JSON.stringify(name)} is ${canon(part)}`);
    return `{${parts.sort().join('; ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
}

/** The rows of a multiset, in an order that depends on them alone. */
export function unordered(rows: readonly unknown[]): string[] {
  return rows.map(canon).sort();
}

/** Lists of the values of equal keys, in the order of arrival; the first key object of each. */
export function groups<K, V>(rows: readonly (readonly [K, V])[]): [K, V[]][] {
  const lists = new Map<string, [K, V[]]>();
  for (const [key, value] of rows) {
    const list = lists.get(canon(key));
    if (list === undefined) lists.set(canon(key), [key, [value]]);
    else list[1].push(value);
  }
  return [...lists.values()];
}

/** The values that two sides have for each key of either. */
export function cogroups(left: readonly Row[], right: readonly Row[]): [unknown, [number[], number[]]][] {
  const sides = [groups(left), groups(right)].map((side) => new Map(side.map(([key, list]) => [canon(key), list])));
  return groups([...left, ...right]).map(([key]) => {
    const [a, b] = sides.map((side) => side.get(canon(key)) ?? []);
    return [key, [a ?? [], b ?? []]];
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function joined(left: readonly Row[], right: readonly Row[], mayLeftMiss: boolean, mayRightMiss: boolean): Row[] {
  return cogroups(left, right).flatMap(([key, [a, b]]) => {
    const lefts = a.length === 0 && mayLeftMiss ? [null] : a;
    const rights = b.length === 0 && mayRightMiss ? [null] : b;
    return lefts.flatMap((x) => rights.map((y): Row => [key, joinedValue([x, y])]));
  });
}

const joinedValue = ([a, b]: readonly [number | null, number | null]): number => (a ?? -1) * 3 + (b ?? -2);

/** What a step of a chain is given. */
export interface StepFacts {
  /** A second RDD, and its rows. */
  readonly other: { readonly rdd: RDD<Row>; readonly rows: readonly Row[] };
  /** How many partitions, where an operator asks. */
  readonly count: number;
  readonly partitioner: HashPartitioner;
}

/** An operator: on RDDs, and on the rows as a multiset. */
export interface ChainStep {
  readonly rdd: (rdd: RDD<Row>, facts: StepFacts) => RDD<Row>;
  readonly rows: (rows: readonly Row[], facts: StepFacts) => Row[];
}

const same = (rows: readonly Row[]): Row[] => [...rows];
const isOdd = ([, value]: Row): boolean => value % 2 !== 0;
const plusOne = ([key, value]: Row): Row => [key, value + 1];
const digits = (value: number): number[] => [value % 3, Math.trunc(value / 3)];
const keyed = (value: number): unknown => [value % 2 === 0, `${value % 3}`];
const hashed = (count: number): Partitioner => ({
  numPartitions: count,
  getPartition: (key) => canon(key).length % count,
  equals: () => false,
});

/** Operators whose rows keep their order, one way or the other. */
export const narrowSteps: Readonly<Record<string, ChainStep>> = {
  map: { rdd: (rdd) => rdd.map(plusOne), rows: (rows) => rows.map(plusOne) },
  filter: { rdd: (rdd) => rdd.filter(isOdd), rows: (rows) => rows.filter(isOdd) },
  flatMap: {
    rdd: (rdd) => rdd.flatMap((row) => (isOdd(row) ? [row, plusOne(row)] : [])),
    rows: (rows) => rows.flatMap((row) => (isOdd(row) ? [row, plusOne(row)] : [])),
  },
  'flatMap of a generator': {
    rdd: (rdd) =>
      rdd.flatMap(function* (row) {
        if (isOdd(row)) yield row;
        yield plusOne(row);
      }),
    rows: (rows) => rows.flatMap((row) => (isOdd(row) ? [row, plusOne(row)] : [plusOne(row)])),
  },
  mapPartitions: {
    rdd: (rdd) => rdd.mapPartitions((some) => [...some].map(plusOne)),
    rows: (rows) => rows.map(plusOne),
  },
  'mapPartitions of a generator': {
    rdd: (rdd) =>
      rdd.mapPartitions(function* (some) {
        for (const row of some) if (isOdd(row)) yield row;
      }),
    rows: (rows) => rows.filter(isOdd),
  },
  'mapPartitions that waits': {
    rdd: (rdd) =>
      rdd.mapPartitions(async function* (some) {
        for (const row of some) yield await Promise.resolve(plusOne(row));
      }),
    rows: (rows) => rows.map(plusOne),
  },
  mapValues: { rdd: (rdd) => rdd.mapValues((n) => n * 2), rows: (rows) => rows.map(([key, n]): Row => [key, n * 2]) },
  flatMapValues: {
    rdd: (rdd) => rdd.flatMapValues(digits),
    rows: (rows) => rows.flatMap(([key, n]) => digits(n).map((digit): Row => [key, digit])),
  },
  'keyBy and values': {
    rdd: (rdd) => rdd.values().keyBy(keyed),
    rows: (rows) => rows.map(([, n]): Row => [keyed(n), n]),
  },
  glom: { rdd: (rdd) => rdd.glom().flatMap((some) => [...some]), rows: same },
  union: {
    rdd: (rdd, { other }) => rdd.union(other.rdd),
    rows: (rows, { other }) => [...rows, ...other.rows],
  },
  coalesce: { rdd: (rdd, { count }) => rdd.coalesce(count), rows: same },
  'zip with itself': {
    rdd: (rdd) => rdd.zip(rdd.values()).map(([[key, a], b]): Row => [key, a - b]),
    rows: (rows) => rows.map(([key]): Row => [key, 0]),
  },
  'sample of all': { rdd: (rdd) => rdd.sample(false, 1, 1), rows: same },
  cache: { rdd: (rdd) => kept(rdd, StorageLevel.MEMORY_ONLY), rows: same },
  'persist as bytes': { rdd: (rdd) => kept(rdd, StorageLevel.MEMORY_ONLY_SER), rows: same },
  'persist on disk': { rdd: (rdd) => kept(rdd, StorageLevel.DISK_ONLY), rows: same },
};

/** A step before may have persisted it already. */
function kept(rdd: RDD<Row>, level: StorageLevel): RDD<Row> {
  return rdd.getStorageLevel() === StorageLevel.NONE ? rdd.persist(level) : rdd.map((row) => row).persist(level);
}

/** Operators that move rows. */
export const wideSteps: Readonly<Record<string, ChainStep>> = {
  repartition: { rdd: (rdd, { count }) => rdd.repartition(count), rows: same },
  partitionBy: { rdd: (rdd, { partitioner }) => rdd.partitionBy(partitioner), rows: same },
  'partitionBy of a program': { rdd: (rdd, { count }) => rdd.partitionBy(hashed(count)), rows: same },
  sortBy: { rdd: (rdd, { count }) => rdd.sortBy(([, n]) => n, count % 2 === 0, count), rows: same },
  distinct: {
    rdd: (rdd, { count }) => rdd.distinct(count),
    rows: (rows) => groups(rows.map((row): [Row, null] => [row, null])).map(([row]) => row),
  },
  reduceByKey: {
    rdd: (rdd, { count }) => rdd.reduceByKey((a, b) => a + b, count),
    rows: (rows) => groups(rows).map(([key, list]): Row => [key, sum(list)]),
  },
  foldByKey: {
    rdd: (rdd) => rdd.foldByKey(0, (a, b) => a + b),
    rows: (rows) => groups(rows).map(([key, list]): Row => [key, sum(list)]),
  },
  aggregateByKey: {
    rdd: (rdd, { partitioner }) =>
      rdd
        .aggregateByKey(
          [] as number[],
          (list, n) => {
            list.push(n);
            return list;
          },
          (a, b) => a.concat(b),
          partitioner,
        )
        .mapValues((list) => list.length),
    rows: (rows) => groups(rows).map(([key, list]): Row => [key, list.length]),
  },
  combineByKey: {
    rdd: (rdd, { count }) =>
      rdd.combineByKey(
        (n) => n,
        (a, n) => Math.max(a, n),
        (a, b) => Math.max(a, b),
        count,
      ),
    rows: (rows) => groups(rows).map(([key, list]): Row => [key, Math.max(...list)]),
  },
  groupByKey: {
    rdd: (rdd) => rdd.groupByKey().mapValues((list) => sum(list) - list.length),
    rows: (rows) => groups(rows).map(([key, list]): Row => [key, sum(list) - list.length]),
  },
  groupBy: {
    rdd: (rdd, { count }) => rdd.groupBy(([, n]) => n % 3, count).mapValues((list) => list.length),
    rows: (rows) =>
      groups(rows.map((row): [number, Row] => [row[1] % 3, row])).map(([key, list]) => [key, list.length]),
  },
  cogroup: {
    rdd: (rdd, { other, count }) => rdd.cogroup(other.rdd, count).mapValues(([a, b]) => sum(a) - sum(b)),
    rows: (rows, { other }) => cogroups(rows, other.rows).map(([key, [a, b]]): Row => [key, sum(a) - sum(b)]),
  },
  join: {
    rdd: (rdd, { other }) => rdd.join(other.rdd).mapValues(joinedValue),
    rows: (rows, { other }) => joined(rows, other.rows, false, false),
  },
  'join with itself': {
    rdd: (rdd, { count }) => rdd.join(rdd, count).mapValues(joinedValue),
    rows: (rows) => joined(rows, rows, false, false),
  },
  leftOuterJoin: {
    rdd: (rdd, { other, partitioner }) => rdd.leftOuterJoin(other.rdd, partitioner).mapValues(joinedValue),
    rows: (rows, { other }) => joined(rows, other.rows, false, true),
  },
  rightOuterJoin: {
    rdd: (rdd, { other }) => rdd.rightOuterJoin(other.rdd).mapValues(joinedValue),
    rows: (rows, { other }) => joined(rows, other.rows, true, false),
  },
  fullOuterJoin: {
    rdd: (rdd, { other, count }) => rdd.fullOuterJoin(other.rdd, count).mapValues(joinedValue),
    rows: (rows, { other }) => joined(rows, other.rows, true, true),
  },
  subtractByKey: {
    rdd: (rdd, { other }) => rdd.subtractByKey(other.rdd),
    rows: (rows, { other }) => rows.filter(([key]) => !other.rows.some(([one]) => canon(one) === canon(key))),
  },
  subtract: {
    rdd: (rdd, { other, count }) => rdd.subtract(other.rdd, count),
    rows: (rows, { other }) => rows.filter((row) => !other.rows.some((one) => canon(one) === canon(row))),
  },
  intersection: {
    rdd: (rdd, { other }) => rdd.intersection(other.rdd),
    rows: (rows, { other }) => {
      const both = rows.filter((row) => other.rows.some((one) => canon(one) === canon(row)));
      return groups(both.map((row): [Row, null] => [row, null])).map(([row]) => row);
    },
  },
  cartesian: {
    rdd: (rdd, { other }) => rdd.cartesian(other.rdd).map(([[key, a], [, b]]): Row => [key, a + b]),
    rows: (rows, { other }) => rows.flatMap(([key, a]) => other.rows.map(([, b]): Row => [key, a + b])),
  },
  'zipWithIndex and back': { rdd: (rdd) => rdd.zipWithIndex().map(([row]) => row), rows: same },
};
