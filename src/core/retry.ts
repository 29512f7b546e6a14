import type { Random } from './random.ts';
import type { Runtime } from './runtime.ts';

/** How long to wait before trying again: longer after each failure in a row, and a little by chance. */
export interface BackoffPolicy {
  /** The delay after the first failure, milliseconds. */
  readonly firstMs: number;
  /** By what each further delay is longer; at least 1. */
  readonly factor: number;
  /** No delay is longer, milliseconds; one below `firstMs` counts as `firstMs`. */
  readonly maxMs: number;
  /** Which part of a delay chance may add to it, 0 to 1, so that those who failed together do not return together. */
  readonly jitter: number;
}

/**
 * The delay after so many failures in a row, in whole milliseconds.
 *
 * Without jitter it is `firstMs × factor^(failures − 1)`, at most `maxMs`. It is never less than that, and with jitter
 * up to the part `jitter` more, but never more than `maxMs`.
 *
 * @param failures in a row, the last one included: 1 after the first
 */
export function backoffMs(policy: BackoffPolicy, failures: number, random: Random): number {
  const { firstMs, factor, jitter } = policy;
  if (firstMs === 0) return 0;
  const maxMs = Math.max(policy.maxMs, firstMs);
  const floorMs = Math.min(firstMs * factor ** (failures - 1), maxMs);
  return Math.min(Math.ceil(floorMs * (1 + jitter * random.next())), maxMs);
}

/** What {@link retry} is told. */
export interface RetryOptions {
  readonly policy: BackoffPolicy;
  /** How often it is tried at most, the first time included; Infinity is no limit. */
  readonly attemptsMax: number;
  readonly runtime: Pick<Runtime, 'clock' | 'random'>;
  /** Ends the waiting: the promise is rejected with its reason. */
  readonly signal?: AbortSignal;
  /** Whether it is worth trying again after that error. */
  readonly isRetryable: (error: unknown) => boolean;
}

/**
 * Tries f until it succeeds.
 *
 * The error of the last attempt is thrown on as it is: of the last one allowed, or the first that is not retryable.
 *
 * @param f is given the number of the attempt, from 1 on
 */
export async function retry<R>(f: (attempt: number) => Promise<R>, options: RetryOptions): Promise<R> {
  const { policy, attemptsMax, runtime, signal, isRetryable } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await f(attempt);
    } catch (error) {
      if (attempt >= attemptsMax || !isRetryable(error)) throw error;
    }
    await runtime.clock.sleep(backoffMs(policy, attempt, runtime.random), signal);
  }
}
