import { assert } from '../core/errors.ts';
import { type Chunk, decode } from './chunk.ts';
import type { Engine } from './engine.ts';
import type { Task } from './executor.ts';
import { jobErrorOf } from './failure.ts';
import type { JobScope } from './job-scope.ts';
import { enough, type Loop, type Sink, StepFailure, sinkOf, type Terminal } from './loop.ts';
import { mergedRows } from './merge.ts';
import type { NarrowPlan, Plan } from './plan.ts';
import type { Label, Step } from './step.ts';

/** What a read needs beside its plan. */
export interface Reading {
  readonly engine: Engine;
  readonly job: JobScope;
}

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
  const { steps, boundary, partition } = fusedChain(plan, index);
  const source = yield* openSource(boundary, partition, reading);
  const loop = reading.engine.loops.of(steps, terminal);
  try {
    for (;;) {
      const next = source.next(loop.piece);
      const chunk = next instanceof Promise ? ((yield next) as Chunk | undefined) : next;
      if (chunk === undefined) return;
      if (yield* runChunk(chunk, loop, sink, reading, steps.at(-1)?.label ?? last)) return;
    }
  } catch (error) {
    throw error instanceof StepFailure ? jobErrorOf(error, steps[error.step]?.label ?? last, plan, reading.job) : error;
  } finally {
    source.close();
  }
}

/** Where chunks come from. */
interface ChunkSource {
  /** Whether `next` returns promises. */
  readonly isAsync: boolean;
  /** Undefined at the end. A chunk that is made when it is asked for has at most `rowsWanted` rows. */
  next(rowsWanted: number): Chunk | undefined | Promise<Chunk | undefined>;
  /** Nothing more is read. */
  close(): void;
}

interface FusedChain {
  readonly steps: readonly Step[];
  /** What stands before the chain: data, a shuffle, or mapPartitions. */
  readonly boundary: Plan;
  readonly partition: number;
}

function fusedChain(plan: Plan, index: number): FusedChain {
  const steps: Step[] = [];
  let at = plan;
  let partition = index;
  for (;;) {
    if (at.kind === 'narrow' && at.step.kind !== 'mapPartitions') {
      steps.unshift(at.step);
      at = at.parent;
    } else if (at.kind === 'union') {
      let parent = 0;
      while (partition >= (at.parents[parent] as Plan).partitionCount) {
        partition -= (at.parents[parent] as Plan).partitionCount;
        parent += 1;
      }
      at = at.parents[parent] as Plan;
    } else {
      return { steps, boundary: at, partition };
    }
  }
}

function* openSource(plan: Plan, index: number, reading: Reading): Task<ChunkSource> {
  if (plan.kind === 'data') return sourceOf(plan.partitions[index] as readonly Chunk[]);
  if (plan.kind === 'shuffle') return sourceOf([{ kind: 'rows', rows: yield* mergedRows(plan, index, reading.job) }]);
  assert(plan.kind === 'narrow', 'a chain ends at data, a shuffle or mapPartitions');
  return yield* openIterator(plan, index, reading);
}

function sourceOf(chunks: readonly Chunk[]): ChunkSource {
  let at = 0;
  return { isAsync: false, next: () => chunks[at++], close: () => undefined };
}

/** Runs a chunk through a loop, a piece at a time. @returns whether the sink has enough */
function* runChunk(chunk: Chunk, loop: Loop, sink: Sink, reading: Reading, label: Label): Task<boolean> {
  if (chunk.kind === 'rows') {
    const { rows } = chunk;
    for (let from = 0; from < rows.length; ) {
      const to = Math.min(rows.length, from + loop.piece);
      if (loop.rows(rows, from, to, sink) === enough) return true;
      setPace(loop, to - from, (yield to - from) as number, reading, label);
      from = to;
    }
    return false;
  }
  const text = decode(chunk);
  for (let position = 0; position < text.length; ) {
    const rows = loop.piece;
    position = loop.text(text, position, rows, sink);
    if (position === enough) return true;
    setPace(loop, rows, (yield rows) as number, reading, label);
  }
  return false;
}

/**
 * Learns how many rows take about a millisecond. One row cannot be cut: a function that holds the loop is warned of.
 */
function setPace(loop: Loop, rows: number, tookMs: number, reading: Reading, label: Label): void {
  if (tookMs > pieceMsMax) loop.piece = Math.max(1, Math.floor(rows / 2));
  else if (tookMs < pieceMsMin && rows === loop.piece) loop.piece = Math.min(piecesRowsMax, loop.piece * 2);
  if (rows === 1 && tookMs > heldMsMax) reading.engine.warnSlow(label, tookMs);
}

const pieceMsMin = 0.5;
const pieceMsMax = 2;
/** So long a chunk of cheap rows is still about a millisecond. */
const piecesRowsMax = 65_536;
/** A call of a user's function that takes longer than this delays the whole process noticeably. */
const heldMsMax = 50;

type OnPartition = (rows: IterableIterator<unknown>, index: number) => Iterable<unknown> | AsyncIterable<unknown>;

/** The rows that the function of a mapPartitions makes of its partition. */
function* openIterator(plan: NarrowPlan, index: number, reading: Reading): Task<ChunkSource> {
  const upstream = yield* iterate(plan.parent, index, reading);
  const fail = (error: unknown): never => {
    throw jobErrorOf(new StepFailure(error, 0, undefined), plan.step.label, plan, reading.job);
  };
  const made = attempt(() => (plan.step.f as OnPartition)(upstream, index), fail);
  if (isAsyncIterable(made)) return asyncSource(made[Symbol.asyncIterator](), fail);
  if (typeof (made as Iterable<unknown> | undefined)?.[Symbol.iterator] !== 'function') {
    return fail(new TypeError(`mapPartitions returned ${String(made)}, which is not iterable`));
  }
  const iterator = attempt(() => made[Symbol.iterator](), fail);
  return {
    isAsync: false,
    next: (rowsWanted) => {
      const rows: unknown[] = [];
      while (rows.length < rowsWanted) {
        const read = attempt(() => iterator.next(), fail);
        if (read.done === true) return rows.length === 0 ? undefined : { kind: 'rows', rows };
        rows.push(read.value);
      }
      return { kind: 'rows', rows };
    },
    close: () => void iterator.return?.(),
  };
}

function asyncSource(iterator: AsyncIterator<unknown>, fail: (error: unknown) => never): ChunkSource {
  return {
    isAsync: true,
    next: () =>
      iterator
        .next()
        .then(
          (read): Chunk | undefined => (read.done === true ? undefined : { kind: 'rows', rows: [read.value] }),
          fail,
        ),
    // All rows that were wanted have been read: how the user's clean-up ends changes nothing.
    close: () => void iterator.return?.().then(undefined, () => undefined),
  };
}

/**
 * The rows of a partition as an iterator that computes them as they are asked for.
 *
 * Behind an asynchronous step the rows are made first: a synchronous iterator cannot wait.
 */
function* iterate(plan: Plan, index: number, reading: Reading): Task<IterableIterator<unknown>> {
  const { steps, boundary, partition } = fusedChain(plan, index);
  const source = yield* openSource(boundary, partition, reading);
  if (!source.isAsync) return pull(source, steps, plan, reading);
  source.close();
  const sink = sinkOf();
  yield* readPartition(plan, index, 'push', sink, reading);
  return sink.rows.values();
}

function* pull(source: ChunkSource, steps: readonly Step[], plan: Plan, reading: Reading): Generator<unknown, void> {
  const loop = reading.engine.loops.of(steps, 'push');
  const sink = sinkOf();
  const nextChunk = (): Chunk | undefined => source.next(rowsAhead) as Chunk | undefined;
  try {
    for (let chunk = nextChunk(); chunk !== undefined; chunk = nextChunk()) {
      const text = chunk.kind === 'text' ? decode(chunk) : '';
      const length = chunk.kind === 'text' ? text.length : chunk.rows.length;
      for (let at = 0; at < length; ) {
        at =
          chunk.kind === 'text'
            ? loop.text(text, at, rowsAhead, sink)
            : loop.rows(chunk.rows, at, Math.min(length, at + rowsAhead), sink);
        yield* sink.rows.splice(0);
      }
    }
  } catch (error) {
    const failed = error instanceof StepFailure ? steps[error.step] : undefined;
    throw error instanceof StepFailure ? jobErrorOf(error, failed?.label ?? plan.label, plan, reading.job) : error;
  } finally {
    source.close();
  }
}

/** How many rows are computed ahead of the user's iterator. */
const rowsAhead = 64;

function attempt<R>(f: () => R, fail: (error: unknown) => never): R {
  try {
    return f();
  } catch (error) {
    return fail(error);
  }
}

function isAsyncIterable(made: unknown): made is AsyncIterable<unknown> {
  return typeof (made as AsyncIterable<unknown> | undefined)?.[Symbol.asyncIterator] === 'function';
}
