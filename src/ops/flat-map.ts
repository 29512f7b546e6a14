import type { Row } from '../core/row.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Gives every row to a function and passes on each of the rows it returns.
 *
 * Shape:  DStream<T> → DStream<U>
 * Emits   any number of rows for each row, in order.
 * Waits   never.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @param f returns an iterable: an array, a Set, a generator, which is read no further than its rows are wanted
 * @throws JobError (STAGE.FUNCTION_THREW, STAGE.NOT_ITERABLE, STAGE.RETURNED_PROMISE) in the batch of the row
 * @example
 * await run((ssc, input) => input.flatMap((line) => line.split(' ')), [['to be', 'or']]) // => [['to', 'be', 'or']]
 *
 * Spark: as DStream.flatMap.
 */
export function flatMap<T extends Row, U extends Row>(f: (row: T) => Iterable<U>): Op<U> {
  return defineOp({
    name: 'flatMap',
    isNarrow: true,
    code: [f],
    plan: (batch) => batch.input<T>().flatMap(f),
  });
}
