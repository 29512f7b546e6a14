import type { Row } from '../core/row.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Gives the index and the rows of each partition to a function, and passes on the rows it returns.
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
 * const number = (index: number, rows: Iterable<string>) => [...rows].map((row) => `${index}${row}`);
 * await run((ssc, input) => input.mapPartitionsWithIndex(number), [['a', 'b']]) // => [['0a', '1b']]
 *
 * Spark: as mapPartitionsWithIndex of an RDD, and of a DStream in Python.
 */
export function mapPartitionsWithIndex<T extends Row, U extends Row>(
  f: (index: number, rows: IterableIterator<T>) => Iterable<U> | AsyncIterable<U>,
  preservesPartitioning = false,
): Op<U> {
  const onPartition = (rows: IterableIterator<T>, index: number): ReturnType<typeof f> => f(index, rows);
  return defineOp({
    name: 'mapPartitionsWithIndex',
    isNarrow: true,
    code: [onPartition, f],
    plan: (batch) => batch.input<T>().narrow<U>('mapPartitions', onPartition, preservesPartitioning),
  });
}
