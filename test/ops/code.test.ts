import { type DStream, HashPartitioner, type Row, type State, StateSpec } from 'firesteel';
import { run } from 'firesteel/testing';
import { expect, test } from 'vitest';
import type { StreamNode } from '../../src/graph/graph.ts';
import { type Plan, parentsOf } from '../../src/rdd/plan.ts';

/**
 * A plan makes no function: those that it puts into an RDD were made with the operator, and are listed in its `code`.
 *
 * So a batch finds the loops that were generated for the one before it, and another thread can call each function by
 * its place in the list.
 */

const add = (a: number, b: number): number => a + b;
const list = (n: number): number[] => [n];
const push = (all: number[], n: number): number[] => [...all, n];
const concat = (a: number[], b: number[]): number[] => [...a, ...b];

const subtract = (a: number, b: number): number => a - b;
const isPositive = ([, n]: [string, number]): boolean => n > 0;
const lengths = StateSpec.function((key: string, n: number | undefined, state: State<number>) => {
  if (n !== undefined) state.update(n);
  return key;
});

type Pairs = DStream<[string, number]>;

/** A stream behind each operator. */
const programs: Readonly<Record<string, (pairs: Pairs) => DStream<Row>>> = {
  map: (pairs) => pairs.map(([key, n]) => [key, n]),
  filter: (pairs) => pairs.filter(([, n]) => n > 0),
  flatMap: (pairs) => pairs.flatMap((pair) => [pair, pair]),
  mapValues: (pairs) => pairs.mapValues((n) => n + 1),
  flatMapValues: (pairs) => pairs.flatMapValues((n) => [n, n]),
  mapPartitions: (pairs) => pairs.mapPartitions((rows) => rows),
  mapPartitionsWithIndex: (pairs) => pairs.mapPartitionsWithIndex((_index, rows) => rows),
  mapAsync: (pairs) => pairs.mapAsync(async (pair) => pair),
  glom: (pairs) => pairs.glom(),
  repartition: (pairs) => pairs.repartition(3),
  partitionBy: (pairs) => pairs.partitionBy(new HashPartitioner(3)),
  reduce: (pairs) => pairs.reduce((a) => a),
  reduceByKey: (pairs) => pairs.reduceByKey(add),
  count: (pairs) => pairs.count(),
  countByValue: (pairs) => pairs.countByValue(),
  groupByKey: (pairs) => pairs.groupByKey(),
  combineByKey: (pairs) => pairs.combineByKey(list, push, concat),
  cogroup: (pairs) => pairs.cogroup(pairs),
  join: (pairs) => pairs.join(pairs),
  leftOuterJoin: (pairs) => pairs.leftOuterJoin(pairs),
  rightOuterJoin: (pairs) => pairs.rightOuterJoin(pairs),
  fullOuterJoin: (pairs) => pairs.fullOuterJoin(pairs),
  union: (pairs) => pairs.union(pairs),
  window: (pairs) => pairs.window('2 s'),
  reduceByWindow: (pairs) => pairs.reduceByWindow((a) => a, '2 s', '1 s'),
  countByWindow: (pairs) => pairs.countByWindow('2 s', '1 s'),
  countByValueAndWindow: (pairs) => pairs.countByValueAndWindow('2 s', '1 s'),
  groupByKeyAndWindow: (pairs) => pairs.groupByKeyAndWindow('2 s'),
  reduceByKeyAndWindow: (pairs) => pairs.reduceByKeyAndWindow(add, subtract, '2 s', '1 s', 2, isPositive),
  updateStateByKey: (pairs) => pairs.updateStateByKey((values: number[]) => values.length),
  mapWithState: (pairs) => pairs.mapWithState(lengths),
  stateSnapshots: (pairs) => pairs.mapWithState(lengths).stateSnapshots(),
  transform: (pairs) => pairs.transform((rdd) => rdd),
  transformWith: (pairs) => pairs.transformWith(pairs, (rdd, other) => rdd.union(other)),
};

/** All functions in the lineage of a plan. */
function functionsOf(plan: Plan): readonly unknown[] {
  const own = plan.kind === 'narrow' ? [plan.step.f] : plan.kind === 'shuffle' ? Object.values(plan.combine ?? {}) : [];
  return [...own, ...parentsOf(plan).flatMap(functionsOf)].filter((f) => typeof f === 'function');
}

function keepsState(node: StreamNode): boolean {
  return node.kind === 'stage' && (node.op.state !== undefined || node.parents.some(keepsState));
}

/** All functions that a stream and those before it list. */
function codeOf(node: StreamNode): readonly unknown[] {
  return node.kind === 'input' ? [] : [...node.op.code, ...node.parents.flatMap(codeOf)];
}

test.each(Object.entries(programs))('%s lists the functions of its plans', async (_name, program) => {
  const used: unknown[] = [];
  let code: readonly unknown[] = [];
  let isStateful = false;
  await run<string, Row>(
    (_ssc, input) => {
      const made = program(input.map((word) => [word, word.length]));
      code = codeOf(made.node);
      isStateful = keepsState(made.node);
      made.foreachRDD((rdd) => {
        used.push(...functionsOf(rdd.plan));
      });
      return made;
    },
    [['a'], ['b']],
  );
  // What keeps state has taken its rows in before; behind it there is no lineage.
  expect(used.length > 0 || isStateful).toBe(true);
  expect(used.filter((f) => !code.includes(f))).toEqual([]);
});
