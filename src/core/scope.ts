import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What the code that runs now belongs to, through all its awaits: a job, an activity of a test.
 *
 * Whoever opens a scope makes the object, with `parent: currentScope()`, and adds to it what he wants to know later.
 */
export interface Scope {
  readonly kind: string;
  readonly name: string;
  readonly parent?: Scope | undefined;
}

const scopes = new AsyncLocalStorage<Scope | undefined>();

/** The innermost scope of the code that runs now. */
export function currentScope(): Scope | undefined {
  return scopes.getStore();
}

/** Runs f, and all that it awaits, in the scope; in none when it is undefined. */
export function runInScope<R>(scope: Scope | undefined, f: () => R): R {
  return scopes.run(scope, f);
}

/** The innermost scope that `is` accepts, from the current one outwards. */
export function findScope<S extends Scope>(is: (scope: Scope) => scope is S): S | undefined {
  for (let scope = currentScope(); scope !== undefined; scope = scope.parent) {
    if (is(scope)) return scope;
  }
  return undefined;
}
