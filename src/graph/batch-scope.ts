import { UsageError } from '../core/errors.ts';
import { currentScope, findScope, runInScope, type Scope } from '../core/scope.ts';

/** The code of one batch: its functions on the driver, its jobs. Open until that work has ended. */
interface BatchScope extends Scope {
  readonly kind: 'batch';
  isOpen: boolean;
}

/** Runs f as part of a batch, until what it returns has settled. */
export function runInBatch<R>(name: string, f: () => R | Promise<R>): R | Promise<R> {
  const scope: BatchScope = { kind: 'batch', name, parent: currentScope(), isOpen: true };
  const close = (): void => {
    scope.isOpen = false;
  };
  let made: R | Promise<R>;
  try {
    made = runInScope(scope, f);
  } catch (error) {
    close();
    throw error;
  }
  if (made instanceof Promise) return made.finally(close);
  close();
  return made;
}

/**
 * The promise of an end that waits for the batches to end, as the calling code may have it: the work of a batch, awaits
 * included, would wait for itself and gets a refusal.
 */
export function awaitedOutside(end: Promise<void>): Promise<void> {
  const batch = findScope((scope): scope is BatchScope => scope.kind === 'batch' && (scope as BatchScope).isOpen);
  if (batch === undefined) return end;
  const refusal = Promise.reject(new UsageError('CONTEXT.STOP_INSIDE_BATCH', { batch: batch.name }));
  // Handled from the start: `void ssc.stop()` is what an output should write.
  refusal.catch(() => undefined);
  return refusal;
}
