// What a store tells of its steps, and what another one does again by it.
import { deserialize, serialize } from 'node:v8';
import { type Partitioner, RDD, type SparkContext } from 'firesteel';
import { beforeEach, describe, expect, test } from 'vitest';
import { JobScope } from '../../src/rdd/job-scope.ts';
import { computedPlan } from '../../src/rdd/make-plan.ts';
import type { Reading } from '../../src/rdd/reading.ts';
import type { WrittenChange } from '../../src/rdd/state-history.ts';
import { type Change, type StateKind, StateStore, VersionReader } from '../../src/rdd/state-store.ts';
import { windowState } from '../../src/rdd/window-state.ts';
import { MappedState } from '../../src/state/mapped-state.ts';
import type { Redo } from '../../src/state/redo.ts';
import { UpdatedState } from '../../src/state/updated-state.ts';
import type { Work } from '../../src/state/work.ts';
import { entries, type Pair, sorted } from '../state/kit.ts';
import { context } from './contexts.ts';

let sc: SparkContext;

beforeEach(() => {
  sc = context();
});

const reading = (): Reading => ({ engine: sc.engine, job: JobScope.endless('a test', new AbortController().signal) });

/** Keys with a capital letter are in the second of two partitions, all others in the first. */
const byCase: Partitioner = {
  numPartitions: 2,
  getPartition: (key) => (/^[A-Z]/.test(String(key)) ? 1 : 0),
  equals: (other) => other === byCase,
};

/** The sum of all values of a key; 0 and less take it away. Its calls are noted. */
const summing = (calls: string[] = []): StateKind => ({
  partitioner: () => byCase,
  keepers: (tables) =>
    tables.map(
      (table) =>
        new UpdatedState(table, (values, state, key, timeMs) => {
          calls.push(`${timeMs} ${key}`);
          const sum = (values as number[]).reduce((a, b) => a + b, (state as number | undefined) ?? 0);
          return sum > 0 ? sum : undefined;
        }),
    ),
  windowMs: undefined,
});

/** Keeps the last value, and gives a row for each. */
const mapping = (row: (key: unknown) => unknown = (key) => `row of ${key}`): StateKind => ({
  partitioner: () => byCase,
  keepers: (tables) =>
    tables.map(
      (table) =>
        new MappedState(table, {
          timeoutMs: undefined,
          f: (_timeMs, key, value, state) => {
            if (value !== 'only looks') state.update(value);
            return row(key);
          },
        }),
    ),
  windowMs: undefined,
});

/** Sums of two seconds, of batches that fail while the test says so. */
const windowed = (): StateKind =>
  windowState(2000, {
    merge: (a, b) => (a as number) + (b as number),
    mergeAll: undefined,
    undo: undefined,
    partitions: 1,
  });

function* toBytes(redo: Redo): Work<Uint8Array> {
  yield 1;
  return serialize(redo);
}

function storeOf(kind: StateKind, history: readonly Change[] = [], isWritten = true): StateStore {
  const written = history.map(({ bytes, results, ...of }): WrittenChange => {
    return { ...of, read: () => ({ ...(deserialize(bytes) as Redo), ...(results && { results }) }) };
  });
  return new StateStore({
    kind,
    label: { name: 'kept', site: undefined },
    engine: sc.engine,
    startMs: 0,
    parallelism: 2,
    toBytes: isWritten ? toBytes : undefined,
    history: written,
    pendingMax: 3,
  });
}

const plan = (store: StateStore, timeMs: number, ...pairs: readonly Pair[]): void =>
  store.plan(timeMs, [{ timeMs, plan: sc.parallelize(pairs as Pair[], 2).plan }], undefined);

/** A step of a window whose batch cannot be read while `isFailing` says so. */
const planFailing = (store: StateStore, timeMs: number, pair: [string, number], isFailing: () => boolean): void => {
  const rows = sc.parallelize([pair], 1).map((each) => {
    if (isFailing()) throw new Error(`no ${timeMs}`);
    return each;
  });
  store.plan(timeMs, [{ timeMs, plan: rows.plan }], undefined);
};

const all = (store: StateStore, timeMs: number): readonly Pair[] =>
  sorted(
    Array.from({ length: store.partitioner.numPartitions }, (_, i) => entries(store.keeper(i).table, timeMs)).flat(),
  );

/** What a change says, and of what. */
const told = ({ timeMs, partition, bytes, results }: Change): unknown => {
  const { keys, put, gone } = deserialize(bytes) as Redo;
  const said = [[...keys.values], [...put.values], gone.length];
  return results === undefined ? [timeMs, partition, ...said] : [timeMs, partition, ...said, results];
};

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was thrown',
    (error: Error) => error.message,
  );

describe('the changes of a store', () => {
  test('are taken once, up to a time; one of each step, and of each partition that did something', async () => {
    const store = storeOf(summing());
    plan(store, 1000, ['a', 1], ['B', 5]);
    plan(store, 2000, ['a', 2]);
    plan(store, 3000, ['B', -5]);
    plan(store, 4000);
    await store.bring(4000, reading());
    expect(store.takeChanges(999, false)).toEqual([]);
    expect(store.takeChanges(3000, false).map(told)).toEqual([
      [1000, 0, ['a'], [1], 0],
      [1000, 1, ['B'], [5], 0],
      [2000, 0, [], [3], 0],
      [3000, 0, [], [], 0],
      [3000, 1, [], [], 1],
    ]);
    expect(store.takeChanges(9000, false).map(told)).toEqual([[4000, 0, [], [], 0]]);
    expect(store.takeChanges(9000, false)).toEqual([]);
  });

  test('have the rows that a step gave, where they are wanted, also of a partition that changed nothing', async () => {
    for (const withResults of [true, false]) {
      const store = storeOf(mapping());
      plan(store, 1000, ['B', 'only looks']);
      await store.bring(1000, reading());
      const rows = withResults ? [[[]], [['row of B']]] : [[], []];
      expect(store.takeChanges(1000, withResults).map(told)).toEqual([
        [1000, 0, [], [], 0, ...(rows[0] ?? [])],
        [1000, 1, [], [], 0, ...(rows[1] ?? [])],
      ]);
    }
  });

  test('are not kept where nobody asks for them', async () => {
    const store = storeOf(mapping(), [], false);
    plan(store, 1000, ['a', 1]);
    await store.bring(1000, reading());
    expect(store.takeChanges(1000, true)).toEqual([]);
  });

  test('must be plain: the step fails where they are not, and state stays as it was', async () => {
    const store = storeOf(mapping());
    plan(store, 1000, ['a', 1]);
    plan(store, 2000, ['a', () => 1]);
    expect(await messageOf(store.bring(2000, reading()))).toMatchInlineSnapshot(`
      "[CHECKPOINT.NOT_PLAIN] The state of kept cannot be written down: [Function (anonymous)] is no plain data.
        why  A checkpoint holds plain data. Functions and the classes of objects would not come back.
        fix  Keep numbers, texts, arrays, plain objects, dates, maps, sets and bytes in it.
        at   kept (undefined)"
    `);
    expect(all(store, 1000)).toEqual([['a', 1]]);
    expect(store.takeChanges(9000, false)).toHaveLength(1);
  });

  test('must be plain with the rows that a step gave', async () => {
    const store = storeOf(mapping((key) => Symbol(String(key))));
    plan(store, 1000, ['a', 1]);
    await store.bring(1000, reading());
    expect(() => store.takeChanges(1000, true)).toThrow(/CHECKPOINT.NOT_PLAIN.*kept/);
  });
});

describe('a store with a history', () => {
  /** The changes of three steps. */
  async function written(kind: StateKind): Promise<readonly Change[]> {
    const store = storeOf(kind);
    plan(store, 1000, ['a', 1], ['B', 5]);
    plan(store, 2000, ['a', 2], ['c', 3]);
    plan(store, 3000, ['B', -5]);
    await store.bring(3000, reading());
    return store.takeChanges(3000, true);
  }

  test('does the steps of it again, and calls no function for them', async () => {
    const history = await written(summing());
    const calls: string[] = [];
    const store = storeOf(summing(calls), history);
    expect(store.hasSteps).toBe(true);
    for (const timeMs of [1000, 2000, 3000, 4000]) plan(store, timeMs, ['a', 10]);
    await store.bring(3000, reading());
    expect(calls).toEqual([]);
    expect([1000, 2000, 3000].map((timeMs) => all(store, timeMs))).toEqual([
      [
        ['B', 5],
        ['a', 1],
      ],
      [
        ['B', 5],
        ['a', 3],
        ['c', 3],
      ],
      [
        ['a', 3],
        ['c', 3],
      ],
    ]);
    expect(store.takeChanges(3000, false)).toEqual([]);
    await store.bring(4000, reading());
    expect(calls.sort()).toEqual(['4000 a', '4000 c']);
    expect(store.takeChanges(9000, false).map(told)).toEqual([[4000, 0, [], [13], 0]]);
  });

  test('goes through all of it, where only the last of it is asked for', async () => {
    const store = storeOf(summing(), await written(summing()));
    plan(store, 3000);
    await store.bring(3000, reading());
    expect(all(store, 3000)).toEqual([
      ['a', 3],
      ['c', 3],
    ]);
  });

  test('has the rows that the steps gave', async () => {
    const store = storeOf(
      mapping(() => 'another'),
      await written(mapping()),
    );
    for (const timeMs of [1000, 2000]) plan(store, timeMs);
    await store.bring(2000, reading());
    const label = { name: 'kept', site: undefined };
    const rdd = new RDD(computedPlan([], new VersionReader(store, 2000, 'results'), 2, label), sc.engine);
    expect(await rdd.collect()).toEqual(['row of a', 'row of c']);
  });

  test('shows no image before it has done all of it again; then one of each partition', async () => {
    const store = storeOf(summing(), await written(summing()));
    for (const timeMs of [1000, 2000, 3000]) plan(store, timeMs);
    await store.bring(2000, reading());
    expect(await store.images()).toBeUndefined();
    const brought = store.bring(3000, reading());
    const images = await store.images();
    await brought;
    expect(images?.map(({ timeMs, partition }) => [timeMs, partition])).toEqual([
      [3000, 0],
      [3000, 1],
    ]);
    const pieces = (images ?? []).flatMap(({ timeMs, partition, pieces: of }) =>
      [...of()].map((redo): Change => ({ timeMs, partition, bytes: serialize(redo) })),
    );
    const again = storeOf(summing(), pieces);
    plan(again, 3000);
    await again.bring(3000, reading());
    expect(all(again, 3000)).toEqual(all(store, 3000));
    await expect(again.images()).resolves.toHaveLength(2);
  });
});

describe('a window that had gone on without a batch', () => {
  test('is made with it when it comes back: steps are worked out again, what is written stays', async () => {
    // A key that was not there before gets the place that another one had without it.
    const pairs: [string, number][] = [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
      ['a', 5],
    ];
    const first = storeOf(windowed());
    for (const [i, pair] of pairs.slice(0, 4).entries()) planFailing(first, (i + 1) * 1000, pair, () => i === 1);
    // The versions of 2000 and 3000 cannot be made, and nobody asks for them.
    await first.bring(4000, reading());
    const history = first.takeChanges(4000, false);
    expect(history.map(({ timeMs }) => timeMs)).toEqual([1000, 4000]);

    const second = storeOf(windowed(), history);
    for (const [i, pair] of pairs.entries()) planFailing(second, (i + 1) * 1000, pair, () => false);
    await second.bring(5000, reading());
    expect(pairs.map((_, i) => all(second, (i + 1) * 1000))).toEqual([
      [['a', 1]],
      pairs.slice(0, 2),
      sorted(pairs.slice(1, 3)),
      sorted(pairs.slice(2, 4)),
      sorted(pairs.slice(3, 5)),
    ]);
    expect(second.takeChanges(9000, false).map(({ timeMs }) => timeMs)).toEqual([5000]);
    expect(await second.images()).toHaveLength(1);
  });
});
