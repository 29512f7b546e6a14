import { readFileSync } from 'node:fs';
import { Milliseconds, type Row, Seconds, SparkConf, StateSpec, StreamingContext, Time } from 'firesteel';
import { Feed, run, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { FiresteelError } from '../../src/core/errors.ts';
import { State } from '../../src/state/state.ts';
import { absent } from '../../src/state/versioned-table.ts';

// Cases of state that are no programs, or ask for what no program sees.

function caseOf<T>(file: string, id: string): T {
  const { cases } = JSON.parse(readFileSync(`conformance/dstream/${file}.json`, 'utf8')) as {
    readonly cases: readonly { readonly id: string }[];
  };
  return cases.find((each) => each.id === id) as T;
}

interface StateStep {
  readonly do: 'create' | 'wrap' | 'wrapTimingOut' | 'update' | 'remove';
  readonly value?: number | null;
  readonly then?: Readonly<Record<string, Row>>;
}

/** The peer's classes of errors, by our codes. */
const classes: Readonly<Record<string, string>> = {
  'STATE.MISSING': 'NoSuchElementException',
  'STATE.UPDATE_REFUSED': 'IllegalArgumentException',
};

function resultOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error instanceof FiresteelError ? classes[error.code] : error;
  }
}

const observations: Readonly<Record<string, (state: State<number>) => unknown>> = {
  exists: (state) => state.exists(),
  get: (state) => state.get(),
  option: (state) => state.getOption() ?? null,
  updated: (state) => state.outcome === 'updated',
  removed: (state) => state.outcome === 'removed',
  timingOut: (state) => state.isTimingOut(),
  removeAgain: (state) => state.remove(),
  updateAfter: (state) => state.update(9),
};

test('mws.stateObject.script: what a state says after each call', () => {
  const { script } = caseOf<{ readonly script: readonly StateStep[] }>('mapWithState', 'mws.stateObject.script');
  const state = new State<number>();
  expect(script).not.toEqual([]);
  for (const { do: call, value, then = {} } of script) {
    if (call === 'update') state.update(value as number);
    else if (call === 'remove') state.remove();
    else state.begin(value ?? absent, call === 'wrapTimingOut');
    for (const [name, is] of Object.entries(then)) {
      const observe = observations[name] as (state: State<number>) => unknown;
      expect(
        resultOf(() => observe(state)),
        `${name} after ${call}`,
      ).toBe(is);
    }
  }
});

type Stamped = readonly [key: string, state: number, touchedMs: number];

interface SequenceRow {
  readonly from: string;
  readonly data: readonly (readonly [key: string, command: 0 | 1 | 2])[];
  readonly to: string | null;
  readonly expect: readonly Stamped[];
}

describe('mws.stateSequence', () => {
  const { init, rows } = caseOf<{ readonly init: readonly Stamped[]; readonly rows: readonly SequenceRow[] }>(
    'mapWithState',
    'mws.stateSequence',
  );
  const withoutStamps = (all: readonly Stamped[]): [string, number][] => all.map(([key, state]) => [key, state]);
  const sorted = (all: readonly Row[]): readonly string[] => all.map((row) => JSON.stringify(row)).sort();

  /** The rows that lead from the beginning to one. */
  function wayTo(row: SequenceRow): readonly SequenceRow[] {
    if (row.from === 'init') return [row];
    return [...wayTo(rows.find(({ to }) => to === row.from) as SequenceRow), row];
  }

  // When a key was touched last shows in nothing but time-outs, of which these have none.
  test('mws.stateSequence: each row comes from the state before it, and leaves that as it was', async () => {
    expect(rows).not.toEqual([]);
    for (const row of rows) {
      const way = wayTo(row);
      const called: string[] = [];
      const spec = StateSpec.function((key: string, command: number | undefined, state: State<number>) => {
        called.push(key);
        if (command === 1) state.update((state.getOption() ?? -1) + 1);
        if (command === 2) state.remove();
        return null;
      }).initialState(withoutStamps(init));
      const late: Row[][] = [];
      const snapshots = await run<[string, number], Row>(
        (_ssc, input) => {
          const states = input.mapWithState(spec).stateSnapshots();
          // Each version is read again when all have been made.
          states.window(Seconds(way.length)).foreachRDD(async (rdd) => late.push(await rdd.collect()));
          return states;
        },
        way.map(({ data }) => data.map(([key, command]): [string, number] => [key, command])),
      );
      const expected = way.map((each) => sorted(withoutStamps(each.expect)));
      expect(snapshots.map(sorted)).toEqual(expected);
      expect(sorted(late.at(-1) ?? [])).toEqual(expected.flat().sort());
      expect(called.sort()).toEqual(way.flatMap(({ data }) => data.map(([key]) => key)).sort());
    }
  });
});

interface Retention {
  readonly streams: readonly { readonly batches: number[][]; readonly partitions: number }[];
  readonly ops: readonly { readonly op: string; readonly intervalMs?: number }[];
  readonly run: { readonly batches: number };
  readonly rows: readonly {
    readonly rememberMs: number;
    readonly has: readonly number[];
    readonly hasNot: readonly number[];
  }[];
}

test('sources.retention.updateState: state is remembered for twice its checkpoint interval', async () => {
  const { streams, ops, run: length, rows } = caseOf<Retention>('sources', 'sources.retention.updateState');
  const [source] = streams;
  expect(ops.map(({ op }) => op)).toEqual(['map', 'updateStateByKey', 'checkpoint']);
  const runtime = testRuntime();
  const conf = new SparkConf().setMaster('local[2]').setAppName('retention');
  const ssc = new StreamingContext(conf, Seconds(1), { runtime });
  ssc.checkpoint('/checkpoint');
  const state = ssc
    .inputStream(new Feed<number>(source?.batches ?? [], source?.partitions))
    .map((n): [number, number] => [n, 1])
    .updateStateByKey((values: number[], sum: number | undefined) => values.length + (sum ?? 0))
    .checkpoint(Milliseconds(ops.at(-1)?.intervalMs ?? 0));
  state.foreachRDD(() => undefined);
  ssc.start();
  await runtime.clock.advance(length.batches * 1000);
  for (const { rememberMs, has, hasNot } of rows) {
    const endMs = length.batches * 1000;
    expect(hasNot).toEqual([endMs - rememberMs]);
    for (const timeMs of [...has, endMs - rememberMs + 1000]) {
      const [rdd] = await state.slice(new Time(timeMs), new Time(timeMs));
      expect(await rdd?.count(), `keys at ${timeMs} ms`).toBe(timeMs / 1000 + 1);
    }
    for (const timeMs of hasNot) {
      const asked = state.slice(new Time(timeMs), new Time(timeMs)).then(([rdd]) => rdd?.collect());
      await expect(asked).rejects.toThrow(FiresteelError);
    }
  }
  await ssc.stop();
});
