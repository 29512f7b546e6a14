import { type DStream, HashPartitioner, Seconds, type State, StateSpec } from 'firesteel';
import { Feed, type FeedBatch, run } from 'firesteel/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StageNode } from '../../src/graph/graph.ts';
import { defined } from '../actors/graph-kit.ts';

type Letters = [string, number];

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;
const some = ([, sum]: Letters): boolean => sum !== 0;
const count = (values: number[]): number => values.length;
const pass = (key: string, _value: number | undefined, _state: State<number>): string => key;
const [two, one] = [Seconds(2), Seconds(1)];

/** The last stage of a program, as the graph has it. */
function stageOf(program: (input: DStream<Letters>) => DStream<unknown>): StageNode {
  const { graph, ssc } = defined((context) => program(context.inputStream(new Feed<Letters>([]))).print());
  onTestFinished(() => ssc[Symbol.asyncDispose]());
  return graph.stages.at(-1) as StageNode;
}

describe('what the graph knows of', () => {
  test.each<[string, (input: DStream<Letters>) => DStream<unknown>, boolean, string, string]>([
    ['window', (input) => input.window(two), true, 'window', 'never'],
    ['reduceByWindow', (input) => input.map(([, n]) => n).reduceByWindow(add, two, one), false, 'window', 'never'],
    ['countByWindow', (input) => input.countByWindow(two, one), false, 'window', 'ten seconds'],
    ['countByValueAndWindow', (input) => input.countByValueAndWindow(two, one), false, 'window', 'ten seconds'],
    ['groupByKeyAndWindow', (input) => input.groupByKeyAndWindow(two), false, 'window', 'never'],
    ['reduceByKeyAndWindow', (input) => input.reduceByKeyAndWindow(add, subtract, two), false, 'window', 'ten seconds'],
    ['updateStateByKey', (input) => input.updateStateByKey(count), false, 'state', 'ten seconds'],
    ['mapWithState', (input) => input.mapWithState(StateSpec.function(pass)), false, 'state', 'ten slides'],
    [
      'stateSnapshots',
      (input) => input.mapWithState(StateSpec.function(pass)).stateSnapshots(),
      true,
      'nothing',
      'never',
    ],
  ])('%s', (name, program, isNarrow, keeps, checkpoints) => {
    const { op, label } = stageOf(program);
    expect([op.name, label.name, op.isNarrow, op.keeps]).toEqual([name, name, isNarrow, keeps]);
    expect(op.checkpoints).toBe(checkpoints);
  });

  test('the functions that the program gave: each has a place', () => {
    const codeOf = (program: (input: DStream<Letters>) => DStream<unknown>) => stageOf(program).op.code;
    const filtered = codeOf((input) => input.reduceByKeyAndWindow(add, subtract, two, one, 2, some));
    expect(filtered).toEqual([add, subtract, some]);
    expect(codeOf((input) => input.map(([, n]) => n).reduceByWindow(add, subtract, two, one))).toEqual(
      expect.arrayContaining([add, subtract]),
    );
    expect(codeOf((input) => input.updateStateByKey(count))).toEqual([count]);
    expect(codeOf((input) => input.mapWithState(StateSpec.function(pass)))).toEqual([pass]);
  });

  test('the functions of their own that they call', () => {
    const counts = (program: (input: DStream<Letters>) => DStream<unknown>) => stageOf(program).op.code.length;
    expect(counts((input) => input.countByWindow(two, one))).toBe(4);
    expect(counts((input) => input.countByValueAndWindow(two, one))).toBe(4);
    expect(counts((input) => input.groupByKeyAndWindow(two))).toBeGreaterThan(1);
  });
});

describe('keys stay where they are', () => {
  /** How many partitions the partitioner of a stream has; undefined where it has none. */
  const partitionerOf = async (program: (input: DStream<Letters>) => DStream<unknown>): Promise<unknown> => {
    let seen: unknown;
    const batches: FeedBatch<Letters>[] = [[['a', 1]]];
    await run<Letters, Letters>((_ssc, input) => {
      program(input).foreachRDD((rdd) => {
        seen = rdd.partitioner?.numPartitions;
      });
      return input;
    }, batches);
    return seen;
  };

  test('behind updateStateByKey, whatever its form', async () => {
    expect(await partitionerOf((input) => input.updateStateByKey(count, 3))).toBe(3);
    expect(
      await partitionerOf((input) => input.updateStateByKey(count, { rememberPartitioner: false, partitions: 3 })),
    ).toBe(3);
    const iterator = (input: DStream<Letters>) =>
      input.updateStateByKey((rows) => [...rows].map(([key, values]): Letters => [key, values.length]), {
        form: 'iterator',
        partitions: new HashPartitioner(3),
      });
    expect(await partitionerOf(iterator)).toBe(3);
  });

  test('behind windows over keys', async () => {
    expect(await partitionerOf((input) => input.reduceByKeyAndWindow(add, two, one, 3))).toBe(3);
    expect(await partitionerOf((input) => input.groupByKeyAndWindow(two, one, 3))).toBe(3);
    expect(await partitionerOf((input) => input.countByValueAndWindow(two, one, 3))).toBe(3);
  });
});

test('what is refused at the call is told by the name of the operator', () => {
  const textOf = (program: (input: DStream<Letters>) => DStream<unknown>): string => {
    try {
      stageOf(program);
    } catch (error) {
      return (error as Error).message.split('\n')[0] as string;
    }
    return 'it is not refused';
  };
  expect(textOf((input) => input.window(two, Seconds(0)))).toBe(
    '[DURATION.NOT_POSITIVE] window was given a duration of 0 ms.',
  );
  expect(textOf((input) => input.reduceByKeyAndWindow(add, two, one, 0))).toBe(
    '[RDD.BAD_COUNT] reduceByKeyAndWindow was asked for 0 partitions or parts.',
  );
});
