import { expectTypeOf } from 'vitest';
import {
  type DStream,
  type MapWithStateDStream,
  type Partitioner,
  type RDD,
  Seconds,
  type State,
  StateSpec,
  type Time,
} from '../../src/index.ts';

// Compiled by `npm run types`, never run: what windows and state make of their rows is known without an annotation.

declare const words: DStream<string>;
declare const numbers: DStream<number>;
declare const partitioner: Partitioner;
declare const begun: RDD<[string, number]>;

const ones = words.map((word) => [word, 1]);

// Windows.
expectTypeOf(words.window('2 seconds')).toEqualTypeOf<DStream<string>>();
expectTypeOf(ones.window(Seconds(2), Seconds(2))).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(numbers.reduceByWindow((a, b) => a + b, '2 seconds', '1 second')).toEqualTypeOf<DStream<number>>();
expectTypeOf(
  numbers.reduceByWindow(
    (a, b) => a + b,
    (a, b) => a - b,
    '2 seconds',
    '1 second',
  ),
).toEqualTypeOf<DStream<number>>();
expectTypeOf(words.countByWindow('2 seconds', '1 second')).toEqualTypeOf<DStream<number>>();
expectTypeOf(words.countByValueAndWindow('2 seconds', '1 second', 3)).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(ones.groupByKeyAndWindow('2 seconds')).toEqualTypeOf<DStream<[string, number[]]>>();
expectTypeOf(ones.groupByKeyAndWindow('2 seconds', undefined, partitioner)).toEqualTypeOf<
  DStream<[string, number[]]>
>();
expectTypeOf(ones.reduceByKeyAndWindow((a, b) => a + b, '2 seconds', undefined, 3)).toEqualTypeOf<
  DStream<[string, number]>
>();
expectTypeOf(
  ones.reduceByKeyAndWindow(
    (a, b) => a + b,
    (a, b) => a - b,
    '2 seconds',
    '1 second',
    partitioner,
    ([key, sum]) => key.length > 0 && sum.toFixed() !== '0',
  ),
).toEqualTypeOf<DStream<[string, number]>>();
// @ts-expect-error: a window has to be told its length
words.window();
// @ts-expect-error: a number says no unit
words.window(2000);
// @ts-expect-error: rows are merged into rows
numbers.reduceByWindow((a, b) => `${a}${b}`, '2 seconds', '1 second');
// @ts-expect-error: rows that are no pairs have no values to group
words.groupByKeyAndWindow('2 seconds');
// @ts-expect-error: rows that are no pairs have no values to merge
words.reduceByKeyAndWindow((a, _b) => a, '2 seconds');
// @ts-expect-error: an inverse takes back what the function merged
ones.reduceByKeyAndWindow(
  (a, b) => a + b,
  (a) => `${a}`,
  '2 seconds',
);

// State that every key has in every batch. What it is made of is said once; times, keys and values are known.
const sums = ones.updateStateByKey((values, sum?: number) => values.reduce((a, b) => a + b, sum ?? 0));
expectTypeOf(sums).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(
  ones.updateStateByKey((values, state: { n: number } | undefined) => {
    return values.length === 0 ? undefined : { n: (state?.n ?? 0) + values.length };
  }),
).toEqualTypeOf<DStream<[string, { n: number }]>>();
expectTypeOf(ones.updateStateByKey((values, sum = 0) => sum + values.length, 3, begun)).toEqualTypeOf<
  DStream<[string, number]>
>();
expectTypeOf(
  ones.updateStateByKey((values, sum = 0) => sum + values.length, { partitions: partitioner, initialRDD: begun }),
).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(
  ones.updateStateByKey(
    (time, key, values, sum?: number) => {
      expectTypeOf(time).toEqualTypeOf<Time>();
      expectTypeOf(key).toEqualTypeOf<string>();
      return (sum ?? 0) + values.length;
    },
    { form: 'withTime' },
  ),
).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(
  ones.updateStateByKey(
    (rows) => [...rows].map(([key, values, state]): [string, number] => [key, values.length + (state ?? 0)]),
    { form: 'iterator', initialRDD: begun },
  ),
).toEqualTypeOf<DStream<[string, number]>>();
// @ts-expect-error: rows that are no pairs have no key to keep state for
words.updateStateByKey((values, sum = 0) => sum + values.length);
// @ts-expect-error: state to begin with is of the kind that the function keeps
ones.updateStateByKey((values, text = '') => text + values.join(), 3, begun);
// @ts-expect-error: the form says what the function is given
ones.updateStateByKey((time: Time, _key: string) => time.milliseconds, { form: 'values' });

// State that is read and updated record by record. What a state is made of has to be said: `State` is only written to.
const running = StateSpec.function((word: string, one: number | undefined, sum: State<number>): [string, number] => {
  sum.update((sum.getOption() ?? 0) + (one ?? 0));
  return [word, sum.get()];
});
expectTypeOf(running).toEqualTypeOf<StateSpec<string, number, number, [string, number]>>();
expectTypeOf(ones.mapWithState(running)).toEqualTypeOf<MapWithStateDStream<string, number, [string, number]>>();
expectTypeOf(ones.mapWithState(running).stateSnapshots()).toEqualTypeOf<DStream<[string, number]>>();
expectTypeOf(ones.mapWithState(running).map(([word]) => word.length)).toEqualTypeOf<DStream<number>>();
expectTypeOf(
  running
    .initialState([['a', 1]])
    .numPartitions(2)
    .timeout('3 seconds'),
).toEqualTypeOf<typeof running>();
expectTypeOf(running.initialState(begun).partitioner(partitioner)).toEqualTypeOf<typeof running>();
const named = StateSpec.function<string, number, number, string>((key, value, state) => {
  expectTypeOf(key).toEqualTypeOf<string>();
  expectTypeOf(value).toEqualTypeOf<number | undefined>();
  expectTypeOf(state).toEqualTypeOf<State<number>>();
  return key;
});
expectTypeOf(named).toEqualTypeOf<StateSpec<string, number, number, string>>();
const timed = StateSpec.function((time: Time, key: string, value: number | undefined, seen: State<boolean>) => {
  seen.update(true);
  return value === undefined ? undefined : `${key} ${time.milliseconds}`;
});
expectTypeOf(timed).toEqualTypeOf<StateSpec<string, number, boolean, string>>();
expectTypeOf(
  ones.mapWithState(
    StateSpec.function((word, one, seen: State<boolean>) => {
      expectTypeOf(word).toEqualTypeOf<string>();
      expectTypeOf(one).toEqualTypeOf<number | undefined>();
      seen.update(true);
      return word.length;
    }),
  ),
).toEqualTypeOf<MapWithStateDStream<string, boolean, number>>();
// @ts-expect-error: rows that are no pairs have no key to keep state for
words.mapWithState(running);
// @ts-expect-error: state to begin with is of the kind that the function keeps
running.initialState([['a', 'b']]);
