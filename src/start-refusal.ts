import type { CallSite } from './core/call-site.ts';
import { UsageError } from './core/errors.ts';

/** What a refusal of `start()` tells. */
export interface StartFacts {
  readonly madeAt: CallSite;
  /** What ended the context, and where. */
  readonly end: string;
  /** Where the context was started that is active. */
  readonly other: string | undefined;
  readonly mistakes: readonly UsageError[];
}

/** Why a context cannot be started, as its life cycle says and as the program is. */
export function startRefusal(denial: string | undefined, { madeAt, end, other, mistakes }: StartFacts): UsageError {
  const made = `made in ${madeAt}`;
  if (denial === 'already-stopping' || denial === 'already-stopped') {
    return new UsageError('CONTEXT.ALREADY_STOPPED', { call: 'start()' }, { at: [made, end] });
  }
  if (denial === 'other-context-active') {
    return new UsageError('CONTEXT.OTHER_ACTIVE', {}, { at: [made, `the other started in ${other}`] });
  }
  const [only] = mistakes;
  if (mistakes.length === 1 && only !== undefined) return only;
  const texts = mistakes.map((mistake) => mistake.message);
  const cause = new AggregateError(mistakes, 'Several mistakes in one program');
  return new UsageError('CONTEXT.SEVERAL_MISTAKES', { mistakes: texts }, { cause });
}
