import type { Row } from '../core/row.ts';
import { type CallOptions, callingAsync } from '../rdd/calling-async.ts';
import { eachOf } from '../rdd/row-functions.ts';
import { defineOp, type Op } from './define.ts';

/** How mapAsync calls its function. */
export type MapAsyncOptions<T extends Row, U extends Row> = CallOptions<T, U>;

/**
 * Gives every row to an asynchronous function, several at a time, and passes on what its promises resolve with.
 *
 * Shape:  DStream<T> → DStream<U>
 * Emits   one row for each row, in the same order and partitions; where `ordered` is false, as the calls end.
 * Waits   for the promises of at most `concurrency` rows of a partition at a time; those ahead of what is wanted are
 *         called too. An action that has enough, a failed batch and an aborted job wait for none of them any more.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @param f called with exactly one argument; it cannot be interrupted, so let it end by itself
 * @param options `concurrency` (16), `ordered` (true), `timeoutMs` (no limit), `onError` (`'fail'`; `'drop'` leaves the
 *   row out, a function of the error and the row says what takes its place)
 * @throws UsageError (ASYNC.BAD_OPTION) at the call
 * @throws JobError (STAGE.FUNCTION_THREW, STAGE.TIMED_OUT) in the batch whose row it failed on
 * @example
 * await run((ssc, input) => input.mapAsync(async (n) => n * 2, { concurrency: 2 }), [[1, 2, 3]]) // => [[2, 4, 6]]
 *
 * Spark: has no such operator; there one calls and waits inside mapPartitions.
 */
export function mapAsync<T extends Row, U extends Row>(
  f: (row: T) => Promise<U> | U,
  options: MapAsyncOptions<T, U> = {},
): Op<U> {
  const calling = callingAsync(f, options);
  return defineOp({
    name: 'mapAsync',
    isNarrow: true,
    code: [calling, eachOf, f, ...(typeof options.onError === 'function' ? [options.onError] : [])],
    plan: (batch) => batch.input<T>().narrow('mapPartitions', calling).narrow<U>('flatMap', eachOf),
  });
}
