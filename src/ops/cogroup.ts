import type { Pair, Row } from '../core/row.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import type { Partitioner } from '../rdd/partitioner.ts';
import type { RDD } from '../rdd/rdd.ts';
import { cogroupCode } from '../rdd/row-functions.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Puts the values of each key of two streams side by side, batch by batch.
 *
 * Shape:  DStream<[K, V]>, DStream<[K, W]> → DStream<[K, [V[], W[]]]>
 * Emits   one pair for each key of either side: the values of both, each in a list, empty where a side has none.
 * Waits   for all rows of both batches.
 * Keeps   nothing.
 * Ends    with its parents, which have the same slide; a batch in which one has no RDD fails.
 *
 * @param partitions how many, or what places the keys; by default the context's default parallelism
 * @throws UsageError (RDD.BAD_COUNT) at the call, unless there is at least one partition
 * @throws JobError (STAGE.NOT_A_PAIR, BATCH.PARENT_WITHOUT_RDD) as the batch's failure
 * @example
 * const both = await run((ssc, input) => input.map((n) => [n, 'a']).cogroup(input.map((n) => [n, 'b']), 1), [[1]]);
 * both // => [[[1, [['a'], ['b']]]]]
 *
 * Spark: as PairDStreamFunctions.cogroup.
 */
export function cogroup<P extends Pair<Row, Row>, W extends Row>(
  partitions?: number | Partitioner,
): Op<[P[0], [P[1][], W[]]]> {
  checkPartitions('cogroup', partitions);
  return defineOp<[P[0], [P[1][], W[]]]>({
    name: 'cogroup',
    arity: 2,
    withoutParent: 'fail',
    code: cogroupCode,
    plan: (batch) => {
      const [left, right] = batch.inputs as unknown as readonly [RDD<P>, RDD<Pair<P[0], W>>];
      return left.cogroup(right, partitions ?? batch.defaultParallelism);
    },
  });
}
