import { FiresteelError, JobError, messageOf, UsageError } from '../core/errors.ts';
import { previewOf } from '../core/preview.ts';
import type { Row } from '../core/row.ts';
import { Time } from '../core/time.ts';
import type { Block } from '../rdd/block.ts';
import type { Engine } from '../rdd/engine.ts';
import { planAs } from '../rdd/label.ts';
import { computedPlan, dataPlan, rowsPlan, unionPlan } from '../rdd/make-plan.ts';
import { RDD } from '../rdd/rdd.ts';
import type { Answer } from './answer.ts';
import { runInBatch } from './batch-scope.ts';
import type { InputNode, StageNode, StreamNode } from './graph.ts';
import type { InputDStream, RDDMaker } from './input-dstream.ts';
import type { Memory } from './memory.ts';
import type { Batch } from './op.ts';

/** What all nodes of a running graph share. */
export interface Planning {
  readonly engine: Engine;
  /** The first batch is one interval after it. */
  readonly zeroTimeMs: number;
  /** What each node has said of the times that are remembered. */
  readonly memories: ReadonlyMap<StreamNode, Memory>;
}

/**
 * What a stage says of a time, from what its parents said of it: the step that the actors and the plain loop share. It
 * is remembered. Batch times must come in order; the next one waits for the promise.
 */
export function stepStage(
  node: StageNode,
  timeMs: number,
  parents: readonly Answer[],
  planning: Planning,
): Answer | Promise<Answer> {
  const answer = planStage(node, timeMs, parents, planning);
  const note = (said: Answer): Answer => planning.memories.get(node)?.note(said) ?? said;
  return answer instanceof Promise ? answer.then(note) : note(answer);
}

/** The same, remembered by nobody. */
export function planStage(
  node: StageNode,
  timeMs: number,
  parents: readonly Answer[],
  planning: Planning,
): Answer | Promise<Answer> {
  if (!isTimeValid(node, timeMs, planning)) return { type: 'rdd.none', timeMs };
  const failed = parents.find((answer) => answer.type === 'rdd.failed');
  if (failed !== undefined) return failed;
  const missing = parents.findIndex((answer) => answer.type === 'rdd.none');
  if (missing >= 0) {
    return node.op.withoutParent === 'none'
      ? { type: 'rdd.none', timeMs }
      : refuse(parentMissing(node, missing, timeMs), timeMs);
  }
  const inputs = parents.map((answer) => (answer as Extract<Answer, { type: 'rdd.ready' }>).rdd);
  return answerOf(timeMs, () => plan(node, timeMs, inputs, planning), node);
}

/** What an input said of a time, and how far it has read. */
export interface InputAnswer {
  readonly answer: Answer;
  readonly position: Row;
}

/** The RDD of an input that is asked. */
export function stepInput(node: InputNode, timeMs: number, planning: Planning): InputAnswer | Promise<InputAnswer> {
  const source = node.source as InputDStream<Row>;
  const make = makerOf(node, planning.engine);
  let position: Row;
  const compute = (): ReturnType<typeof source.compute> =>
    planAs(node.label, () => source.compute(new Time(timeMs), make));
  const read = (): ReturnType<typeof source.compute> => {
    const made = compute();
    const thenPosition = (rdd: RDD<Row> | undefined): RDD<Row> | undefined => {
      checkIsRDD(rdd, node, timeMs);
      position = source.position();
      return rdd;
    };
    return made instanceof Promise ? made.then(thenPosition) : thenPosition(made);
  };
  const said = answerOf(timeMs, () => runInBatch(`batch ${timeMs} ms, ${siteOf(node)}`, read), node);
  const noted = (answer: Answer): InputAnswer => ({
    answer: planning.memories.get(node)?.note(answer) ?? answer,
    position,
  });
  return said instanceof Promise ? said.then(noted) : noted(said);
}

function checkIsRDD(given: unknown, node: InputNode, timeMs: number): void {
  if (given === undefined || given instanceof RDD) return;
  const facts = { name: node.source.name, timeMs, returned: previewOf(given) };
  throw new UsageError('INPUT.NOT_AN_RDD', facts, { at: [siteOf(node)] });
}

/** The RDD of an input that blocks were received for: one partition a block. */
export function blocksToAnswer(node: InputNode, timeMs: number, blocks: readonly Block[], planning: Planning): Answer {
  const partitions = blocks.map((block) => block.chunks);
  const rdd = new RDD(dataPlan(partitions, node.label), planning.engine);
  const answer: Answer = { type: 'rdd.ready', timeMs, rdd };
  return planning.memories.get(node)?.note(answer) ?? answer;
}

/** A stream has RDDs at multiples of its slide after zero time, and at no other time. */
function isTimeValid(node: StreamNode, timeMs: number, { zeroTimeMs }: Planning): boolean {
  return timeMs > zeroTimeMs && (timeMs - zeroTimeMs) % node.slideMs === 0;
}

function plan(
  node: StageNode,
  timeMs: number,
  inputs: readonly RDD<Row>[],
  { engine }: Planning,
): RDD<Row> | Promise<RDD<Row>> {
  const batch: Batch = {
    time: new Time(timeMs),
    defaultParallelism: engine.defaultParallelism,
    inputs,
    input: <T extends Row>() => inputs[0] as unknown as RDD<T>,
    rows: (rows) => new RDD(rowsPlan(rows, 1, node.label), engine),
    driver: (f) => runInBatch(`batch ${timeMs} ms, ${siteOf(node)}`, () => planAs(undefined, f)),
  };
  return planAs(node.label, () => node.op.plan(batch));
}

/** Makes an answer of what a plan returns or throws. */
function answerOf(
  timeMs: number,
  make: () => RDD<Row> | undefined | Promise<RDD<Row> | undefined>,
  node: StreamNode,
): Answer | Promise<Answer> {
  const answer = (rdd: RDD<Row> | undefined): Answer =>
    rdd === undefined ? { type: 'rdd.none', timeMs } : { type: 'rdd.ready', timeMs, rdd };
  const fail = (error: unknown): Answer => refuse(planFailure(error, node, timeMs), timeMs);
  try {
    const made = make();
    return made instanceof Promise ? made.then(answer, fail) : answer(made);
  } catch (error) {
    return fail(error);
  }
}

function refuse(error: FiresteelError, timeMs: number): Answer {
  return { type: 'rdd.failed', timeMs, error };
}

function planFailure(error: unknown, node: StreamNode, timeMs: number): FiresteelError {
  if (error instanceof FiresteelError) return error;
  const facts = { operator: node.label.name, timeMs, message: messageOf(error) };
  return new JobError('BATCH.PLAN_THREW', facts, { at: [siteOf(node)], cause: error });
}

function parentMissing(node: StageNode, missing: number, timeMs: number): JobError {
  const parent = node.parents[missing] as StreamNode;
  const facts = { operator: node.label.name, parent: parent.label.name, timeMs };
  return new JobError('BATCH.PARENT_WITHOUT_RDD', facts, { at: [siteOf(node), siteOf(parent)] });
}

/** `map (job.ts:14)` */
export function siteOf(node: { readonly label: { readonly name: string; readonly site: unknown } }): string {
  return `${node.label.name} (${String(node.label.site)})`;
}

/** What makes RDDs for an input; they bear its label, also those that it makes after it has waited. */
function makerOf({ label }: InputNode, engine: Engine): RDDMaker {
  return {
    rows: (rows, partitions = 1) => new RDD(rowsPlan(rows, partitions, label), engine),
    union: (rdds) =>
      new RDD(
        unionPlan(
          rdds.map((rdd) => rdd.plan),
          label,
        ),
        engine,
      ),
    computed: (partitions, computation) => new RDD(computedPlan([], computation, partitions, label), engine),
  };
}
