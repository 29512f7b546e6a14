import type { Row } from '../core/row.ts';
import { countOne } from '../rdd/row-functions.ts';
import { sum } from '../rdd/sum.ts';
import { defineOp, type Op } from './define.ts';

const takeCount = ([, count]: readonly [null, number]): number => count;

/**
 * Counts the rows of every batch.
 *
 * Shape:  DStream<T> → DStream<number>
 * Emits   one number a batch, 0 for an empty one.
 * Waits   for all rows of the batch.
 * Keeps   nothing.
 * Ends    with its parent; a batch in which the parent has no RDD fails.
 *
 * @throws JobError (BATCH.PARENT_WITHOUT_RDD) as the batch's failure
 * @example
 * await run((ssc, input) => input.count(), [['a', 'b'], [], ['c']]) // => [[2], [0], [1]]
 *
 * Spark: as DStream.count.
 */
export function count(): Op<number> {
  return defineOp<number>({
    name: 'count',
    withoutParent: 'fail',
    code: [countOne, sum, takeCount],
    plan: (batch) => {
      const none = batch.rows<[null, number]>([[null, 0]]);
      return batch.input<Row>().map(countOne).union(none).reduceByKey(sum, 1).map(takeCount);
    },
  });
}
