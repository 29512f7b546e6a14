import { runInScope } from './scope.ts';
import { whenAborted } from './when-aborted.ts';

/** The one door to time. Every time is in milliseconds since the epoch. */
export interface Clock {
  /** The time now, whole milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some fixed moment, with fractions: for measuring how long a thing took. */
  monotonicMs(): number;
  /** Calls f once, when `now()` has reached the deadline and never before; at once (not inside this call) if it has. */
  at(deadlineMs: number, f: () => void): Timer;
  /** Resolves after ms; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A call that is still to come. */
export interface Timer {
  /** The call will not come; nothing happens if it came already. */
  cancel(): void;
}

/** The machine's clock. An armed timer keeps the process alive. */
export function systemClock(): Clock {
  return system;
}

/** `sleep` in terms of the clock's own `now` and `at`. */
export function sleepOn(clock: Pick<Clock, 'now' | 'at'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = clock.at(clock.now() + ms, () => {
      forget?.();
      resolve();
    });
    const forget =
      signal &&
      whenAborted(signal, () => {
        timer.cancel();
        reject(signal.reason);
      });
  });
}

/** Runs f once the code that runs now has returned, before the event loop turns. It belongs to no scope. */
export function soon(f: () => void): void {
  runInScope(undefined, () => queueMicrotask(f));
}

/** Resolves when the event loop has turned once: all promises that could go on have gone on. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const system: Clock = Object.freeze({
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  at: atSystemTime,
  sleep: (ms: number, signal?: AbortSignal) => sleepOn(system, ms, signal),
});

/** The longest wait that setTimeout knows; a longer one would fire at once. */
const timeoutMsMax = 2 ** 31 - 1;

/** A timeout may come up to a millisecond early, and the wall clock may be set back: so we look again on waking. */
function atSystemTime(deadlineMs: number, f: () => void): Timer {
  let timeout: NodeJS.Timeout;
  const wake = (): void => {
    if (Date.now() >= deadlineMs) f();
    else arm();
  };
  const arm = (): void => {
    timeout = setTimeout(wake, Math.min(deadlineMs - Date.now(), timeoutMsMax));
  };
  runInScope(undefined, arm);
  return { cancel: () => clearTimeout(timeout) };
}
