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
