import type { Row } from '../core/row.ts';
import type { Time } from '../core/time.ts';
import type { RDD } from '../rdd/rdd.ts';
import { defineOutput, type Output } from './define.ts';

/**
 * Gives the RDD of every batch to a function, for its effect: the output that all others are made of.
 *
 * Shape:  DStream<T> → nothing
 * Emits   nothing; the function runs as a job of its batch, on the driver, and may be asynchronous.
 * Waits   for the batches before it, and for the function; actions that it begins and does not await belong to the job.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @param f called once a batch, with its RDD and its time; a batch may run again after a recovery, so write by batch
 *   time
 * @throws JobError (OUTPUT.THREW) as the batch's failure, when f throws; the cause is what it threw
 * @example
 * const sums: number[] = [];
 * await run((ssc, input) => (input.foreachRDD(async (rdd) => sums.push(await rdd.count())), input), [['a', 'b'], []]);
 * sums // => [2, 0]
 *
 * Spark: as DStream.foreachRDD.
 */
export function foreachRDD<T extends Row>(f: (rdd: RDD<T>, time: Time) => unknown): Output<T> {
  return defineOutput<T>({
    name: 'foreachRDD',
    code: [f],
    run: async (rdd, time) => {
      await f(rdd, time);
    },
  });
}
