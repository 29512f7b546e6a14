import { Milliseconds, Seconds, SparkConf, StateSpec, StreamingContext } from 'firesteel';
import { testRuntime } from 'firesteel/testing';
import { expect, onTestFinished, test } from 'vitest';
import { readCases } from '../../scripts/conformance/cases.ts';
import { checkpointMsOf } from '../../src/graph/graph.ts';

const cases = await readCases('conformance/dstream');

function context(batchMs: number): StreamingContext {
  const conf = new SparkConf().setMaster('local[2]').setAppName('test');
  const ssc = new StreamingContext(conf, Milliseconds(batchMs), { runtime: testRuntime() });
  onTestFinished(() => ssc[Symbol.asyncDispose]());
  return ssc;
}

test('mws.checkpointDurations: how often state is written down, unless the program says', () => {
  const { rows } = cases.find(({ id }) => id === 'mws.checkpointDurations') as unknown as {
    readonly rows: readonly (readonly [number, number | null, null, number])[];
  };
  expect(rows.length).toBeGreaterThan(0);
  for (const [batchMs, explicitMs, outerMs, stateMs] of rows) {
    const ssc = context(batchMs);
    const spec = StateSpec.function((key: string, _value: number | undefined) => key);
    const pairs = ssc.queueStream<[string, number]>([]);
    const mapped = pairs.mapWithState(spec);
    if (explicitMs !== null) mapped.checkpoint(Milliseconds(explicitMs));
    expect(checkpointMsOf(mapped.node)).toBe(stateMs);
    // Ours is one stream where Spark has an inner one for the state; a stream behind it has no interval of its own.
    expect(checkpointMsOf(mapped.map((key) => key).node) ?? null).toBe(outerMs);
  }
});

test('windows with an inverse and updateStateByKey: about every ten seconds, in whole slides', () => {
  const add = (a: number, b: number): number => a + b;
  const every = [1000, 4000, 15_000].map((batchMs) => {
    const pairs = context(batchMs).queueStream<[string, number]>([]);
    const state = pairs.updateStateByKey((values: number[]) => values.length);
    const window = pairs.reduceByKeyAndWindow(add, add, Milliseconds(batchMs));
    return [checkpointMsOf(state.node), checkpointMsOf(window.node)];
  });
  expect(every).toEqual([
    [10_000, 10_000],
    [12_000, 12_000],
    [15_000, 15_000],
  ]);
  const without = context(1000).queueStream<[string, number]>([]).reduceByKeyAndWindow(add, Seconds(3));
  expect(checkpointMsOf(without.node)).toBeUndefined();
});
