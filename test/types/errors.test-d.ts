import { expectTypeOf } from 'vitest';
import { type ErrorCode, FiresteelError, JobError, type SourceError, UsageError } from '../../src/core/errors.ts';

// Compiled by `npm run types`, never run: each line is a test that the compiler makes.

expectTypeOf<UsageError>().toExtend<FiresteelError>();
expectTypeOf<UsageError['code']>().toEqualTypeOf<ErrorCode>();
expectTypeOf<SourceError['retryable']>().toEqualTypeOf<boolean>();

// A code asks for its own facts.
new UsageError('BUG.ASSERTION', { what: 'x' });
// @ts-expect-error: these are the facts of another code
new UsageError('BUG.ASSERTION', { actor: 'x' });
// @ts-expect-error: there is no such code
new UsageError('NO.SUCH_CODE', {});
// @ts-expect-error: only an error of a source may be worth a retry
new JobError('BUG.ASSERTION', { what: 'x' }, { retryable: true });
// @ts-expect-error: the common parent is for catching
new FiresteelError('BUG.ASSERTION', { what: 'x', why: 'x', fix: 'x' }, {});
