import type { Pair, Row } from '../core/row.ts';
import { onValueMany } from '../rdd/row-functions.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Gives the value of every pair to a function and passes on a pair for each of the values it returns.
 *
 * Shape:  DStream<[K, V]> → DStream<[K, U]>
 * Emits   any number of pairs for each pair, in order and in the same partitions.
 * Waits   never.
 * Keeps   nothing; the partitioner of its parent stays.
 * Ends    with its parent.
 *
 * @throws JobError (STAGE.NOT_A_PAIR, STAGE.NOT_ITERABLE, STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the batch
 *   of the row
 * @example
 * const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
 * await run((ssc, input) => input.map((n) => ['a', n]).flatMapValues(upTo), [[2]]) // => [[['a', 0], ['a', 1]]]
 *
 * Spark: as PairDStreamFunctions.flatMapValues.
 */
export function flatMapValues<P extends Pair<Row, Row>, U extends Row>(f: (value: P[1]) => Iterable<U>): Op<[P[0], U]> {
  const onPair = onValueMany(f);
  return defineOp({
    name: 'flatMapValues',
    isNarrow: true,
    code: [onPair, f],
    plan: (batch) => batch.input<P>().narrow<[P[0], U]>('flatMap', onPair, true),
  });
}
