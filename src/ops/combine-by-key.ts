import type { Pair, Row } from '../core/row.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import type { Partitioner } from '../rdd/partitioner.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Merges the values of each key into something of another kind, batch by batch.
 *
 * Shape:  DStream<[K, V]> → DStream<[K, C]>
 * Emits   one pair for each key of the batch; the order of keys is not defined.
 * Waits   for all rows of the batch.
 * Keeps   nothing; for the length of the batch one combiner a key and partition.
 * Ends    with its parent.
 *
 * @param create of the first value of a key in a partition
 * @param mergeValue takes a further value in; it may change what it is given
 * @param mergeCombiners puts those of two partitions together
 * @param partitions how many, or what places the keys; by default the context's default parallelism
 * @throws UsageError (RDD.BAD_COUNT) at the call, unless there is at least one partition
 * @throws JobError (STAGE.NOT_A_PAIR, STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the batch whose row it failed
 *   on
 * @example
 * const list = (n: number) => [n];
 * const add = (all: number[], n: number) => [...all, n];
 * const join = (a: number[], b: number[]) => [...a, ...b];
 * await run((ssc, input) => input.map((n) => ['k', n]).combineByKey(list, add, join), [[1, 2]]) // => [[['k', [1, 2]]]]
 *
 * Spark: as PairDStreamFunctions.combineByKey.
 */
export function combineByKey<P extends Pair<Row, Row>, C extends Row>(
  create: (value: P[1]) => C,
  mergeValue: (merged: C, value: P[1]) => C,
  mergeCombiners: (a: C, b: C) => C,
  partitions?: number | Partitioner,
): Op<[P[0], C]> {
  checkPartitions('combineByKey', partitions);
  return defineOp({
    name: 'combineByKey',
    code: [create, mergeValue, mergeCombiners],
    plan: (batch) =>
      batch.input<P>().combineByKey(create, mergeValue, mergeCombiners, partitions ?? batch.defaultParallelism),
  });
}
