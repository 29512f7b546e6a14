import type { Pair, Row } from '../core/row.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import type { Partitioner } from '../rdd/partitioner.ts';
import { codeOf, grouping } from '../rdd/row-functions.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Puts the values of each key into one list, batch by batch.
 *
 * Shape:  DStream<[K, V]> → DStream<[K, V[]]>
 * Emits   one pair for each key of the batch; values in the order of partitions, then of arrival.
 * Waits   for all rows of the batch.
 * Keeps   nothing; for the length of the batch all its values.
 * Ends    with its parent.
 *
 * @param partitions how many, or what places the keys; by default the context's default parallelism
 * @throws UsageError (RDD.BAD_COUNT) at the call, unless there is at least one partition
 * @throws JobError (STAGE.NOT_A_PAIR) in the batch whose row is none
 * @example
 * await run((ssc, input) => input.map((n) => [n % 2, n]).groupByKey(1), [[1, 2, 3]]) // => [[[1, [1, 3]], [0, [2]]]]
 *
 * Spark: as PairDStreamFunctions.groupByKey.
 */
export function groupByKey<P extends Pair<Row, Row>>(partitions?: number | Partitioner): Op<[P[0], P[1][]]> {
  checkPartitions('groupByKey', partitions);
  return defineOp({
    name: 'groupByKey',
    code: codeOf(grouping),
    plan: (batch) => batch.input<P>().groupByKey(partitions ?? batch.defaultParallelism),
  });
}
