import { currentScope, findScope, runInScope, type Scope } from '../core/scope.ts';
import { JobScope } from './job-scope.ts';

/** The code of a job of a batch: what it begins belongs to that job. */
interface ScopeOfJob extends Scope {
  readonly kind: 'job';
  readonly job: JobScope;
}

/**
 * The jobs of one SparkContext, and who may cancel them: by group, or all at once.
 *
 * An action that begins in a job of a batch belongs to it; outside of batches, to the job of the group that is set when
 * it begins. A job that was cancelled is over; the next action gets a new one.
 */
export class Jobs {
  /** A program may set a new group for every query: one is forgotten when nothing that began in it is there. */
  readonly #groups = new Map<string | undefined, WeakRef<JobScope>>();
  readonly #aborts = new WeakMap<JobScope, AbortController>();
  readonly #gone = new FinalizationRegistry<string | undefined>((group) => {
    if (this.#groups.get(group)?.deref() === undefined) this.#groups.delete(group);
  });
  readonly #ofBatches = new Set<AbortController>();
  #group: string | undefined;

  /** Actions that begin from now on belong to this group; undefined for none. */
  setGroup(group: string | undefined): void {
    this.#group = group;
  }

  /** How many groups are remembered. */
  get groupCount(): number {
    return this.#groups.size;
  }

  /** The job that an action belongs to which begins now. */
  current(): JobScope {
    const inside = findScope((scope): scope is ScopeOfJob => scope.kind === 'job');
    if (inside?.job.isEnded === false) return inside.job;
    const known = this.#groups.get(this.#group)?.deref();
    if (known !== undefined) return known;
    const abort = new AbortController();
    const name = this.#group === undefined ? 'the SparkContext' : `the job group ${this.#group}`;
    const scope = JobScope.endless(name, abort.signal);
    this.#groups.set(this.#group, new WeakRef(scope));
    this.#aborts.set(scope, abort);
    this.#gone.register(scope, this.#group);
    return scope;
  }

  /** Runs f as a job of a batch; whoever holds `abort` may end it, and `cancelAll` does. */
  async ofBatch<R>(name: string, abort: AbortController, f: (job: JobScope) => Promise<R>): Promise<R> {
    this.#ofBatches.add(abort);
    try {
      const job = new JobScope(name, abort.signal);
      const scope: ScopeOfJob = { kind: 'job', name, parent: currentScope(), job };
      return await runInScope(scope, () => f(job));
    } finally {
      this.#ofBatches.delete(abort);
    }
  }

  /** Aborts the actions of a group that are under way. */
  cancelGroup(group: string | undefined): void {
    const known = this.#groups.get(group)?.deref();
    this.#groups.delete(group);
    if (known !== undefined) this.#aborts.get(known)?.abort(new Error(`The job group ${group ?? ''} was cancelled`));
  }

  /** Aborts all that runs, jobs of batches too; later batches go on. */
  cancelAll(): void {
    for (const group of [...this.#groups.keys()]) this.cancelGroup(group);
    for (const abort of this.#ofBatches) abort.abort(new Error('All jobs were cancelled'));
  }
}
