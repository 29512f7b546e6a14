import type { Row, State, Time } from 'firesteel';
import { CaseMistake } from './cases.ts';
import { lookup, type Table } from './functions.ts';

// The functions of state that cases name.

type ValuesOnly = (values: Row[], state: Row) => Row;
type WithTime = (time: Time, key: Row, values: Row[], state: Row) => Row;
type OverKeys = (keys: IterableIterator<[Row, Row[], Row]>) => Iterable<[Row, Row]>;

/** What becomes of the state of a key, and how it is written. */
export type Update =
  | { readonly form: 'values'; readonly f: ValuesOnly }
  | { readonly form: 'withTime'; readonly f: WithTime }
  | { readonly form: 'iterator'; readonly f: OverKeys };

/** A function of a row, or of a key that is timing out, and of its state; some take no time, as their length says. */
export type Mapping = (time: Time, key: Row, value: Row | undefined, state: State<Row>) => Row;

interface Counter {
  readonly counter: number;
  readonly idle: number;
}

const updates: Table<(values: never[], state: never) => Row> = {
  sumPlusState: (values: number[], state: number | undefined) => sum(values) + (state ?? 0),
  countWithExpiryAfterTwoIdle: (values: number[], state: Counter = { counter: 0, idle: 0 }) => {
    if (values.length > 0) return { counter: state.counter + sum(values), idle: 0 };
    return state.idle === 1 ? undefined : { ...state, idle: state.idle + 1 };
  },
  appendAll: (values: Row[], state: readonly Row[] = []) => [...state, ...values],
  banIfAnyFalse: (values: boolean[], state: true | undefined) => state ?? (values.includes(false) ? true : undefined),
};

const updatesWithTime: Table<(time: Time, key: Row, values: never[], state: never) => Row> = {
  addBatchTimeIfValues: (time: Time, _key: Row, values: Row[], state: number | undefined) =>
    (state ?? 0) + (values.length > 0 ? time.milliseconds : 0),
};

type Count = State<number>;

const mappings: Table<(...args: never[]) => Row> = {
  runningCountReturn: (_key: Row, value: number | undefined, state: Count) => count(value, state),
  runningCountReturnKeyTwice: (_time: Time, key: string, value: number | undefined, state: Count) => {
    count(value, state);
    return key.repeat(2);
  },
  runningCountReturnPair: (_time: Time, key: Row, value: number | undefined, state: Count) => [
    key,
    count(value, state),
  ],
  runningCountReturnNothing: (_time: Time, _key: Row, value: number | undefined, state: Count) => {
    count(value, state);
    return undefined;
  },
  toggleReturnRemovedKey: (_time: Time, key: Row, value: number | undefined, state: Count) => {
    if (state.exists()) {
      state.remove();
      return key;
    }
    state.update(value as number);
    return undefined;
  },
  markAndReturnKeyOnTimeout: (_time: Time, key: Row, _value: number | undefined, state: Count) => {
    if (state.isTimingOut()) return key;
    state.update(1);
    return undefined;
  },
};

/** @param form how the function is written; of itself it has the time if it needs it, and else does not */
export function updateFunction(name: string, form?: string): Update {
  const needsTime = Object.hasOwn(updatesWithTime, name);
  if (form === 'iterator' && !needsTime) return { form, f: overKeys(valuesOnly(name)) };
  if (form === 'withTime' || (form === undefined && needsTime)) {
    return { form: 'withTime', f: needsTime ? (updatesWithTime[name] as WithTime) : ignoringTime(name) };
  }
  if ((form === 'values' || form === undefined) && !needsTime) return { form: 'values', f: valuesOnly(name) };
  throw new CaseMistake(`${name} cannot be written in the form ${form}`);
}

export function mappingFunction(name: string): Mapping {
  return lookup('mapping function', mappings, name) as Mapping;
}

function valuesOnly(name: string): ValuesOnly {
  return lookup('function of values and state', updates, name) as ValuesOnly;
}

function ignoringTime(name: string): WithTime {
  const f = valuesOnly(name);
  return (_time, _key, values, state) => f(values, state);
}

function overKeys(f: ValuesOnly): OverKeys {
  return function* (keys) {
    for (const [key, values, state] of keys) {
      const made = f(values, state);
      if (made !== undefined) yield [key, made];
    }
  };
}

function count(value: number | undefined, state: Count): number {
  state.update((state.getOption() ?? 0) + (value ?? 0));
  return state.get();
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
