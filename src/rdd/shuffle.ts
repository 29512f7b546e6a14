import type { Key } from '../core/keys.ts';
import type { Task } from './executor.ts';
import { type Cell, sinkOf } from './loop.ts';
import { cellsBetweenYields, isAbortOfAnother, isTaken } from './merge.ts';
import { type Plan, parentsOf, partitionsOf, type Sent, type SentByPartition, type ShufflePlan } from './plan.ts';
import { type Reading, readPartition } from './read.ts';

/**
 * Makes the map side of every shuffle that a plan reads from, the farthest first.
 *
 * A map side is computed once and shared by all jobs of the batch. One that failed is forgotten, so that the next job
 * tries again, as a new attempt in Spark would.
 */
export async function prepareShuffles(plan: Plan, reading: Reading): Promise<void> {
  for (const shuffle of nearestShuffles(plan)) {
    while (shuffle.memo.sent === undefined && !isTaken(shuffle.memo)) {
      shuffle.memo.sending ??= startMapSide(shuffle, reading);
      try {
        await shuffle.memo.sending;
      } catch (error) {
        if (!isAbortOfAnother(error, reading.job)) throw error;
      }
    }
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

function nearestShuffles(plan: Plan): ReadonlySet<ShufflePlan> {
  const found = new Set<ShufflePlan>();
  const visit = (at: Plan): void => {
    if (at.kind === 'shuffle') found.add(at);
    else parentsOf(at).forEach(visit);
  };
  visit(plan);
  return found;
}

async function mapSide(shuffle: ShufflePlan, reading: Reading): Promise<readonly SentByPartition[]> {
  await prepareShuffles(shuffle.parent, reading);
  const tasks = partitionsOf(shuffle.parent).map((index) => sendPartition(shuffle, index, reading));
  return reading.engine.executor.run(tasks, reading.job);
}

/** Combines one parent partition and sorts its keys by the partition they go to. */
function* sendPartition(shuffle: ShufflePlan, index: number, reading: Reading): Task<SentByPartition> {
  const { combine, partitioner } = shuffle;
  const terminal = combine.create === undefined ? 'reduce' : 'combine';
  const cells = new Map<Key, Cell>();
  const given = { cells, merge: combine.mergeValue, ...(combine.create && { create: combine.create }) };
  yield* readPartition(shuffle.parent, index, terminal, sinkOf(given), reading, shuffle.label);
  const sent: Sent[][] = Array.from({ length: partitioner.partitionCount }, () => []);
  let count = 0;
  for (const [key, cell] of cells) {
    (sent[partitioner.partitionOf(key)] as Sent[]).push({ key, cell });
    if (++count % cellsBetweenYields === 0) yield cellsBetweenYields;
  }
  yield count % cellsBetweenYields;
  return sent;
}
