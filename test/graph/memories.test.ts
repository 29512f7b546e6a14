import { type DStream, type RDD, Seconds, StorageLevel, type StreamingContext } from 'firesteel';
import { Feed } from 'firesteel/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import type { Answer } from '../../src/graph/answer.ts';
import { type Memory, type MemoryOptions, memoriesOf } from '../../src/graph/memory.ts';
import { defined } from '../actors/graph-kit.ts';

type Pairs = DStream<[string, number]>;

const usual: MemoryOptions = { rememberMs: undefined, mayUnpersist: true };

/** The memory of each node of a program, by its name. */
function memoriesIn(
  define: (input: Pairs, ssc: StreamingContext) => void,
  options = usual,
): ReadonlyMap<string, Memory> {
  const { graph, ssc } = defined((context) => define(context.inputStream(new Feed<[string, number]>([])), context));
  onTestFinished(() => ssc[Symbol.asyncDispose]());
  return new Map([...memoriesOf(graph, options)].map(([node, memory]) => [node.label.name, memory]));
}

/** How far back each node remembers, in seconds. */
function spansIn(define: (input: Pairs) => void, options = usual): Readonly<Record<string, number>> {
  const spans = [...memoriesIn(define, options)].map(([name, memory]) => [name, 100 - memory.seal(100_000) / 1000]);
  return Object.fromEntries(spans);
}

describe('a node remembers', () => {
  test('nothing but the batch itself, unless somebody asks', () => {
    expect(spansIn((input) => input.map((pair) => pair).print())).toEqual({ feed: 0, map: 0 });
  });

  test('as far back as a window behind it reaches, and so do those before it', () => {
    expect(
      spansIn((input) =>
        input
          .map((pair) => pair)
          .window(Seconds(3))
          .print(),
      ),
    ).toEqual({
      feed: 3,
      map: 3,
      window: 0,
    });
  });

  test('as far back as all windows behind it do together', () => {
    const program = (input: Pairs): void => {
      const inner = input.map((pair) => pair).window(Seconds(3), Seconds(2));
      inner
        .filter(() => true)
        .groupByKeyAndWindow(Seconds(4), Seconds(4))
        .print();
    };
    expect(spansIn(program)).toEqual({ feed: 7, map: 7, window: 4, filter: 4, groupByKeyAndWindow: 0 });
  });

  test('as far as the one that reaches further', () => {
    const program = (input: Pairs): void => {
      const both = input.map((pair) => pair);
      both.window(Seconds(5)).print();
      both
        .filter(() => true)
        .window(Seconds(2))
        .count()
        .print();
    };
    expect(spansIn(program)).toMatchObject({ map: 5, filter: 2 });
  });

  test('no further for a window whose parent has a batch for each', () => {
    const program = (input: Pairs): void => input.groupByKeyAndWindow(Seconds(3)).print();
    expect(spansIn(program)).toEqual({ feed: 0, groupByKeyAndWindow: 0 });
  });

  test('what slides for a window over keys, and not its length', () => {
    const program = (input: Pairs): void => input.groupByKeyAndWindow(Seconds(6), Seconds(2)).print();
    expect(spansIn(program)).toEqual({ feed: 2, groupByKeyAndWindow: 0 });
    const short = (input: Pairs): void => input.groupByKeyAndWindow(Seconds(2), Seconds(6)).print();
    expect(spansIn(short)).toEqual({ feed: 2, groupByKeyAndWindow: 0 });
  });

  test('what the context asks for, where nobody needs more', () => {
    const options = { rememberMs: 4000, mayUnpersist: true };
    const program = (input: Pairs): void =>
      input
        .map((pair) => pair)
        .window(Seconds(6))
        .print();
    expect(spansIn(program, options)).toEqual({ feed: 6, map: 6, window: 4 });
  });

  test('two checkpoint intervals, and so do those before it', () => {
    const program = (input: Pairs): void =>
      input
        .filter(() => true)
        .map((pair) => pair)
        .checkpoint(Seconds(5))
        .print();
    expect(spansIn(program)).toEqual({ feed: 10, filter: 10, map: 10 });
  });

  test('nothing for a checkpoint interval that is shorter than its slide', () => {
    const program = (input: Pairs): void => input.window(Seconds(2), Seconds(2)).checkpoint(Seconds(1)).print();
    expect(spansIn(program)).toEqual({ feed: 2, window: 0 });
  });
});

describe('a memory', () => {
  const answerOf = (timeMs: number, rdd: RDD<never>): Answer => ({ type: 'rdd.ready', timeMs, rdd: rdd as never });
  const failed = (timeMs: number): Answer => ({
    type: 'rdd.failed',
    timeMs,
    error: new UsageError('STATE.MISSING', {}),
  });

  /** The memory of the node `map` of a program, and its SparkContext. */
  const memoryOf = (define: (mapped: Pairs) => void, options = usual) => {
    let sc: StreamingContext['sparkContext'] | undefined;
    const memories = memoriesIn((input, ssc) => {
      sc = ssc.sparkContext;
      define(input.map((pair) => pair));
    }, options);
    const rddOf = (): RDD<never> => (sc as StreamingContext['sparkContext']).parallelize([]).map((row) => row as never);
    const atHand = (): RDD<never> => (sc as StreamingContext['sparkContext']).parallelize([]) as RDD<never>;
    return { memory: memories.get('map') as Memory, rddOf, atHand };
  };

  test('knows what was said, until the batch is sealed', () => {
    const { memory, rddOf } = memoryOf((mapped) => mapped.print());
    const said = answerOf(1000, rddOf());
    expect(memory.note(said)).toBe(said);
    expect(memory.note({ type: 'rdd.none', timeMs: 2000 })).toEqual({ type: 'rdd.none', timeMs: 2000 });
    expect([memory.at(1000), memory.timesMs]).toEqual([said, [1000, 2000]]);
    expect(memory.seal(1000)).toBe(1000);
    expect([memory.at(1000), memory.timesMs]).toEqual([undefined, [2000]]);
  });

  test('knows how the node failed, until it succeeds or the time is forgotten', () => {
    const { memory } = memoryOf((mapped) => mapped.window(Seconds(2)).print());
    memory.note(failed(1000));
    memory.note(failed(2000));
    expect([memory.at(1000), memory.failureAt(1000)]).toEqual([undefined, failed(1000)]);
    memory.note({ type: 'rdd.none', timeMs: 2000 });
    expect(memory.failureAt(2000)).toBeUndefined();
    expect(memory.seal(2000)).toBe(0);
    expect(memory.failureAt(1000)).toEqual(failed(1000));
    memory.seal(3000);
    expect(memory.failureAt(1000)).toBeUndefined();
  });

  test('keeps the rows of an RDD that a window reads again, and lets them go with its time', () => {
    const { memory, rddOf } = memoryOf((mapped) => mapped.window(Seconds(2)).print());
    const rdd = rddOf();
    memory.note(answerOf(1000, rdd));
    expect(rdd.getStorageLevel()).toBe(StorageLevel.MEMORY_ONLY);
    memory.seal(2000);
    expect(rdd.getStorageLevel()).toBe(StorageLevel.MEMORY_ONLY);
    memory.seal(3000);
    expect(rdd.getStorageLevel()).toBe(StorageLevel.NONE);
  });

  test('keeps no rows that nobody reads again', () => {
    const { memory, rddOf } = memoryOf((mapped) => mapped.groupByKeyAndWindow(Seconds(2)).print());
    const rdd = rddOf();
    memory.note(answerOf(1000, rdd));
    expect(rdd.getStorageLevel()).toBe(StorageLevel.NONE);
  });

  test('keeps rows that are at hand only where the program says so', () => {
    const read = memoryOf((mapped) => mapped.window(Seconds(2)).print());
    const rdd = read.atHand();
    read.memory.note(answerOf(1000, rdd));
    expect(rdd.getStorageLevel()).toBe(StorageLevel.NONE);
    const told = memoryOf((mapped) => mapped.persist(StorageLevel.MEMORY_ONLY_SER).print());
    const kept = told.atHand();
    told.memory.note(answerOf(1000, kept));
    expect(kept.getStorageLevel()).toBe(StorageLevel.MEMORY_ONLY_SER);
  });

  test('lets go of no rows where the program says that it does', () => {
    const options = { rememberMs: undefined, mayUnpersist: false };
    const { memory, rddOf } = memoryOf((mapped) => mapped.window(Seconds(2)).print(), options);
    const rdd = rddOf();
    memory.note(answerOf(1000, rdd));
    memory.seal(9000);
    expect([memory.at(1000), rdd.getStorageLevel()]).toEqual([undefined, StorageLevel.MEMORY_ONLY]);
  });
});
