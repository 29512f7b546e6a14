import type { RDD, Row } from 'firesteel';
import { CaseMistake } from './cases.ts';

// The functions that cases name. A program sees only what its function does, so each is what its name says, no more.

export type Table<F> = Readonly<Record<string, F>>;
type Pair = [Row, Row];

/** From a record to a record. */
const rowFunctions: Table<(row: never) => Row> = {
  identity: (row: Row) => row,
  toString: (row: Row) => String(row),
  pairWithOne: (row: Row) => [row, 1],
  pairWithX: (row: Row) => [row, 'x'],
  pairWithLength: (row: string) => [row, row.length],
  plus4: (n: number) => n + 4,
  plus8: (n: number) => n + 8,
  times3: (n: number) => n * 3,
  add10: (n: number) => n + 10,
  length: (row: string) => row.length,
  swap: ([a, b]: Pair) => [b, a],
  first: ([a]: Pair) => a,
  second: ([, b]: Pair) => b,
  parseInt: (text: string) => Number.parseInt(text, 10),
  mod10PairOne: (n: number) => [n % 10, 1],
  upper: (text: string) => text.toUpperCase(),
  fieldCounter: (state: { readonly counter: number }) => state.counter,
  throwAlways: () => {
    throw new Error('This is a special error');
  },
  throwOnOne: (row: Row) => {
    if (row === 1) throw new Error('This is a special error');
    return row;
  },
};

/** From a record to many. */
const manyFunctions: Table<(row: never) => Iterable<Row>> = {
  selfAndDouble: (n: number) => [n, 2 * n],
  selfAndPlus10: (n: number) => [n, n + 10],
  splitOnSpace: (text: string) => text.split(' '),
  splitChars: (text: string) => [...text],
  lengthLetterPairs: (word: string) => [...word].map((letter) => [word.length, letter]),
  valueLetterPairs: ([word, n]: [string, number]) => [...word].map((letter) => [n, letter]),
  suffix1and2: (text: string) => [`${text}1`, `${text}2`],
};

const tests: Table<(row: never) => boolean> = {
  isEven: (n: number) => n % 2 === 0,
  containsA: (text: string) => text.includes('a'),
  keyContainsA: ([key]: [string, Row]) => key.includes('a'),
  valueNotZero: ([, value]: [Row, number]) => value !== 0,
  valuePositive: ([, value]: [Row, number]) => value > 0,
};

const mergeFunctions: Table<(a: never, b: never) => Row> = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  appendText: (a: string, b: Row) => a + String(b),
};

/** From the records of a partition to records. */
const partitionFunctions: Table<(rows: Iterable<never>) => Iterable<Row>> = {
  sumPartition: (rows: Iterable<number>) => [[...rows].reduce((sum, n) => sum + n, 0)],
  concatUpper: (rows: Iterable<string>) => [[...rows].map((text) => text.toUpperCase()).join('')],
  swapAll: (rows: Iterable<Pair>) => [...rows].map(([a, b]) => [b, a]),
};

type Data = RDD<Row>;
type Keyed = RDD<[Row, Row]>;

/** Over whole batches, those of several streams in order; a static data set comes last. */
const batchFunctions: Table<(...batches: never[]) => Data> = {
  'rdd.mapToString': (a: Data) => a.map(String),
  'rdd.mapPlus2': (a: RDD<number>) => a.map((n) => n + 2),
  'rdd.sortByKey': (a: Keyed) => a.sortByKey(),
  'rdd.keys': (a: Keyed) => a.keys(),
  'rdd.cartesianSelf': (a: Data) => a.cartesian(a),
  'rdd.intersection': (a: Data, b: Data) => a.intersection(b),
  'rdd.null': () => null as never,
  'rdd.throw': () => {
    throw new Error('This is a special error');
  },
  'rdd.join': (a: Keyed, b: Keyed) => a.join(b),
  'rdd.union': (a: Data, b: Data) => a.union(b),
  'rdd.unionAll': (a: Data, ...others: Data[]) => a.union(...others),
  'rdd.union231': (a: Data, b: Data, c: Data) => b.union(c, a),
  'rdd.subtract': (a: Data, b: Data) => a.subtract(b),
  'rdd.unionSelfPairJoin': (a: Data, b: Data, c: Keyed) => {
    const paired: Keyed = a.union(b).map((row) => [row, row]);
    return paired.join(c);
  },
};

export function lookup<F>(kind: string, table: Table<F>, name: string): F {
  const f = Object.hasOwn(table, name) ? table[name] : undefined;
  if (f === undefined) throw new CaseMistake(`there is no ${kind} named ${name}`);
  return f;
}

export function rowFunction(name: string): (row: Row) => Row {
  return lookup('function of a record', rowFunctions, name) as (row: Row) => Row;
}

export function manyFunction(name: string): (row: Row) => Iterable<Row> {
  return lookup('function from a record to many', manyFunctions, name) as (row: Row) => Iterable<Row>;
}

export function testFunction(name: string): (row: Row) => boolean {
  return lookup('test', tests, name) as (row: Row) => boolean;
}

export function mergeFunction(name: string): (a: Row, b: Row) => Row {
  return lookup('function of two arguments', mergeFunctions, name) as (a: Row, b: Row) => Row;
}

export function partitionFunction(name: string): (rows: Iterable<Row>) => Iterable<Row> {
  return lookup('function of a partition', partitionFunctions, name) as (rows: Iterable<Row>) => Iterable<Row>;
}

export function batchFunction(name: string): (...batches: Data[]) => Data {
  return lookup('function of batches', batchFunctions, name) as (...batches: Data[]) => Data;
}
