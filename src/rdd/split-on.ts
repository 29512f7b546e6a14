import { understood } from './meaning.ts';

/**
 * Splits a text: `line => line.split(separator)`, which the engine understands.
 *
 * On lines that are still bytes, `flatMap(splitOn(' ')).map(pairWith(1)).reduceByKey(sum)` counts the words where they
 * stand, and makes one string of all that are equal; the separator must be one character of ASCII for that. What comes
 * of it is the same.
 *
 * @param separator as that of `String.split`
 * @example
 * await run((ssc, input) => input.flatMap(splitOn(' ')), [['to be', 'or']]) // => [['to', 'be', 'or']]
 */
export function splitOn(separator: string): (line: string) => string[] {
  const split = (line: string): string[] => line.split(separator);
  // From JavaScript it may be anything that String.split takes.
  return typeof separator === 'string' ? understood({ kind: 'split', by: separator }, split) : split;
}
