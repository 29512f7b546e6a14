import type { Row } from '../core/row.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Gives the rows of each partition to a function, as an iterator, and passes on the rows it returns.
 *
 * Shape:  DStream<T> → DStream<U>
 * Emits   whatever the function returns for each partition of the batch; an iterable or an asynchronous one.
 * Waits   never; rows are computed as the iterator is read.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @param preservesPartitioning whether keys stay where they were placed
 * @throws JobError (STAGE.FUNCTION_THREW, STAGE.NOT_ITERABLE, STAGE.RETURNED_PROMISE) in the batch in which it failed
 * @example
 * const sums = (rows: Iterable<number>) => [[...rows].reduce((a, b) => a + b, 0)];
 * await run((ssc, input) => input.mapPartitions(sums), [[1, 2, 3, 4]]) // => [[3, 7]]
 *
 * Spark: as DStream.mapPartitions.
 */
export function mapPartitions<T extends Row, U extends Row>(
  f: (rows: IterableIterator<T>) => Iterable<U> | AsyncIterable<U>,
  preservesPartitioning = false,
): Op<U> {
  const onPartition = (rows: IterableIterator<T>): ReturnType<typeof f> => f(rows);
  return defineOp({
    name: 'mapPartitions',
    isNarrow: true,
    code: [onPartition, f],
    plan: (batch) => batch.input<T>().narrow<U>('mapPartitions', onPartition, preservesPartitioning),
  });
}
