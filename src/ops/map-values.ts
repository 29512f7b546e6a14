import type { Pair, Row } from '../core/row.ts';
import { onValue } from '../rdd/row-functions.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Gives the value of every pair to a function; keys stay as they are.
 *
 * Shape:  DStream<[K, V]> → DStream<[K, U]>
 * Emits   one pair for each pair, in the same order and partitions.
 * Waits   never.
 * Keeps   nothing; the partitioner of its parent stays.
 * Ends    with its parent.
 *
 * @throws JobError (STAGE.NOT_A_PAIR, STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the batch whose row it failed on
 * @example
 * await run((ssc, input) => input.map((w) => [w, 1]).mapValues((n) => n + 10), [['a']]) // => [[['a', 11]]]
 *
 * Spark: as PairDStreamFunctions.mapValues.
 */
export function mapValues<P extends Pair<Row, Row>, U extends Row>(f: (value: P[1]) => U): Op<[P[0], U]> {
  const onPair = onValue(f);
  return defineOp({
    name: 'mapValues',
    isNarrow: true,
    code: [onPair, f],
    plan: (batch) => batch.input<P>().narrow<[P[0], U]>('map', onPair, true),
  });
}
