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

/** How a program is written, and what the engine may make of it. */
export interface Form {
  readonly functions: Functions;
  readonly mayUseKernels: boolean;
}

export type FormName = 'closures' | 'recognised' | 'described';

/** Closures of which the engine knows nothing, closures that it recognises, and functions that it understands. */
export const forms: Readonly<Record<FormName, Form>> = {
  closures: { functions: closures, mayUseKernels: false },
  recognised: { functions: closures, mayUseKernels: true },
  described: { functions: described, mayUseKernels: true },
};

/** The form of a name. @throws Error where there is none */
export function formOf(name: string): Form {
  const form = (forms as Readonly<Record<string, Form>>)[name];
  if (form === undefined) throw new Error(`There is no form ${name}; there are ${Object.keys(forms).join(', ')}.`);
  return form;
}
