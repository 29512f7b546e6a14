import { UsageError } from '../core/errors.ts';
import type { BackoffPolicy } from '../core/retry.ts';
import type { Row } from '../core/row.ts';
import { type DurationLike, durationOf, type Time } from '../core/time.ts';
import type { RDD } from '../rdd/rdd.ts';

/**
 * What an output that fails means to its batch, as plain data: `fail`, `stop`, `retry(…)` or `deadLetter(…)`.
 *
 * What each of them does stands in `run-by-policy.ts`. A job that was aborted or cancelled fails under every policy.
 */
export type FailurePolicy<T extends Row = Row> =
  | LastPolicy<T>
  | {
      readonly type: 'retry';
      /** How often it runs again at most. */
      readonly retries: number;
      readonly backoff: BackoffPolicy;
      /** What holds when the last attempt has failed. */
      readonly last: LastPolicy<T>;
    };

/** A policy that ends the batch. */
export type LastPolicy<T extends Row = Row> =
  | { readonly type: 'fail' }
  | { readonly type: 'stop' }
  | {
      readonly type: 'deadLetter';
      /** Takes in what failed; it has failed too when this throws. */
      sink(letter: DeadLetter<T>): unknown;
    };

/** A batch that an output could not do with. */
export interface DeadLetter<T extends Row = Row> {
  /** What the output was given; its actions belong to the job of the batch. */
  readonly rdd: RDD<T>;
  readonly time: Time;
  /** The output as the program writes it: `foreachRDD`. */
  readonly output: string;
  /** Why it failed; an error of the program's own function is its cause. */
  readonly error: Error;
}

/** The batch has failed: awaitTermination rejects, and the next batch follows. It is the usual policy. */
export const fail: { readonly type: 'fail' } = Object.freeze({ type: 'fail' });

/**
 * The batch has failed, and no later one begins: the context stops as by `stop()`, without waiting for what is left.
 *
 * @example
 * const batches: number[] = [];
 * const failing = (_rdd: RDD<string>, time: Time) => {
 *   batches.push(time.milliseconds);
 *   throw new Error('no such table');
 * };
 * const ran = run((ssc, input) => (input.foreachRDD(failing, { onFailure: stop }), input), [['a'], ['b']]);
 * await ran.catch(() => undefined);
 * batches // => [1000]
 */
export const stop: { readonly type: 'stop' } = Object.freeze({ type: 'stop' });

/**
 * The output runs again for the same batch, before that ends and a later one begins, until it succeeds.
 *
 * It is the output as a whole that runs again: what it wrote before it failed is written twice, so write by batch time.
 * Each wait is twice as long as the one before, at most a minute, and up to a fifth longer by chance. Listeners and
 * awaitTermination hear of an attempt that failed only when it was the last.
 *
 * @param retries how often at most, the first time not counted
 * @param backoff how long to wait after the first failure: `'1 second'`; `'0 ms'` is not to wait at all
 * @param last what holds when the last attempt has failed; `fail` unless given
 * @throws UsageError (OUTPUT.BAD_POLICY, TIME.BAD_DURATION)
 * @example
 * const attempts: number[] = [];
 * const flaky = (_rdd: RDD<string>, time: Time) => {
 *   if (attempts.push(time.milliseconds) < 3) throw new Error('connection lost');
 * };
 * await run((ssc, input) => (input.foreachRDD(flaky, { onFailure: retry(3, '100 ms') }), input), [['a'], ['b']]);
 * attempts // => [1000, 1000, 1000, 2000]
 */
export function retry<T extends Row = Row>(
  retries: number,
  backoff: DurationLike,
  last: LastPolicy<T> = fail,
): FailurePolicy<T> {
  const firstMs = durationOf(backoff).milliseconds;
  const isCount = Number.isSafeInteger(retries) && retries >= 1;
  if (!isCount) throw new UsageError('OUTPUT.BAD_POLICY', { call: 'retry()', given: `${retries} retries` });
  if (firstMs < 0) throw new UsageError('OUTPUT.BAD_POLICY', { call: 'retry()', given: `a back-off of ${firstMs} ms` });
  if ((last as FailurePolicy).type === 'retry') {
    throw new UsageError('OUTPUT.BAD_POLICY', { call: 'retry()', given: 'another retry() as its end' });
  }
  checkPolicy('retry()', last);
  return Object.freeze({ type: 'retry', retries, backoff: { firstMs, ...growth }, last });
}

const growth = { factor: 2, maxMs: 60_000, jitter: 0.2 } as const;

/**
 * The batch is set aside: a function is given it with the error, and for the output it counts as completed.
 *
 * The function runs in the job of the batch, on the driver, and may be asynchronous. When it throws too, the batch has
 * failed, with both errors.
 *
 * @throws UsageError (OUTPUT.BAD_POLICY) when it is no function
 * @example
 * const letters: string[] = [];
 * const failing = () => Promise.reject(new Error('no such table'));
 * const keep = async ({ rdd, time }: DeadLetter<string>) => {
 *   letters.push(`${time}: ${await rdd.collect()}`);
 * };
 * await run((ssc, input) => (input.foreachRDD(failing, { onFailure: deadLetter(keep) }), input), [['a', 'b'], ['c']]);
 * letters // => ['1000 ms: a,b', '2000 ms: c']
 */
export function deadLetter<T extends Row = Row>(sink: (letter: DeadLetter<T>) => unknown): LastPolicy<T> {
  const policy = Object.freeze({ type: 'deadLetter', sink } as const);
  checkPolicy('deadLetter()', policy);
  return policy;
}

/** @throws UsageError (OUTPUT.BAD_POLICY) for what the types would not let through */
export function checkPolicy(call: string, policy: unknown): void {
  const { type, sink } = (policy ?? {}) as { readonly type?: unknown; readonly sink?: unknown };
  const isGood = types.includes(type) && (type !== 'deadLetter' || typeof sink === 'function');
  const given = type === 'deadLetter' ? `${typeof sink} for a function` : `${String(policy)} as a policy`;
  if (!isGood) throw new UsageError('OUTPUT.BAD_POLICY', { call, given });
}

const types: readonly unknown[] = ['fail', 'stop', 'retry', 'deadLetter'] satisfies FailurePolicy['type'][];
