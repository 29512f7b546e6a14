import type { StreamNode } from './graph.ts';
import type { Planning } from './planning.ts';

/** A batch is sealed: a node forgets what nobody needs any more. @returns the last time that is forgotten now */
export function sealNode(node: StreamNode, timeMs: number, { memories, stores }: Planning): number {
  const horizonMs = memories.get(node)?.seal(timeMs) ?? timeMs;
  stores.get(node)?.release(horizonMs);
  return horizonMs;
}
