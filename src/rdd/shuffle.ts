import type { Key } from '../core/keys.ts';
import type { Task } from './executor.ts';
import { jobErrorOf } from './failure.ts';
import type { JobScope } from './job-scope.ts';
import { type Cell, type Sink, StepFailure, StepMistake, sinkOf, type Terminal } from './loop.ts';
import { cellsBetweenYields, isAbortOfAnother, isTaken } from './merge.ts';
import { type Partitioner, placeOfKey } from './partitioner.ts';
import {
  type Combine,
  type ComputedPlan,
  type Plan,
  partitionsOf,
  type RunPlan,
  type Sent,
  type SentByPartition,
  type ShufflePlan,
} from './plan.ts';
import { RangePartitioner } from './range-partitioner.ts';
import { allRows, readPartition } from './read.ts';
import type { Reading } from './reading.ts';
import { runTasks } from './run-tasks.ts';

/**
 * Makes ready what a plan reads from: computations are prepared, the map side of shuffles is made, the farthest first.
 *
 * A map side is computed once and shared by all jobs of the batch. One that failed is forgotten, so that the next job
 * tries again, as a new attempt in Spark would.
 */
export async function prepare(
  plan: Plan,
  reading: Reading,
  partitions: readonly number[] = partitionsOf(plan),
): Promise<void> {
  for (const boundary of nearestBoundaries(plan, partitions)) {
    if (boundary.kind === 'computed') await prepareComputation(boundary, reading);
    else await prepareShuffle(boundary, reading);
  }
}

async function prepareComputation(plan: ComputedPlan, reading: Reading): Promise<void> {
  for (const parent of plan.parents) await prepare(parent, reading);
  const ahead = plan.computation.prepare;
  if (ahead === undefined) return;
  do {
    plan.memo.prepared ??= beginPreparation(plan, ahead(plan.parents, runIn(reading), reading));
  } while (!(await isPrepared(plan.memo.prepared, reading.job)));
}

/** Whoever waits for it is told of its failure; the memo only forgets it. */
function beginPreparation({ memo }: ComputedPlan, prepared: Promise<unknown>): Promise<unknown> {
  prepared.catch(() => {
    memo.prepared = undefined;
  });
  return prepared;
}

async function prepareShuffle(shuffle: ShufflePlan, reading: Reading): Promise<void> {
  while (shuffle.memo.sent === undefined && !isTaken(shuffle.memo)) {
    shuffle.memo.sending ??= startMapSide(shuffle, reading);
    await isPrepared(shuffle.memo.sending, reading.job);
  }
}

/** Waits for work that another job may have begun; false where that job was aborted, and the work is to do again. */
async function isPrepared(work: Promise<unknown> | undefined, job: JobScope): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isAbortOfAnother(error, job)) return false;
    throw error;
  }
}

async function startMapSide(shuffle: ShufflePlan, reading: Reading): Promise<void> {
  const { memo } = shuffle;
  try {
    memo.sent = await mapSide(shuffle, reading);
  } finally {
    memo.sending = undefined;
  }
}

/** The shuffles and computations that these partitions read first; behind what is kept whole nothing is read. */
function nearestBoundaries(plan: Plan, partitions: readonly number[]): ReadonlySet<ShufflePlan | ComputedPlan> {
  const found = new Set<ShufflePlan | ComputedPlan>();
  const visit = (at: Plan, wanted: readonly number[]): void => {
    if (wanted.length === 0 || at.cache?.isComplete(at.partitionCount) === true) return;
    if (at.kind === 'shuffle' || at.kind === 'computed') found.add(at);
    else if (at.kind === 'narrow') visit(at.parent, wanted);
    else if (at.kind === 'union') {
      let first = 0;
      for (const parent of at.parents) {
        const end = first + parent.partitionCount;
        const own = wanted.filter((index) => index >= first && index < end).map((index) => index - first);
        visit(parent, own);
        first = end;
      }
    }
  };
  visit(plan, partitions);
  return found;
}

async function mapSide(shuffle: ShufflePlan, reading: Reading): Promise<readonly SentByPartition[]> {
  await prepare(shuffle.parent, reading);
  if (shuffle.placement instanceof RangePartitioner) await prepareRanges(shuffle, shuffle.placement, reading);
  const send = shuffle.combine === undefined ? sendRows : sendCombined;
  const tasks = partitionsOf(shuffle.parent).map((index) => send(shuffle, index, reading));
  return runTasks(tasks, reading);
}

async function prepareRanges(shuffle: ShufflePlan, ranges: RangePartitioner, reading: Reading): Promise<void> {
  try {
    await ranges.prepare(shuffle.parent, runIn(reading));
  } catch (error) {
    throw jobErrorOf(new StepFailure(error, 0, undefined), shuffle.label, shuffle, reading.job);
  }
}

/** Runs what a preparation asks for as part of the job that needs it. */
function runIn(reading: Reading): RunPlan {
  return async (plan, terminal, sink) => {
    await prepare(plan, reading);
    return runTasks(
      partitionsOf(plan).map((index) => readInto(sink(), plan, index, terminal, reading)),
      reading,
    );
  };
}

function* readInto(sink: Sink, plan: Plan, index: number, terminal: Terminal, reading: Reading): Task<Sink> {
  yield* readPartition(plan, index, terminal, sink, reading);
  return sink;
}

/** Sorts the rows of one parent partition by the partition they go to; their order stays. */
function* sendRows(shuffle: ShufflePlan, index: number, reading: Reading): Task<SentByPartition> {
  const { placement, partitionCount } = shuffle;
  const rows = yield* allRows(shuffle.parent, index, reading);
  const sent: unknown[][] = Array.from({ length: partitionCount }, () => []);
  for (let from = 0; from < rows.length; from += cellsBetweenYields) {
    const to = Math.min(rows.length, from + cellsBetweenYields);
    // In turn, each parent partition begins at another one, so that the first does not get all the odd rows.
    if (placement === 'in turn') for (let i = from; i < to; i++) sent[(index + i) % partitionCount]?.push(rows[i]);
    else place(rows, from, to, placement, sent, shuffle, reading);
    yield to - from;
  }
  return sent;
}

/** Puts the rows [from, to) where their keys belong. */
function place(
  rows: readonly unknown[],
  from: number,
  to: number,
  partitioner: Partitioner,
  sent: readonly unknown[][],
  shuffle: ShufflePlan,
  reading: Reading,
): void {
  let i = from;
  try {
    for (; i < to; i++) {
      const row = rows[i];
      if (!Array.isArray(row)) throw new StepMistake('not-a-pair', row);
      sent[placeOfKey(row[0], partitioner)]?.push(row);
    }
  } catch (error) {
    throw jobErrorOf(new StepFailure(error, 0, rows[i]), shuffle.label, shuffle, reading.job);
  }
}

/** Combines one parent partition and sorts its keys by the partition they go to. */
function* sendCombined(shuffle: ShufflePlan, index: number, reading: Reading): Task<SentByPartition> {
  const combine = shuffle.combine as Combine;
  const partitioner = shuffle.placement as Partitioner;
  const terminal = combine.create === undefined ? 'reduce' : 'combine';
  const cells = new Map<Key, Cell>();
  const given = { cells, merge: combine.mergeValue, ...(combine.create && { create: combine.create }) };
  yield* readPartition(shuffle.parent, index, terminal, sinkOf(given), reading, shuffle.label);
  const sent: Sent[][] = Array.from({ length: partitioner.numPartitions }, () => []);
  let count = 0;
  for (const [key, cell] of cells) {
    (sent[placeOfCell(cell, shuffle, partitioner, reading)] as Sent[]).push({ key, cell });
    if (++count % cellsBetweenYields === 0) yield cellsBetweenYields;
  }
  yield count % cellsBetweenYields;
  return sent;
}

function placeOfCell(cell: Cell, shuffle: ShufflePlan, partitioner: Partitioner, reading: Reading): number {
  try {
    return placeOfKey(cell.key, partitioner);
  } catch (error) {
    throw jobErrorOf(new StepFailure(error, 0, [cell.key, cell.value]), shuffle.label, shuffle, reading.job);
  }
}
