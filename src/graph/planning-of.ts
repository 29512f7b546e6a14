import type { Engine } from '../rdd/engine.ts';
import { StateStore, type StateStoreOptions } from '../rdd/state-store.ts';
import type { InputPlan } from './batch-log.ts';
import type { Graph, InputNode, StreamNode } from './graph.ts';
import { type MemoryOptions, memoriesOf } from './memory.ts';
import type { Planning } from './planning.ts';
import type { Recovery } from './recovery.ts';

/** How a graph is planned. */
export interface PlanningOptions extends MemoryOptions {
  readonly engine: Engine;
  readonly zeroTimeMs: number;
  /** What is known of an earlier process, where the program goes on. */
  readonly recovery?: Recovery | undefined;
  /** How changes of state are made bytes, where they are written down. */
  readonly toBytes?: StateStoreOptions['toBytes'];
  /** How many state steps may wait behind one that fails. */
  readonly pendingMax: number;
}

/** What the nodes of a graph share when it runs: memories, and a store for every stage that keeps state. */
export function planningOf(graph: Graph, options: PlanningOptions): Planning {
  const { engine, zeroTimeMs, recovery, pendingMax, toBytes } = options;
  const startMs = recovery?.startMs ?? zeroTimeMs;
  const stores = new Map<StreamNode, StateStore>();
  for (const { parent } of graph.steps) {
    const { op, label, slideMs } = parent;
    if (op.state === undefined) continue;
    const store = new StateStore({
      kind: op.state,
      label,
      engine,
      parallelism: recovery?.parallelism ?? engine.defaultParallelism,
      startMs: zeroTimeMs + Math.floor((startMs - zeroTimeMs) / slideMs) * slideMs,
      pendingMax,
      toBytes,
      history: recovery?.changes(parent) ?? [],
    });
    stores.set(parent, store);
  }
  const given = (node: InputNode, timeMs: number): InputPlan | undefined => recovery?.input(node, timeMs);
  return { engine, zeroTimeMs, startMs, given, memories: memoriesOf(graph, options), stores };
}
