import {
  count,
  countByValue,
  everyNth,
  glom,
  reduce,
  repartition,
  transform,
  transformWith,
} from './batch-operators.ts';
import type { Any, Operator } from './operator.ts';
import {
  cogroup,
  combineByKey,
  fullOuterJoin,
  groupByKey,
  join,
  leftOuterJoin,
  partitionBy,
  reduceByKey,
  rightOuterJoin,
} from './pair-operators.ts';
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
import {
  countByValueAndWindow,
  countByWindow,
  groupByKeyAndWindow,
  reduceByKeyAndWindow,
  reduceByWindow,
  window,
} from './window-operators.ts';

/*
 * The grammar of random programs: the table of all operators; the outputs are in `output-uses.ts`. The entry of an
 * operator stands with its kind, and has its place here: so all laws of programs are laws of it.
 */

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
    ...[count, reduce, countByValue, glom, repartition, transform, transformWith, everyNth],
    ...[union, sscUnion, sscTransform, persist, cache, remember],
    ...keeping,
  ].map((operator: Operator<Any>) => [operator.name, operator]),
);
