import { UsageError } from '../core/errors.ts';
import { previewOf } from '../core/preview.ts';
import type { Row } from '../core/row.ts';
import type { Time } from '../core/time.ts';
import { RDD } from '../rdd/rdd.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Makes the RDD of every batch by a function of the program's own, with the whole RDD API at hand.
 *
 * Shape:  DStream<T> → DStream<U>
 * Emits   the rows of the RDD that the function returns.
 * Waits   for the function, which runs on the driver while the batch is planned and may be asynchronous; the next batch
 *         is planned after it.
 * Keeps   nothing.
 * Ends    with its parent; a batch in which the parent has no RDD fails.
 *
 * @param f called once a batch, with its RDD and its time; it may use actions, and must return an RDD
 * @throws JobError (BATCH.PLAN_THREW) as the batch's failure, when f throws
 * @throws UsageError (TRANSFORM.NO_RDD) as the batch's failure, when f returns no RDD
 * @example
 * await run((ssc, input) => input.transform((rdd) => rdd.filter((n) => n > 1)), [[1, 2], [3]]) // => [[2], [3]]
 *
 * Spark: as DStream.transform.
 */
export function transform<T extends Row, U extends Row>(
  f: (rdd: RDD<T>, time: Time) => RDD<U> | Promise<RDD<U>>,
): Op<U> {
  return defineOp<U>({
    name: 'transform',
    withoutParent: 'fail',
    code: [f],
    plan: (batch) =>
      checkRDD(
        'transform',
        batch.driver(() => f(batch.input<T>(), batch.time)),
      ),
  });
}

/** The same over several streams: f is given the RDDs of all of them, in their order. */
export function transformAll<U extends Row>(
  f: (rdds: readonly RDD<Row>[], time: Time) => RDD<U> | Promise<RDD<U>>,
): Op<U> {
  return defineOp<U>({
    name: 'transform',
    arity: 'one or more',
    withoutParent: 'fail',
    code: [f],
    plan: (batch) =>
      checkRDD(
        'transform',
        batch.driver(() => f(batch.inputs, batch.time)),
      ),
  });
}

/** What the function of an operator returned. @throws UsageError (TRANSFORM.NO_RDD), or so the promise */
export function checkRDD<U extends Row>(operator: string, made: RDD<U> | Promise<RDD<U>>): RDD<U> | Promise<RDD<U>> {
  if (made instanceof Promise) return made.then((late) => checkRDD(operator, late));
  if (made instanceof RDD) return made;
  throw new UsageError('TRANSFORM.NO_RDD', { operator, returned: previewOf(made) });
}
