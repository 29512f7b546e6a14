import { assert, FiresteelError, JobError, messageOf, UsageError } from '../core/errors.ts';
import { previewOf } from '../core/preview.ts';
import type { Row } from '../core/row.ts';
import { Time } from '../core/time.ts';
import type { Block } from '../rdd/block.ts';
import type { Engine } from '../rdd/engine.ts';
import { planAs } from '../rdd/label.ts';
import { computedPlan, dataPlan, rowsPlan, unionPlan } from '../rdd/make-plan.ts';
import type { Partitioner } from '../rdd/partitioner.ts';
import { RDD } from '../rdd/rdd.ts';
import { type StateStore, VersionReader } from '../rdd/state-store.ts';
import type { Answer } from './answer.ts';
import type { InputPlan } from './batch-log.ts';
import { runInBatch } from './batch-scope.ts';
import type { InputNode, StageNode, StreamNode } from './graph.ts';
import { InputDStream, type Note, type RDDMaker } from './input-dstream.ts';
import type { Memory } from './memory.ts';
import type { Batch, Op, Past, Version } from './op.ts';
import { siteOf } from './site-of.ts';

/** What all nodes of a running graph share. */
export interface Planning {
  readonly engine: Engine;
  /** Times are counted from it: the first batch ever is one interval after it. */
  readonly zeroTimeMs: number;
  /** The first batch of this process is one interval after it; nobody knows of a batch up to it. */
  readonly startMs: number;
  /** What an input gave to a batch in an earlier process. */
  readonly given: (node: InputNode, timeMs: number) => InputPlan | undefined;
  /** What each node has said of the times that are remembered. */
  readonly memories: ReadonlyMap<StreamNode, Memory>;
  /** What each stateful stage keeps. */
  readonly stores: ReadonlyMap<StreamNode, StateStore>;
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
  const store = planning.stores.get(node);
  if (store === undefined || !isTimeValid(node, timeMs, planning)) return stepNow(node, timeMs, parents, planning);
  return store.inTurn(() => {
    if (store.plannedMs >= timeMs) return answerGiven(node, timeMs, planning);
    if (timeMs - node.slideMs <= store.plannedMs) return stepNow(node, timeMs, parents, planning);
    return refusing(node, timeMs, planning, () => stepAfterOwed(node, timeMs, parents, store, planning));
  });
}

/**
 * Batches before this one were refused before a stage that keeps state could answer for them: it answers now, in order.
 *
 * What keeps state for good does not get over a batch that is refused again; a window does when that has left it.
 */
async function stepAfterOwed(
  node: StageNode,
  timeMs: number,
  parents: readonly Answer[],
  store: StateStore,
  planning: Planning,
): Promise<Answer> {
  const owed = Math.floor((timeMs - store.plannedMs) / node.slideMs) - 1;
  for (let owedMs = timeMs - owed * node.slideMs; owedMs < timeMs; owedMs += node.slideMs) {
    const answers: Answer[] = [];
    for (const parent of node.parents) answers.push(await askAgain(parent, owedMs, planning));
    const answer = await stepNow(node, owedMs, answers, planning);
    if (answer.type === 'rdd.failed' && store.windowMs === undefined) {
      return note(node, refuse(store.tooMany(owed + 1, owedMs, answer.error) ?? answer.error, timeMs), planning);
    }
  }
  return stepNow(node, timeMs, parents, planning);
}

function stepNow(
  node: StageNode,
  timeMs: number,
  parents: readonly Answer[],
  planning: Planning,
): Answer | Promise<Answer> {
  const answer = planStage(node, timeMs, parents, planning);
  return answer instanceof Promise ? answer.then((said) => note(node, said, planning)) : note(node, answer, planning);
}

function note(node: StreamNode, answer: Answer, planning: Planning): Answer {
  const { memories, stores } = planning;
  const isAnswered = answer.type !== 'rdd.failed' && isTimeValid(node, answer.timeMs, planning);
  if (isAnswered) stores.get(node)?.answered(answer.timeMs);
  return memories.get(node)?.note(answer) ?? answer;
}

/** What a node said of a time, or says now, where it failed then or has forgotten it. */
export async function askAgain(node: StreamNode, timeMs: number, planning: Planning): Promise<Answer> {
  const memory = planning.memories.get(node);
  const known = memory?.at(timeMs);
  if (known !== undefined) return known;
  if (timeMs <= planning.startMs || !isTimeValid(node, timeMs, planning)) return { type: 'rdd.none', timeMs };
  if (node.kind === 'input') {
    // What was received, and is lost, cannot be asked for once more.
    const mayAsk = node.source instanceof InputDStream && memory?.failureAt(timeMs) !== undefined;
    return mayAsk ? (await stepInput(node, timeMs, planning)).answer : answerGiven(node, timeMs, planning);
  }
  const plannedMs = planning.stores.get(node)?.plannedMs ?? Number.NEGATIVE_INFINITY;
  if (plannedMs >= timeMs) return answerGiven(node, timeMs, planning);
  const parents: Answer[] = [];
  for (const parent of node.parents) parents.push(await askAgain(parent, timeMs, planning));
  return stepStage(node, timeMs, parents, planning);
}

/** What was said of a time that cannot be planned again. @throws UsageError (SLICE.NOT_REMEMBERED) */
function answerGiven(node: StreamNode, timeMs: number, { memories }: Planning): Answer {
  const memory = memories.get(node);
  const said = memory?.at(timeMs) ?? memory?.failureAt(timeMs);
  if (said !== undefined) return said;
  throw new UsageError('SLICE.NOT_REMEMBERED', { timeMs }, { at: [siteOf(node)] });
}

/** What f throws refuses the batch. */
async function refusing(
  node: StreamNode,
  timeMs: number,
  planning: Planning,
  f: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await f();
  } catch (error) {
    return note(node, refuse(planFailure(error, node, timeMs), timeMs), planning);
  }
}

/** What a stage says of a time, remembered by nobody. */
function planStage(
  node: StageNode,
  timeMs: number,
  parents: readonly Answer[],
  planning: Planning,
): Answer | Promise<Answer> {
  if (!isTimeValid(node, timeMs, planning)) return { type: 'rdd.none', timeMs };
  const failed = parents.find((answer) => answer.type === 'rdd.failed');
  if (failed !== undefined) return failed;
  const missing = parents.findIndex((answer) => answer.type === 'rdd.none');
  if (missing >= 0 && node.op.withoutParent !== 'plan') {
    return node.op.withoutParent === 'none'
      ? { type: 'rdd.none', timeMs }
      : refuse(parentMissing(node, missing, timeMs), timeMs);
  }
  const past = pastOf(node, timeMs, parents, planning);
  if (past instanceof Promise) {
    return refusing(node, timeMs, planning, async () => planOf(node, timeMs, parents, await past, planning));
  }
  return planOf(node, timeMs, parents, past, planning);
}

function planOf(
  node: StageNode,
  timeMs: number,
  parents: readonly Answer[],
  past: readonly Answer[],
  planning: Planning,
): Answer | Promise<Answer> {
  const failed = past.find((answer) => answer.type === 'rdd.failed');
  if (failed !== undefined) return refuse(failed.error, timeMs);
  const inputs = parents.filter(isReady).map(({ rdd }) => rdd);
  return answerOf(timeMs, () => plan(node, timeMs, { inputs, past: past.filter(isReady) }, planning), node);
}

function isReady(answer: Answer): answer is Extract<Answer, { type: 'rdd.ready' }> {
  return answer.type === 'rdd.ready';
}

/** What the first parent said at the times within reach, in order; one that failed is asked again. */
function pastOf(
  node: StageNode,
  timeMs: number,
  parents: readonly Answer[],
  planning: Planning,
): readonly Answer[] | Promise<readonly Answer[]> {
  const { op } = node;
  const plannedMs = planning.stores.get(node)?.plannedMs;
  // What keeps state has taken in all up to where it stands; of a window nothing that has left it counts.
  const fromMs = plannedMs === undefined ? timeMs - (op.reachMs ?? 0) : Math.max(plannedMs, timeMs - windowOf(op));
  const [parent] = node.parents as readonly [StreamNode];
  const [now] = parents as readonly [Answer];
  const times: number[] = [];
  for (let atMs = timeMs - parent.slideMs; atMs > fromMs; atMs -= parent.slideMs) {
    if (isTimeValid(parent, atMs, planning)) times.unshift(atMs);
  }
  const memory = planning.memories.get(parent);
  const known = times.map((atMs) => memory?.at(atMs));
  if (known.every((answer) => answer !== undefined)) return [...known, now];
  const ask = async (): Promise<readonly Answer[]> => {
    const answers: Answer[] = [];
    for (const atMs of times) answers.push(await askAgain(parent, atMs, planning));
    return [...answers, now];
  };
  return ask();
}

/** What an input said of a time, and how far it has read; undefined where it failed. */
export interface InputAnswer {
  readonly answer: Answer;
  readonly position: Row;
  /** What it has learned. */
  readonly note?: Note;
}

/** The RDD of an input that is asked. */
export function stepInput(node: InputNode, timeMs: number, planning: Planning): InputAnswer | Promise<InputAnswer> {
  const source = node.source as InputDStream<Row>;
  const make = makerOf(node, planning.engine);
  let position: Row;
  let learned: Note | undefined;
  const given = planning.given(node, timeMs);
  const compute = (): ReturnType<typeof source.compute> =>
    planAs(node.label, () => {
      if (given?.isPassed === true) return make.rows([]);
      const isAgain = given !== undefined && given.hasFailed !== true;
      return isAgain
        ? source.recompute(new Time(timeMs), given.position, make)
        : source.compute(new Time(timeMs), make);
    });
  const read = (): ReturnType<typeof source.compute> => {
    const made = compute();
    const thenPosition = (rdd: RDD<Row> | undefined): RDD<Row> | undefined => {
      checkIsRDD(rdd, node, timeMs);
      position = source.position();
      learned = source.note();
      return rdd;
    };
    return made instanceof Promise ? made.then(thenPosition) : thenPosition(made);
  };
  const said = answerOf(timeMs, () => runInBatch(`batch ${timeMs} ms, ${siteOf(node)}`, read), node);
  const noted = (answer: Answer): InputAnswer => ({
    answer: note(node, answer, planning),
    position,
    ...(learned !== undefined && { note: learned }),
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
  return note(node, { type: 'rdd.ready', timeMs, rdd }, planning);
}

/** An input whose data of a batch is lost. */
export function refuseInput(node: InputNode, timeMs: number, error: FiresteelError, planning: Planning): Answer {
  return note(node, refuse(error, timeMs), planning);
}

/** A stream has RDDs at multiples of its slide after zero time, and at no other time. */
function isTimeValid(node: StreamNode, timeMs: number, { zeroTimeMs }: Planning): boolean {
  return timeMs > zeroTimeMs && (timeMs - zeroTimeMs) % node.slideMs === 0;
}

function windowOf({ windowMs }: Op<Row>): number {
  return windowMs ?? Number.POSITIVE_INFINITY;
}

function plan(
  node: StageNode,
  timeMs: number,
  { inputs, past }: { readonly inputs: readonly RDD<Row>[]; readonly past: readonly Past[] },
  { engine, stores }: Planning,
): RDD<Row> | undefined | Promise<RDD<Row>> {
  const store = stores.get(node);
  const batch: Batch = {
    time: new Time(timeMs),
    defaultParallelism: engine.defaultParallelism,
    inputs,
    past,
    input: <T extends Row>() => inputs[0] as unknown as RDD<T>,
    rows: (rows) => new RDD(rowsPlan(rows, 1, node.label), engine),
    driver: (f) => runInBatch(`batch ${timeMs} ms, ${siteOf(node)}`, () => planAs(undefined, f)),
    hasState: store?.hasSteps === true,
    get statePartitioner() {
      return stateOf(node, store).partitioner;
    },
    advance: (arrivals, initial) => {
      const planned = arrivals.map((arrival) => ({ timeMs: arrival.timeMs, plan: arrival.rdd.plan }));
      stateOf(node, store).plan(timeMs, planned, initial?.plan);
      return versionOf(stateOf(node, store), timeMs, node, engine);
    },
    parentState: () => {
      const computation = inputs[0]?.plan.kind === 'computed' ? inputs[0].plan.computation : undefined;
      assert(computation instanceof VersionReader, `the parent of ${node.id} reads its state`);
      return versionOf(computation.store, computation.timeMs, node, engine);
    },
  };
  return planAs(node.label, () => node.op.plan(batch));
}

function stateOf(node: StageNode, store: StateStore | undefined): StateStore {
  assert(store !== undefined, `${node.id} says what it keeps`);
  return store;
}

function versionOf(store: StateStore, timeMs: number, { label }: StageNode, engine: Engine): Version {
  const read = <T extends Row>(part: 'entries' | 'results', partitioner?: Partitioner): RDD<T> =>
    new RDD(
      computedPlan([], new VersionReader(store, timeMs, part), store.partitioner.numPartitions, label, partitioner),
      engine,
    );
  return { entries: () => read('entries', store.partitioner), results: () => read('results') };
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
