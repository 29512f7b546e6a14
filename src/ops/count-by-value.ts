import type { Row } from '../core/row.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import { withOne } from '../rdd/row-functions.ts';
import { sum } from '../rdd/sum.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Counts how often each row occurs in every batch.
 *
 * Shape:  DStream<T> → DStream<[T, number]>
 * Emits   one pair for each row that occurs, equal by value; the order is not defined.
 * Waits   for all rows of the batch.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @param partitions how many; by default the context's default parallelism
 * @throws UsageError (RDD.BAD_COUNT) at the call, unless there is at least one partition
 * @throws UsageError (KEY.CLASS_INSTANCE, KEY.NOT_A_VALUE, KEY.CYCLE) as the batch's failure, for a row that is no
 *   value
 * @example
 * await run((ssc, input) => input.countByValue(1), [['a', 'b', 'a']]) // => [[['a', 2], ['b', 1]]]
 *
 * Spark: as DStream.countByValue.
 */
export function countByValue<T extends Row>(partitions?: number): Op<[T, number]> {
  checkPartitions('countByValue', partitions);
  return defineOp<[T, number]>({
    name: 'countByValue',
    code: [withOne, sum],
    plan: (batch) =>
      batch
        .input<T>()
        .narrow<[T, number]>('map', withOne)
        .reduceByKey(sum, partitions ?? batch.defaultParallelism),
  });
}
