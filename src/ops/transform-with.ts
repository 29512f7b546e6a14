import type { Row } from '../core/row.ts';
import type { Time } from '../core/time.ts';
import type { RDD } from '../rdd/rdd.ts';
import { defineOp, type Op } from './define.ts';
import { checkRDD } from './transform.ts';

/**
 * Makes the RDD of every batch by a function of the RDDs of two streams, with the whole RDD API at hand.
 *
 * Shape:  DStream<T>, DStream<U> → DStream<V>
 * Emits   the rows of the RDD that the function returns.
 * Waits   for the function, which runs on the driver while the batch is planned and may be asynchronous.
 * Keeps   nothing.
 * Ends    with its parents, which have the same slide; a batch in which one has no RDD fails.
 *
 * @param f called once a batch, with both RDDs and the time
 * @throws JobError (BATCH.PARENT_WITHOUT_RDD, BATCH.PLAN_THREW) as the batch's failure
 * @throws UsageError (TRANSFORM.NO_RDD) as the batch's failure, when f returns no RDD
 * @example
 * const evens = await run(
 *   (ssc, input) => input.transformWith(input.filter((n) => n % 2 === 1), (all, odd) => all.subtract(odd)),
 *   [[1, 2, 3]],
 * );
 * evens // => [[2]]
 *
 * Spark: as DStream.transformWith.
 */
export function transformWith<T extends Row, U extends Row, V extends Row>(
  f: (rdd: RDD<T>, other: RDD<U>, time: Time) => RDD<V> | Promise<RDD<V>>,
): Op<V> {
  return defineOp<V>({
    name: 'transformWith',
    arity: 2,
    withoutParent: 'fail',
    code: [f],
    plan: (batch) => {
      const [rdd, other] = batch.inputs as unknown as readonly [RDD<T>, RDD<U>];
      return checkRDD(
        'transformWith',
        batch.driver(() => f(rdd, other, batch.time)),
      );
    },
  });
}
