import fc from 'fast-check';
import type { DStream, Row } from 'firesteel';
import * as oracle from '../../src/testing/oracle.ts';
import { type Any, alone, first, type Operator } from './operator.ts';
import { type Call, callOf, functionOf, mergeCall, mergeOf, show } from './row-functions.ts';

// Operators of the grammar that move pairs to the partitions of their keys. Values are numbers again behind them.

const partitionCount = fc.integer({ min: 1, max: 4 });
/** How many partitions it is asked for, if it is. */
export const partitionsOption: fc.Arbitrary<number | undefined> = fc.option(partitionCount, { nil: undefined });

/** A number in print, if there is one. */
export const showNumber = (n: number | undefined): string => (n === undefined ? '' : String(n));

export const reduceByKey: Operator<{ readonly merge: Call; readonly partitions: number | undefined }> = {
  name: 'reduceByKey',
  arbitrary: fc.record({ merge: mergeCall, partitions: partitionsOption }),
  takes: () => 'pairs',
  ...alone,
  shape: (_, parents) => first(parents),
  build: ({ merge, partitions }, parents) => first(parents).reduceByKey(mergeOf(merge), partitions),
  oracle: ({ merge }, parents) => oracle.reduceByKey(first(parents), mergeOf(merge)),
  show: ({ merge, partitions }) => `${show(merge)}${partitions === undefined ? '' : `, ${partitions}`}`,
};

const byKind = {
  numPartitions: 2,
  getPartition: (key: unknown) => (typeof key === 'number' ? 1 : 0),
  equals: () => false,
};

export const partitionBy: Operator<number | null> = {
  name: 'partitionBy',
  arbitrary: fc.option(partitionCount),
  takes: () => 'pairs',
  ...alone,
  shape: (_, parents) => first(parents),
  build: (partitions, parents) => first(parents).partitionBy(partitions ?? byKind),
  oracle: (_, parents) => oracle.partitionBy(first(parents)),
  show: (partitions) => String(partitions ?? 'by kind'),
};

/** Tells lists apart, whatever the order of their rows. */
const weight = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) + 1000 * values.length;
const weightOfBoth = ([left, right]: readonly [readonly number[], readonly number[]]): number =>
  weight(left) - 3 * weight(right);
const blend = ([a, b]: readonly [number | null, number | null]): number => (a ?? 1000) - 3 * (b ?? 2000);

export const groupByKey: Operator<number | undefined> = {
  name: 'groupByKey',
  arbitrary: partitionsOption,
  takes: () => 'pairs',
  ...alone,
  shape: (_, parents) => first(parents),
  build: (partitions, parents) => first(parents).groupByKey(partitions).mapValues(weight),
  oracle: (_, parents) => oracle.mapValues(oracle.groupByKey<Row, number>(first(parents)), weight),
  show: showNumber,
};

/** Fails on a value wherever it meets it, so that the grouping of values does not show. */
export const combineByKey: Operator<{ readonly call: Call; readonly partitions: number | undefined }> = {
  name: 'combineByKey',
  arbitrary: fc.record({ call: callOf('mapValues'), partitions: partitionsOption }),
  takes: () => 'pairs',
  ...alone,
  shape: (_, parents) => first(parents),
  build: ({ call, partitions }, parents) => {
    const f = functionOf('mapValues', call);
    const list = (n: number): Any => ifThere(f(n), (made) => [made]);
    const add = (all: number[], n: number): Any => ifThere(f(n), (made) => [...all, made]);
    return first(parents).combineByKey(list, add, concat, partitions).mapValues(weight);
  },
  oracle: ({ call }, parents) => {
    const f = functionOf('mapValues', call);
    const lists = oracle.combineByKey<Row, number, number[]>(
      first(parents),
      (n) => ifThere(f(n), (made) => [made]),
      (all, n) => ifThere(f(n), (made) => [...all, made]),
    );
    return oracle.mapValues(lists, weight);
  },
  show: ({ call, partitions }) => `${show(call)}${partitions === undefined ? '' : `, ${partitions}`}`,
};

const concat = (a: readonly number[], b: readonly number[]): Any => [...a, ...b];

/** A function that returns a promise for a row returns it for all that holds the row. */
function ifThere(made: Any, f: (made: number) => Any): Any {
  return made instanceof Promise ? made : f(made);
}

type TwoSided = 'cogroup' | 'join' | 'leftOuterJoin' | 'rightOuterJoin' | 'fullOuterJoin';

function twoSided(name: TwoSided): Operator<number | undefined> {
  const asNumber = name === 'cogroup' ? weightOfBoth : blend;
  return {
    name,
    arbitrary: partitionsOption,
    takes: () => 'pairs',
    others: () => 1,
    shape: (_, parents) => {
      const [left = 0, right = 0] = parents.map(({ rowsMax }) => rowsMax);
      return { ...first(parents), rowsMax: left + right + (name === 'cogroup' ? 0 : left * right) };
    },
    build: (partitions, [left, right]) => (left as Any)[name](right as DStream<Any>, partitions).mapValues(asNumber),
    oracle: (_, [left, right]) => oracle.mapValues((oracle as Any)[name](left, right), asNumber as Any),
    show: showNumber,
  };
}

export const cogroup: Operator<number | undefined> = twoSided('cogroup');
export const join: Operator<number | undefined> = twoSided('join');
export const leftOuterJoin: Operator<number | undefined> = twoSided('leftOuterJoin');
export const rightOuterJoin: Operator<number | undefined> = twoSided('rightOuterJoin');
export const fullOuterJoin: Operator<number | undefined> = twoSided('fullOuterJoin');
