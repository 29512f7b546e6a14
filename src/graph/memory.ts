import { UsageError } from '../core/errors.ts';
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
  readonly #rememberMs: number | undefined;
  readonly #mayUnpersist: boolean;
  readonly #answers = new Map<number, Answer>();

  /** @param rememberMs how far back; undefined for the batch itself */
  constructor(node: StreamNode, rememberMs: number | undefined, mayUnpersist: boolean) {
    this.#node = node;
    this.#rememberMs = rememberMs;
    this.#mayUnpersist = mayUnpersist;
  }

  /**
   * Keeps an answer, and the rows of its RDD where the program asked for that.
   *
   * @returns the answer, or a failure (RDD.LEVEL_CHANGED): the RDD may be that of another node, or have been persisted
   *   in a transform
   */
  note(said: Answer): Answer {
    const answer = this.#persisted(said);
    if (answer.type !== 'rdd.failed') this.#answers.set(answer.timeMs, answer);
    return answer;
  }

  #persisted(answer: Answer): Answer {
    const { level } = this.#node.settings;
    if (answer.type !== 'rdd.ready' || level === undefined) return answer;
    const { name: from } = answer.rdd.getStorageLevel();
    if (from !== 'NONE' && from !== level.name) {
      const at = [`${this.#node.label.name} (${this.#node.label.site})`];
      const error = new UsageError('RDD.LEVEL_CHANGED', { from, to: level.name }, { at });
      return { type: 'rdd.failed', timeMs: answer.timeMs, error };
    }
    answer.rdd.persist(level);
    return answer;
  }

  /** What the node said of a time; undefined when that is forgotten, or still to come. */
  at(timeMs: number): Answer | undefined {
    return this.#answers.get(timeMs);
  }

  /** The times that are remembered now. */
  get timesMs(): readonly number[] {
    return [...this.#answers.keys()];
  }

  /** A batch is sealed. @returns the last time that is forgotten now */
  seal(timeMs: number): number {
    const horizonMs = this.#rememberMs === undefined ? timeMs : timeMs - this.#rememberMs;
    for (const [atMs, answer] of this.#answers) {
      if (atMs > horizonMs) continue;
      this.#answers.delete(atMs);
      const isKept = answer.type === 'rdd.ready' && this.#node.settings.level !== undefined;
      if (isKept && this.#mayUnpersist) void answer.rdd.unpersist();
    }
    return horizonMs;
  }
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
  const ask = (node: StreamNode, ms: number | undefined): void => {
    if (ms !== undefined) asked.set(node, Math.max(ms, asked.get(node) ?? 0));
  };
  for (const node of [...graph.stages].reverse()) {
    ask(node, ownRememberMs(node));
    for (const parent of node.parents) ask(parent, asked.get(node));
  }
  for (const node of graph.inputs) ask(node, ownRememberMs(node));
  const nodes: readonly StreamNode[] = [...graph.inputs, ...graph.stages];
  for (const node of nodes) ask(node, options.rememberMs);
  return new Map(nodes.map((node) => [node, new Memory(node, asked.get(node), options.mayUnpersist)]));
}

/** What was set on the node itself; with a checkpoint interval, twice that. */
function ownRememberMs({ settings, slideMs }: StreamNode): number | undefined {
  const { rememberMs, checkpointMs } = settings;
  if (checkpointMs === undefined || checkpointMs < slideMs) return rememberMs;
  return Math.max(2 * checkpointMs, rememberMs ?? 0);
}
