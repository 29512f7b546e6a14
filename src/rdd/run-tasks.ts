import { UsageError } from '../core/errors.ts';
import { currentScope, findScope, runInScope, type Scope } from '../core/scope.ts';
import type { Task } from './executor.ts';
import type { Reading } from './reading.ts';

/** The code of tasks: it holds a slot. */
interface ScopeOfTasks extends Scope {
  readonly kind: 'tasks';
}

/** Runs tasks to their end, as part of a job. */
export function runTasks<R>(tasks: readonly Task<R>[], { engine, job }: Reading): Promise<R[]> {
  const scope: ScopeOfTasks = { kind: 'tasks', name: job.name, parent: currentScope() };
  return runInScope(scope, () => engine.executor.run(tasks, job));
}

/** @throws UsageError (RDD.ACTION_INSIDE_TASK) where tasks wait for the code that runs now */
export function checkOutsideTasks(): void {
  const tasks = findScope((scope): scope is ScopeOfTasks => scope.kind === 'tasks');
  if (tasks !== undefined) throw new UsageError('RDD.ACTION_INSIDE_TASK', { job: tasks.name });
}
