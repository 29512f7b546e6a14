import type { Engine } from '../rdd/engine.ts';
import { StateStore } from '../rdd/state-store.ts';
import type { Graph, StreamNode } from './graph.ts';
import { type MemoryOptions, memoriesOf } from './memory.ts';
import type { Planning } from './planning.ts';

/** How a graph is planned. */
export interface PlanningOptions extends MemoryOptions {
  readonly engine: Engine;
  readonly zeroTimeMs: number;
  /** How many state steps may wait behind one that fails. */
  readonly pendingMax: number;
}

/** What the nodes of a graph share when it runs: memories, and a store for every stage that keeps state. */
export function planningOf(graph: Graph, options: PlanningOptions): Planning {
  const { engine, zeroTimeMs, pendingMax } = options;
  const stores = new Map<StreamNode, StateStore>();
  for (const { parent } of graph.steps) {
    const { op, label } = parent;
    if (op.state !== undefined)
      stores.set(parent, new StateStore({ kind: op.state, label, engine, zeroTimeMs, pendingMax }));
  }
  return { engine, zeroTimeMs, memories: memoriesOf(graph, options), stores };
}
