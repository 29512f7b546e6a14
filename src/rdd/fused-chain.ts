import type { Plan } from './plan.ts';
import type { Step } from './step.ts';

/** The narrow steps that run as one loop to make a partition, and what they read from. */
export interface FusedChain {
  readonly steps: readonly Step[];
  /** What stands before the chain: data, a shuffle, a computation, mapPartitions, or what is kept. */
  readonly boundary: Plan;
  readonly partition: number;
}

/**
 * The chain that ends in a partition of a plan.
 *
 * @param through a plan whose own cache is not looked at, because it is being filled
 */
export function fusedChain(plan: Plan, index: number, through?: Plan): FusedChain {
  const steps: Step[] = [];
  let at = plan;
  let partition = index;
  for (;;) {
    if (at.cache !== undefined && at !== through) return { steps, boundary: at, partition };
    if (at.kind === 'narrow' && at.step.kind !== 'mapPartitions') {
      steps.unshift(at.step);
      at = at.parent;
    } else if (at.kind === 'union') {
      let parent = 0;
      while (partition >= (at.parents[parent] as Plan).partitionCount) {
        partition -= (at.parents[parent] as Plan).partitionCount;
        parent += 1;
      }
      at = at.parents[parent] as Plan;
    } else {
      return { steps, boundary: at, partition };
    }
  }
}
