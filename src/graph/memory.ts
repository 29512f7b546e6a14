import { UsageError } from '../core/errors.ts';
import { StorageLevel } from '../rdd/storage-level.ts';
import type { Answer } from './answer.ts';
import type { Graph, StreamNode } from './graph.ts';

/**
 * What one node has said of the times that are remembered.
 *
 * Unless the program asks for more, a time is forgotten when its batch is sealed, so that the memory of a batch is free
 * as soon as it can be.
 */
export class Memory {
  readonly #node: StreamNode;
  readonly #options: NodeMemoryOptions;
  readonly #answers = new Map<number, Answer>();
  readonly #failed = new Map<number, Answer>();

  constructor(node: StreamNode, options: NodeMemoryOptions) {
    this.#node = node;
    this.#options = options;
  }

  /**
   * Keeps an answer, and the rows of its RDD where the program, or an operator behind it, wants them again.
   *
   * @returns the answer, or a failure (RDD.LEVEL_CHANGED): the RDD may be that of another node, or have been persisted
   *   in a transform
   */
  note(said: Answer): Answer {
    const answer = this.#persisted(said);
    if (answer.type === 'rdd.failed') this.#failed.set(answer.timeMs, answer);
    else {
      this.#failed.delete(answer.timeMs);
      this.#answers.set(answer.timeMs, answer);
    }
    return answer;
  }

  #persisted(answer: Answer): Answer {
    if (answer.type !== 'rdd.ready') return answer;
    const { level } = this.#node.settings;
    const { name: from } = answer.rdd.getStorageLevel();
    if (level !== undefined && from !== 'NONE' && from !== level.name) {
      const at = [`${this.#node.label.name} (${this.#node.label.site})`];
      const error = new UsageError('RDD.LEVEL_CHANGED', { from, to: level.name }, { at });
      return { type: 'rdd.failed', timeMs: answer.timeMs, error };
    }
    if (level !== undefined) answer.rdd.persist(level);
    // Rows that are at hand, or kept by somebody else, are not kept twice.
    else if (this.#options.isReread && from === 'NONE' && answer.rdd.plan.kind !== 'data') answer.rdd.cache();
    return answer;
  }

  /** How far back it remembers; undefined for the batch that is worked on. */
  get rememberMs(): number | undefined {
    return this.#options.rememberMs;
  }

  /** What the node said of a time; undefined when it failed then, when that is forgotten, or still to come. */
  at(timeMs: number): Answer | undefined {
    return this.#answers.get(timeMs);
  }

  /** How the node failed at a time that is remembered: it may be asked again. */
  failureAt(timeMs: number): Answer | undefined {
    return this.#failed.get(timeMs);
  }

  /** The times that are remembered now. */
  get timesMs(): readonly number[] {
    return [...this.#answers.keys()];
  }

  /** A batch is sealed. @returns the last time that is forgotten now */
  seal(timeMs: number): number {
    const { rememberMs, mayUnpersist } = this.#options;
    const horizonMs = rememberMs === undefined ? timeMs : timeMs - rememberMs;
    for (const failedMs of this.#failed.keys()) if (failedMs <= horizonMs) this.#failed.delete(failedMs);
    for (const [atMs, answer] of this.#answers) {
      if (atMs > horizonMs) continue;
      this.#answers.delete(atMs);
      if (answer.type === 'rdd.ready' && this.#level !== undefined && mayUnpersist) answer.rdd.letGo();
    }
    return horizonMs;
  }

  get #level(): StorageLevel | undefined {
    return this.#node.settings.level ?? (this.#options.isReread ? StorageLevel.MEMORY_ONLY : undefined);
  }
}

/** How a node remembers. */
export interface NodeMemoryOptions {
  /** How far back; undefined for the batch itself. */
  readonly rememberMs: number | undefined;
  /** Whether an operator behind it reads its rows again and again. */
  readonly isReread: boolean;
  readonly mayUnpersist: boolean;
}

/** How a graph remembers. */
export interface MemoryOptions {
  /** What `ssc.remember` asked for. */
  readonly rememberMs: number | undefined;
  /** spark.streaming.unpersist: whether rows that were persisted are let go with their time. */
  readonly mayUnpersist: boolean;
}

/** A memory for every node; each remembers what itself, a node behind it, or the context asks for. */
export function memoriesOf(graph: Graph, options: MemoryOptions): ReadonlyMap<StreamNode, Memory> {
  const asked = new Map<StreamNode, number>();
  const reread = new Set<StreamNode>();
  const ask = (node: StreamNode, ms: number | undefined): void => {
    if (ms !== undefined) asked.set(node, Math.max(ms, asked.get(node) ?? 0));
  };
  for (const node of [...graph.stages].reverse()) {
    ask(node, ownRememberMs(node));
    for (const parent of node.parents) ask(parent, asked.get(node));
    const [first] = node.parents;
    if (first === undefined) continue;
    const { reachMs } = node.op;
    if (reachMs !== undefined && reachMs > first.slideMs) ask(first, (asked.get(node) ?? 0) + reachMs);
    if (node.op.rereads) reread.add(first);
  }
  for (const node of graph.inputs) ask(node, ownRememberMs(node));
  const nodes: readonly StreamNode[] = [...graph.inputs, ...graph.stages];
  for (const node of nodes) ask(node, options.rememberMs);
  const { mayUnpersist } = options;
  return new Map(
    nodes.map((node) => [
      node,
      new Memory(node, { rememberMs: asked.get(node), isReread: reread.has(node), mayUnpersist }),
    ]),
  );
}

/** What was set on the node itself; with a checkpoint interval, twice that. */
function ownRememberMs({ settings, slideMs }: StreamNode): number | undefined {
  const { rememberMs, checkpointMs } = settings;
  if (checkpointMs === undefined || checkpointMs < slideMs) return rememberMs;
  return Math.max(2 * checkpointMs, rememberMs ?? 0);
}

/** How far back anything of a batch may be needed behind it. */
export function reachMsOf(graph: Graph, rememberMs: number | undefined): number {
  const memories = memoriesOf(graph, { rememberMs, mayUnpersist: true });
  return [...memories.values()].reduce((most, memory) => Math.max(most, memory.rememberMs ?? 0), 0);
}
