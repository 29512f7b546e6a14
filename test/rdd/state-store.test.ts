import { type Partitioner, RDD, type SparkContext } from 'firesteel';
import { beforeEach, describe, expect, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { JobScope } from '../../src/rdd/job-scope.ts';
import { computedPlan } from '../../src/rdd/make-plan.ts';
import { HashPartitioner } from '../../src/rdd/partitioner.ts';
import type { Plan } from '../../src/rdd/plan.ts';
import type { Reading } from '../../src/rdd/reading.ts';
import { type StateKind, StateStore, VersionReader } from '../../src/rdd/state-store.ts';
import { windowState } from '../../src/rdd/window-state.ts';
import { MappedState } from '../../src/state/mapped-state.ts';
import { UpdatedState } from '../../src/state/updated-state.ts';
import { entries, type Pair, sorted } from '../state/kit.ts';
import { context } from './contexts.ts';

let sc: SparkContext;

beforeEach(() => {
  sc = context();
});

const reading = (abort = new AbortController()): Reading => ({
  engine: sc.engine,
  job: JobScope.endless('a test', abort.signal),
});

const planOf = (pairs: readonly Pair[], partitions = 2): Plan => sc.parallelize(pairs as Pair[], partitions).plan;

/** The sum of all values so far; calls are noted, and fail while the test says so. */
class Sums {
  readonly calls: string[] = [];
  isFailing = false;

  readonly kind = (partitioner: Partitioner = new HashPartitioner(2)): StateKind => ({
    partitioner: () => partitioner,
    keepers: (tables) =>
      tables.map(
        (table) =>
          new UpdatedState(table, (values, state, key, timeMs) => {
            this.calls.push(`${timeMs} ${key} ${values.join(' ')}`.trim());
            if (this.isFailing && values.length > 0) throw new Error('not now');
            return (values as number[]).reduce((a, b) => a + b, (state as number | undefined) ?? 0);
          }),
      ),
    windowMs: undefined,
  });
}

function storeOf(kind: StateKind, pendingMax = 3): StateStore {
  return new StateStore({
    kind,
    label: { name: 'kept', site: undefined },
    engine: sc.engine,
    startMs: 0,
    parallelism: sc.engine.defaultParallelism,
    toBytes: undefined,
    history: [],
    pendingMax,
  });
}

/** Plans the step to a time from pairs, which come in that batch. */
const plan = (store: StateStore, timeMs: number, ...pairs: readonly Pair[]): void =>
  store.plan(timeMs, [{ timeMs, plan: planOf(pairs) }], undefined);

const all = (store: StateStore, timeMs: number): readonly Pair[] =>
  sorted(
    Array.from({ length: store.partitioner.numPartitions }, (_, i) => entries(store.keeper(i).table, timeMs)).flat(),
  );

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error as { readonly code?: string }).code,
  );

describe('a store', () => {
  test('is brought to a time by the steps up to it, in order', async () => {
    const sums = new Sums();
    const store = storeOf(sums.kind());
    expect([store.hasSteps, store.plannedMs]).toEqual([false, 0]);
    plan(store, 1000, ['a', 1], ['b', 10], ['a', 2]);
    plan(store, 2000, ['a', 4]);
    plan(store, 3000, ['a', 8]);
    store.answered(3000);
    store.answered(2000);
    expect([store.hasSteps, store.plannedMs, store.windowMs]).toEqual([true, 3000, undefined]);
    expect(sums.calls).toEqual([]);
    await store.bring(2000, reading());
    expect(all(store, 2000)).toEqual([
      ['a', 7],
      ['b', 10],
    ]);
    expect(all(store, 1000)).toEqual([
      ['a', 3],
      ['b', 10],
    ]);
    expect([...sums.calls].sort()).toEqual(['1000 a 1 2', '1000 b 10', '2000 a 4', '2000 b']);
  });

  test('is brought there once, whoever asks and however many at a time', async () => {
    const sums = new Sums();
    const store = storeOf(sums.kind());
    plan(store, 1000, ['a', 1]);
    plan(store, 2000, ['a', 2]);
    await Promise.all([store.bring(1000, reading()), store.bring(2000, reading()), store.bring(1000, reading())]);
    await store.bring(1000, reading());
    expect(sums.calls).toEqual(['1000 a 1', '2000 a 2']);
  });

  test('begins with what there is to begin with, in the first step', async () => {
    const sums = new Sums();
    const store = storeOf(sums.kind());
    store.plan(
      1000,
      [{ timeMs: 1000, plan: planOf([['a', 1]]) }],
      planOf([
        ['a', 100],
        ['z', 7],
      ]),
    );
    await store.bring(1000, reading());
    expect(all(store, 1000)).toEqual([
      ['a', 101],
      ['z', 7],
    ]);
  });

  test('takes pairs in the order of partitions and of rows', async () => {
    const sums = new Sums();
    const store = storeOf(sums.kind());
    store.plan(
      1000,
      [
        {
          timeMs: 1000,
          plan: planOf(
            [3, 1, 4, 1, 5].map((n) => ['a', n]),
            3,
          ),
        },
      ],
      undefined,
    );
    await store.bring(1000, reading());
    expect(sums.calls).toEqual(['1000 a 3 1 4 1 5']);
  });

  test('asks a partitioner for new keys only', async () => {
    const asked: unknown[] = [];
    const partitioner: Partitioner = {
      numPartitions: 3,
      getPartition: (key) => {
        asked.push(key);
        return key === 'a' ? 2 : 1;
      },
      equals: () => false,
    };
    const store = storeOf(new Sums().kind(partitioner));
    plan(store, 1000, ['a', 1], ['b', 2], ['a', 3]);
    plan(store, 2000, ['b', 4], ['a', 5]);
    await store.bring(2000, reading());
    expect(asked).toEqual(['a', 'b']);
    expect([0, 1, 2].map((i) => entries(store.keeper(i).table))).toEqual([[], [['b', 6]], [['a', 9]]]);
  });

  test('has no step to a time that nobody has planned', async () => {
    await expect(codeOf(storeOf(new Sums().kind()).bring(1000, reading()))).resolves.toBe('BUG.ASSERTION');
  });
});

describe('a step that fails', () => {
  test('fails all who ask for that time with the same error, and is not tried again for them', async () => {
    const sums = new Sums();
    const store = storeOf(sums.kind());
    plan(store, 1000, ['a', 1]);
    sums.isFailing = true;
    const asked = [store.bring(1000, reading()), store.bring(1000, reading())];
    const errors = await Promise.all(asked.map((work) => work.catch((error: unknown) => error)));
    expect(errors[0]).toMatchObject({ code: 'STAGE.FUNCTION_THREW' });
    expect(errors[1]).toBe(errors[0]);
    sums.isFailing = false;
    expect(await store.bring(1000, reading()).catch((error: unknown) => error)).toBe(errors[0]);
    expect(sums.calls).toEqual(['1000 a 1']);
  });

  test('is tried again before the next one, whose failure names it', async () => {
    const sums = new Sums();
    const store = storeOf(sums.kind());
    plan(store, 1000, ['a', 1]);
    sums.isFailing = true;
    expect(await codeOf(store.bring(1000, reading()))).toBe('STAGE.FUNCTION_THREW');
    plan(store, 2000, ['a', 2]);
    expect(await codeOf(store.bring(2000, reading()))).toBe('STATE.STEP_FAILED');
    expect(await codeOf(store.bring(1000, reading()))).toBe('STATE.STEP_FAILED');
    sums.isFailing = false;
    plan(store, 3000, ['a', 4]);
    await store.bring(3000, reading());
    expect([1000, 2000, 3000].map((timeMs) => all(store, timeMs))).toEqual([[['a', 1]], [['a', 3]], [['a', 7]]]);
    await store.bring(2000, reading());
  });

  test('leaves nothing behind, neither in partitions that could nor ids of keys that are new', async () => {
    const sums = new Sums();
    const store = storeOf(sums.kind());
    plan(store, 1000, ['a', 1]);
    await store.bring(1000, reading());
    plan(store, 2000, ...Array.from({ length: 100 }, (_, i): Pair => [i, i]));
    sums.isFailing = true;
    expect(await codeOf(store.bring(2000, reading()))).toBe('STAGE.FUNCTION_THREW');
    expect(all(store, 1000)).toEqual([['a', 1]]);
    expect([0, 1].map((i) => store.keeper(i).table.find(5))).toEqual([undefined, undefined]);
    sums.isFailing = false;
    plan(store, 3000);
    await store.bring(3000, reading());
    expect(all(store, 3000)).toHaveLength(101);
    expect([0, 1].map((i) => store.keeper(i).table.capacity).reduce((a, b) => a + b)).toBe(101);
  });

  test('stops the context when too many wait', async () => {
    const sums = new Sums();
    const store = storeOf(sums.kind(), 2);
    sums.isFailing = true;
    const codes: unknown[] = [];
    for (const timeMs of [1000, 2000, 3000, 4000]) {
      plan(store, timeMs, ['a', 1]);
      codes.push(await codeOf(store.bring(timeMs, reading())));
    }
    expect(codes).toEqual(['STAGE.FUNCTION_THREW', 'STATE.STEP_FAILED', 'STATE.STEPS_WAIT', 'STATE.STEPS_WAIT']);
  });

  test('because its job was told to give up is tried again for whoever asks', async () => {
    const sums = new Sums();
    const store = storeOf(sums.kind());
    plan(store, 1000, ['a', 1]);
    const abort = new AbortController();
    abort.abort();
    expect(await codeOf(store.bring(1000, reading(abort)))).toBe('JOB.ABORTED');
    await store.bring(1000, reading());
    expect(all(store, 1000)).toEqual([['a', 1]]);
  });
});

describe('a window without an inverse', () => {
  const add = (a: unknown, b: unknown): unknown => (a as number) + (b as number);

  /** Sums of two seconds, of batches that fail while the test says so. */
  const windowed = (): {
    readonly store: StateStore;
    fail(...seconds: readonly number[]): void;
    plan(second: number): void;
  } => {
    const failing = new Set<number>();
    const kind = windowState(2000, { merge: add, mergeAll: undefined, undo: undefined, partitions: 1 });
    const store = storeOf(kind);
    return {
      store,
      fail: (...seconds) => {
        failing.clear();
        for (const second of seconds) failing.add(second);
      },
      plan: (second) => {
        const rows = sc.parallelize([['a', second]] as [string, number][], 1).map((pair) => {
          if (failing.has(second)) throw new Error(`no ${second}`);
          return pair;
        });
        store.plan(second * 1000, [{ timeMs: second * 1000, plan: rows.plan }], undefined);
      },
    };
  };

  test('gets over a batch that fails when that has left it, and never shows one without it', async () => {
    const { store, fail, plan: planned } = windowed();
    fail(1);
    planned(1);
    expect(await codeOf(store.bring(1000, reading()))).toBe('STAGE.FUNCTION_THREW');
    planned(2);
    expect(await codeOf(store.bring(2000, reading()))).toBe('STAGE.FUNCTION_THREW');
    planned(3);
    await store.bring(3000, reading());
    expect(all(store, 3000)).toEqual([['a', 5]]);
    expect(await codeOf(store.bring(1000, reading()))).toBe('STAGE.FUNCTION_THREW');
    expect(await codeOf(store.bring(2000, reading()))).toBe('STAGE.FUNCTION_THREW');
    planned(4);
    await store.bring(4000, reading());
    expect(all(store, 4000)).toEqual([['a', 7]]);
    expect(store.windowMs).toBe(2000);
  });

  test('holds a batch that failed, as soon as it does not', async () => {
    const { store, fail, plan: planned } = windowed();
    fail(1);
    planned(1);
    expect(await codeOf(store.bring(1000, reading()))).toBe('STAGE.FUNCTION_THREW');
    fail();
    planned(2);
    await store.bring(2000, reading());
    expect(all(store, 2000)).toEqual([['a', 3]]);
    expect(all(store, 1000)).toEqual([['a', 1]]);
    await store.bring(1000, reading());
  });

  test('forgets why it has no version of a time, when that is let go of', async () => {
    const { store, fail, plan: planned } = windowed();
    fail(1);
    for (const second of [1, 2, 3]) planned(second);
    await store.bring(3000, reading());
    expect(await codeOf(store.bring(1000, reading()))).toBe('STAGE.FUNCTION_THREW');
    store.release(1000);
    expect(await codeOf(store.bring(1000, reading()))).toBeUndefined();
    expect(await codeOf(store.bring(2000, reading()))).toBe('STAGE.FUNCTION_THREW');
  });

  test('never waits for too many batches', async () => {
    const { store, fail, plan: planned } = windowed();
    fail(1, 2, 3, 4, 5, 6);
    for (let second = 1; second <= 6; second++) {
      planned(second);
      expect(await codeOf(store.bring(second * 1000, reading()))).toBe('STAGE.FUNCTION_THREW');
    }
  });
});

describe('a release', () => {
  test('lets go of versions up to a time', async () => {
    const store = storeOf(new Sums().kind());
    plan(store, 1000, ['a', 1]);
    plan(store, 2000, ['a', 2]);
    await store.bring(2000, reading());
    store.release(1000);
    expect(() => all(store, 1000)).toThrow(expect.objectContaining({ code: 'STATE.VERSION_RELEASED' }));
    expect(all(store, 2000)).toEqual([['a', 3]]);
  });

  test('that comes while a step is on its way waits for its end', async () => {
    const kind = new Sums().kind();
    const store = storeOf(kind);
    plan(store, 1000, ['a', 1]);
    plan(store, 2000, ['a', 2]);
    await store.bring(1000, reading());
    const bringing = store.bring(2000, reading());
    store.release(1000);
    expect(all(store, 1000)).toEqual([['a', 1]]);
    await bringing;
    expect(() => all(store, 1000)).toThrow(expect.objectContaining({ code: 'STATE.VERSION_RELEASED' }));
    store.release(500); // Of an older one changes nothing.
    expect(all(store, 2000)).toEqual([['a', 3]]);
  });
});

describe('turns', () => {
  test('are taken one at a time, in the order of asking, whether those before succeed or not', async () => {
    const store = storeOf(new Sums().kind());
    const said: string[] = [];
    const turn =
      (name: string, isFailing = false) =>
      async (): Promise<string> => {
        said.push(`${name} begins`);
        await eventLoopTurn();
        said.push(`${name} ends`);
        if (isFailing) throw new Error(name);
        return name;
      };
    const turns = [store.inTurn(turn('a', true)), store.inTurn(turn('b')), store.inTurn(() => 'c')];
    const outcomes = await Promise.allSettled(turns);
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'failed'))).toEqual([
      'failed',
      'b',
      'c',
    ]);
    expect(said).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  test('are taken at once where nobody waits', async () => {
    const store = storeOf(new Sums().kind());
    expect(store.inTurn(() => 'at once')).toBe('at once');
    await store.inTurn(async () => 'later');
    await eventLoopTurn();
    expect(store.inTurn(() => 'at once')).toBe('at once');
  });
});

describe('a reader', () => {
  test('reads the entries of its version, and the rows that the step gave', async () => {
    const kind: StateKind = {
      partitioner: () => new HashPartitioner(2),
      keepers: (tables) =>
        tables.map(
          (table) =>
            new MappedState(table, {
              timeoutMs: undefined,
              f: (timeMs, key, value, state) => {
                state.update(value);
                return `${timeMs} ${key}`;
              },
            }),
        ),
      windowMs: undefined,
    };
    const store = storeOf(kind);
    plan(store, 1000, ['a', 1], ['b', 2]);
    plan(store, 2000, ['a', 3]);
    const label = { name: 'kept', site: undefined };
    const read = async (timeMs: number, part: 'entries' | 'results'): Promise<unknown> => {
      const rdd = new RDD(computedPlan([], new VersionReader(store, timeMs, part), 2, label), sc.engine);
      return (await rdd.collect()).sort();
    };
    expect(await read(2000, 'entries')).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect(await read(1000, 'entries')).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(await read(1000, 'results')).toEqual(['1000 a', '1000 b']);
    expect(await read(2000, 'results')).toEqual(['2000 a']);
  });

  test('of what gives no rows beside its entries reads none', () => {
    const reader = new VersionReader(storeOf(new Sums().kind()), 1000, 'results');
    expect(reader.compute(0).next().value).toEqual([]);
  });
});
