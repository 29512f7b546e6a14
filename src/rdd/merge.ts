import type { Key } from '../core/keys.ts';
import type { Task } from './executor.ts';
import { jobErrorOf, withoutNullKey } from './failure.ts';
import type { JobScope } from './job-scope.ts';
import { type Cell, StepFailure, StepMistake } from './loop.ts';
import type { Combine, MergeTask, Sent, SentByPartition, ShuffleMemo, ShufflePlan } from './plan.ts';

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
  const merged = new Promise<readonly unknown[]>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  merged.catch(() => undefined); // Another job that waits for it is told; where none does, this one is.
  memo.merged[index] = merged;
  let isMerged = false;
  let failure: unknown;
  try {
    const rows = yield* goOn(shuffle, index);
    isMerged = true;
    if (isTaken(memo)) memo.sent = undefined;
    settle(rows);
    return rows;
  } catch (error) {
    failure = error instanceof StepFailure ? mergeError(error, shuffle, job) : error;
    beginAgain(memo, index, failure);
    throw failure;
  } finally {
    // Of a task that is ended from outside, this is all that runs: another goes on where it stopped.
    if (!isMerged) {
      memo.merged[index] = undefined;
      fail(failure ?? job.abortError());
    }
  }
}

function mergeError(failure: StepFailure, shuffle: ShufflePlan, job: JobScope): unknown {
  const { parent, label } = shuffle;
  const before = parent.kind === 'narrow' ? parent.step : undefined;
  return jobErrorOf(withoutNullKey(failure, before), label, shuffle, job);
}

/** A job that waited for the work of another, which was ended, does that work itself. */
export function isAbortOfAnother(error: unknown, job: JobScope): boolean {
  return (error as { readonly code?: string } | undefined)?.code === 'JOB.ABORTED' && !job.signal.aborted;
}

/** About a tenth of a millisecond of merging. */
export const cellsBetweenYields: number = 1024;

/** Merges a partition, or goes on with what another task began: values may be merged in place, so never twice. */
function* goOn(shuffle: ShufflePlan, index: number): Task<readonly unknown[]> {
  const { memo } = shuffle;
  const task = memo.merging[index] ?? merge(shuffle, index);
  memo.merging[index] = task;
  for (;;) {
    const step = task.next();
    if (step.done === true) {
      memo.merging[index] = undefined;
      return step.value;
    }
    yield step.value;
  }
}

function* merge(shuffle: ShufflePlan, index: number): MergeTask {
  const { sent, failure } = shuffle.memo;
  if (sent === undefined) throw failure;
  const { combine } = shuffle;
  if (combine === undefined) return yield* joined(sent, index);
  const cells = new Map<Key, Cell>();
  let count = 0;
  for (const partition of sent) {
    for (const { key, cell } of partition[index] as readonly Sent[]) {
      const first = cells.get(key);
      if (first === undefined) cells.set(key, cell);
      else mergeInto(first, cell, combine);
      if (++count % cellsBetweenYields === 0) yield cellsBetweenYields;
    }
  }
  const rows: unknown[] = [];
  for (const cell of cells.values()) {
    rows.push([cell.key, cell.value]);
    if (rows.length % cellsBetweenYields === 0) yield cellsBetweenYields;
  }
  return rows;
}

function* joined(sent: readonly SentByPartition[], index: number): MergeTask {
  const rows: unknown[] = [];
  for (const partition of sent) {
    for (const row of partition[index] ?? []) if (rows.push(row) % cellsBetweenYields === 0) yield cellsBetweenYields;
  }
  return rows;
}

function mergeInto(first: Cell, cell: Cell, combine: Combine): void {
  try {
    const merged = combine.mergeCombined(first.value, cell.value);
    if (merged instanceof Promise) throw new StepMistake('returned-promise', merged);
    first.value = merged;
  } catch (error) {
    throw new StepFailure(error, 0, [first.key, cell.value]);
  }
}

/** A partition could not be merged: whoever tries again begins at the map side, whose values may be half merged. */
function beginAgain(memo: ShuffleMemo, index: number, failure: unknown): void {
  memo.merging[index] = undefined;
  memo.sent = undefined;
  memo.failure = failure;
}

/** Whether all partitions of a shuffle are merged, or being merged: then nobody needs what was sent any more. */
export function isTaken({ merged, merging }: ShuffleMemo): boolean {
  return merged.every((rows, index) => rows !== undefined || merging[index] !== undefined);
}
