import { understood } from './meaning.ts';

/**
 * Whether a text has another in it: `line => line.includes(part)`, which the engine understands.
 *
 * On lines that are still bytes, `filter(contains('x'))` drops the others before any string is made of them.
 *
 * @param part found as it is; the empty one is in every text
 * @example
 * await run((ssc, input) => input.filter(contains('o')), [['to', 'be', 'or']]) // => [['to', 'or']]
 */
export function contains(part: string): (line: string) => boolean {
  const includes = (line: string): boolean => line.includes(part);
  // From JavaScript it may be anything that String.includes takes.
  return typeof part === 'string' ? understood({ kind: 'contains', part }, includes) : includes;
}
