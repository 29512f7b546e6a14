import type { Time } from '../core/time.ts';
import { areEqual, isThrown, Mistake, noPromise, orThrown, pair, type Rows, type Stream, Thrown } from './oracle.ts';
import { flatMap } from './oracle-rows.ts';
import { stepwise } from './oracle-steps.ts';

// What state must be, told as the history of the keys: a list of them, gone through from the first batch to the last.

/** What becomes of the state of a key, in each of its forms. */
export type Update<K, V, S> =
  | { readonly form: 'values'; readonly f: (values: readonly V[], state: S | undefined) => S | undefined }
  | {
      readonly form: 'withTime';
      readonly f: (time: Time, key: K, values: readonly V[], state: S | undefined) => S | undefined;
    }
  | {
      /** There are no partitions here: f must make the same of keys however they are cut; it is given one at a time. */
      readonly form: 'iterator';
      readonly f: (keys: IterableIterator<readonly [K, readonly V[], S | undefined]>) => Iterable<readonly [K, S]>;
    };

/**
 * All keys and their state, after every batch: what the function makes of the new values of a key, which may be none,
 * and of its state, which may be none. The first batch that there is finds the initial state; before it there is
 * nothing.
 */
export function updateStateByKey<K, V, S>(
  parent: Stream<readonly [K, V]>,
  update: Update<K, V, S>,
  initial: readonly (readonly [K, S])[] = [],
): Stream<readonly [K, S]> {
  let state: readonly (readonly [K, S])[] | undefined;
  return stepwise(parent, (batch, time): Rows<readonly [K, S]> | null => {
    if (batch === null && state === undefined) return null;
    const pairs = (batch ?? []).map((row) => (isThrown(row) ? row : orThrown(() => pair(row))));
    const there = pairs.filter((row) => !isThrown(row)) as readonly (readonly [K, V])[];
    const before = state ?? initial;
    const made = distinct([...before, ...there].map(([key]) => key)).flatMap((key): Rows<readonly [K, S]> => {
      const values = there.filter((row) => areEqual(row[0], key)).map(([, value]) => value);
      const old = before.find((row) => areEqual(row[0], key));
      const rows = orThrown(() => updated(update, time, key, values, old?.[1]));
      return rows instanceof Thrown ? [rows] : rows;
    });
    const rows = [...pairs.filter(isThrown), ...made];
    state = rows.filter((row) => !isThrown(row)) as readonly (readonly [K, S])[];
    return rows;
  });
}

function updated<K, V, S>(
  update: Update<K, V, S>,
  time: Time,
  key: K,
  values: readonly V[],
  state: S | undefined,
): readonly (readonly [K, S])[] {
  if (update.form === 'iterator') {
    const one = [[key, values, state] as const];
    return [...update.f(one[Symbol.iterator]())];
  }
  const made = noPromise(update.form === 'values' ? update.f(values, state) : update.f(time, key, values, state));
  return made === undefined ? [] : [[key, made]];
}

/** The state of a key, in the hands of a mapping function. */
export interface State<S> {
  exists(): boolean;
  /** @throws Mistake where there is none */
  get(): S;
  getOption(): S | undefined;
  /** @throws Mistake when it is removed, or timing out */
  update(state: S): void;
  /** @throws Mistake when it is removed, or timing out */
  remove(): void;
  isTimingOut(): boolean;
}

/** What mapWithState does. */
export interface Mapping<K, V, S, U> {
  /** @param value undefined when the key is timing out */
  readonly f: (time: Time, key: K, value: V | undefined, state: State<S>) => U;
  /** Whether undefined is a row as any other, or none. */
  readonly emits: 'always' | 'if defined';
  readonly initial?: readonly (readonly [K, S])[];
  /** A key that no row had for longer is gone. */
  readonly timeoutMs?: number | undefined;
}

/**
 * What f makes of each row of the batch, with the state of its key as the row before left it, and then of each key that
 * is timing out.
 */
export function mapWithState<K, V, S, U>(parent: Stream<readonly [K, V]>, mapping: Mapping<K, V, S, U>): Stream<U> {
  return flatMap(history(parent, mapping), ({ mapped }) => mapped);
}

/** All keys and their state after each batch. */
export function stateSnapshots<K, V, S, U>(
  parent: Stream<readonly [K, V]>,
  mapping: Mapping<K, V, S, U>,
): Stream<readonly [K, S]> {
  return flatMap(history(parent, mapping), ({ entries }) => entries.map(({ key, state }) => [key, state] as const));
}

/** A key, its state, and the time of the batch that touched it last. */
interface Entry<K, S> {
  readonly key: K;
  readonly state: S;
  readonly touchedMs: number;
}

/** One row for each batch: what was mapped in it, and the keys behind it. */
function history<K, V, S, U>(
  parent: Stream<readonly [K, V]>,
  { f, emits, initial = [], timeoutMs = Number.POSITIVE_INFINITY }: Mapping<K, V, S, U>,
): Stream<{ readonly mapped: readonly U[]; readonly entries: readonly Entry<K, S>[] }> {
  let entries: readonly Entry<K, S>[] | undefined;
  return stepwise(parent, (batch, time) => {
    const touchedMs = time.milliseconds;
    entries ??= initial.map(([key, state]) => ({ key, state, touchedMs }));
    const thrown: Thrown[] = [];
    const mapped: U[] = [];
    const without = (key: K): readonly Entry<K, S>[] => (entries ?? []).filter((each) => !areEqual(each.key, key));
    const call = (key: K, value: V | undefined, handle: Handle<S>): void => {
      const made = noPromise(f(time, key, value, handle));
      if (emits === 'always' || made !== undefined) mapped.push(made);
    };
    for (const row of batch ?? []) {
      const error = thrownBy(() => {
        if (isThrown(row)) throw row.error;
        const [key, value] = pair(row);
        const before = entries?.find((each) => areEqual(each.key, key));
        const handle = new Handle(before?.state, false);
        call(key, value, handle);
        const state = handle.getOption();
        const isTouched = handle.isUpdated || timeoutMs < Number.POSITIVE_INFINITY;
        const after = before !== undefined && !isTouched ? before : { key: before?.key ?? key, state, touchedMs };
        entries = state === undefined ? without(key) : [...without(key), after as Entry<K, S>];
      });
      thrown.push(...error);
    }
    for (const { key, state, touchedMs: lastMs } of entries) {
      if (lastMs >= touchedMs - timeoutMs) continue;
      thrown.push(...thrownBy(() => call(key, undefined, new Handle<S>(state, true))));
      entries = without(key);
    }
    return thrown.length > 0 ? thrown : [{ mapped, entries }];
  });
}

class Handle<S> implements State<S> {
  isUpdated = false;
  #state: S | undefined;
  #isRemoved = false;
  readonly #isTimingOut: boolean;

  constructor(state: S | undefined, isTimingOut: boolean) {
    this.#state = state;
    this.#isTimingOut = isTimingOut;
  }

  exists(): boolean {
    return this.#state !== undefined;
  }

  get(): S {
    if (this.#state === undefined) throw new Mistake('state');
    return this.#state;
  }

  getOption(): S | undefined {
    return this.#state;
  }

  update(state: S): void {
    this.#checkMayChange();
    this.#state = state;
    this.isUpdated = true;
  }

  remove(): void {
    this.#checkMayChange();
    this.#state = undefined;
    this.#isRemoved = true;
  }

  isTimingOut(): boolean {
    return this.#isTimingOut;
  }

  #checkMayChange(): void {
    if (this.#isRemoved || this.#isTimingOut) throw new Mistake('state');
  }
}

/** Each of these that is equal to none before it. */
function distinct<K>(keys: readonly K[]): readonly K[] {
  return keys.filter((key, i) => keys.findIndex((other) => areEqual(other, key)) === i);
}

/** What `call` throws, if it does. */
function thrownBy(call: () => void): readonly Thrown[] {
  const thrown = orThrown(call);
  return thrown instanceof Thrown ? [thrown] : [];
}
