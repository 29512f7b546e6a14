import { assert } from '../core/errors.ts';
import type { Cache } from './cache.ts';
import { type Chunk, Chunks, decode } from './chunk.ts';
import {
  type ChunkSource,
  chunksAtHand,
  type End,
  type Fail,
  rowsLater,
  rowsOf,
  type Upstream,
} from './chunk-source.ts';
import type { Task } from './executor.ts';
import { jobErrorOf, withoutNullKey } from './failure.ts';
import { type FusedChain, fusedChain } from './fused-chain.ts';
import { kernelOf } from './kernel.ts';
import { enough, type Loop, type Sink, StepFailure, StepMistake, sinkOf, type Terminal } from './loop.ts';
import { mergedRows } from './merge.ts';
import { learnPace, startPace } from './pace.ts';
import { type ComputedPlan, type NarrowPlan, type Plan, pathOf, type ReadParent } from './plan.ts';
import type { Reading } from './reading.ts';
import { KernelRun, piecesOf } from './run-kernel.ts';
import type { Label, Step, TaskContext } from './step.ts';

/**
 * Reads one partition of a plan into a sink: the narrow steps behind the last boundary run as one loop.
 *
 * @param last whose function the terminal is, for the report of its failure
 */
export function* readPartition(
  plan: Plan,
  index: number,
  terminal: Terminal,
  sink: Sink,
  reading: Reading,
  last: Label = plan.label,
): Task<void> {
  const chain = fusedChain(plan, index);
  const source = yield* openSource(chain, reading);
  yield* readSource(source, chain.steps, { plan, terminal, sink, reading, last });
}

/** All rows of a partition; where they are at hand in one array, that very array, which must not be changed. */
export function* allRows(plan: Plan, index: number, reading: Reading): Task<readonly unknown[]> {
  const chain = fusedChain(plan, index);
  const { boundary, partition } = chain;
  if (chain.steps.length === 0 && boundary.cache === undefined) {
    if (boundary.kind === 'shuffle') return yield* mergedRows(boundary, partition, reading.job);
    const chunks = boundary.kind === 'data' ? (boundary.partitions[partition] as readonly Chunk[]) : [];
    const [only] = chunks;
    if (chunks.length === 1 && only?.kind === 'rows') return only.rows;
  }
  const sink = sinkOf();
  const source = yield* openSource(chain, reading);
  yield* readSource(source, chain.steps, { plan, terminal: 'push', sink, reading, last: plan.label });
  return sink.rows;
}

/** Where the rows of a source go. */
interface Goal {
  readonly plan: Plan;
  readonly terminal: Terminal;
  readonly sink: Sink;
  readonly reading: Reading;
  readonly last: Label;
}

function* readSource(source: ChunkSource, steps: readonly Step[], goal: Goal): Task<void> {
  const { plan, sink, reading, last } = goal;
  const loop = reading.engine.loops.of(steps, goal.terminal, reading);
  const kernel = reading.engine.mayUseKernels ? kernelOf(steps, goal.terminal, sink.merge) : undefined;
  const kernelRun = kernel && new KernelRun(kernel, sink);
  const label = steps.at(-1)?.label ?? last;
  let end: End = 'cut';
  startPace(loop);
  // A take that may find all it wants in the next rows has no more of them made.
  let rowsAhead = sink.limit;
  try {
    for (;;) {
      const next = source.next(Math.min(loop.piece, rowsAhead));
      const chunk = next instanceof Promise ? ((yield next) as Chunk | undefined) : next;
      if (chunk === undefined) break;
      const hasEnough =
        kernelRun === undefined
          ? yield* runChunk(chunk, loop, goal, label)
          : yield* runThrough(kernelRun, chunk, loop, goal, label);
      if (hasEnough) break;
      rowsAhead *= 2;
    }
    if (kernelRun !== undefined) yield* kernelRun.handOver();
    end = 'read';
  } catch (error) {
    end = 'failed';
    throw told(error, steps, last, plan, reading);
  } finally {
    const closed = source.close(end);
    if (closed !== undefined && end !== 'cut') yield closed;
    else closed?.catch(() => undefined); // A task that is ended from outside cannot wait.
  }
}

/** What a user's function did wrong, as an error that names it. */
function told(error: unknown, steps: readonly Step[], last: Label, plan: Plan, reading: Reading): unknown {
  if (!(error instanceof StepFailure)) return error;
  const step = steps[error.step];
  // Behind the last step stands what the loop runs into.
  if (step === undefined) return jobErrorOf(withoutNullKey(error, steps.at(-1)), last, plan, reading.job);
  return jobErrorOf(error, step.label, plan, reading.job);
}

function* openSource({ boundary, partition }: FusedChain, reading: Reading, through?: Plan): Task<ChunkSource> {
  if (boundary.cache !== undefined && boundary !== through) {
    return rowsAtHand(yield* keptRows(boundary, boundary.cache, partition, reading));
  }
  switch (boundary.kind) {
    case 'data':
      return chunksAtHand(boundary.partitions[partition] as readonly Chunk[]);
    case 'shuffle':
      return rowsAtHand(yield* mergedRows(boundary, partition, reading.job));
    case 'computed':
      return sourceOfComputed(yield* computedRows(boundary, partition, reading));
    default:
      assert(boundary.kind === 'narrow', 'a chain ends at a plan that makes rows');
      return yield* openIterator(boundary, partition, reading);
  }
}

function rowsAtHand(rows: readonly unknown[]): ChunkSource {
  return chunksAtHand([{ kind: 'rows', rows }]);
}

function* computedRows(plan: ComputedPlan, index: number, reading: Reading): Task<readonly unknown[] | Chunks> {
  const prepared = plan.memo.prepared === undefined ? undefined : yield plan.memo.prepared;
  const read: ReadParent = (parent, at) => allRows(plan.parents[parent] as Plan, at, reading);
  try {
    return yield* plan.computation.compute(index, read, prepared);
  } catch (error) {
    const failure = error instanceof StepFailure ? error : new StepFailure(error, 0, undefined);
    throw jobErrorOf(failure, plan.label, plan, reading.job);
  }
}

function sourceOfComputed(rows: readonly unknown[] | Chunks): ChunkSource {
  if (!(rows instanceof Chunks)) return rowsAtHand(rows);
  return { isAsync: false, next: () => rows.made.next().value as Chunk | undefined, close: () => undefined };
}

/** The rows of a partition that is to be kept: computed by whoever asks first, waited for by the others. */
function* keptRows(plan: Plan, cache: Cache, index: number, reading: Reading): Task<readonly unknown[]> {
  for (;;) {
    const kept = cache.get(index);
    if (kept !== undefined) return kept instanceof Promise ? ((yield kept) as readonly unknown[]) : kept;
    const others = cache.computing(index);
    if (others === undefined) break;
    yield others;
  }
  const end = cache.begin(index);
  try {
    const sink = sinkOf();
    const chain = fusedChain(plan, index, plan);
    const source = yield* openSource(chain, reading, plan);
    yield* readSource(source, chain.steps, { plan, terminal: 'push', sink, reading, last: plan.label });
    const written = cache.put(index, sink.rows);
    if (written !== undefined) yield written;
    return sink.rows;
  } finally {
    end();
  }
}

/** Runs a chunk through a kernel, and what that leaves through the loop. @returns whether the sink has enough */
function* runThrough(kernel: KernelRun, chunk: Chunk, loop: Loop, goal: Goal, label: Label): Task<boolean> {
  if (chunk.kind === 'rows') {
    yield* kernel.handOver();
    return yield* runChunk(chunk, loop, goal, label);
  }
  for (const piece of piecesOf(chunk)) {
    const left = yield* kernel.take(piece);
    if (left !== undefined && (yield* runChunk(left, loop, goal, label))) return true;
  }
  return false;
}

/** Runs a chunk through a loop, a piece at a time. @returns whether the sink has enough */
function* runChunk(chunk: Chunk, loop: Loop, goal: Goal, label: Label): Task<boolean> {
  const { sink } = goal;
  if (chunk.kind === 'rows') {
    const { rows } = chunk;
    for (let from = 0; from < rows.length; ) {
      const to = Math.min(rows.length, from + loop.piece);
      if (loop.rows(rows, from, to, sink) === enough) return true;
      yield* pieceDone(loop, to - from, goal, label);
      from = to;
    }
    return false;
  }
  const text = decode(chunk);
  let left = chunk.rowCount;
  for (let position = 0; position < text.length; ) {
    const rows = Math.min(left, loop.piece);
    position = loop.text(text, position, rows, sink);
    if (position === enough) return true;
    yield* pieceDone(loop, rows, goal, label);
    left -= rows;
  }
  return false;
}

/** Others may have a turn. One row cannot be cut: a function that holds the loop is warned of. */
function* pieceDone(loop: Loop, rows: number, { plan, reading }: Goal, label: Label): Task<void> {
  const tookMs = (yield rows) as number;
  learnPace(loop, rows, tookMs);
  if (rows === 1 && tookMs > heldMsMax) reading.engine.warnSlow(pathOf(plan, label), tookMs);
}

/** A call of a user's function that takes longer than this delays the whole process noticeably. */
const heldMsMax = 50;

type OnPartition = (rows: IterableIterator<unknown>, index: number, task: TaskContext) => unknown;

/** The rows that the function of a mapPartitions makes of its partition. */
function* openIterator(plan: NarrowPlan, index: number, reading: Reading): Task<ChunkSource> {
  const upstream = yield* iterate(plan.parent, index, reading);
  const task: TaskContext = {
    clock: reading.engine.runtime.clock,
    signal: reading.job.signal,
    told: (error, row) => jobErrorOf(new StepFailure(error, 0, row), plan.step.label, plan, reading.job),
  };
  const fail: Fail = (error) => {
    throw task.told(error, undefined);
  };
  try {
    const made = (plan.step.f as OnPartition)(upstream.rows, index, task);
    if (isAsyncIterable(made)) return rowsLater(made[Symbol.asyncIterator](), upstream, fail);
    if (isIterable(made)) return rowsOf(made[Symbol.iterator](), upstream, reading.engine.runtime.clock, fail);
    throw new StepMistake(made instanceof Promise ? 'returned-promise' : 'not-iterable', made);
  } catch (error) {
    upstream.close('failed');
    return fail(error);
  }
}

/**
 * The rows of a partition as an iterator that computes them as they are asked for.
 *
 * Behind an asynchronous step the rows are made first: a synchronous iterator cannot wait. What fails then is told when
 * the iterator comes to it.
 */
function* iterate(plan: Plan, index: number, reading: Reading): Task<Upstream> {
  const chain = fusedChain(plan, index);
  const { steps } = chain;
  const source = yield* openSource(chain, reading);
  if (!source.isAsync) {
    return { rows: pull(source, steps, plan, reading), close: (end) => void source.close(end) };
  }
  const sink = sinkOf();
  let failure: { readonly error: unknown } | undefined;
  try {
    yield* readSource(source, steps, { plan, terminal: 'push', sink, reading, last: plan.label });
  } catch (error) {
    failure = { error };
  }
  return { rows: rowsThen(sink.rows, failure), close: () => undefined };
}

/** Rows, and the failure behind the last of them. */
function* rowsThen(
  rows: readonly unknown[],
  failure: { readonly error: unknown } | undefined,
): Generator<unknown, void> {
  yield* rows;
  if (failure !== undefined) throw failure.error;
}

function* pull(source: ChunkSource, steps: readonly Step[], plan: Plan, reading: Reading): Generator<unknown, void> {
  const loop = reading.engine.loops.of(steps, 'push', reading);
  const { clock } = reading.engine.runtime;
  const sink = sinkOf();
  let end: End = 'read';
  let ahead = 1;
  try {
    for (let chunk = source.next(ahead); chunk !== undefined; chunk = source.next(ahead)) {
      assert(!(chunk instanceof Promise), 'a synchronous iterator reads from what need not wait');
      const text = chunk.kind === 'text' ? decode(chunk) : '';
      const length = chunk.kind === 'text' ? text.length : chunk.rows.length;
      for (let at = 0; at < length; ) {
        const startMs = clock.monotonicMs();
        try {
          at =
            chunk.kind === 'text'
              ? loop.text(text, at, ahead, sink)
              : loop.rows(chunk.rows, at, Math.min(length, at + ahead), sink);
        } catch (error) {
          // Told now, since a promise that is refused may reject at once; but the rows before it come first.
          const failure = told(error, steps, plan.label, plan, reading);
          yield* sink.rows.splice(0);
          throw failure;
        }
        ahead = clock.monotonicMs() - startMs > aheadMsMax ? 1 : Math.min(rowsAheadMax, ahead * 2);
        yield* sink.rows.splice(0);
      }
    }
  } catch (error) {
    end = 'failed';
    throw told(error, steps, plan.label, plan, reading);
  } finally {
    void source.close(end);
  }
}

/** How many rows are computed ahead of the user's iterator, and how long that may take. */
const rowsAheadMax = 64;
const aheadMsMax = 0.1;

function isAsyncIterable(made: unknown): made is AsyncIterable<unknown> {
  return typeof (made as AsyncIterable<unknown> | undefined)?.[Symbol.asyncIterator] === 'function';
}

function isIterable(made: unknown): made is Iterable<unknown> {
  return typeof (made as Iterable<unknown> | undefined)?.[Symbol.iterator] === 'function';
}
