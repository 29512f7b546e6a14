import { understood } from './meaning.ts';

/**
 * Adds two numbers: `(a, b) => a + b`, which the engine understands.
 *
 * Behind `pairWith` of a number, and on text, no row is made: {@link splitOn} says more.
 *
 * @example
 * await run((ssc, input) => input.map(pairWith(1)).reduceByKey(sum), [['a', 'a']]) // => [[['a', 2]]]
 */
export const sum: (a: number, b: number) => number = understood(
  { kind: 'sum' },
  (a: number, b: number): number => a + b,
);
