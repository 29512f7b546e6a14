import type { Key } from '../core/keys.ts';
import type { Task } from './executor.ts';
import { jobErrorOf } from './failure.ts';
import type { JobScope } from './job-scope.ts';
import { type Cell, StepFailure, StepMistake } from './loop.ts';
import type { SentByPartition, ShuffleMemo, ShufflePlan } from './plan.ts';

// The far side of a shuffle. The map side, which reads partitions, is in `shuffle.ts`.

/** The rows of one partition behind a shuffle, merged in the order of the parent's partitions; made once. */
export function* mergedRows(shuffle: ShufflePlan, index: number, job: JobScope): Task<readonly unknown[]> {
  const { memo } = shuffle;
  for (let known = memo.merged[index]; known !== undefined; known = memo.merged[index]) {
    try {
      return (yield known) as readonly unknown[];
    } catch (error) {
      if (!isAbortOfAnother(error, job)) throw error;
    }
  }
  let settle: (rows: readonly unknown[]) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const merging = new Promise<readonly unknown[]>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  merging.catch(() => undefined); // Another job that waits for it is told; where none does, this one is.
  memo.merged[index] = merging;
  let failure: unknown;
  let isMerged = false;
  try {
    const rows = yield* merge(shuffle, index, job);
    isMerged = true;
    settle(rows);
    return rows;
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    // An aborted task runs this and nothing else.
    if (isMerged) freeMapSide(memo);
    else giveUp(memo, index, failure ?? job.abortError(), fail);
  }
}

/** What was merged in place may be half merged: the next job begins again at the map side. */
function giveUp(memo: ShuffleMemo, index: number, failure: unknown, fail: (error: unknown) => void): void {
  memo.merged[index] = undefined;
  memo.sent = undefined;
  memo.failure = failure;
  fail(failure);
}

/** A job that waited for the work of another, which was aborted, does that work itself. */
export function isAbortOfAnother(error: unknown, job: JobScope): boolean {
  return (error as { readonly code?: string }).code === 'JOB.ABORTED' && !job.signal.aborted;
}

/** A function that returns a promise is refused where its last result is seen. */
export function checkMerged(cell: Cell, shuffle: ShufflePlan, job: JobScope): void {
  if (!(cell.value instanceof Promise)) return;
  const mistake = new StepMistake('returned-promise', cell.value);
  throw jobErrorOf(new StepFailure(mistake, 0, cell.key), shuffle.label, shuffle, job);
}

/** About a tenth of a millisecond of merging. */
export const cellsBetweenYields: number = 1024;

function* merge(shuffle: ShufflePlan, index: number, job: JobScope): Task<readonly unknown[]> {
  if (shuffle.memo.sent === undefined) throw shuffle.memo.failure;
  const sent = (yield shuffle.memo.sent) as readonly SentByPartition[];
  const cells = new Map<Key, Cell>();
  let count = 0;
  for (const partition of sent) {
    for (const { key, cell } of partition[index] ?? []) {
      const first = cells.get(key);
      if (first === undefined) cells.set(key, cell);
      else mergeInto(first, cell, shuffle, job);
      if (++count % cellsBetweenYields === 0) yield cellsBetweenYields;
    }
  }
  const rows: unknown[] = [];
  for (const cell of cells.values()) {
    checkMerged(cell, shuffle, job);
    rows.push([cell.key, cell.value]);
    if (rows.length % cellsBetweenYields === 0) yield cellsBetweenYields;
  }
  return rows;
}

function mergeInto(first: Cell, cell: Cell, shuffle: ShufflePlan, job: JobScope): void {
  try {
    first.value = shuffle.combine.mergeCombined(first.value, cell.value);
  } catch (error) {
    throw jobErrorOf(new StepFailure(error, 0, [first.key, cell.value]), shuffle.label, shuffle, job);
  }
}

/** Once every partition is merged, nobody needs what was sent. */
function freeMapSide(memo: ShuffleMemo): void {
  if (memo.merged.every((rows) => rows !== undefined)) memo.sent = undefined;
}
