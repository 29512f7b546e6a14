/**
 * Work on the main thread is cut into slices, so that the event loop of the host is never held for long.
 *
 * In production a slice is a length of time; under test it is an amount of work, so that runs repeat exactly.
 */
export interface Slices {
  /** A new slice begins. */
  begin(): void;
  /** Whether the slice is used up, after `work` more rows. */
  isSpent(work: number): boolean;
  /** Lets the event loop turn; resolves when the next slice may begin. */
  pause(): Promise<void>;
}
