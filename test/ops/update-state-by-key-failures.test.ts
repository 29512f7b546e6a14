import { type DStream, Seconds, SparkConf, StreamingContext } from 'firesteel';
import { Feed, run, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { batchByBatch } from './batch-by-batch.ts';
import { engines, failureOf, unhandledIn } from './on-both.ts';
import { refusedAtStart } from './started.ts';

type Letters = [string, number];
type Program = (input: DStream<Letters>) => DStream<Letters>;

/** The sum of all values so far. */
const sum = (values: number[], so = 0): number => values.reduce((a, b) => a + b, so);

describe.each(engines)('a failure of updateStateByKey, on the %s,', (using) => {
  test('applies a batch that failed once before the next one, and applies it once', async () => {
    let failures = 0;
    const program: Program = (input) =>
      input.updateStateByKey((values, state: number | undefined) => {
        if (values.includes(2) && failures < 2) {
          failures += 1;
          throw new Error('not yet');
        }
        return sum(values, state);
      });
    const { by, failure } = await batchByBatch(using, program, [[['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]], []]);
    expect(by).toEqual({
      1: [['a', 1]],
      2: 'STAGE.FUNCTION_THREW',
      3: 'STATE.STEP_FAILED',
      4: [['a', 15]],
      5: [['a', 15]],
    });
    expect(failures).toBe(2);
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [STATE.STEP_FAILED] The state of updateStateByKey could not be brought to batch 2000 ms: [STAGE.FUNCTION_THREW] The function of updateStateByKey threw in batch 3000 ms, updateStateByKey (update-state-by-key-failures.test.ts:…): not yet
        why  It was given the row [ 'a', [ 2 ] ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → updateStateByKey (update-state-by-key-failures.test.ts:…)
        why  What that batch held is applied before anything later is; it failed then, and failed again now.
        fix  Make the function answer for what that batch held: every batch tries it again.
        at   updateStateByKey (update-state-by-key-failures.test.ts:…)"
    `);
  });

  test('takes a batch over whole or not at all, whichever of its partitions failed', async () => {
    let failures = 0;
    const program: Program = (input) =>
      input.updateStateByKey((values, state: number | undefined) => {
        if (values.includes(2) && failures === 0) {
          failures += 1;
          throw new Error('not yet');
        }
        return sum(values, state);
      }, 7);
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const ones = keys.map((key): Letters => [key, 1]);
    const { by } = await batchByBatch(using, program, [ones, [...ones, ['e', 2]], ones]);
    expect(by).toEqual({
      1: ones,
      2: 'STAGE.FUNCTION_THREW',
      3: keys.map((key) => [key, key === 'e' ? 5 : 3]),
    });
  });

  test('fails every batch behind one that fails for ever, tells which, and is called for that one again', async () => {
    const calls: number[][] = [];
    const program: Program = (input) =>
      input.updateStateByKey((values, state: number | undefined) => {
        calls.push([...values]);
        if (values.includes(2)) throw new Error('never');
        return sum(values, state);
      }, 1);
    const { by, failure } = await batchByBatch(using, program, [[['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]]);
    expect(by).toEqual({ 1: [['a', 1]], 2: 'STAGE.FUNCTION_THREW', 3: 'STATE.STEP_FAILED', 4: 'STATE.STEP_FAILED' });
    expect(calls).toEqual([[1], [2], [2], [2]]);
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [STATE.STEP_FAILED] The state of updateStateByKey could not be brought to batch 2000 ms: [STAGE.FUNCTION_THREW] The function of updateStateByKey threw in batch 4000 ms, updateStateByKey (update-state-by-key-failures.test.ts:…): never
        why  It was given the row [ 'a', [ 2 ] ].
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → updateStateByKey (update-state-by-key-failures.test.ts:…)
        why  What that batch held is applied before anything later is; it failed then, and failed again now.
        fix  Make the function answer for what that batch held: every batch tries it again.
        at   updateStateByKey (update-state-by-key-failures.test.ts:…)"
    `);
  });

  test('takes in a refused batch before the next one, when its parent can make it then', async () => {
    let asked = 0;
    const program: Program = (input) =>
      input
        .transform((rdd, time) => {
          if (time.milliseconds === 2000) asked += 1;
          if (asked === 1 && time.milliseconds === 2000) throw new Error('not yet');
          return rdd;
        })
        .updateStateByKey(sum);
    const { by } = await batchByBatch(using, program, [[['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]]);
    expect(by).toEqual({ 1: [['a', 1]], 3: [['a', 7]], 4: [['a', 15]] });
    expect(asked).toBe(2);
  });

  test('never takes a refused batch for an empty one', async () => {
    const program: Program = (input) =>
      input
        .transform((rdd, time) => {
          if (time.milliseconds === 2000) throw new Error('never');
          return rdd;
        })
        .updateStateByKey(sum);
    const { by } = await batchByBatch(using, program, [[['a', 1]], [['a', 2]], [['a', 4]]]);
    expect(by).toEqual({ 1: [['a', 1]] });
  });

  test('takes in a batch that another output had refused', async () => {
    const program: Program = (input) => {
      const broken = input.transform((rdd, time) => {
        if (time.milliseconds === 2000) throw new Error('never');
        return rdd;
      });
      broken.foreachRDD(() => undefined);
      return input.updateStateByKey(sum);
    };
    const { by } = await batchByBatch(using, program, [[['a', 1]], [['a', 2]], [['a', 4]]]);
    expect(by).toEqual({ 1: [['a', 1]], 3: [['a', 7]] });
  });

  test('tells of a partitioner that places a key outside its partitions', async () => {
    const own = { numPartitions: 3, getPartition: () => 3, equals: () => false };
    const { by, failure } = await batchByBatch<Letters, Letters>(using, (input) => input.updateStateByKey(sum, own), [
      [['a', 1]],
    ]);
    expect(by).toEqual({ 1: 'PARTITIONER.OUT_OF_RANGE' });
    expect(failure).toMatchInlineSnapshot(`
      "UsageError: [PARTITIONER.OUT_OF_RANGE] A partitioner put the key "a" into partition 3 of 3.
        why  Partitions are numbered from 0 to 2.
        fix  Let getPartition(key) return a whole number in that range, for every key."
    `);
  });

  test('refuses at the call what is no partition count, and no function', async () => {
    const bad = (program: Program) => failureOf(run<Letters, Letters>((_ssc, input) => program(input), [], { using }));
    expect(await bad((input) => input.updateStateByKey(sum, 0))).toMatchInlineSnapshot(`
      "UsageError: [RDD.BAD_COUNT] updateStateByKey was asked for 0 partitions or parts.
        why  It takes a whole number of at least 1.
        fix  Leave it out for the default, or say how many."
    `);
    expect(await bad((input) => input.updateStateByKey(null as never))).toMatchInlineSnapshot(`
      "UsageError: [GRAPH.NOT_A_FUNCTION] updateStateByKey was given null where it takes a function.
        why  It calls the function for rows, or batches, later.
        fix  Give it one: .updateStateByKey((row) => …)"
    `);
  });

  test('wants pairs', async () => {
    const program = (input: DStream<string>) => (input as never as DStream<Letters>).updateStateByKey(sum);
    const { by, failure } = await batchByBatch(using, program, [['to be'], []]);
    expect(by).toEqual({ 1: 'STAGE.NOT_A_PAIR', 2: 'STATE.STEP_FAILED' });
    expect(failure).toMatchInlineSnapshot(`
      "JobError: [STATE.STEP_FAILED] The state of updateStateByKey could not be brought to batch 1000 ms: [STAGE.NOT_A_PAIR] updateStateByKey was given "to be", which is no [key, value] pair, in batch 2000 ms, updateStateByKey (update-state-by-key-failures.test.ts:…).
        why  Keyed operators read each row as an array of a key and a value.
        fix  Make pairs before it: .map((row) => [row.id, row]).updateStateByKey(…)
        at   feed → updateStateByKey (update-state-by-key-failures.test.ts:…)
        why  What that batch held is applied before anything later is; it failed then, and failed again now.
        fix  Make the function answer for what that batch held: every batch tries it again.
        at   updateStateByKey (update-state-by-key-failures.test.ts:…)"
    `);
  });

  test('refuses keys that are no values, and shows the row', async () => {
    class UserId {
      readonly id = 7;
    }
    const rows = [[new UserId(), 1]] as never[];
    const ran = run<Letters, Letters>((_ssc, input) => input.updateStateByKey(sum), [rows], { using });
    expect(await failureOf(ran)).toMatchInlineSnapshot(`
      "UsageError: [KEY.CLASS_INSTANCE] A key is, or holds, an instance of the class UserId: UserId { id: 7 }.
        why  Keys are equal by value, and only the class knows which of its objects mean the same.
        fix  Key by its plain data, or let it tell: class UserId { [keyOf]() { return [this.someField]; } }."
    `);
  });

  test("refuses a promise of state, and no rejection is nobody's", async () => {
    const promised = (async () => Promise.reject(new Error('no'))) as never;
    const failing = (): Promise<unknown> =>
      run<Letters, Letters>((_ssc, input) => input.updateStateByKey(promised), [[['a', 1]]], { using });
    expect(await failureOf(failing)).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of updateStateByKey returned a promise in batch 1000 ms, updateStateByKey (update-state-by-key-failures.test.ts:…).
        why  Row functions are synchronous, so that a batch is one tight loop; it was given the row [ 'a', [ 1 ] ].
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   feed → updateStateByKey (update-state-by-key-failures.test.ts:…)"
    `);
    expect(await unhandledIn(failing)).toEqual([]);
  });
});

test('a batch is refused at start without a checkpoint directory', async () => {
  expect(await refusedAtStart((input) => input.updateStateByKey(sum))).toMatchInlineSnapshot(`
    "UsageError: [CHECKPOINT.NO_DIRECTORY] updateStateByKey is to be checkpointed, and the checkpoint directory has not been set.
      why  There is nowhere to write its rows down.
      fix  Set it before start(): ssc.checkpoint(directory).
      at   updateStateByKey (update-state-by-key-failures.test.ts:…)"
  `);
});

test('a step that fails for ever stops the context when too many batches wait', async () => {
  const seen: number[] = [];
  const ran = run<Letters, Letters>(
    (_ssc, input) => {
      input.foreachRDD((_rdd, time) => void seen.push(time.milliseconds));
      return input.updateStateByKey((values, state: number | undefined) => {
        if (values.includes(2)) throw new Error('never');
        return sum(values, state);
      });
    },
    [[['a', 1]], [['a', 2]], [], [], [], [], [], []],
    { conf: new SparkConf().set('firesteel.batches.pendingMax', 3) },
  );
  expect(await failureOf(ran)).toMatchInlineSnapshot(`
    "StateError: [STATE.STEPS_WAIT] The state of updateStateByKey has 4 batches to catch up with, since batch 2000 ms failed.
      why  The input of all of them is kept in memory, which has a bound: firesteel.batches.pendingMax.
      fix  Make the function answer for what that batch held, and start again.
      at   updateStateByKey (update-state-by-key-failures.test.ts:…)"
  `);
  expect(seen).toEqual([1000, 2000, 3000, 4000, 5000]);
});

test('a graceful stop ends, though a step fails for ever', async () => {
  const runtime = testRuntime();
  const conf = new SparkConf().setMaster('local[2]').setAppName('test');
  await using ssc = new StreamingContext(conf, Seconds(1), { runtime });
  ssc.checkpoint('checkpoint');
  const seen: number[] = [];
  const input = ssc.inputStream(new Feed<Letters>([[['a', 1]]]));
  input
    .updateStateByKey((): number => {
      throw new Error('never');
    })
    .foreachRDD((rdd) => rdd.collect());
  input.foreachRDD((_rdd, time) => void seen.push(time.milliseconds));
  ssc.start();
  await runtime.clock.advance(2500);
  const stopped = ssc.stop(true, true);
  await runtime.clock.advance(10_000);
  await stopped;
  expect(ssc.getState()).toBe('STOPPED');
  expect(seen.length).toBeGreaterThan(2);
});
