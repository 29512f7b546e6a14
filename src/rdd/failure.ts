import { FiresteelError, JobError, messageOf } from '../core/errors.ts';
import { previewOf } from '../core/preview.ts';
import type { JobScope } from './job-scope.ts';
import { StepFailure, StepMistake, StepTimeout } from './loop.ts';
import { type Plan, pathOf } from './plan.ts';
import { withNullKey } from './row-functions.ts';
import type { Label, Step } from './step.ts';

/** What a user's function did wrong, as an error that names the batch, the operator and the row. */
export function jobErrorOf(failure: StepFailure, label: Label, plan: Plan, job: JobScope): unknown {
  const { error, row } = failure;
  // An error that an inner loop has told already passes through the user's iterator as it is.
  if (error instanceof FiresteelError) return error;
  const facts = { operator: label.name, job: job.name, row: row === undefined ? undefined : previewOf(row) };
  const at = [pathOf(plan, label)];
  if (error instanceof StepTimeout) {
    return new JobError('STAGE.TIMED_OUT', { ...facts, timeoutMs: error.timeoutMs }, { at });
  }
  if (!(error instanceof StepMistake)) {
    return new JobError('STAGE.FUNCTION_THREW', { ...facts, message: messageOf(error) }, { at, cause: error });
  }
  if (error.kind === 'returned-promise') {
    ignoreOutcome(error.returned as Promise<unknown>);
    return new JobError('STAGE.RETURNED_PROMISE', facts, { at });
  }
  const returned = previewOf(error.returned);
  return error.kind === 'not-iterable'
    ? new JobError('STAGE.NOT_ITERABLE', { ...facts, returned }, { at })
    : new JobError('STAGE.NOT_A_PAIR', { ...facts, returned }, { at });
}

/** The row as the program knows it: rows without a key were given an empty one by the step before the shuffle. */
export function withoutNullKey(failure: StepFailure, before: Step | undefined): StepFailure {
  if (before?.f !== withNullKey || !Array.isArray(failure.row)) return failure;
  return new StepFailure(failure.error, failure.step, failure.row[1]);
}

/** The promise is refused as a row; what becomes of it is nobody's error any more. */
function ignoreOutcome(promise: Promise<unknown>): void {
  promise.then(undefined, () => undefined);
}
