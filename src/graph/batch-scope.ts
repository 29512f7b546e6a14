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
 * The batch whose work the calling code is, awaits included: who waits here for that batch to end, waits for himself.
 */
export function surroundingBatch(): string | undefined {
  return findScope((scope): scope is BatchScope => scope.kind === 'batch' && (scope as BatchScope).isOpen)?.name;
}
