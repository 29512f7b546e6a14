import { UsageError } from '../core/errors.ts';
import type { Key } from '../core/keys.ts';
import { previewOf } from '../core/preview.ts';
import type { Task } from './executor.ts';
import { type Cell, sinkOf } from './loop.ts';
import { cellsBetweenYields, isAbortOfAnother, isTaken } from './merge.ts';
import { type Plan, partitionsOf, type Sent, type SentByPartition, type ShufflePlan } from './plan.ts';
import { type Reading, readPartition } from './read.ts';

/**
 * Makes the map side of every shuffle that these partitions of a plan read from, the farthest first.
 *
 * A map side is computed once and shared by all jobs of the batch. One that failed is forgotten, so that the next job
 * tries again, as a new attempt in Spark would.
 */
export async function prepareShuffles(
  plan: Plan,
  reading: Reading,
  partitions: readonly number[] = partitionsOf(plan),
): Promise<void> {
  for (const shuffle of nearestShuffles(plan, partitions)) {
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

function nearestShuffles(plan: Plan, partitions: readonly number[]): ReadonlySet<ShufflePlan> {
  const found = new Set<ShufflePlan>();
  const visit = (at: Plan, wanted: readonly number[]): void => {
    if (wanted.length === 0) return;
    if (at.kind === 'shuffle') found.add(at);
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
    const partition = partitioner.partitionOf(key);
    (sent[partition] ?? refusePartition(shuffle, cell.key, partition)).push({ key, cell });
    if (++count % cellsBetweenYields === 0) yield cellsBetweenYields;
  }
  yield count % cellsBetweenYields;
  return sent;
}

function refusePartition({ label, partitionCount }: ShufflePlan, key: unknown, partition: unknown): never {
  const facts = { operator: label.name, key: previewOf(key), partition: String(partition), partitionCount };
  throw new UsageError('PARTITIONER.OUT_OF_RANGE', facts, { at: [`${label.name} (${label.site ?? 'unknown place'})`] });
}
