import { UsageError } from '../core/errors.ts';
import type { Task } from './executor.ts';
import { sinkOf } from './loop.ts';
import type { Computation, Plan } from './plan.ts';
import type { Compare } from './range-partitioner.ts';

// What partitions are made of whole partitions: the computations of `ComputedPlan`.

/** Partition i is made of these partitions of the parent, one after the other. */
export function joined(groups: readonly (readonly number[])[]): Computation {
  return {
    *compute(index, read) {
      const rows: unknown[] = [];
      for (const partition of groups[index] ?? []) {
        for (const row of yield* read(0, partition))
          if (rows.push(row) % rowsBetweenYields === 0) yield rowsBetweenYields;
      }
      return rows;
    },
  };
}

/** Contiguous groups of about equal size: how n partitions become fewer. */
export function contiguousGroups(partitions: number, groups: number): readonly (readonly number[])[] {
  const edge = (i: number): number => Math.floor((i * partitions) / groups);
  return Array.from({ length: groups }, (_, i) =>
    Array.from({ length: edge(i + 1) - edge(i) }, (_unused, j) => edge(i) + j),
  );
}

/** Every row of the left with every row of the right; partition (i, j) has number i × right's partitions + j. */
export function crossed(rightPartitions: number): Computation {
  return {
    *compute(index, read) {
      const left = yield* read(0, Math.floor(index / rightPartitions));
      const right = yield* read(1, index % rightPartitions);
      const rows: unknown[] = [];
      for (const a of left) {
        for (const b of right) if (rows.push([a, b]) % rowsBetweenYields === 0) yield rowsBetweenYields;
      }
      return rows;
    },
  };
}

/** The nth row of the left with the nth of the right, partition by partition. */
export const zipped: Computation = {
  *compute(index, read) {
    const left = yield* read(0, index);
    const right = yield* read(1, index);
    if (left.length !== right.length) {
      throw new UsageError('RDD.ZIP_UNEQUAL', { partition: index, left: left.length, right: right.length });
    }
    return yield* made(left, (row, i) => [row, right[i]]);
  },
};

/** Every row with its number, counted over the partitions in order. */
export const indexed: Computation = {
  prepare: async ([parent], run) => {
    const counts = (await run(parent as Plan, 'count', sinkOf)).map((sink) => sink.count);
    let first = 0;
    return counts.map((count) => {
      first += count;
      return first - count;
    });
  },
  *compute(index, read, prepared) {
    const first = (prepared as readonly number[])[index] ?? 0;
    return yield* made(yield* read(0, index), (row, i) => [row, first + i]);
  },
};

function* made(rows: readonly unknown[], f: (row: unknown, i: number) => unknown): Task<unknown[]> {
  const results: unknown[] = [];
  for (const [i, row] of rows.entries()) {
    if (results.push(f(row, i)) % rowsBetweenYields === 0) yield rowsBetweenYields;
  }
  return results;
}

/** Far less than a millisecond. */
const rowsBetweenYields = 1024;

/** The rows of each partition in order; equal ones stay in the order in which they came. */
export function sorted(compare: Compare): Computation {
  return {
    *compute(index, read) {
      return yield* mergeSort([...(yield* read(0, index))], compare);
    },
  };
}

/** A merge sort that can be cut between any two runs, so that a large one does not hold the event loop. */
function* mergeSort(rows: unknown[], compare: Compare): Task<unknown[]> {
  let from = rows;
  for (let start = 0; start < from.length; start += runLength) {
    const run = from.slice(start, start + runLength).sort(compare);
    for (let i = 0; i < run.length; i++) from[start + i] = run[i];
    yield run.length;
  }
  let to = new Array<unknown>(from.length);
  for (let width = runLength; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      yield* mergeRuns(
        from,
        to,
        start,
        Math.min(start + width, from.length),
        Math.min(start + 2 * width, from.length),
        compare,
      );
    }
    [from, to] = [to, from];
  }
  return from;
}

function* mergeRuns(
  from: readonly unknown[],
  to: unknown[],
  start: number,
  middle: number,
  end: number,
  compare: Compare,
): Task<void> {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    // As `sort` does, NaN is taken for 0.
    const isLeft = left < middle && (right >= end || !(compare(from[left], from[right]) > 0));
    to[at] = isLeft ? from[left++] : from[right++];
    if ((at - start + 1) % runLength === 0) yield runLength;
  }
}

/** Sorted in one go: well under a millisecond. */
const runLength = 1024;
