import type { Row } from '../core/row.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Gives every row to a function and passes on what it returns.
 *
 * Shape:  DStream<T> → DStream<U>
 * Emits   one row for each row, in the same order and partitions.
 * Waits   never.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @param f called with exactly one argument, so that `map(Number.parseInt)` reads decimals
 * @throws JobError (STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the batch whose row it failed on
 * @example
 * await run((ssc, input) => input.map((n) => n * 2), [[1, 2], [3]]) // => [[2, 4], [6]]
 *
 * Spark: as DStream.map.
 */
export function map<T extends Row, U extends Row>(f: (row: T) => U): Op<U> {
  return defineOp({
    name: 'map',
    isNarrow: true,
    code: [f],
    plan: (batch) => batch.input<T>().map(f),
  });
}
