import fc from 'fast-check';
import { type DStream, Milliseconds, type Row, StateSpec, type Time } from 'firesteel';
import * as ofBatches from '../../src/testing/oracle-batches.ts';
import * as states from '../../src/testing/oracle-state.ts';
import { type Any, alone, first, kept, type Operator } from './operator.ts';
import { partitionsOption, showNumber, weight } from './pair-operators.ts';

/*
 * Operators of the grammar that keep state. Neither the order of the values of a key nor which keys share a partition
 * may show, so the functions make the same of them in any order.
 */

type Fails = { readonly on: number; readonly how: 'throws' | 'promises' } | undefined;
const fails: fc.Arbitrary<Fails> = fc.option(
  fc.record({ on: fc.integer({ min: -2, max: 9 }), how: fc.constantFrom('throws' as const, 'promises' as const) }),
  { nil: undefined, freq: 11 },
);

/** What a function comes to that fails on a value which it was given. */
function failure(fails: Fails, values: readonly (number | undefined)[]): Promise<never> | undefined {
  if (fails === undefined || !values.includes(fails.on)) return undefined;
  const error = new Error(`state ${fails.how} on ${fails.on}`);
  if (fails.how === 'promises') return Promise.reject(error);
  throw error;
}

function showFails(fails: Fails): string {
  return fails === undefined ? '' : `, which ${fails.how} on ${fails.on}`;
}

/** The state that some keys have before the first batch. */
const initial = fc.option(
  fc.constant<[Row, number][]>([
    ['key 1', 5],
    [2, 7],
    ['only here', 1],
    [[1, ['\0', null]], 3],
  ]),
  { nil: undefined, freq: 2 },
);

/** Of values that may be none, and of a state that may be none. */
type Update = (values: readonly number[], state: number | undefined, timeMs: number) => number | undefined;

const updates: Readonly<Record<string, Update>> = {
  sum: (values, state = 0) => weight(values) + state,
  'sum, but no multiple of 3': (values, state = 0) => {
    const sum = weight(values) + state;
    return sum % 3 === 0 ? undefined : sum;
  },
  'how long it was idle, gone after two': (values, state = 0) => {
    if (values.length > 0) return 0;
    return state === 1 ? undefined : state + 1;
  },
  'gone when it comes again': (values, state) => {
    if (state !== undefined && values.length > 0) return undefined;
    return state ?? weight(values);
  },
  'the time when it was seen': (values, state, timeMs) => (values.length > 0 ? timeMs : state),
};

interface Updating {
  readonly f: string;
  readonly fails: Fails;
  readonly form: 'values' | 'withTime' | 'iterator' | 'iterator, other keys';
  readonly initial: readonly [Row, number][] | undefined;
  readonly partitions: number | undefined;
}

type Keys = Iterable<readonly [Row, readonly number[], number | undefined]>;

/** The function in its form; the engine and the oracle call the same. */
function updateOf({ f, fails, form }: Updating): { readonly form: states.Update<Any, Any, Any>['form']; f: Any } {
  const update = updates[f] as Update;
  const call = (values: readonly number[], state: number | undefined, timeMs: number): Any =>
    failure(fails, values) ?? update(values, state, timeMs);
  if (form === 'values') return { form, f: (values: number[], state: Any) => call(values, state, 0) };
  if (form === 'withTime') {
    return { form, f: (time: Time, _key: Row, values: number[], state: Any) => call(values, state, time.milliseconds) };
  }
  return {
    form: 'iterator',
    f: function* (keys: Keys) {
      for (const [key, values, state] of keys) {
        if (fails !== undefined && values.includes(fails.on)) throw new Error(`state throws on ${fails.on}`);
        const made = update(values, state, 0);
        if (made !== undefined) yield [form === 'iterator' ? key : [key], made];
      }
    },
  };
}

export const updateStateByKey: Operator<Updating> = {
  name: 'updateStateByKey',
  arbitrary: fc.record({
    f: fc.constantFrom(...Object.keys(updates)),
    fails,
    form: fc.constantFrom('values', 'values', 'withTime', 'iterator', 'iterator, other keys'),
    initial,
    partitions: partitionsOption,
  }),
  takes: () => 'pairs',
  ...alone,
  shape: (_, parents) => kept(parents),
  build: (args, parents, { sparkContext: sc }) => {
    const { f, form } = updateOf(args);
    return (first(parents) as Any).updateStateByKey(f, {
      form,
      ...(args.form === 'iterator, other keys' ? { rememberPartitioner: false } : {}),
      ...(args.partitions === undefined ? {} : { partitions: args.partitions }),
      ...(args.initial === undefined ? {} : { initialRDD: sc.parallelize([...args.initial]) }),
    });
  },
  oracle: (args, parents) => states.updateStateByKey(first(parents), updateOf(args) as Any, args.initial),
  show: ({ f, fails, form, initial, partitions }) =>
    [`${f}${showFails(fails)}`, form, ...(initial === undefined ? [] : ['initial']), showNumber(partitions)]
      .filter((text) => text !== '')
      .join(', '),
};

/** Of a value, which is none for a key that is timing out, and of its state. It gives a number, or nothing. */
type Mapping = (value: number | undefined, state: states.State<number>) => number | undefined;

const mappings: Readonly<Record<string, Mapping>> = {
  count: (value, state) => {
    if (value === undefined) return 0 - state.get();
    state.update((state.getOption() ?? 0) + 1);
    return state.get();
  },
  sum: (value, state) => {
    if (value === undefined) return 0 - state.get();
    state.update((state.getOption() ?? 0) + value);
    return undefined;
  },
  'removes the third': (value, state) => {
    const count = (state.getOption() ?? 0) + 1;
    if (value !== undefined && count >= 3) state.remove();
    else if (value !== undefined) state.update(count);
    return value;
  },
  'looks at what is there': (value, state) => {
    if (state.exists()) return state.isTimingOut() ? -1 : 1;
    state.update(7);
    return value === undefined ? -2 : 0;
  },
};

interface Mapped {
  readonly f: string;
  readonly fails: Fails;
  /** Whether the function has the time as well, and need not give a row. */
  readonly hasTime: boolean;
  readonly timeoutMs: number | undefined;
  readonly initial: readonly [Row, number][] | undefined;
  readonly partitions: number | undefined;
}

function mappingOf({ f, fails, hasTime, timeoutMs, initial }: Mapped): states.Mapping<Row, number, number, Any> {
  const mapping = mappings[f] as Mapping;
  return {
    emits: hasTime ? 'if defined' : 'always',
    f: (time, key, value, state) => {
      const failed = failure(fails, [value]);
      if (failed !== undefined) return failed;
      const made = mapping(value, state);
      if (hasTime) return made === undefined ? undefined : [key, made + time.milliseconds];
      return [key, made ?? 100];
    },
    timeoutMs,
    ...(initial === undefined ? {} : { initial }),
  };
}

function specOf(args: Mapped): Any {
  const { f } = mappingOf(args);
  const spec = (StateSpec as Any).function(
    args.hasTime
      ? (time: Time, key: Row, value: Any, state: states.State<number>) => f(time, key, value, state)
      : (key: Row, value: Any, state: states.State<number>) => f(undefined as never, key, value, state),
  );
  if (args.timeoutMs !== undefined) spec.timeout(Milliseconds(args.timeoutMs));
  if (args.initial !== undefined) spec.initialState([...args.initial]);
  if (args.partitions !== undefined) spec.numPartitions(args.partitions);
  return spec;
}

function mapsWithState(
  name: string,
  look: Pick<Operator<Mapped>, 'oracle'> & { readonly build: (mapped: Any) => DStream<Row> },
): Operator<Mapped> {
  return {
    name,
    arbitrary: fc.record({
      f: fc.constantFrom(...Object.keys(mappings)),
      fails,
      hasTime: fc.boolean(),
      timeoutMs: fc.constantFrom(undefined, 1000, 1500, 2000),
      initial,
      partitions: partitionsOption,
    }),
    takes: () => 'pairs',
    ...alone,
    shape: (_, parents) => kept(parents),
    build: (args, parents) => look.build((first(parents) as Any).mapWithState(specOf(args))),
    oracle: look.oracle,
    show: ({ f, fails, hasTime, timeoutMs, initial, partitions }) =>
      [
        `${f}${showFails(fails)}${hasTime ? ', with the time' : ''}`,
        ...(timeoutMs === undefined ? [] : [`timeout ${timeoutMs} ms`]),
        ...(initial === undefined ? [] : ['initial']),
        showNumber(partitions),
      ]
        .filter((text) => text !== '')
        .join(', '),
  };
}

export const mapWithState: Operator<Mapped> = mapsWithState('mapWithState', {
  build: (mapped) => mapped,
  oracle: (args, parents) => states.mapWithState(first(parents), mappingOf(args)),
});

export const stateSnapshots: Operator<Mapped> = mapsWithState('stateSnapshots', {
  build: (mapped) => mapped.stateSnapshots(),
  oracle: (args, parents) => states.stateSnapshots(first(parents), mappingOf(args)),
});

export const mappedAndSnapshots: Operator<Mapped> = mapsWithState('mapWithState, with snapshots', {
  build: (mapped) => mapped.union(mapped.stateSnapshots()),
  oracle: (args, parents) => {
    const mapping = mappingOf(args);
    const [mapped, all] = [
      states.mapWithState(first(parents), mapping),
      states.stateSnapshots(first(parents), mapping),
    ];
    return ofBatches.union<unknown>(mapped, all);
  },
});
