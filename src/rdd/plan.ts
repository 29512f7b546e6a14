import type { Key } from '../core/keys.ts';
import { type Chunk, rowCountOf } from './chunk.ts';
import type { Cell } from './loop.ts';
import type { Partitioner } from './partitioner.ts';
import type { Label, Step } from './step.ts';

// The lineage of an RDD as plain data: what to compute, not how. An RDD is a plan with an engine to run it.

interface PlanBase {
  readonly partitionCount: number;
  readonly partitioner: Partitioner | undefined;
  readonly label: Label;
}

/** Rows that are at hand: a list of chunks for each partition. */
export interface DataPlan extends PlanBase {
  readonly kind: 'data';
  readonly partitions: readonly (readonly Chunk[])[];
}

/** One narrow step over each partition of the parent. */
export interface NarrowPlan extends PlanBase {
  readonly kind: 'narrow';
  readonly parent: Plan;
  readonly step: Step;
}

/** The partitions of all parents, one after the other. */
export interface UnionPlan extends PlanBase {
  readonly kind: 'union';
  readonly parents: readonly Plan[];
}

/** How the values of a key become one. */
export interface Combine {
  /** Of the first value of a key; absent where the value stands as it is. */
  readonly create?: (value: unknown) => unknown;
  readonly mergeValue: (merged: unknown, value: unknown) => unknown;
  readonly mergeCombined: (left: unknown, right: unknown) => unknown;
}

/** Pairs moved to the partition of their key; combined before the move and after it. */
export interface ShufflePlan extends PlanBase {
  readonly kind: 'shuffle';
  readonly parent: Plan;
  readonly partitioner: Partitioner;
  readonly combine: Combine;
  /** Computed once, by the first job that needs it. */
  readonly memo: ShuffleMemo;
}

/** What was computed of a shuffle so far. */
export interface ShuffleMemo {
  /** The map side, while it runs. */
  sending: Promise<void> | undefined;
  /** What each parent partition sends; gone again when nobody needs it, or when a merge failed. */
  sent: readonly SentByPartition[] | undefined;
  /** The rows of each own partition, merged or being merged. */
  readonly merged: (Promise<readonly unknown[]> | undefined)[];
  /** The merge of each own partition, once begun and until it has ended. */
  readonly merging: (MergeTask | undefined)[];
  /** Why `sent` is gone, where a merge failed. */
  failure: unknown;
}

/** A merge, which any job can go on with: it waits for nothing, and yields how many keys it has seen since. */
export type MergeTask = Generator<number, readonly unknown[], void>;

/** Of a shuffle of which nothing is computed. */
export function emptyMemo(partitionCount: number): ShuffleMemo {
  const none = Array.from({ length: partitionCount }, () => undefined);
  return { sending: undefined, sent: undefined, merged: none, merging: [...none], failure: undefined };
}

/** One key on its way: its encoding and what was merged on the map side. */
export interface Sent {
  readonly key: Key;
  readonly cell: Cell;
}

/** What one parent partition sends, by the partition it goes to. */
export type SentByPartition = readonly (readonly Sent[])[];

export type Plan = DataPlan | NarrowPlan | UnionPlan | ShufflePlan;

/** The plans a plan is made of. */
function parentsOf(plan: Plan): readonly Plan[] {
  if (plan.kind === 'data') return [];
  return plan.kind === 'union' ? plan.parents : [plan.parent];
}

/** How many rows are at hand in a plan before anything runs; what is still to be computed counts 0. */
export function rowCountOfPlan(plan: Plan): number {
  if (plan.kind === 'union') return plan.parents.reduce((sum, parent) => sum + rowCountOfPlan(parent), 0);
  if (plan.kind !== 'data') return 0;
  return plan.partitions.flat().reduce((sum, chunk) => sum + rowCountOf(chunk), 0);
}

/** 0, 1, 2 … of its partitions. */
export function partitionsOf(plan: Plan): readonly number[] {
  return Array.from({ length: plan.partitionCount }, (_, index) => index);
}

/** The operators from the source to this plan, or to the nearest of this label: `queueStream → map (job.ts:14)`. */
export function pathOf(plan: Plan, last: Label = plan.label): string {
  const labels: Label[] = [];
  for (let at: Plan | undefined = bearerOf(last, plan) ?? plan; at !== undefined; at = parentsOf(at)[0]) {
    if (labels[0] !== at.label) labels.unshift(at.label);
  }
  if (labels.at(-1) !== last) labels.push(last);
  const names = labels.map((label) => label.name).join(' → ');
  return last.site === undefined ? names : `${names} (${last.site.toString()})`;
}

/** The nearest plan of this label, behind whichever parent. */
function bearerOf(label: Label, plan: Plan): Plan | undefined {
  const seen = new Set([plan]);
  for (const at of seen) {
    if (at.label === label) return at;
    for (const parent of parentsOf(at)) seen.add(parent);
  }
  return undefined;
}
