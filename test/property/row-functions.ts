import fc from 'fast-check';
import type { Row } from '../../src/core/row.ts';

// The functions that random programs are made of. They are pure and have names, so that a program can be printed, and
// so that the engine and the oracle call the same one.

/** What the rows of a stream are: numbers, or pairs of a key of any kind and a number. */
export type Kind = 'numbers' | 'pairs';

/** A row of a program. */
type PairRow = readonly [Row, number];

/** On which row something fails, and whether it says so at once. */
export interface Failure {
  readonly on: number;
  readonly how: 'throws' | 'promises';
}

/** Any failure. */
export const failure: fc.Arbitrary<Failure> = fc.record({
  on: fc.integer({ min: -2, max: 9 }),
  how: fc.constantFrom('throws', 'promises'),
});

/** Whether this is the row: a number, or a pair with that value. */
export function failsOn(fails: Failure | undefined, row: unknown): boolean {
  return fails !== undefined && (Array.isArray(row) ? row[1] : row) === fails.on;
}

/** What its error says. */
export function textOfFailure(fails: Failure | undefined): string {
  return fails === undefined ? 'nothing' : `it ${fails.how} on ${fails.on}`;
}

/** A function of the table, and the row on which it fails, if any. */
export interface Call {
  readonly f: string;
  readonly fails?: Failure | undefined;
}

interface RowFunction {
  readonly takes: Kind;
  readonly gives: Kind;
  // biome-ignore lint/suspicious/noExplicitAny: functions of all shapes, kept apart by `takes` and `gives`
  readonly f: (row: any) => any;
}

const mod = (n: number, m: number): number => ((n % m) + m) % m;

/** Keys of all kinds, each time new objects. */
const keyMakers: Readonly<Record<string, (n: number) => Row>> = {
  text: (n) => `key ${mod(n, 3)}`,
  number: (n) => mod(n, 4),
  tuple: (n) => [mod(n, 2), ['\0', null]],
  object: (n) => ({ a: mod(n, 3), b: { c: 'é' } }),
  'date or bytes': (n) => (mod(n, 2) === 0 ? new Date(mod(n, 3)) : Uint8Array.of(mod(n, 3))),
  odd: (n) => [Number.NaN, 0, -0, null, undefined, '', true][mod(n, 7)],
  itself: (n) => n,
};

const keyBy = Object.fromEntries(
  Object.entries(keyMakers).map(([name, keyOf]): [string, RowFunction] => [
    `keyBy ${name}`,
    { takes: 'numbers', gives: 'pairs', f: (n: number): PairRow => [keyOf(n), n] },
  ]),
);

const maps: Readonly<Record<string, RowFunction>> = {
  addOne: { takes: 'numbers', gives: 'numbers', f: (n: number) => n + 1 },
  negate: { takes: 'numbers', gives: 'numbers', f: (n: number) => 0 - n },
  mod3: { takes: 'numbers', gives: 'numbers', f: (n: number) => mod(n, 3) },
  ...keyBy,
  value: { takes: 'pairs', gives: 'numbers', f: ([, n]: PairRow) => n },
  wrapKey: { takes: 'pairs', gives: 'pairs', f: ([key, n]: PairRow): PairRow => [[key], n] },
};

const filters: Readonly<Record<string, RowFunction>> = {
  isEven: { takes: 'numbers', gives: 'numbers', f: (n: number) => n % 2 === 0 },
  'is odd, as a number': { takes: 'numbers', gives: 'numbers', f: (n: number) => n % 2 },
  never: { takes: 'numbers', gives: 'numbers', f: () => false },
  valueIsPositive: { takes: 'pairs', gives: 'pairs', f: ([, n]: PairRow) => n > 0 },
  keyIsObject: { takes: 'pairs', gives: 'pairs', f: ([key]: PairRow) => typeof key === 'object' },
};

const flatMaps: Readonly<Record<string, RowFunction>> = {
  twice: { takes: 'numbers', gives: 'numbers', f: (n: number) => [n, n] },
  'none or one': { takes: 'numbers', gives: 'numbers', f: (n: number) => (n % 2 === 0 ? [] : [n]) },
  'set of two': { takes: 'numbers', gives: 'numbers', f: (n: number) => new Set([n, n % 2]) },
  generator: {
    takes: 'numbers',
    gives: 'pairs',
    f: function* (n: number) {
      for (let i = 0; i < mod(n, 3); i++) yield [i, n];
    },
  },
  'values of the pair': { takes: 'pairs', gives: 'numbers', f: ([, n]: PairRow) => new Map([[n, 1]]).keys() },
};

const values: Readonly<Record<string, RowFunction>> = {
  addTen: { takes: 'numbers', gives: 'numbers', f: (n: number) => n + 10 },
  negateValue: { takes: 'numbers', gives: 'numbers', f: (n: number) => 0 - n },
};

/** How often a row may be repeated by a flatMap. */
export const growthMax: number = 2;

/** Associative and commutative, and so are their failures: on one operand, whoever meets whom in whatever order. */
const merges: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  max: (a, b) => Math.max(a, b),
};

/** All tables of functions of one row. */
export const tables: Readonly<
  Record<'map' | 'filter' | 'flatMap' | 'mapValues', Readonly<Record<string, RowFunction>>>
> = {
  map: maps,
  filter: filters,
  flatMap: flatMaps,
  mapValues: values,
};

/** Something, one time in so many. (`fc.option` has it the other way round: its nil is the rare one.) */
export function oneIn<T>(times: number, something: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: something });
}

/** A call of a function of a table; one in twelve fails on a row, unless more are wanted. */
export function callOf(table: keyof typeof tables, times = 12): fc.Arbitrary<Call> {
  return fc.record({
    f: fc.constantFrom(...Object.keys(tables[table])),
    fails: oneIn(times, failure),
  });
}

/** A call of a function that merges; only `max` can fail so that the grouping of values does not show. */
export const mergeCall: fc.Arbitrary<Call> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('add', 'max').map((f): Call => ({ f })) },
  {
    weight: 1,
    arbitrary: fc
      .record({ on: fc.integer({ min: -2, max: 9 }), how: fc.constant('throws' as const) })
      .map((fails): Call => ({ f: 'max', fails })),
  },
);

/** What a call takes and gives. */
export function kindsOf(table: keyof typeof tables, { f }: Call): Pick<RowFunction, 'takes' | 'gives'> {
  return tables[table][f] as RowFunction;
}

/** The function of a call: a new one each time, as a program would write it. */
export function functionOf(table: keyof typeof tables, call: Call): RowFunction['f'] {
  const { f } = tables[table][call.f] as RowFunction;
  const { fails } = call;
  if (fails === undefined) return (...args: [unknown]) => f(only(args));
  return (...args: [unknown]) => {
    const row = only(args);
    if (!failsOn(fails, row)) return f(row);
    const error = new Error(show(call));
    if (fails.how === 'throws') throw error;
    return Promise.reject(error);
  };
}

/** The merging function of a call. */
export function mergeOf(call: Call): (a: number, b: number) => number {
  const merge = merges[call.f] as (a: number, b: number) => number;
  const { fails } = call;
  return (a, b) => {
    if (fails !== undefined && (a === fails.on || b === fails.on)) throw new Error(show(call));
    return merge(a, b);
  };
}

/** As a program is printed. */
export function show({ f, fails }: Call): string {
  return fails === undefined ? f : `${f}, which ${fails.how} on ${fails.on}`;
}

function only(args: readonly unknown[]): unknown {
  if (args.length !== 1) throw new Error(`a row function was called with ${args.length} arguments`);
  return args[0];
}
