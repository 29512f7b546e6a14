import type { Key } from '../core/keys.ts';
import type { Cache } from './cache.ts';
import { type Chunk, type Chunks, rowCountOf } from './chunk.ts';
import type { Task } from './executor.ts';
import type { Cell, Sink, Terminal } from './loop.ts';
import type { Partitioner } from './partitioner.ts';
import type { Reading } from './reading.ts';
import type { Label, Step } from './step.ts';

// The lineage of an RDD as plain data: what to compute, not how. An RDD is a plan with an engine to run it.

interface PlanBase {
  /** What is kept of its partitions, once the program asked for that; see `cache.ts`. */
  cache?: Cache | undefined;
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

/**
 * Partitions that a computation makes of whole partitions of its parents: coalesce, zip, sort, files. Its rows are made
 * before the next step reads them.
 */
export interface ComputedPlan extends PlanBase {
  readonly kind: 'computed';
  readonly parents: readonly Plan[];
  readonly computation: Computation;
  readonly memo: { prepared: Promise<unknown> | undefined };
}

/** What a computed plan does. */
export interface Computation {
  /** What has to be known before any partition is computed; asked once, by the first job. */
  readonly prepare?: (parents: readonly Plan[], run: RunPlan, reading: Reading) => Promise<unknown>;
  /** The rows of one partition, at once or chunk by chunk. */
  readonly compute: (index: number, read: ReadParent, prepared: unknown) => Task<readonly unknown[] | Chunks>;
}

/** Reads a whole partition of the parent with this number. */
export type ReadParent = (parent: number, index: number) => Task<readonly unknown[]>;

/** Runs a job over a plan: one result a partition. */
export type RunPlan = (plan: Plan, terminal: Terminal, sink: () => Sink) => Promise<readonly Sink[]>;

/** How the values of a key become one. */
export interface Combine {
  /** Of the first value of a key; absent where the value stands as it is. */
  readonly create?: (value: unknown) => unknown;
  readonly mergeValue: (merged: unknown, value: unknown) => unknown;
  readonly mergeCombined: (left: unknown, right: unknown) => unknown;
}

/** Rows moved to another partition. */
export interface ShufflePlan extends PlanBase {
  readonly kind: 'shuffle';
  readonly parent: Plan;
  /** Where a row goes: its key's place, or each row to the next partition in turn. */
  readonly placement: Partitioner | 'in turn';
  /** Pairs of one key become one, before the move and after it; undefined where every row stays as it is. */
  readonly combine: Combine | undefined;
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

/** What one parent partition sends, by the partition it goes to: keys with their cells, or rows where none combine. */
export type SentByPartition = readonly (readonly (Sent | unknown)[])[];

export type Plan = DataPlan | NarrowPlan | UnionPlan | ComputedPlan | ShufflePlan;

/** The plans a plan is made of. */
export function parentsOf(plan: Plan): readonly Plan[] {
  if (plan.kind === 'data') return [];
  return plan.kind === 'union' || plan.kind === 'computed' ? plan.parents : [plan.parent];
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

/** The lineage, the last plan first: partitions in parentheses, `+-` where rows move to other partitions. */
export function describePlan(plan: Plan): string {
  const lines: string[] = [];
  const shown = new Set<Plan>();
  const visit = (at: Plan, indent: string): void => {
    const kept = at.cache === undefined ? '' : ` [${at.cache.level.name}]`;
    const site = at.label.site === undefined ? '' : ` at ${at.label.site.toString()}`;
    const isShown = shown.has(at) && parentsOf(at).length > 0;
    lines.push(`${indent}(${at.partitionCount}) ${at.label.name}${site}${kept}${isShown ? ', as above' : ''}`);
    if (isShown) return;
    shown.add(at);
    const deeper = at.kind === 'shuffle' ? `${' '.repeat(indent.length)} +-` : `${' '.repeat(indent.length)} | `;
    for (const parent of parentsOf(at)) visit(parent, deeper);
  };
  visit(plan, '');
  return lines.join('\n');
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
