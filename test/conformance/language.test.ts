import { describe, expect, test } from 'vitest';
import type { Case, Json, StepData } from '../../scripts/conformance/cases.ts';
import { complaintsAbout } from '../../scripts/conformance/judge.ts';
import { runCase } from '../../scripts/conformance/run-case.ts';

// One word of the language at a time: what a batch becomes behind a step.

type Batch = readonly Json[];

async function complaints(batches: readonly Batch[], ops: readonly StepData[], expected: Batch, partitions = 1) {
  const given: Case = {
    id: 'language',
    title: 'one word',
    kind: 'operators',
    batchMs: 1000,
    streams: batches.map((batch, i) => ({ name: `s${i + 1}`, batches: [batch], partitions })),
    ops,
    expect: [expected],
    ordered: false,
    valueOrder: 'any',
  };
  return complaintsAbout(given, await runCase(given, 1));
}

describe('functions from a record to a record', () => {
  test.each<[string, Json, Json]>([
    ['identity', 'a', 'a'],
    ['toString', 12, '12'],
    ['pairWithOne', 'a', ['a', 1]],
    ['pairWithX', 'a', ['a', 'x']],
    ['pairWithLength', 'abc', ['abc', 3]],
    ['plus4', 1, 5],
    ['plus8', 1, 9],
    ['times3', 2, 6],
    ['add10', 1, 11],
    ['length', 'abc', 3],
    ['swap', ['a', 1], [1, 'a']],
    ['first', ['a', 1], 'a'],
    ['second', ['a', 1], 1],
    ['parseInt', '12', 12],
    ['mod10PairOne', 23, [3, 1]],
    ['upper', 'aB', 'AB'],
    ['fieldCounter', { counter: 2, idle: 1 }, 2],
    ['throwOnOne', 2, 2],
  ])('%s of %j is %j', async (f, record, is) => {
    expect(await complaints([[record]], [{ op: 'map', f }], [is])).toEqual([]);
  });

  test('throwAlways throws for any record, throwOnOne for 1', async () => {
    for (const [f, record] of [
      ['throwAlways', 0],
      ['throwOnOne', 1],
    ] as const) {
      expect(String(await complaints([[record]], [{ op: 'map', f }], []))).toContain('This is a special error');
    }
  });
});

describe('functions from a record to many', () => {
  test.each<[string, Json, Batch]>([
    ['selfAndDouble', 3, [3, 6]],
    ['selfAndPlus10', 3, [3, 13]],
    ['splitOnSpace', 'a b', ['a', 'b']],
    ['splitChars', 'aba', ['a', 'b', 'a']],
    [
      'lengthLetterPairs',
      'hi',
      [
        [2, 'h'],
        [2, 'i'],
      ],
    ],
    [
      'valueLetterPairs',
      ['hi', 7],
      [
        [7, 'h'],
        [7, 'i'],
      ],
    ],
    ['suffix1and2', 'a', ['a1', 'a2']],
  ])('%s of %j is %j', async (f, record, are) => {
    expect(await complaints([[record]], [{ op: 'flatMap', f }], are)).toEqual([]);
  });
});

describe('tests', () => {
  test.each<[string, Json, Json]>([
    ['isEven', 2, 3],
    ['containsA', 'banana', 'lemon'],
    ['keyContainsA', ['banana', 0], ['lemon', 0]],
    ['valueNotZero', ['a', -1], ['a', 0]],
    ['valuePositive', ['a', 1], ['a', -1]],
  ])('%s keeps %j and drops %j', async (f, kept, dropped) => {
    expect(await complaints([[kept, dropped]], [{ op: 'filter', f }], [kept])).toEqual([]);
  });
});

describe('functions of two arguments', () => {
  test.each<[string, Json, Json, Json]>([
    ['add', 1, 2, 3],
    ['subtract', 1, 2, -1],
    ['appendText', 'a', 2, 'a2'],
  ])('%s of %j and %j is %j', async (f, a, b, is) => {
    expect(await complaints([[a, b]], [{ op: 'reduce', f }], [is])).toEqual([]);
  });
});

describe('functions of a partition', () => {
  test.each<[string, Batch, Batch]>([
    ['sumPartition', [1, 2, 3], [1, 5]],
    ['sumPartition', [], [0, 0]],
    ['concatUpper', ['a', 'b', 'c'], ['A', 'BC']],
    [
      'swapAll',
      [
        ['a', 1],
        ['b', 2],
      ],
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
  ])('%s of %j, in two partitions, is %j', async (f, records, are) => {
    expect(await complaints([records], [{ op: 'mapPartitions', f }], are, 2)).toEqual([]);
  });
});

const a1: Json = ['a', 1];
const b2: Json = ['b', 2];
const a3: Json = ['a', 3];
const c4: Json = ['c', 4];

describe('functions of whole batches', () => {
  test.each<[string, readonly Batch[], Batch, Record<string, Json>?]>([
    ['rdd.mapToString', [[1, 2]], ['1', '2']],
    ['rdd.mapPlus2', [[1, 2]], [3, 4]],
    ['rdd.sortByKey', [[b2, a1]], [a1, b2]],
    ['rdd.keys', [[a1, b2]], ['a', 'b']],
    [
      'rdd.cartesianSelf',
      [[1, 2]],
      [
        [1, 1],
        [1, 2],
        [2, 1],
        [2, 2],
      ],
    ],
    ['rdd.intersection', [[1, 2, 2, 3]], [2, 3], { static: [2, 3, 4] }],
    ['rdd.join', [[a1, b2], [a3]], [['a', [1, 3]]]],
    ['rdd.union', [[1], [2]], [1, 2]],
    ['rdd.unionAll', [[1], [2], [3]], [1, 2, 3]],
    ['rdd.subtract', [[1, 2, 3], [2]], [1, 3]],
    ['rdd.unionSelfPairJoin', [[1], [3], [[3, 'x']]], [[3, [3, 'x']]]],
  ])('%s of %j is %j', async (f, batches, are, more = {}) => {
    const of = batches.map((_, i) => `s${i + 1}`);
    const step = { op: 'transform', f, of, ...more };
    const level = batches.length > 1 ? { level: 'context' } : {};
    expect(await complaints(batches, [{ ...step, ...level }], are)).toEqual([]);
  });

  test('rdd.union231 unites the second, the third, then the first', async () => {
    const step = { op: 'transform', f: 'rdd.union231', of: ['s1', 's2', 's3'], level: 'context' };
    const given = { id: 'language', title: 'union231', kind: 'operators', batchMs: 1000, ordered: true };
    const streams = ['s1', 's2', 's3'].map((name) => ({ name, batches: [[name]] }));
    const whole: Case = { ...given, streams, ops: [step], expect: [['s2', 's3', 's1']] };
    expect(complaintsAbout(whole, await runCase(whole, 1))).toEqual([]);
  });

  test.each<[string, string]>([
    ['rdd.null', 'TRANSFORM.NO_RDD'],
    ['rdd.throw', 'This is a special error'],
  ])('%s refuses the batch', async (f, text) => {
    expect(String(await complaints([[1]], [{ op: 'transform', f }], []))).toContain(text);
  });
});

describe('operators', () => {
  const s12 = { of: ['s1', 's2'] };
  const left = [a1, b2];
  const right = [a3, c4];
  test.each<[string, readonly Batch[], Omit<StepData, 'op'>, Batch]>([
    ['glom', [[1, 2]], {}, [[1, 2]]],
    ['repartition', [[1, 2]], { n: 3 }, [1, 2]],
    [
      'mapValues',
      [left],
      { f: 'add10' },
      [
        ['a', 11],
        ['b', 12],
      ],
    ],
    [
      'flatMapValues',
      [left],
      { f: 'selfAndPlus10' },
      [
        ['a', 1],
        ['a', 11],
        ['b', 2],
        ['b', 12],
      ],
    ],
    [
      'groupByKey',
      [[a1, b2, a3]],
      { partitions: 3 },
      [
        ['a', [3, 1]],
        ['b', [2]],
      ],
    ],
    [
      'reduceByKey',
      [[a1, b2, a3]],
      { f: 'add', partitions: 3 },
      [
        ['a', 4],
        ['b', 2],
      ],
    ],
    [
      'combineByKey',
      [[a1, b2, a3]],
      { create: 'toString', mergeValue: 'appendText', mergeCombiners: 'appendText', partitions: 3 },
      [
        ['a', '13'],
        ['b', '2'],
      ],
    ],
    ['reduce', [[1, 2, 3]], { f: 'add' }, [6]],
    ['count', [[7, 8]], {}, [2]],
    [
      'countByValue',
      [['a', 'b', 'a']],
      { partitions: 3 },
      [
        ['a', 2],
        ['b', 1],
      ],
    ],
    ['union', [[1], [2]], s12, [1, 2]],
    ['union', [[1], [2]], { ...s12, level: 'context' }, [1, 2]],
    ['transformWith', [[1, 2], [2]], { ...s12, f: 'rdd.subtract' }, [1]],
    [
      'cogroup',
      [left, right],
      { ...s12, partitions: 3 },
      [
        ['a', [[1], [3]]],
        ['b', [[2], []]],
        ['c', [[], [4]]],
      ],
    ],
    ['join', [left, right], { ...s12, partitions: 3 }, [['a', [1, 3]]]],
    [
      'leftOuterJoin',
      [left, right],
      s12,
      [
        ['a', [1, 3]],
        ['b', [2, null]],
      ],
    ],
    [
      'rightOuterJoin',
      [left, right],
      s12,
      [
        ['a', [1, 3]],
        ['c', [null, 4]],
      ],
    ],
    [
      'fullOuterJoin',
      [left, right],
      s12,
      [
        ['a', [1, 3]],
        ['b', [2, null]],
        ['c', [null, 4]],
      ],
    ],
    ['persist', [[1, 2]], {}, [1, 2]],
    ['checkpoint', [[1, 2]], { intervalMs: 2000 }, [1, 2]],
    ['saveAsTextFiles', [['a', 'b']], { prefix: 'out', suffix: '' }, ['a', 'b']],
    ['saveAsTextFiles', [['a', 'b']], {}, ['a', 'b']],
  ])('%s of %j with %j is %j', async (op, batches, parameters, are) => {
    expect(await complaints(batches, [{ op, ...parameters }], are)).toEqual([]);
  });
});
