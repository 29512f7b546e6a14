import type { Clock, Timer } from '../core/clock.ts';

/** Time as xstate asks for it. */
export interface XstateClock {
  setTimeout(f: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
}

/** Lets the delays of a machine run on our clock, so that a test can own them. */
export function xstateClock(clock: Clock): XstateClock {
  return {
    setTimeout: (f, ms) => clock.at(clock.now() + ms, f),
    clearTimeout: (timer) => timer.cancel(),
  };
}
