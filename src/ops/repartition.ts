import type { Row } from '../core/row.ts';
import { checkCount } from '../rdd/check-count.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Deals the rows of every batch to so many partitions in turn.
 *
 * Shape:  DStream<T> → DStream<T>
 * Emits   the same rows; their order is not defined.
 * Waits   for all rows of the batch.
 * Keeps   nothing.
 * Ends    with its parent; a batch in which the parent has no RDD fails.
 *
 * @param partitions a whole number of at least 1
 * @throws UsageError (RDD.BAD_COUNT) at the call
 * @throws JobError (BATCH.PARENT_WITHOUT_RDD) as the batch's failure
 * @example
 * await run((ssc, input) => input.repartition(3).glom().map((rows) => rows.length), [[1, 2, 3, 4]]) // => [[1, 2, 1]]
 *
 * Spark: as DStream.repartition.
 */
export function repartition<T extends Row>(partitions: number): Op<T> {
  checkCount('repartition', partitions);
  return defineOp({
    name: 'repartition',
    withoutParent: 'fail',
    code: [],
    plan: (batch) => batch.input<T>().repartition(partitions),
  });
}
