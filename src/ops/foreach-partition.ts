import type { Row } from '../core/row.ts';
import { labelHere, planAs } from '../rdd/label.ts';
import { forEffect } from '../rdd/row-functions.ts';
import { defineOutput, type Output } from './define.ts';

/**
 * Gives the rows of each partition of every batch to a function, for its effect.
 *
 * Shape:  DStream<T> → nothing
 * Emits   nothing; the function runs in the job of its batch, once a partition, and may be asynchronous.
 * Waits   for the batches before it, and for the function.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @param f called with the rows and the index of each partition
 * @throws JobError (STAGE.FUNCTION_THREW) as the batch's failure, when f throws
 * @example
 * const sums: number[] = [];
 * const add = (rows: Iterable<number>) => void sums.push([...rows].reduce((a, b) => a + b, 0));
 * await run((ssc, input) => (input.foreachPartition(add), input), [[1, 2, 3, 4]]);
 * sums // => [3, 7]
 *
 * Spark: has it on an RDD, inside foreachRDD; here it is an output of its own, which may run where the rows are.
 */
export function foreachPartition<T extends Row>(
  f: (rows: IterableIterator<T>, index: number) => void | Promise<void>,
): Output<T> {
  const effect = forEffect(f);
  const label = labelHere('foreachPartition');
  return defineOutput<T>({
    name: 'foreachPartition',
    code: [effect, f],
    run: async (rdd) => {
      await planAs(label, () => rdd.narrow('mapPartitions', effect)).count();
    },
  });
}
