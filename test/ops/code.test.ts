import { type DStream, HashPartitioner, type Row } from 'firesteel';
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
  transform: (pairs) => pairs.transform((rdd) => rdd),
  transformWith: (pairs) => pairs.transformWith(pairs, (rdd, other) => rdd.union(other)),
};

/** All functions in the lineage of a plan. */
function functionsOf(plan: Plan): readonly unknown[] {
  const own = plan.kind === 'narrow' ? [plan.step.f] : plan.kind === 'shuffle' ? Object.values(plan.combine ?? {}) : [];
  return [...own, ...parentsOf(plan).flatMap(functionsOf)].filter((f) => typeof f === 'function');
}

/** All functions that a stream and those before it list. */
function codeOf(node: StreamNode): readonly unknown[] {
  return node.kind === 'input' ? [] : [...node.op.code, ...node.parents.flatMap(codeOf)];
}

test.each(Object.entries(programs))('%s lists the functions of its plans', async (_name, program) => {
  const used: unknown[] = [];
  let code: readonly unknown[] = [];
  await run<string, Row>(
    (_ssc, input) => {
      const made = program(input.map((word) => [word, word.length]));
      code = codeOf(made.node);
      made.foreachRDD((rdd) => {
        used.push(...functionsOf(rdd.plan));
      });
      return made;
    },
    [['a'], ['b']],
  );
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter((f) => !code.includes(f))).toEqual([]);
});
