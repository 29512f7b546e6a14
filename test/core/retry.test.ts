import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import type { Random } from '../../src/core/random.ts';
import { type BackoffPolicy, backoffMs, type RetryOptions, retry } from '../../src/core/retry.ts';

const policy: BackoffPolicy = { firstMs: 2000, factor: 2, maxMs: 60_000, jitter: 0 };

/** Chance that always says the same. */
const always = (next: number): Random => ({ next: () => next, below: () => 0, id: () => 'id' });
const almostOne = 1 - Number.EPSILON;

const delays = (given: BackoffPolicy, random: Random, failures: number): number[] =>
  Array.from({ length: failures }, (_, n) => backoffMs(given, n + 1, random));

describe('backoffMs', () => {
  test('doubles the delay with every failure, up to the longest', () => {
    expect(delays(policy, always(0.5), 7)).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('stays the same when the factor is 1', () => {
    expect(delays({ ...policy, factor: 1 }, always(0), 3)).toEqual([2000, 2000, 2000]);
  });

  test('adds by chance up to the part that is the jitter, never takes away, and never passes the longest', () => {
    const jittered = { ...policy, jitter: 0.5 };
    expect(delays(jittered, always(0), 7)).toEqual(delays(policy, always(0), 7));
    expect(delays(jittered, always(0.5), 7)).toEqual([2500, 5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(delays(jittered, always(almostOne), 7)).toEqual([3000, 6000, 12_000, 24_000, 48_000, 60_000, 60_000]);
  });

  test('is whole milliseconds', () => {
    expect(delays({ firstMs: 3, factor: 1.5, maxMs: 100, jitter: 0 }, always(0), 4)).toEqual([3, 5, 7, 11]);
  });

  test('keeps to the first delay when the longest is set below it', () => {
    expect(delays({ ...policy, firstMs: 90_000 }, always(0.9), 3)).toEqual([90_000, 90_000, 90_000]);
  });

  test('ends nowhere after thousands of failures', () => {
    expect(backoffMs(policy, 5000, always(0))).toBe(60_000);
    expect(backoffMs({ ...policy, firstMs: 0 }, 5000, always(0))).toBe(0);
  });
});

describe('retry', () => {
  interface Trial {
    readonly slept: number[];
    readonly options: RetryOptions;
  }

  /** A clock that only takes down how long it is slept on. */
  function trial(given: Partial<RetryOptions> = {}): Trial {
    const slept: number[] = [];
    const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
      slept.push(ms);
      signal?.throwIfAborted();
    };
    const clock = { sleep } as Clock;
    const runtime = { clock, random: always(0) };
    return { slept, options: { policy, attemptsMax: 4, runtime, isRetryable: () => true, ...given } };
  }

  const failing =
    (times: number) =>
    async (attempt: number): Promise<string> => {
      if (attempt <= times) throw new Error(`failure ${attempt}`);
      return `attempt ${attempt}`;
    };

  test('tries once when it succeeds at once', async () => {
    const { slept, options } = trial();
    await expect(retry(failing(0), options)).resolves.toBe('attempt 1');
    expect(slept).toEqual([]);
  });

  test('waits longer after each failure, and succeeds at last', async () => {
    const { slept, options } = trial();
    await expect(retry(failing(3), options)).resolves.toBe('attempt 4');
    expect(slept).toEqual([2000, 4000, 8000]);
  });

  test('throws the error of the last attempt as it is', async () => {
    const { slept, options } = trial();
    await expect(retry(failing(9), options)).rejects.toThrow(new Error('failure 4'));
    expect(slept).toEqual([2000, 4000, 8000]);
  });

  test('goes on without a limit when there is none', async () => {
    const { options } = trial({ attemptsMax: Number.POSITIVE_INFINITY });
    await expect(retry(failing(100), options)).resolves.toBe('attempt 101');
  });

  test('does not try again what is not worth it', async () => {
    const { slept, options } = trial({ isRetryable: (error) => (error as Error).message !== 'failure 2' });
    await expect(retry(failing(9), options)).rejects.toThrow(new Error('failure 2'));
    expect(slept).toEqual([2000]);
  });

  test('takes what f throws at once for a failure too', async () => {
    const { options } = trial({ attemptsMax: 2 });
    const f = (attempt: number): Promise<number> => {
      if (attempt === 1) throw new Error('at once');
      return Promise.resolve(attempt);
    };
    await expect(retry(f, options)).resolves.toBe(2);
  });

  test('does not begin when it is aborted before', async () => {
    const { options } = trial({ signal: AbortSignal.abort('stopped') });
    await expect(retry(() => expect.fail('it began'), options)).rejects.toBe('stopped');
  });

  test('ends with the reason when it is aborted between two attempts', async () => {
    const controller = new AbortController();
    const { options } = trial({ signal: controller.signal });
    let attempts = 0;
    const f = async (): Promise<never> => {
      attempts++;
      controller.abort('stopped');
      throw new Error('failure');
    };
    await expect(retry(f, options)).rejects.toBe('stopped');
    expect(attempts).toBe(1);
  });
});
