import type { Pair, Row } from '../core/row.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import type { Partitioner } from '../rdd/partitioner.ts';
import type { RDD } from '../rdd/rdd.ts';
import { cogroupCode, fullOuterJoin as joinedRows } from '../rdd/row-functions.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Joins two streams by key, batch by batch, and keeps every pair of both.
 *
 * Shape:  DStream<[K, V]>, DStream<[K, W]> → DStream<[K, [V | null, W | null]]>
 * Emits   as join, and the values of a key that only one side has, each with null in the place of the other.
 * Waits   for all rows of both batches of the same time; to join over time, give both a window.
 * Keeps   nothing.
 * Ends    with its parents, which have the same slide; a batch in which one has no RDD fails.
 *
 * @param partitions how many, or what places the keys; by default the context's default parallelism
 * @throws UsageError (RDD.BAD_COUNT) at the call, unless there is at least one partition
 * @throws JobError (STAGE.NOT_A_PAIR, BATCH.PARENT_WITHOUT_RDD) as the batch's failure
 * @example
 * const ones = await run(
 *   (ssc, input) => {
 *     const left = input.map((word) => [word, 1]);
 *     return left.fullOuterJoin(left.filter(([word]) => word === 'a'), 1);
 *   },
 *   [['a', 'b']],
 * );
 * ones // => [[['a', [1, 1]], ['b', [1, null]]]]
 *
 * Spark: as PairDStreamFunctions.fullOuterJoin, with null for None.
 */
export function fullOuterJoin<P extends Pair<Row, Row>, W extends Row>(
  partitions?: number | Partitioner,
): Op<[P[0], [P[1] | null, W | null]]> {
  checkPartitions('fullOuterJoin', partitions);
  return defineOp<[P[0], [P[1] | null, W | null]]>({
    name: 'fullOuterJoin',
    arity: 2,
    withoutParent: 'fail',
    code: [...cogroupCode, joinedRows],
    plan: (batch) => {
      const [left, right] = batch.inputs as unknown as readonly [RDD<P>, RDD<Pair<P[0], W>>];
      return left.fullOuterJoin(right, partitions ?? batch.defaultParallelism);
    },
  });
}
