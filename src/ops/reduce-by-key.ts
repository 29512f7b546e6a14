import type { Pair, Row } from '../core/row.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import type { Partitioner } from '../rdd/partitioner.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Merges the values of each key, batch by batch.
 *
 * Shape:  DStream<[K, V]> → DStream<[K, V]>
 * Emits   one pair for each key of the batch; the order of keys is not defined.
 * Waits   for all rows of the batch.
 * Keeps   nothing; for the length of the batch one value a key and partition.
 * Ends    with its parent.
 *
 * @param f merges two values of a key; associative and commutative, since values meet in any grouping
 * @param partitions how many, or what places the keys; by default the context's default parallelism
 * @throws UsageError (RDD.BAD_COUNT) at the call, unless there is at least one partition
 * @throws JobError (STAGE.NOT_A_PAIR, STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the batch whose row it failed on
 * @throws UsageError (KEY.CLASS_INSTANCE, KEY.NOT_A_VALUE, KEY.CYCLE) as the batch's failure, for a key that is no
 *   value
 * @example
 * await run((ssc, input) => input.map((w) => [w, 1]).reduceByKey((a, b) => a + b), [['a', 'a']]) // => [[['a', 2]]]
 *
 * Spark: as PairDStreamFunctions.reduceByKey; keys are equal by value, as there.
 */
export function reduceByKey<P extends Pair<Row, Row>>(
  f: (a: P[1], b: P[1]) => P[1],
  partitions?: number | Partitioner,
): Op<[P[0], P[1]]> {
  checkPartitions('reduceByKey', partitions);
  return defineOp({
    name: 'reduceByKey',
    code: [f],
    plan: (batch) => batch.input<P>().reduceByKey(f, partitions ?? batch.defaultParallelism),
  });
}
