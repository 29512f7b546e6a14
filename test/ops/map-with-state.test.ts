import { type DStream, HashPartitioner, type RDD, type State, StateSpec, type Time } from 'firesteel';
import { type FeedBatch, run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { batchByBatch, rowsBySecond } from './batch-by-batch.ts';
import { inOrder, lateReads } from './late-reads.ts';
import { engines, failureOf, unhandledIn } from './on-both.ts';
import { partitionCounts } from './side-by-side.ts';
import { refusedAtStart } from './started.ts';

type Letters = [string, number];
type Spec<U> = StateSpec<string, number, number, U & string>;

/** The sum of all values so far, as it is behind each record. */
const running = (key: string, value: number | undefined, state: State<number>): string => {
  if (value === undefined) return `${key} goes with ${state.get()}`;
  state.update((state.getOption() ?? 0) + value);
  return `${key} ${state.get()}`;
};
const summing = (): Spec<string> => StateSpec.function(running);

describe.each(engines)('mapWithState, on the %s,', (using) => {
  const shown = (spec: Spec<string>, batches: readonly FeedBatch<Letters>[]) =>
    rowsBySecond<Letters, string>(using, (input) => input.mapWithState(spec), batches);

  test('calls its function for each record, which sees the state after those before it', async () => {
    const batches: FeedBatch<Letters>[] = [
      [
        ['a', 1],
        ['b', 10],
        ['a', 2],
      ],
      [],
      [['a', 4]],
    ];
    expect(await shown(summing(), batches)).toEqual({ 1: ['a 1', 'a 3', 'b 10'], 2: [], 3: ['a 7'] });
  });

  test('shows results in the order of records', async () => {
    const rows: Letters[] = ['c', 'a', 'c', 'b'].map((key, i) => [key, i]);
    const [results] = await run<Letters, string>(
      (_ssc, input) => input.mapWithState(StateSpec.function(running).numPartitions(1)),
      [rows],
      { using, partitions: 2 },
    );
    expect(results).toEqual(['c 0', 'a 1', 'c 2', 'b 3']);
  });

  test('touches no key without data', async () => {
    const keys: string[] = [];
    const spec = StateSpec.function((key: string, _value: number | undefined, state: State<number>): string => {
      keys.push(key);
      state.update(1);
      return key;
    });
    await shown(spec, [[['a', 1]], [['b', 1]], [['a', 1]], []]);
    expect(keys).toEqual(['a', 'b', 'a']);
  });

  test('shows an empty batch where its parent has no RDD', async () => {
    expect(await shown(summing(), [null, [['a', 1]], null, [['a', 2]]])).toEqual({
      1: [],
      2: ['a 1'],
      3: [],
      4: ['a 3'],
    });
  });

  test('always shows what a function of three parameters returns, undefined too', async () => {
    const spec = StateSpec.function((_key: string, _value: number | undefined, _state: State<number>) => undefined);
    const by = await rowsBySecond<Letters, undefined>(using, (input) => input.mapWithState(spec), [[['a', 1]], []]);
    expect(by).toEqual({ 1: [undefined], 2: [] });
  });

  test('tells a function of four the time, and shows what it returns unless that is undefined', async () => {
    const spec = StateSpec.function(
      (time: Time, key: string, value: number | undefined, state: State<number>): string | undefined => {
        state.update(0);
        return value === 2 ? undefined : `${time.milliseconds} ${key} ${value}`;
      },
    );
    expect(await shown(spec, [[['a', 1]], [['a', 2]], [['a', 3]]])).toEqual({
      1: ['1000 a 1'],
      2: [],
      3: ['3000 a 3'],
    });
  });

  test('shows a null that a function of four returns', async () => {
    const spec = StateSpec.function(
      (_time: Time, _key: string, _value: number | undefined, _state: State<number>) => null,
    );
    const by = await rowsBySecond<Letters, null>(using, (input) => input.mapWithState(spec), [[['a', 1]]]);
    expect(by).toEqual({ 1: [null] });
  });

  test('tells whether there is state; what is removed is gone, also for the next record of the batch', async () => {
    const spec = StateSpec.function((_key: string, value: number | undefined, state: State<number>): string => {
      const before = `${state.exists()} ${state.getOption()} ${state.isTimingOut()}`;
      if (value === 0) state.remove();
      else state.update(value as number);
      return `${before} → ${state.exists()} ${state.getOption()}`;
    }).numPartitions(1);
    const batches: FeedBatch<Letters>[] = [
      [
        ['a', 1],
        ['a', 0],
        ['a', 2],
      ],
      [['a', 0]],
      [['a', 3]],
    ];
    const rows = await run<Letters, string>((_ssc, input) => input.mapWithState(spec), batches, {
      using,
      partitions: 1,
    });
    expect(rows).toEqual([
      ['false undefined false → true 1', 'true 1 false → false undefined', 'false undefined false → true 2'],
      ['true 2 false → false undefined'],
      ['false undefined false → true 3'],
    ]);
  });

  test('takes keys for equal by value', async () => {
    const keys = [['a', [1]], { x: 1, y: 2 }, Number.NaN, new Date(5), null, -0];
    const again = [['a', [1]], { y: 2, x: 1 }, Number.NaN, new Date(5), null, 0];
    const spec = StateSpec.function<never, number, number, number>((_key, one, state) => {
      state.update((state.getOption() ?? 0) + (one ?? 0));
      return state.get();
    });
    const batches = [keys, again].map((row) => row.map((key) => [key as never, 1] as const));
    const by = await rowsBySecond(
      using,
      (input: DStream<readonly [never, number]>) => input.mapWithState(spec),
      batches,
    );
    expect(by[2]).toEqual(keys.map(() => 2));
  });

  describe('with a time-out', () => {
    const timing = (timeout: string): Spec<string> => summing().timeout(timeout);

    // Spark looks in every tenth batch only.
    test('lets a key go in the first batch that is later than its last data by more than that', async () => {
      expect(await shown(timing('2 seconds'), [[['a', 1]], [], [], [], []])).toEqual({
        1: ['a 1'],
        2: [],
        3: [],
        4: ['a goes with 1'],
        5: [],
      });
    });

    test('does so to the millisecond', async () => {
      const goes = async (timeout: string): Promise<string | undefined> => {
        const by = await shown(timing(timeout), [[['a', 1]], [], [], []]);
        return Object.entries(by).find(([, rows]) => rows.includes('a goes with 1'))?.[0];
      };
      expect(await goes('1999 milliseconds')).toBe('3');
      expect(await goes('2000 milliseconds')).toBe('4');
      expect(await goes('1 millisecond')).toBe('2');
    });

    test('takes data for a touch, though its function leaves the state alone', async () => {
      const spec = StateSpec.function((key: string, value: number | undefined, state: State<number>): string => {
        if (state.isTimingOut()) return `${key} goes`;
        if (!state.exists()) state.update(0);
        return `${key} ${value}`;
      }).timeout('1 second');
      expect(await shown(spec, [[['a', 1]], [['a', 2]], [['a', 3]], [], [], []])).toEqual({
        1: ['a 1'],
        2: ['a 2'],
        3: ['a 3'],
        4: [],
        5: ['a goes'],
        6: [],
      });
    });

    test('lets no key go that has data in the batch, and begins anew behind one that went', async () => {
      expect(await shown(timing('1 second'), [[['a', 1]], [], [['a', 2]], [], [], [['a', 4]]])).toEqual({
        1: ['a 1'],
        2: [],
        3: ['a 3'],
        4: [],
        5: ['a goes with 3'],
        6: ['a 4'],
      });
    });

    test('lets go of no key that has no state', async () => {
      const spec = StateSpec.function((_key: string, value: number | undefined, state: State<number>): string => {
        if (value === 0) state.remove();
        else if (value !== undefined) state.update(value);
        return String(value);
      }).timeout('1 second');
      expect(await shown(spec, [[['a', 1]], [['a', 0]], [], [], []])).toEqual({
        1: ['1'],
        2: ['0'],
        3: [],
        4: [],
        5: [],
      });
    });

    test('counts keys to begin with as touched by the first batch', async () => {
      const spec = timing('1 second').initialState([['z', 7]]);
      expect(await shown(spec, [[], [], [['a', 1]]])).toEqual({ 1: [], 2: [], 3: ['a 1', 'z goes with 7'] });
    });

    test.each(['update', 'remove'] as const)('refuses %s() in the last call', async (which) => {
      const spec = StateSpec.function((key: string, _value: number | undefined, state: State<number>): string => {
        if (which === 'update' || !state.isTimingOut()) state.update(1);
        else state.remove();
        return key;
      }).timeout('1 second');
      const { by, failure } = await batchByBatch<Letters, string>(using, (input) => input.mapWithState(spec), [
        [['a', 1]],
        [],
        [],
        [],
      ]);
      expect(by).toEqual({ 1: ['a'], 2: [], 3: 'STATE.UPDATE_REFUSED', 4: 'STATE.STEP_FAILED' });
      const why = { update: 'update\\(\\)', remove: 'remove\\(\\)' }[which];
      expect(failure).toMatch(new RegExp(`\\[STATE.UPDATE_REFUSED\\] ${why} was called on .*: the key is timing out`));
    });
  });

  describe('begins', () => {
    const z: readonly Letters[] = [
      ['a', 100],
      ['z', 7],
    ];

    test('with pairs, of which its function hears nothing until there is data', async () => {
      expect(await shown(summing().initialState(z), [[['a', 1]], [['z', 1]]])).toEqual({ 1: ['a 101'], 2: ['z 8'] });
    });

    test('with an RDD', async () => {
      const by = await rowsBySecond<Letters, string>(
        using,
        (input, ssc) => {
          const initial: RDD<Letters> = ssc.sparkContext.parallelize(z, 3);
          return input.mapWithState(summing().initialState(initial));
        },
        [null, [['a', 1]], [['z', 1]]],
      );
      expect(by).toEqual({ 1: [], 2: ['a 101'], 3: ['z 8'] });
    });
  });

  test('applies a batch that failed once before the next one, and applies it once', async () => {
    let failures = 0;
    const spec = StateSpec.function((key: string, value: number | undefined, state: State<number>): string => {
      const row = running(key, value, state);
      if (value === 2 && failures < 2) {
        failures += 1;
        throw new Error('not yet');
      }
      return row;
    });
    const program = (input: DStream<Letters>) => input.mapWithState(spec);
    const { by, failure } = await batchByBatch(using, program, [[['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]], []]);
    expect(by).toEqual({ 1: ['a 1'], 2: 'STAGE.FUNCTION_THREW', 3: 'STATE.STEP_FAILED', 4: ['a 15'], 5: [] });
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [STATE.STEP_FAILED] The state of mapWithState could not be brought to batch 2000 ms: [STAGE.FUNCTION_THREW] The function of mapWithState threw in batch 3000 ms, mapWithState (map-with-state.test.ts:…): not yet
        why  It was given the row [ 'a', 2 ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → mapWithState (map-with-state.test.ts:…)
        why  What that batch held is applied before anything later is; it failed then, and failed again now.
        fix  Make the function answer for what that batch held: every batch tries it again.
        at   mapWithState (map-with-state.test.ts:…)"
    `);
  });

  test('fails every batch behind one that fails for ever', async () => {
    const spec = StateSpec.function((key: string, value: number | undefined, state: State<number>): string => {
      if (value === 2) throw new Error('never');
      return running(key, value, state);
    });
    const program = (input: DStream<Letters>) => input.mapWithState(spec);
    const { by } = await batchByBatch(using, program, [[['a', 1]], [['a', 2]], [['a', 4]], []]);
    expect(by).toEqual({ 1: ['a 1'], 2: 'STAGE.FUNCTION_THREW', 3: 'STATE.STEP_FAILED', 4: 'STATE.STEP_FAILED' });
  });

  const refusalOf = (f: (state: State<number>) => void): Promise<string> => {
    const spec = StateSpec.function((key: string, _value: number | undefined, state: State<number>): string => {
      f(state);
      return key;
    });
    return failureOf(run<Letters, string>((_ssc, input) => input.mapWithState(spec), [[['a', 1]]], { using }));
  };

  test('refuses get() where there is no state', async () => {
    expect(await refusalOf((state) => void state.get())).toMatchInlineSnapshot(`
      "UsageError: [STATE.MISSING] get() was called on a key without state.
        why  It is the first time that the key comes, or its state was removed.
        fix  Ask exists() first, or use getOption(), which gives undefined."
    `);
  });

  test('refuses remove() twice, and update() behind it', async () => {
    expect(await refusalOf((state) => [state.remove(), state.remove()])).toMatchInlineSnapshot(`
      "UsageError: [STATE.UPDATE_REFUSED] remove() was called on a state that cannot change: it was removed in this call.
        why  The state of a key ends with its removal, and with its time-out.
        fix  Ask isTimingOut() first; to begin anew, update() instead of remove()."
    `);
    expect(await refusalOf((state) => [state.remove(), state.update(1)])).toMatchInlineSnapshot(`
      "UsageError: [STATE.UPDATE_REFUSED] update() was called on a state that cannot change: it was removed in this call.
        why  The state of a key ends with its removal, and with its time-out.
        fix  Ask isTimingOut() first; to begin anew, update() instead of remove()."
    `);
  });

  test('makes as many partitions as the default parallelism, as it is told, or those of a partitioner', async () => {
    const counts = (spec: Spec<string>) =>
      partitionCounts(using, (left) => (left as never as DStream<Letters>).mapWithState(spec), [[['a', 1]], []]);
    expect(await counts(summing())).toEqual([2, 2]);
    expect(await counts(summing().numPartitions(5))).toEqual([5, 5]);
    expect(await counts(summing().partitioner(new HashPartitioner(4)))).toEqual([4, 4]);
  });

  test('wants pairs', async () => {
    const program = (input: DStream<string>) => (input as never as DStream<Letters>).mapWithState(summing());
    expect(
      await failureOf(run<string, string>((_ssc, input) => program(input), [['to be']], { using })),
    ).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_A_PAIR] mapWithState was given "to be", which is no [key, value] pair, in batch 1000 ms, mapWithState (map-with-state.test.ts:…).
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).mapWithState(…)
        at   feed → mapWithState (map-with-state.test.ts:…)"
    `);
  });

  test("refuses a promise, and no rejection is nobody's", async () => {
    const promised = (async (_key: string, _value: unknown, _state: unknown) =>
      Promise.reject(new Error('no'))) as never;
    const failing = (): Promise<unknown> =>
      run<Letters, string>((_ssc, input) => input.mapWithState(StateSpec.function(promised)), [[['a', 1]]], { using });
    expect(await failureOf(failing)).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of mapWithState returned a promise in batch 1000 ms, mapWithState (map-with-state.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row [ 'a', 1 ].
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → mapWithState (map-with-state.test.ts:…)"
    `);
    expect(await unhandledIn(failing)).toEqual([]);
  });
});

test('a StateSpec refuses what is no partition count and no time-out', async () => {
  expect(await failureOf(() => summing().numPartitions(0))).toMatchInlineSnapshot(`
    "UsageError: [RDD.BAD_COUNT] numPartitions was asked for 0 partitions or parts.
      why  It takes a whole number of at least 1.
      fix  Leave it out for the default, or say how many."
  `);
  expect(await failureOf(() => summing().timeout('soon'))).toMatchInlineSnapshot(`
    "UsageError: [TIME.BAD_DURATION] 'soon' is not a length of time.
      why  A length of time is a Duration, or a text of a number and its unit: ms, s, m or min, h, d, or their names.
      fix  Write Seconds(10), '10 seconds', '200ms', '1.5 s', '1 minute' or '2h'."
  `);
});

test('mapWithState is refused at start without a checkpoint directory', async () => {
  expect(await refusedAtStart((input) => input.mapWithState(summing()))).toMatchInlineSnapshot(`
    "UsageError: [CHECKPOINT.NO_DIRECTORY] mapWithState is to be checkpointed, and the checkpoint directory has not been set.
      why  There is nowhere to write its rows down.
      fix  Set it before start(): ssc.checkpoint(directory).
      at   mapWithState (map-with-state.test.ts:…)"
  `);
});

describe('a late output', () => {
  test.each([2, 3, 4])('reads the results of its own batch, among %i jobs at a time', async (concurrentJobs) => {
    const batches: FeedBatch<Letters>[] = [1, 2, 4, 8, 16, 32, 64].map((n) => [['a', n]]);
    const reads = inOrder(await lateReads<Letters>(concurrentJobs, (input) => input.mapWithState(summing()), batches));
    expect(reads.slice(0, 7)).toEqual([1, 3, 7, 15, 31, 63, 127].map((n, i) => [i + 1, [`a ${n}`]]));
  });
});
