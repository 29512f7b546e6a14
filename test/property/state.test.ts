import fc from 'fast-check';
import { type DStream, Milliseconds, Seconds, type State, StateSpec, type Time } from 'firesteel';
import type { FeedBatch } from 'firesteel/testing';
import { test } from 'vitest';
import { anyWorld, checkSame, type Look, looksAt, type Program, runsOf, type World } from './look.ts';

// The laws of state, each by its name. State is told as plain maps here, gone through from the first batch.

type Pairs = DStream<[number, number]>;
type Batches = readonly FeedBatch<number>[];

const keyOf = (n: number): number => ((n % 3) + 3) % 3;
const keyed = (stream: DStream<number>): Pairs => stream.map((n) => [keyOf(n), n]);
const total = (values: readonly number[], state = 0): number => values.reduce((a, b) => a + b, state);
/** Drops multiples of 4, so that keys go and come again. */
const totalUnlessFours = (values: readonly number[], state?: number): number | undefined => {
  const made = total(values, state);
  return made % 4 === 0 ? undefined : made;
};

/** @param left the streams to look at; @param right what each must show of a program with these batches */
function law(
  name: string,
  left: Program,
  right: (batches: Batches) => readonly (readonly Look[])[],
  world: fc.Arbitrary<World> = anyWorld(),
): void {
  test(name, async () => {
    await fc.assert(
      fc.asyncProperty(world, async (drawn) => {
        const looks = await looksAt(left, drawn);
        for (const [i, expected] of right(drawn.inputs[0] ?? []).entries()) {
          checkSame(looks[i] ?? [], expected, 'in any order');
        }
      }),
      { numRuns: runsOf() },
    );
  });
}

/** The state of each key after every batch; undefined as long as there was no RDD. */
function statesOf(
  batches: Batches,
  update: (values: readonly number[], state: number | undefined) => number | undefined,
): readonly (ReadonlyMap<number, number> | undefined)[] {
  let state: ReadonlyMap<number, number> | undefined;
  return batches.map((batch) => {
    if (batch === null && state === undefined) return undefined;
    const next = new Map<number, number>();
    for (const key of new Set([...(state?.keys() ?? []), ...(batch ?? []).map(keyOf)])) {
      const values = (batch ?? []).filter((n) => keyOf(n) === key);
      const made = update(values, state?.get(key));
      if (made !== undefined) next.set(key, made);
    }
    state = next;
    return next;
  });
}

function looksOf(states: readonly (ReadonlyMap<number, number> | undefined)[]): readonly Look[] {
  return states.flatMap((state, i) => (state === undefined ? [] : [{ timeMs: (i + 1) * 1000, rows: [...state] }]));
}

const runningTotal = StateSpec.function((key: number, value: number | undefined, state: State<number>) => {
  state.update((value ?? 0) + (state.getOption() ?? 0));
  return [key, state.get()];
});

law(
  'the state is the fold of the history',
  ([a]) => [keyed(a as DStream<number>).updateStateByKey(totalUnlessFours)],
  (batches) => [looksOf(statesOf(batches, totalUnlessFours))],
);

law(
  'a function with the time, one over an iterator, and one of values alone keep the same state',
  ([a]) => [
    keyed(a as DStream<number>).updateStateByKey(
      (_time: Time, _key: number, values: number[], state: number | undefined) => totalUnlessFours(values, state),
      { form: 'withTime' },
    ),
    ...[true, false].map((rememberPartitioner) =>
      keyed(a as DStream<number>).updateStateByKey(
        function* (keys: IterableIterator<[number, number[], number | undefined]>): Iterable<[number, number]> {
          for (const [key, values, state] of keys) {
            const made = totalUnlessFours(values, state);
            if (made !== undefined) yield [key, made];
          }
        },
        { form: 'iterator', rememberPartitioner },
      ),
    ),
  ],
  (batches) => {
    const looks = looksOf(statesOf(batches, totalUnlessFours));
    return [looks, looks, looks];
  },
);

law(
  'a state of totals is the total of a window over all batches',
  ([a]) => [keyed(a as DStream<number>).reduceByKeyAndWindow((x, y) => x + y, Seconds(7))],
  (batches) => [looksOf(statesOf(batches, total))],
  anyWorld({ withoutRDD: false }),
);

law(
  'the snapshots of a running total are the state of totals, and begin with the first batch',
  ([a]) => [
    keyed(a as DStream<number>)
      .mapWithState(runningTotal)
      .stateSnapshots(),
  ],
  (batches) => {
    const states = statesOf(batches, total);
    return [looksOf(states.map((state) => state ?? new Map<number, number>()))];
  },
);

law(
  'how many partitions there are, and where keys lie, changes no state',
  ([a]) => {
    const pairs = keyed(a as DStream<number>);
    const byParity = { numPartitions: 2, getPartition: (key: unknown) => Number(key) % 2, equals: () => false };
    return [1, 3, byParity].map((partitions) => pairs.updateStateByKey(totalUnlessFours, partitions));
  },
  (batches) => {
    const looks = looksOf(statesOf(batches, totalUnlessFours));
    return [looks, looks, looks];
  },
);

law(
  'a window over state holds the states of its batches, each as it was',
  ([a]) => [
    keyed(a as DStream<number>)
      .updateStateByKey(totalUnlessFours)
      .window(Seconds(3)),
  ],
  (batches) => {
    const states = statesOf(batches, totalUnlessFours);
    return [
      states.map((_, i) => ({
        timeMs: (i + 1) * 1000,
        rows: states.slice(Math.max(0, i - 2), i + 1).flatMap((state) => [...(state ?? [])]),
      })),
    ];
  },
);

/** What a mapping with time-outs does, told with one map: rows first, then the keys that nothing touched for longer. */
function mappedWithTimeouts(batches: Batches, timeoutMs: number): readonly (readonly Look[])[] {
  const entries = new Map<number, { state: number; touchedMs: number }>([[5, { state: 50, touchedMs: 1000 }]]);
  const [mapped, snapshots]: [Look[], Look[]] = [[], []];
  for (const [i, batch] of batches.entries()) {
    const timeMs = (i + 1) * 1000;
    const rows: [number, number][] = [];
    for (const n of batch ?? []) {
      const count = (entries.get(keyOf(n))?.state ?? 0) + 1;
      entries.set(keyOf(n), { state: count, touchedMs: timeMs });
      if (count === 4) entries.delete(keyOf(n));
      rows.push([keyOf(n), count]);
    }
    for (const [key, { state, touchedMs }] of entries) {
      if (touchedMs >= timeMs - timeoutMs) continue;
      rows.push([key, -state]);
      entries.delete(key);
    }
    mapped.push({ timeMs, rows });
    snapshots.push({ timeMs, rows: [...entries].map(([key, { state }]) => [key, state]) });
  }
  return [mapped, snapshots];
}

for (const timeoutMs of [500, 1000, 1500, 2000, 3000]) {
  law(
    `mapWithState with a time-out of ${timeoutMs} ms does as a plain map`,
    ([a]) => {
      const spec = StateSpec.function((_time: Time, key: number, value: number | undefined, state: State<number>) => {
        if (value === undefined) return [key, -state.get()];
        const count = (state.getOption() ?? 0) + 1;
        if (count === 4) state.remove();
        else state.update(count);
        return [key, count];
      })
        .initialState([[5, 50]])
        .timeout(Milliseconds(timeoutMs));
      const mapped = keyed(a as DStream<number>).mapWithState(spec);
      return [mapped, mapped.stateSnapshots()];
    },
    (batches) => mappedWithTimeouts(batches, timeoutMs),
  );
}
