import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { EndSignal, Signals } from './signals.ts';

/** What is stopped by signals, and how. */
export interface StopOnSignalsOptions {
  readonly signals: Signals;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly logger: Logger;
  readonly stop: (isGraceful: boolean) => void;
}

/**
 * Stops with grace on the first signal that asks the process to end, and at once on a second one.
 *
 * A signal often comes twice: a terminal sends it to all processes in front of it, and one of them, npm for instance,
 * passes it on. So the same one within 200 ms of the first is no second one.
 *
 * @returns what ends it
 */
export function stopOnSignals({ signals, clock, logger, stop }: StopOnSignalsOptions): () => void {
  let first: { readonly signal: EndSignal; readonly atMs: number } | undefined;
  return signals.heed((signal) => {
    const atMs = clock.monotonicMs();
    if (first === undefined) {
      first = { signal, atMs };
      logger.warn(`${signal}: the work that is left is finished first; a second signal stops at once.`);
      stop(true);
    } else if (signal !== first.signal || atMs - first.atMs >= echoMs) {
      logger.warn(`${signal} again: the work that is left is given up.`);
      stop(false);
    }
  });
}

/** Longer than it takes to pass a signal on, shorter than it takes somebody to lose patience. */
const echoMs = 200;
