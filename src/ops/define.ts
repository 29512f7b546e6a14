import type { Row } from '../core/row.ts';
import type { Op } from '../graph/op.ts';
import type { Output } from '../graph/output.ts';

export type { Op } from '../graph/op.ts';
export type { Output } from '../graph/output.ts';

/** What most operators are: one parent, nothing kept, an RDD whenever the parent has one. */
const usual = { arity: 1, isNarrow: false, keeps: 'nothing', withoutParent: 'none', slideMs: undefined } as const;

/** An operator; what is not said is as most operators have it. */
export function defineOp<Out extends Row>(op: Pick<Op<Out>, 'name' | 'code' | 'plan'> & Partial<Op<Out>>): Op<Out> {
  return Object.freeze({ ...usual, ...op });
}

/** An output operation. */
export function defineOutput<In extends Row>(output: Output<In>): Output<In> {
  return Object.freeze({ ...output });
}
