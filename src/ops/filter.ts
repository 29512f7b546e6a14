import type { Row } from '../core/row.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Keeps the rows of which a function says true.
 *
 * Shape:  DStream<T> → DStream<T>
 * Emits   the rows that are kept, in the same order and partitions.
 * Waits   never.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @throws JobError (STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the batch whose row it failed on
 * @example
 * await run((ssc, input) => input.filter((n) => n > 1), [[1, 2], [1], [3]]) // => [[2], [], [3]]
 *
 * Spark: as DStream.filter.
 */
export function filter<T extends Row>(f: (row: T) => boolean): Op<T> {
  return defineOp({
    name: 'filter',
    isNarrow: true,
    code: [f],
    plan: (batch) => batch.input<T>().filter(f),
  });
}
