import { readFileSync } from 'node:fs';
import { Duration, Milliseconds, Minutes, Seconds, SparkConf, StreamingContext } from 'firesteel';
import { Feed, testRuntime } from 'firesteel/testing';
import { expect, test } from 'vitest';
import type { Difference } from '../../scripts/conformance/lists.ts';

type Row = readonly [fn: string, a: number, b: number | null, is: number | boolean];

interface TimerStep {
  readonly start?: number;
  readonly advance?: number;
  readonly fired?: readonly number[];
  readonly returns?: number;
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8'));
}

const { cases } = read<{ cases: readonly { id: string; rows: readonly Row[] }[] }>('conformance/dstream/units.json');

/** Names and signatures are those of the table; durations are told in milliseconds. */
const calls: Readonly<Record<string, (a: number, b: number) => Duration | number | boolean>> = {
  less: (a, b) => new Duration(a).less(new Duration(b)),
  lessEq: (a, b) => new Duration(a).lessEq(new Duration(b)),
  greater: (a, b) => new Duration(a).greater(new Duration(b)),
  greaterEq: (a, b) => new Duration(a).greaterEq(new Duration(b)),
  plus: (a, b) => new Duration(a).plus(new Duration(b)),
  minus: (a, b) => new Duration(a).minus(new Duration(b)),
  times: (a, n) => new Duration(a).times(n),
  div: (a, b) => new Duration(a).div(new Duration(b)),
  isMultipleOf: (a, b) => new Duration(a).isMultipleOf(new Duration(b)),
  min: (a, b) => new Duration(a).min(new Duration(b)),
  max: (a, b) => new Duration(a).max(new Duration(b)),
  isZero: (a) => new Duration(a).isZero(),
  milliseconds: (n) => Milliseconds(n),
  seconds: (n) => Seconds(n),
  minutes: (n) => Minutes(n),
};

const durations = cases.find(({ id }) => id === 'units.duration')?.rows ?? [];

test('units.duration: the table names every call', () => {
  expect(new Set(durations.map(([fn]) => fn))).toEqual(new Set(Object.keys(calls)));
});

test.each(durations.map((row) => [...row]))('units.duration: %s(%j, %j) is %j', (fn, a, b, is) => {
  const result = calls[String(fn)]?.(Number(a), Number(b));
  expect(result instanceof Duration ? result.milliseconds : result).toBe(is);
});

test('units.recurringTimer: the batch clock fires at each interval, until it is stopped', async () => {
  const differences = read<readonly Difference[]>('conformance/differences.json');
  const ours = differences.find(({ id }) => id === 'units.recurringTimer')?.ours;
  const script = ours?.['script'] as readonly TimerStep[];
  const runtime = testRuntime();
  const conf = new SparkConf().setMaster('local[2]').setAppName('timer');
  const ssc = new StreamingContext(conf, Milliseconds(100), { runtime });
  const fired: number[] = [];
  ssc.inputStream(new Feed([])).foreachRDD((_rdd, time) => fired.push(time.milliseconds));
  expect(script.map((step) => Object.keys(step)[0])).toEqual(['start', 'advance', 'advance', 'stop']);
  for (const step of script) {
    if (step.start !== undefined) {
      expect(runtime.clock.now()).toBe(step.start);
      ssc.start();
      await runtime.settle();
    }
    if (step.advance !== undefined) await runtime.clock.advance(step.advance);
    if (step.fired !== undefined) expect(fired).toEqual(step.fired);
    if (step.returns === undefined) continue;
    await ssc.stop();
    await runtime.clock.advance(1000);
    expect(fired.at(-1)).toBe(step.returns);
  }
});
