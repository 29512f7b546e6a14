import fc from 'fast-check';
import type { Terminal } from '../../src/rdd/loop.ts';
import type { Step } from '../../src/rdd/step.ts';

// Random chains of narrow steps, their terminals, and where the loops over them are cut. All functions write down that
// they were called, with what, so that two loops can be compared call by call.

/** What a chain is given to note what happens. */
export type Note = (what: string) => void;

/** The functions of a chain. They take any row: numbers, lines of text, pairs. */
type Maker = (note: Note, on: number) => (...args: readonly unknown[]) => unknown;

/** A number of any row. */
function numberOf(row: unknown): number {
  const inner: unknown = Array.isArray(row) ? row[1] : row;
  const number = typeof inner === 'string' ? inner.length : Number(inner);
  return Number.isNaN(number) ? 0 : number;
}

function rejected(): Promise<never> {
  const promise = Promise.reject(new Error('rejected'));
  promise.catch(() => undefined); // Only a loop that is wrong leaves it unhandled; that is not the law here.
  return promise;
}

/** Wraps a plain function of a row: notes the call and all its arguments. */
const noted =
  (name: string, f: (row: unknown, on: number, note: Note) => unknown): Maker =>
  (note, on) =>
  (...args) => {
    note(`${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`);
    return f(args[0], on, note);
  };

const failing = (error: string): never => {
  throw new Error(error);
};

const maps: Readonly<Record<string, Maker>> = {
  addOne: noted('addOne', (row) => numberOf(row) + 1),
  pair: noted('pair', (row) => [numberOf(row) % 3, numberOf(row)]),
  textPair: noted('textPair', (row) => [['', '\0', 'a'][Math.abs(numberOf(row)) % 3], numberOf(row)]),
  object: noted('object', (row) => ({ row })),
  undefined: noted('undefined', () => undefined),
  throwOn: noted('throwOn', (row, on) => (numberOf(row) === on ? failing(`map on ${on}`) : row)),
  throwNothing: noted('throwNothing', (row, on) => {
    if (numberOf(row) !== on) return row;
    throw undefined as unknown as Error;
  }),
  promiseOn: noted('promiseOn', (row, on) => (numberOf(row) === on ? rejected() : row)),
};

const filters: Readonly<Record<string, Maker>> = {
  even: noted('even', (row) => numberOf(row) % 2 === 0),
  truthy: noted('truthy', (row) => row),
  odd: noted('odd', (row) => numberOf(row) % 2),
  none: noted('none', () => undefined),
  throwOn: noted('throwOn', (row, on) => (numberOf(row) === on ? failing(`filter on ${on}`) : 'yes')),
  promiseOn: noted('promiseOn', (row, on) => (numberOf(row) === on ? rejected() : true)),
};

/** An iterator of its own that notes what is asked of it. */
function iterable(
  n: number,
  note: Note,
  how: { readonly throwAt?: number; readonly end?: 'throws' | 'missing' },
): object {
  const iterator = (): object => {
    let i = 0;
    note('iterator()');
    return {
      next: () => {
        note(`next ${i}`);
        if (i === how.throwAt) throw new Error(`next ${i}`);
        return i < n ? { done: false, value: i++ } : { done: true, value: undefined };
      },
      ...(how.end !== 'missing' && {
        return: () => {
          note('return()');
          if (how.end === 'throws') throw new Error('return');
          return { done: true, value: undefined };
        },
      }),
    };
  };
  return { [Symbol.iterator]: iterator };
}

const flatMaps: Readonly<Record<string, Maker>> = {
  twice: noted('twice', (row) => [row, row]),
  none: noted('none', () => []),
  hole: noted('hole', (row) => Object.assign([row], { 2: row })),
  set: noted('set', (row) => new Set([row, 1])),
  characters: noted('characters', (row) => `${numberOf(row)}😀`),
  generator: noted('generator', (row, on, note) =>
    (function* () {
      try {
        yield numberOf(row);
        if (numberOf(row) === on) throw new Error(`generator on ${on}`);
        yield [1, numberOf(row)];
      } finally {
        note('finally');
      }
    })(),
  ),
  counted: noted('counted', (row, _on, note) => iterable(Math.abs(numberOf(row)) % 4, note, {})),
  endless: noted('endless', (_row, on, note) => iterable(100, note, { throwAt: Math.abs(on) })),
  withoutReturn: noted('withoutReturn', (_row, _on, note) => iterable(2, note, { end: 'missing' })),
  badReturn: noted('badReturn', (_row, _on, note) => iterable(2, note, { end: 'throws' })),
  badIterator: noted('badIterator', (row, on) =>
    numberOf(row) === on ? { [Symbol.iterator]: () => failing('iterator') } : [row],
  ),
  notIterable: noted('notIterable', (row, on) => (numberOf(row) === on ? { row } : [row])),
  nullOn: noted('nullOn', (row, on) => (numberOf(row) === on ? null : [row])),
  promiseOn: noted('promiseOn', (row, on) => (numberOf(row) === on ? rejected() : [row])),
};

const tables = { map: maps, filter: filters, flatMap: flatMaps };

const step = fc.constantFrom('map' as const, 'filter' as const, 'flatMap' as const).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    f: fc.constantFrom(...Object.keys(tables[kind])),
    on: fc.integer({ min: -1, max: 5 }),
  }),
);

const row = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -2, max: 6 }) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constantFrom<unknown>('a', '', '\0', 1, Number.NaN, null, ['k']),
      fc.integer({ min: 0, max: 5 }),
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom<unknown>('text', undefined, null, {}, [], [1], [1, 2, 3]) },
);

const line = fc.stringMatching(/^[a-zé😀\r ]{0,4}$/u);

/** A chain, what it reads, and how its loop is cut, as plain data. */
export const anyChain = fc.record({
  steps: fc.array(step, { maxLength: 5 }),
  /** Whether pairs are made before the end, which keyed terminals want. */
  endsInPairs: fc.boolean(),
  terminal: fc.constantFrom<Terminal>('push', 'take', 'count', 'fold', 'reduce', 'combine'),
  limit: fc.integer({ min: 1, max: 5 }),
  /** On which operand a merge fails, and how; mostly on none that there is. */
  mergeFails: fc.record({ on: fc.integer({ min: 0, max: 9 }), how: fc.constantFrom('throws', 'promises') }),
  source: fc.oneof(
    fc.record({ kind: fc.constant('rows' as const), rows: fc.array(row, { maxLength: 12 }) }),
    fc.record({
      kind: fc.constant('text' as const),
      lines: fc.array(line, { maxLength: 12 }),
      end: fc.constantFrom('\n', '\r\n'),
      isEnded: fc.boolean(),
    }),
  ),
  /** How many rows each piece of the loop has; the last again and again. */
  pieces: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
});

/** A chain. */
export type Chain = typeof anyChain extends fc.Arbitrary<infer C> ? C : never;

/** The steps of a chain, with functions of its own. */
export function stepsOf({ steps, endsInPairs }: Chain, note: Note): readonly Step[] {
  const label = { name: 'step', site: undefined };
  const drawn = steps.map(({ kind, f, on }): Step => ({ kind, f: (tables[kind][f] as Maker)(note, on), label }));
  return endsInPairs ? [...drawn, { kind: 'map', f: (maps['pair'] as Maker)(note, 0), label }] : drawn;
}

/** How its terminal merges. */
export function mergingOf(
  { mergeFails }: Chain,
  note: Note,
): { merge: (a: unknown, b: unknown) => unknown; create: (v: unknown) => unknown } {
  const fail = (): unknown => (mergeFails.how === 'throws' ? failing('merge') : rejected());
  const isBad = (value: unknown): boolean => numberOf(value) === mergeFails.on;
  return {
    merge: (a, b) => {
      note(`merge(${JSON.stringify(a)}, ${JSON.stringify(b)})`);
      return isBad(b) ? fail() : numberOf(a) + numberOf(b);
    },
    create: (value) => {
      note(`create(${JSON.stringify(value)})`);
      return isBad(value) ? fail() : numberOf(value) * 2;
    },
  };
}
