import { type DStream, Seconds, type State, StateSpec } from 'firesteel';
import { type FeedBatch, run } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { batchByBatch, rowsBySecond } from './batch-by-batch.ts';
import { inOrder, lateReads } from './late-reads.ts';
import { engines } from './on-both.ts';
import { partitionCounts } from './side-by-side.ts';

type Letters = [string, number];

const sum = (key: string, value: number | undefined, state: State<number>): string => {
  if (value === 0) state.remove();
  else if (value !== undefined) state.update((state.getOption() ?? 0) + value);
  return key;
};
const summed = (input: DStream<Letters>) => input.mapWithState(StateSpec.function(sum));

describe.each(engines)('stateSnapshots, on the %s,', (using) => {
  const shown = (program: (input: DStream<Letters>) => DStream<Letters>, batches: readonly FeedBatch<Letters>[]) =>
    rowsBySecond(using, program, batches);

  test('shows the state of all keys as it is behind every batch', async () => {
    const a3b10 = [
      ['a', 3],
      ['b', 10],
    ];
    expect(
      await shown(
        (input) => summed(input).stateSnapshots(),
        [
          [
            ['a', 1],
            ['b', 10],
            ['a', 2],
          ],
          [],
          null,
          [['b', 0]],
          [['b', 5]],
        ],
      ),
    ).toEqual({
      1: a3b10,
      2: a3b10,
      3: a3b10,
      4: [['a', 3]],
      5: [
        ['a', 3],
        ['b', 5],
      ],
    });
  });

  test('shows nothing where there is no state yet', async () => {
    expect(await shown((input) => summed(input).stateSnapshots(), [null, [], [['a', 1]]])).toEqual({
      1: [],
      2: [],
      3: [['a', 1]],
    });
  });

  test('shows state to begin with, and no key in the batch in which it times out', async () => {
    const program = (input: DStream<Letters>) =>
      input
        .mapWithState(
          StateSpec.function(sum)
            .initialState([['z', 7]])
            .timeout('1 second'),
        )
        .stateSnapshots();
    expect(await shown(program, [[['a', 1]], [['a', 2]], []])).toEqual({
      1: [
        ['a', 1],
        ['z', 7],
      ],
      2: [
        ['a', 3],
        ['z', 7],
      ],
      3: [['a', 3]],
    });
  });

  test('brings the state on by itself, where no output looks at what the function returns', async () => {
    let calls = 0;
    const program = (input: DStream<Letters>) =>
      input
        .mapWithState(
          StateSpec.function((key: string, value: number | undefined, state: State<number>) => {
            calls += 1;
            return sum(key, value, state);
          }),
        )
        .stateSnapshots()
        .window(Seconds(1), Seconds(2));
    expect(await shown(program, [[['a', 1]], [['a', 2]], [['a', 4]], [['a', 8]]])).toEqual({
      2: [['a', 3]],
      4: [['a', 15]],
    });
    expect(calls).toBe(4);
  });

  test('fails where the function fails, and is whole when the batch has been applied', async () => {
    let failures = 0;
    const program = (input: DStream<Letters>) =>
      input
        .mapWithState(
          StateSpec.function((key: string, value: number | undefined, state: State<number>) => {
            if (value === 2 && failures === 0) {
              failures += 1;
              throw new Error('not yet');
            }
            return sum(key, value, state);
          }),
        )
        .stateSnapshots();
    const { by } = await batchByBatch(using, program, [[['a', 1]], [['a', 2]], [['a', 4]]]);
    expect(by).toEqual({ 1: [['a', 1]], 2: 'STAGE.FUNCTION_THREW', 3: [['a', 7]] });
  });

  test('has the partitions of the state, and its partitioner', async () => {
    const spec = StateSpec.function(sum).numPartitions(3);
    const program = (left: unknown) => (left as DStream<Letters>).mapWithState(spec).stateSnapshots();
    expect(await partitionCounts(using, program, [[['a', 1]], null])).toEqual([3, 3]);
    const places: unknown[] = [];
    await run<Letters, Letters>(
      (_ssc, input) => {
        const snapshots = program(input);
        snapshots.foreachRDD((rdd) => void places.push(rdd.partitioner?.numPartitions));
        return snapshots;
      },
      [[['a', 1]]],
      { using },
    );
    expect(places).toEqual([3]);
  });
});

describe('a late output', () => {
  test.each([2, 3, 4])('reads the state of its own batch, among %i jobs at a time', async (concurrentJobs) => {
    const batches: FeedBatch<Letters>[] = [1, 2, 4, 8, 16, 32, 64].map((n) => [['a', n]]);
    const reads = inOrder(await lateReads<Letters>(concurrentJobs, (input) => summed(input).stateSnapshots(), batches));
    expect(reads.slice(0, 7)).toEqual([1, 3, 7, 15, 31, 63, 127].map((n, i) => [i + 1, [['a', n]]]));
  });
});
