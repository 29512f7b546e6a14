import type { NodeId } from './graph.ts';

/**
 * Which batches have state steps that are still to succeed: these batches cannot be sealed, since what they were fed
 * with is needed again.
 */
export class OwedSteps {
  readonly #owed = new Map<NodeId, Set<number>>();

  /** The state of a stage is to be brought to this batch. */
  add(step: NodeId, timeMs: number): void {
    this.#owed.set(step, (this.#owed.get(step) ?? new Set()).add(timeMs));
  }

  /** It was, to this batch and to all before it. */
  done(step: NodeId, timeMs: number): void {
    const owed = this.#owed.get(step);
    for (const owedMs of owed ?? []) if (owedMs <= timeMs) owed?.delete(owedMs);
  }

  /** Whether a step of this batch is still to succeed. */
  has(timeMs: number): boolean {
    return [...this.#owed.values()].some((owed) => owed.has(timeMs));
  }
}
