import { JobError } from '../core/errors.ts';

/**
 * The bounds of one job: its batch, its abort signal, and every action it began.
 *
 * `foreachRDD` hands out an RDD bound to one. The job ends when all its actions have ended, awaited or not, and what
 * the program chained to them; the failure of one that nobody looked at fails the job.
 */
export class JobScope {
  /** Whose job: `batch 3000 ms, print (job.ts:14)`. */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly #actions = new Set<ActionPromise<unknown>>();
  readonly #failed: { readonly action: ActionPromise<unknown>; readonly error: unknown }[] = [];
  #isEnded = false;
  #isEndless = false;

  constructor(name: string, signal: AbortSignal) {
    this.name = name;
    this.signal = signal;
  }

  /** The scope of actions outside streaming, which has no end: their promises are ordinary ones. */
  static endless(name: string, signal: AbortSignal): JobScope {
    const scope = new JobScope(name, signal);
    scope.#isEnded = true;
    scope.#isEndless = true;
    return scope;
  }

  /** Whether it is the job of a batch, which may run again. */
  get isOfBatch(): boolean {
    return !this.#isEndless;
  }

  /** Whether nothing that begins now is waited for. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Begins an action that belongs to this job; once the job has ended, its promise is an ordinary one. */
  action<R>(run: () => Promise<R>): Promise<R> {
    // An action begins after its call has returned, so that what it throws is always a rejection.
    const begun = Promise.resolve().then(run);
    if (this.#isEnded) return begun;
    const action = new ActionPromise<R>((resolve) => resolve(begun));
    this.#add(action);
    return action;
  }

  /** Resolves when every action has ended. @throws the first failure that nobody looked at */
  async end(): Promise<void> {
    while (this.#actions.size > 0) {
      const [action] = this.#actions;
      await new Promise<void>((resolve) => {
        const next = (): void => resolve();
        action?.outcome(next, next);
      });
    }
    this.#isEnded = true;
    const unseen = this.#failed.find(({ action }) => !action.isObserved);
    if (unseen !== undefined) throw unseen.error;
  }

  /** What an action of an aborted job rejects with. */
  abortError(): JobError {
    return new JobError('JOB.ABORTED', { job: this.name }, { cause: this.signal.reason });
  }

  #add(action: ActionPromise<unknown>): void {
    if (this.#isEnded) return;
    action.onChained = (chained) => this.#add(chained);
    this.#actions.add(action);
    action.outcome(
      () => this.#actions.delete(action),
      (error) => {
        this.#actions.delete(action);
        this.#failed.push({ action, error });
      },
    );
  }
}

/** A promise that knows whether somebody looked at it; what is chained to it is one too, and has its failure. */
class ActionPromise<R> extends Promise<R> {
  isObserved = false;
  onChained: ((chained: ActionPromise<unknown>) => void) | undefined;

  // biome-ignore lint/suspicious/noThenProperty: to see who looks, `then` is what there is to watch
  override then<A = R, B = never>(
    onResolved?: ((value: R) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isObserved = true;
    const chained = super.then(onResolved, onRejected);
    this.onChained?.(chained as ActionPromise<A | B>);
    return chained;
  }

  /** As `then`, without being seen. */
  outcome(onResolved: (value: R) => void, onRejected: (error: unknown) => void): void {
    super.then(onResolved, onRejected);
  }
}
