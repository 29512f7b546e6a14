import { contains, pairWith, splitOn, sum } from 'firesteel';

/** The functions of the measured programs. */
export interface Functions {
  readonly split: (line: string) => string[];
  readonly pair: (word: string) => [string, number];
  readonly add: (a: number, b: number) => number;
  readonly subtract: (a: number, b: number) => number;
  readonly contains: (pattern: string) => (line: string) => boolean;
}

/** As anybody writes them. */
const closures: Functions = {
  split: (line) => line.split(' '),
  pair: (word) => [word, 1],
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  contains: (pattern) => (line) => line.includes(pattern),
};

/** Those that the engine understands. */
const described: Functions = {
  split: splitOn(' '),
  pair: pairWith(1),
  add: sum,
  subtract: closures.subtract,
  contains,
};

/** By form: what a program is written with. */
export const forms: Readonly<Record<'closures' | 'described', Functions>> = { closures, described };

/** The functions of a form. @throws Error where there is no such form */
export function functionsOf(form: string): Functions {
  const functions = (forms as Readonly<Record<string, Functions>>)[form];
  if (functions === undefined) throw new Error(`There is no form ${form}; there are ${Object.keys(forms).join(', ')}.`);
  return functions;
}
