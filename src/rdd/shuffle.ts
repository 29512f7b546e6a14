import type { Key } from '../core/keys.ts';
import type { Task } from './executor.ts';
import { type Cell, sinkOf } from './loop.ts';
import { cellsBetweenYields, checkMerged, isAbortOfAnother } from './merge.ts';
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
    while (shuffle.memo.merged.some((rows) => rows === undefined)) {
      if (shuffle.memo.sent === undefined) startMapSide(shuffle, reading);
      try {
        await shuffle.memo.sent;
        break;
      } catch (error) {
        if (!isAbortOfAnother(error, reading.job)) throw error;
      }
    }
  }
}

function startMapSide(shuffle: ShufflePlan, reading: Reading): void {
  const sent = mapSide(shuffle, reading);
  shuffle.memo.sent = sent;
  sent.catch(() => {
    if (shuffle.memo.sent === sent) shuffle.memo.sent = undefined;
  });
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
    checkMerged(cell, shuffle, reading.job);
    (sent[partitioner.partitionOf(key)] as Sent[]).push({ key, cell });
    if (++count % cellsBetweenYields === 0) yield cellsBetweenYields;
  }
  yield count % cellsBetweenYields;
  return sent;
}
