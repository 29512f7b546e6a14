import { describe, expect, test } from 'vitest';
import type { Case, Json, StepData } from '../../scripts/conformance/cases.ts';
import { complaintsAbout } from '../../scripts/conformance/judge.ts';
import { runCase } from '../../scripts/conformance/run-case.ts';

// The words of the language for what lasts longer than a batch, one at a time.

type Batch = readonly Json[];

async function complaints(batches: readonly Batch[], ops: readonly StepData[], expected: readonly Batch[]) {
  const given: Case = {
    id: 'language',
    title: 'one word',
    kind: 'operators',
    batchMs: 1000,
    streams: [{ name: 's1', batches, partitions: 1 }],
    ops,
    run: { batches: expected.length },
    expect: expected,
    ordered: false,
  };
  return complaintsAbout(given, await runCase(given, 1));
}

const a = (value: Json): Json => ['a', value];
const b = (value: Json): Json => ['b', value];

describe('functions of values and state', () => {
  test.each<[string, readonly Batch[], readonly Batch[]]>([
    ['sumPlusState', [[a(1), a(2)], [a(4)], []], [[a(3)], [a(7)], [a(7)]]],
    ['addBatchTimeIfValues', [[a(1)], [], [a(1)]], [[a(1000)], [a(1000)], [a(4000)]]],
    [
      'countWithExpiryAfterTwoIdle',
      [[a(2)], [], [a(3)], [], []],
      [
        [a({ counter: 2, idle: 0 })],
        [a({ counter: 2, idle: 1 })],
        [a({ counter: 5, idle: 0 })],
        [a({ counter: 5, idle: 1 })],
        [],
      ],
    ],
    ['appendAll', [[a(1), a(2)], [a(3)]], [[a([1, 2])], [a([1, 2, 3])]]],
    ['banIfAnyFalse', [[a(true), b(true)], [a(false)], [a(true)]], [[], [a(true)], [a(true)]]],
  ])('%s makes of %j the states %j', async (update, batches, are) => {
    expect(await complaints(batches, [{ op: 'updateStateByKey', update }], are)).toEqual([]);
  });

  test.each<[string, Omit<StepData, 'op'>]>([
    ['over an iterator', { form: 'iterator' }],
    ['over an iterator that may change keys', { rememberPartitioner: false }],
    ['with the time', { form: 'withTime' }],
    ['of values alone', { form: 'values' }],
    ['in so many partitions', { partitions: 3 }],
  ])('sumPlusState, written %s, keeps the same', async (_how, more) => {
    const ops = [{ op: 'updateStateByKey', update: 'sumPlusState', initial: [b(5)], ...more } as StepData];
    expect(
      await complaints([[a(1)], [a(2)]], ops, [
        [a(1), b(5)],
        [a(3), b(5)],
      ]),
    ).toEqual([]);
  });
});

describe('mapping functions', () => {
  const batches = [[a(2), a(3)], [a(4)]];
  test.each<[string, readonly Batch[]]>([
    ['runningCountReturn', [[2, 5], [9]]],
    ['runningCountReturnKeyTwice', [['aa', 'aa'], ['aa']]],
    ['runningCountReturnPair', [[a(2), a(5)], [a(9)]]],
    ['runningCountReturnNothing', [[], []]],
    ['toggleReturnRemovedKey', [['a'], []]],
    ['markAndReturnKeyOnTimeout', [[], []]],
  ])('%s makes %j', async (f, are) => {
    expect(await complaints(batches, [{ op: 'mapWithState', f }], are)).toEqual([]);
  });

  test('markAndReturnKeyOnTimeout returns a key that is timing out', async () => {
    const ops = [{ op: 'mapWithState', f: 'markAndReturnKeyOnTimeout', timeoutMs: 1000, partitions: 3 }];
    expect(await complaints([[a(1)]], ops, [[], [], ['a'], []])).toEqual([]);
  });
});

describe('operators', () => {
  const lengths = { windowMs: 2000, slideMs: 1000 };
  const pairs = [[a(1)], [b(2), a(4)], []];
  test.each<[string, Omit<StepData, 'op'>, readonly Batch[], readonly Batch[]]>([
    ['window', { windowMs: 2000 }, [[1], [2], [3]], [[1], [1, 2], [2, 3]]],
    ['window', { windowMs: 1000, slideMs: 1000 }, [[1], [2]], [[1], [2]]],
    ['countByWindow', lengths, [[7], [8, 9], []], [[1], [3], [2]]],
    ['countByValueAndWindow', { ...lengths, partitions: 3 }, [['a'], ['b'], []], [[a(1)], [a(1), b(1)], [b(1)]]],
    ['groupByKeyAndWindow', lengths, pairs, [[a([1])], [a([1, 4]), b([2])], [a([4]), b([2])]]],
    ['reduceByWindow', { ...lengths, f: 'add' }, [[1], [2], []], [[1], [3], [2]]],
    ['reduceByWindow', { ...lengths, f: 'add', inverse: 'subtract' }, [[1], [], []], [[1], [1], [0]]],
    ['reduceByKeyAndWindow', { ...lengths, f: 'add', partitions: 3 }, pairs, [[a(1)], [a(5), b(2)], [a(4), b(2)]]],
    [
      'reduceByKeyAndWindow',
      { ...lengths, f: 'add', inverse: 'subtract', filter: 'valueNotZero' },
      [[a(1)], [], []],
      [[a(1)], [a(1)], []],
    ],
  ])('%s with %j makes of %j the outputs %j', async (op, parameters, batches, are) => {
    expect(await complaints(batches, [{ op, ...parameters }], are)).toEqual([]);
  });

  test('stateSnapshots is of the stream that mapWithState made, with its initial state', async () => {
    const ops: readonly StepData[] = [
      { op: 'mapWithState', f: 'runningCountReturn', initial: [b(5)], as: 'm' },
      { op: 'stateSnapshots', of: 'm' },
    ];
    expect(
      await complaints([[a(1)], []], ops, [
        [a(1), b(5)],
        [a(1), b(5)],
      ]),
    ).toEqual([]);
    await expect(complaints([[a(1)]], [{ op: 'stateSnapshots' }], [[]])).rejects.toThrow('only mapWithState');
  });

  test('a function that needs the time is not written without it', async () => {
    const step = { op: 'updateStateByKey', update: 'addBatchTimeIfValues', form: 'values' };
    await expect(complaints([[a(1)]], [step], [[]])).rejects.toThrow('cannot be written in the form values');
  });
});
