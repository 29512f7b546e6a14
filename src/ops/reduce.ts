import type { Row } from '../core/row.ts';
import { valueOfPair, withNullKey } from '../rdd/row-functions.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Merges the rows of every batch into one.
 *
 * Shape:  DStream<T> → DStream<T>
 * Emits   one row a batch; none for an empty one.
 * Waits   for all rows of the batch.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @param f merges two rows; associative and commutative
 * @throws JobError (STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the batch whose row it failed on
 * @example
 * await run((ssc, input) => input.reduce((a, b) => a + b), [[1, 2], [], [3]]) // => [[3], [], [3]]
 *
 * Spark: as DStream.reduce.
 */
export function reduce<T extends Row>(f: (a: T, b: T) => T): Op<T> {
  return defineOp<T>({
    name: 'reduce',
    code: [withNullKey, f, valueOfPair],
    plan: (batch) =>
      batch.input<T>().narrow<[null, T]>('map', withNullKey).reduceByKey(f, 1).narrow<T>('map', valueOfPair),
  });
}
