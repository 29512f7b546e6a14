import type { Pair, Row } from '../core/row.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import { HashPartitioner, type Partitioner } from '../rdd/partitioner.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Moves every pair to the partition of its key.
 *
 * Shape:  DStream<[K, V]> → DStream<[K, V]>
 * Emits   the same pairs; those of one partition keep the order in which they came.
 * Waits   for all rows of the batch.
 * Keeps   nothing.
 * Ends    with its parent; a batch in which the parent has no RDD fails.
 *
 * @param partitions what places the keys, or into how many partitions they go by their hash
 * @throws UsageError (RDD.BAD_COUNT) at the call, unless there is at least one partition
 * @throws JobError (STAGE.NOT_A_PAIR) in the batch whose row is none
 * @throws UsageError (PARTITIONER.OUT_OF_RANGE) as the batch's failure
 * @throws JobError (BATCH.PARENT_WITHOUT_RDD) as the batch's failure
 * @example
 * const evens = { numPartitions: 2, getPartition: (key: unknown) => Number(key) % 2, equals: () => false };
 * const pairs = await run((ssc, input) => input.map((n) => [n, n]).partitionBy(evens).glom(), [[1, 2, 3]]);
 * pairs // => [[[[2, 2]], [[1, 1], [3, 3]]]]
 *
 * Spark: as partitionBy of an RDD, and of a DStream in Python.
 */
export function partitionBy<P extends Pair<Row, Row>>(partitions: number | Partitioner): Op<P> {
  checkPartitions('partitionBy', partitions);
  const partitioner = typeof partitions === 'number' ? new HashPartitioner(partitions) : partitions;
  return defineOp({
    name: 'partitionBy',
    withoutParent: 'fail',
    code: [],
    plan: (batch) => batch.input<P>().partitionBy(partitioner),
  });
}
