import { CallSite } from '../core/call-site.ts';
import type { Label } from './step.ts';

// Which operator an RDD belongs to. The RDDs that an operator's plan makes bear the operator's own label; those that
// the program makes itself, in `transform`, `foreachRDD` or batch use, bear the name and place of their call.

let planned: Label | undefined;

/** Runs an operator's plan: the RDDs made in it bear its label. */
export function planAs<R>(label: Label | undefined, plan: () => R): R {
  const outer = planned;
  planned = label;
  try {
    return plan();
  } finally {
    planned = outer;
  }
}

/** The label of an RDD that is made here. */
export function labelHere(name: string): Label {
  return planned ?? { name, site: CallSite.here() };
}
