import type { Row } from '../core/row.ts';
import type { RDD } from '../rdd/rdd.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Puts the rows of several streams into one.
 *
 * Shape:  DStream<T>, DStream<T> … → DStream<T>
 * Emits   the rows of the first stream, then those of the next; partitions add up.
 * Waits   for the batch of every parent.
 * Keeps   nothing.
 * Ends    with its parents, which all have the same slide; a batch in which one has no RDD fails.
 *
 * @throws UsageError (GRAPH.DIFFERENT_SLIDES, GRAPH.OTHER_CONTEXT) at the call
 * @throws JobError (BATCH.PARENT_WITHOUT_RDD) as the batch's failure
 * @example
 * await run((ssc, input) => input.union(input.map((n) => n + 4)), [[1, 2]]) // => [[1, 2, 5, 6]]
 *
 * Spark: as DStream.union.
 */
export function union<T extends Row>(): Op<T> {
  return defineOp<T>({
    name: 'union',
    arity: 'one or more',
    isNarrow: true,
    withoutParent: 'fail',
    code: [],
    plan: (batch) => {
      const [first, ...others] = batch.inputs as unknown as readonly [RDD<T>, ...RDD<T>[]];
      return first.union(...others);
    },
  });
}
