import { UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { StreamNode } from './graph.ts';
import type { Op } from './op.ts';
import type { Output } from './output.ts';

// What is wrong with a program, found while it is written or when it starts.

/** @throws UsageError (GRAPH.NOT_A_FUNCTION, GRAPH.WRONG_ARITY, GRAPH.DIFFERENT_SLIDES) */
export function checkStage(op: Op<Row>, parents: readonly StreamNode[]): void {
  checkCode(op);
  const isFitting = op.arity === 'one or more' ? parents.length >= 1 : parents.length === op.arity;
  if (!isFitting) {
    throw new UsageError('GRAPH.WRONG_ARITY', { operator: op.name, arity: op.arity, parents: parents.length });
  }
  const slides = [...new Set(parents.map((parent) => parent.slideMs))];
  if (slides.length > 1) throw new UsageError('GRAPH.DIFFERENT_SLIDES', { operator: op.name, slides });
}

/** @throws UsageError (GRAPH.NOT_A_FUNCTION) */
export function checkCode({ name, code }: Pick<Op<Row> | Output<Row>, 'name' | 'code'>): void {
  const wrong = code.find((f: unknown) => typeof f !== 'function');
  if (wrong !== undefined || code.includes(undefined as never)) {
    throw new UsageError('GRAPH.NOT_A_FUNCTION', { operator: name, given: String(wrong) });
  }
}

/** What would keep a program from running, all at once. */
export function mistakesOf(program: {
  readonly outputs: number;
  readonly receivers: number;
  readonly slots: number;
  readonly master: string;
  readonly madeAt: string;
}): readonly UsageError[] {
  const { outputs, receivers, slots, master } = program;
  const at = [`made in ${program.madeAt}`];
  const mistakes: UsageError[] = [];
  if (outputs === 0) mistakes.push(new UsageError('CONTEXT.NO_OUTPUTS', {}, { at }));
  if (receivers >= slots) mistakes.push(new UsageError('CONTEXT.NO_SLOT_LEFT', { master, slots, receivers }, { at }));
  return mistakes;
}
