import type { Row } from '../core/row.ts';
import { Time } from '../core/time.ts';
import type { Engine } from '../rdd/engine.ts';
import { explainPlan, unknownUntilBatch } from '../rdd/explain.ts';
import { planAs } from '../rdd/label.ts';
import { computedPlan, dataPlan, rowsPlan } from '../rdd/make-plan.ts';
import { HashPartitioner } from '../rdd/partitioner.ts';
import type { Computation } from '../rdd/plan.ts';
import { RDD } from '../rdd/rdd.ts';
import { recognise } from '../rdd/recognise.ts';
import { StorageLevel } from '../rdd/storage-level.ts';
import type { StageNode, StreamNode } from './graph.ts';
import type { Batch, Version } from './op.ts';

/**
 * Which form each stage of a stream gets, and why: a batch is planned that nobody runs, and its plan explained.
 *
 * @param stages all that the program has, since one may want the rows of another kept
 */
export function explainStream(node: StreamNode, stages: readonly StageNode[], engine: Engine): string {
  const planned = new Map<StreamNode, RDD<Row>>();
  const isReread = (at: StreamNode): boolean => stages.some(({ op, parents }) => op.rereads && parents[0] === at);
  const rddOf = (at: StreamNode): RDD<Row> => {
    const known = planned.get(at);
    if (known !== undefined) return known;
    const rdd = at.kind === 'input' ? new RDD<Row>(dataPlan([[]], at.label), engine) : rddAt(at);
    const isKept = at.settings.level !== undefined || (isReread(at) && rdd.plan.kind !== 'data');
    if (isKept && rdd.plan.cache === undefined) rdd.persist(at.settings.level ?? StorageLevel.MEMORY_ONLY);
    planned.set(at, rdd);
    return rdd;
  };
  const rddAt = (at: StageNode): RDD<Row> => {
    at.op.code.forEach(recognise);
    return planOf(at, at.parents.map(rddOf), engine);
  };
  return explainPlan(rddOf(node).plan, engine);
}

function planOf(node: StageNode, inputs: readonly RDD<Row>[], engine: Engine): RDD<Row> {
  const made = <T extends Row>(parents: readonly RDD<Row>[], computation: Computation): RDD<T> => {
    const plans = parents.map(({ plan }) => plan);
    return new RDD(computedPlan(plans, computation, 1, node.label), engine);
  };
  const versionOf = (parents: readonly RDD<Row>[]): Version => ({
    entries: () => made(parents, keptRows),
    results: () => made(parents, keptRows),
  });
  const batch: Batch = {
    time: new Time(0),
    defaultParallelism: engine.defaultParallelism,
    inputs,
    past: inputs.slice(0, 1).map((rdd) => ({ timeMs: 0, rdd })),
    input: <T extends Row>() => inputs[0] as unknown as RDD<T>,
    rows: (rows) => new RDD(rowsPlan(rows, 1, node.label), engine),
    driver: unknownUntilBatch.compute as never,
    hasState: false,
    statePartitioner: new HashPartitioner(engine.defaultParallelism),
    advance: (arrivals, initial) => versionOf([...arrivals.map(({ rdd }) => rdd), ...(initial ? [initial] : [])]),
    parentState: () => versionOf(inputs),
  };
  try {
    const rdd = planAs(node.label, () => node.op.plan(batch));
    if (rdd instanceof RDD) return rdd;
    rdd?.catch(() => undefined); // Nobody waits for it.
  } catch {
    // It calls the program, or needs something else that only a batch has.
  }
  return made(inputs, unknownUntilBatch);
}

/** State, as rows. */
const keptRows: Computation = { ...unknownUntilBatch };
