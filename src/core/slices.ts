import { eventLoopTurn, systemClock } from './clock.ts';

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

/** Slices of time. */
export function systemSlices(): Slices {
  return system;
}

/** Long enough that the turn between two slices costs nothing, short enough that nobody notices a late timer. */
const sliceMs = 8;

let begunMs = 0;

const system: Slices = Object.freeze({
  begin: () => {
    begunMs = systemClock().monotonicMs();
  },
  isSpent: () => systemClock().monotonicMs() - begunMs >= sliceMs,
  pause: eventLoopTurn,
});
