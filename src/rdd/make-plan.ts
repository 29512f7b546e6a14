import { checkCount } from './check-count.ts';
import type { Chunk } from './chunk.ts';
import { labelHere } from './label.ts';
import type { Partitioner } from './partitioner.ts';
import type { Computation, ComputedPlan, DataPlan, Plan, UnionPlan } from './plan.ts';
import type { Label } from './step.ts';

/** Rows that are at hand, one list of chunks a partition. */
export function dataPlan(partitions: readonly (readonly Chunk[])[], label: Label = labelHere('rows')): DataPlan {
  return { kind: 'data', partitions, partitionCount: partitions.length, partitioner: undefined, label };
}

/**
 * Rows cut into contiguous slices: slice i of n holds rows floor(i·length/n) to floor((i+1)·length/n) − 1.
 *
 * The slices are copies: what the program does with its array later changes nothing.
 *
 * @throws UsageError (RDD.BAD_COUNT)
 */
export function rowsPlan(rows: readonly unknown[], partitions: number, label: Label = labelHere('rows')): DataPlan {
  checkCount(label.name, partitions);
  const edge = (i: number): number => Math.floor((i * rows.length) / partitions);
  const slices = Array.from({ length: partitions }, (_, i): readonly Chunk[] => [
    { kind: 'rows', rows: rows.slice(edge(i), edge(i + 1)) },
  ]);
  return dataPlan(slices, label);
}

/** The partitions of all parents, one after the other. */
export function unionPlan(parents: readonly Plan[], label: Label = labelHere('union')): UnionPlan {
  const partitionCount = parents.reduce((sum, parent) => sum + parent.partitionCount, 0);
  return { kind: 'union', parents, partitionCount, partitioner: undefined, label };
}

/** Partitions that a computation makes of whole partitions of its parents. */
export function computedPlan(
  parents: readonly Plan[],
  computation: Computation,
  partitionCount: number,
  label: Label,
  partitioner?: Partitioner,
): ComputedPlan {
  const memo = { prepared: undefined };
  return { kind: 'computed', parents, computation, partitionCount, partitioner, memo, label };
}
