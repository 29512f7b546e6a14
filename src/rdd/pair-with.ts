import type { Row } from '../core/row.ts';
import type { Widened } from '../core/widened.ts';
import { understood } from './meaning.ts';

/**
 * Pairs a row with a value: `row => [row, value]`, which the engine understands.
 *
 * For `map`, mostly in front of `reduceByKey(sum)`: {@link splitOn} says what that is good for.
 *
 * @param value the same one in every pair
 * @example
 * await run((ssc, input) => input.map(pairWith(1)), [['a', 'b']]) // => [[['a', 1], ['b', 1]]]
 */
export function pairWith<V extends Row>(value: V): <K extends Row>(key: K) => [K, Widened<V>] {
  return understood({ kind: 'pair', value }, <K extends Row>(key: K): [K, Widened<V>] => [key, value as Widened<V>]);
}
