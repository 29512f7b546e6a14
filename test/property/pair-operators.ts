import fc from 'fast-check';
import type { DStream, Row } from 'firesteel';
import * as ofPairs from '../../src/testing/oracle-pairs.ts';
import { type Any, alone, first, type Operator } from './operator.ts';
import { type Call, callOf, functionOf, mergeCall, mergeOf, oneIn, show } from './row-functions.ts';

// Operators of the grammar that move pairs to the partitions of their keys. Values are numbers again behind them.

/** Into how many partitions it is asked to go, if it is; or by which partitioner. */
type Partitioning = number | 'by kind' | undefined;

const partitionCount = fc.integer({ min: 1, max: 4 });
/** How many partitions it is asked for, if it is. */
export const partitionsOption: fc.Arbitrary<number | undefined> = fc.option(partitionCount, { nil: undefined });
const partitioning: fc.Arbitrary<Partitioning> = fc.oneof(
  { weight: 5, arbitrary: partitionsOption },
  { weight: 1, arbitrary: fc.constant('by kind' as const) },
);

/** A number in print, if there is one. */
export const showNumber = (n: number | undefined): string => (n === undefined ? '' : String(n));

const byKind = {
  numPartitions: 2,
  getPartition: (key: unknown) => (typeof key === 'number' ? 1 : 0),
  equals: () => false,
};

function given(asked: Partitioning): number | typeof byKind | undefined {
  return asked === 'by kind' ? byKind : asked;
}

/** What an operator is given, in print. */
function listed(...args: readonly (string | Partitioning)[]): string {
  return args.filter((arg) => arg !== undefined && arg !== '').join(', ');
}

export const reduceByKey: Operator<{ readonly merge: Call; readonly partitions: Partitioning }> = {
  name: 'reduceByKey',
  arbitrary: fc.record({ merge: mergeCall, partitions: partitioning }),
  takes: () => 'pairs',
  ...alone,
  shape: (_, parents) => first(parents),
  build: ({ merge, partitions }, parents) => first(parents).reduceByKey(mergeOf(merge), given(partitions)),
  oracle: ({ merge }, parents) => ofPairs.reduceByKey(first(parents), mergeOf(merge)),
  show: ({ merge, partitions }) => listed(show(merge), partitions),
};

export const partitionBy: Operator<number | 'by kind'> = {
  name: 'partitionBy',
  arbitrary: fc.oneof(
    { weight: 5, arbitrary: partitionCount },
    { weight: 1, arbitrary: fc.constant('by kind' as const) },
  ),
  takes: () => 'pairs',
  ...alone,
  shape: (_, parents) => first(parents),
  build: (partitions, parents) => first(parents).partitionBy(given(partitions) ?? byKind),
  oracle: (_, parents) => ofPairs.partitionBy(first(parents)),
  show: String,
};

/** Tells lists apart, whatever the order of their rows. */
export const weight = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) + 1000 * values.length;
const weightOfBoth = ([left, right]: readonly [readonly number[], readonly number[]]): number =>
  weight(left) - 3 * weight(right);
const blend = ([a, b]: readonly [number | null, number | null]): number => (a ?? 1000) - 3 * (b ?? 2000);

export const groupByKey: Operator<Partitioning> = {
  name: 'groupByKey',
  arbitrary: partitioning,
  takes: () => 'pairs',
  ...alone,
  shape: (_, parents) => first(parents),
  build: (partitions, parents) => first(parents).groupByKey(given(partitions)).mapValues(weight),
  oracle: (_, parents) => ofPairs.mapValues(ofPairs.groupByKey<Row, number>(first(parents)), weight),
  show: (partitions) => listed(partitions),
};

/** Fails on a value wherever it meets it, so that the grouping of values does not show. */
export const combineByKey: Operator<{ readonly call: Call; readonly partitions: Partitioning }> = {
  name: 'combineByKey',
  arbitrary: fc.record({ call: callOf('mapValues'), partitions: partitioning }),
  takes: () => 'pairs',
  ...alone,
  shape: (_, parents) => first(parents),
  build: ({ call, partitions }, parents) => {
    const f = functionOf('mapValues', call);
    const list = (n: number): Any => ifThere(f(n), (made) => [made]);
    const add = (all: number[], n: number): Any => ifThere(f(n), (made) => [...all, made]);
    return first(parents).combineByKey(list, add, concat, given(partitions)).mapValues(weight);
  },
  oracle: ({ call }, parents) => {
    const f = functionOf('mapValues', call);
    const lists = ofPairs.combineByKey<Row, number, number[]>(
      first(parents),
      (n) => ifThere(f(n), (made) => [made]),
      (all, n) => ifThere(f(n), (made) => [...all, made]),
    );
    return ofPairs.mapValues(lists, weight);
  },
  show: ({ call, partitions }) => listed(show(call), partitions),
};

const concat = (a: readonly number[], b: readonly number[]): Any => [...a, ...b];

/** A function that returns a promise for a row returns it for all that holds the row. */
function ifThere(made: Any, f: (made: number) => Any): Any {
  return made instanceof Promise ? made : f(made);
}

type TwoSided = 'cogroup' | 'join' | 'leftOuterJoin' | 'rightOuterJoin' | 'fullOuterJoin';

interface Sides {
  readonly partitions: Partitioning;
  /** What becomes of the values of a side first, and on which of them that fails; as they are where there is none. */
  readonly left: Call | undefined;
  readonly right: Call | undefined;
}

const side = oneIn(2, callOf('mapValues', 4));

function twoSided(name: TwoSided): Operator<Sides> {
  const asNumber = name === 'cogroup' ? weightOfBoth : blend;
  return {
    name,
    arbitrary: fc.record({ partitions: partitioning, left: side, right: side }),
    takes: () => 'pairs',
    others: () => 1,
    shape: (_, parents) => {
      const [left = 0, right = 0] = parents.map(({ rowsMax }) => rowsMax);
      return { ...first(parents), rowsMax: left + right + (name === 'cogroup' ? 0 : left * right) };
    },
    build: ({ partitions, ...calls }, [left, right]) => {
      const made = (call: Call | undefined, stream: DStream<Any>): DStream<Any> =>
        call === undefined ? stream : stream.mapValues(functionOf('mapValues', call));
      const operands = [made(calls.left, left as DStream<Any>), made(calls.right, right as DStream<Any>)] as const;
      return (operands[0] as Any)[name](operands[1], given(partitions)).mapValues(asNumber);
    },
    oracle: ({ left: onLeft, right: onRight }, [left, right]) => {
      const made = (call: Call | undefined, stream: Any): Any =>
        call === undefined ? stream : ofPairs.mapValues(stream, functionOf('mapValues', call));
      return ofPairs.mapValues((ofPairs as Any)[name](made(onLeft, left), made(onRight, right)), asNumber as Any);
    },
    show: ({ partitions, left, right }) =>
      listed(left && `left ${show(left)}`, right && `right ${show(right)}`, partitions),
  };
}

export const cogroup: Operator<Sides> = twoSided('cogroup');
export const join: Operator<Sides> = twoSided('join');
export const leftOuterJoin: Operator<Sides> = twoSided('leftOuterJoin');
export const rightOuterJoin: Operator<Sides> = twoSided('rightOuterJoin');
export const fullOuterJoin: Operator<Sides> = twoSided('fullOuterJoin');
