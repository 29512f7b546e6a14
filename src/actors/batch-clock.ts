import type { Address } from '../core/bus.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Behaviour, Post } from './define-actor.ts';
import type { ClockMessage } from './messages.ts';

/** What a batch clock is made of. */
export interface BatchClockOptions {
  readonly clock: Clock;
  /** The first beat is one interval after it. */
  readonly startMs: number;
  /** The last batch that an earlier process has planned; what comes now belongs to one behind it. */
  readonly plannedMs: number;
  readonly batchMs: number;
  /** How many batches may be under way; then beats are kept as numbers and the sources are held. */
  readonly pendingMax: number;
  readonly inputs: readonly Address[];
  readonly receivers: readonly Address[];
  readonly drain: Address;
}

/**
 * Beats at every multiple of the interval after the start time.
 *
 * No beat is ever left out, none comes before its time and none out of order: after a stall the missed ones follow each
 * other at once; while too many batches wait they are only counted.
 */
export function batchClock(options: BatchClockOptions, post: Post): Behaviour<ClockMessage> {
  const { clock, batchMs, pendingMax } = options;
  let lastMs = options.startMs;
  let nextMs = lastMs + batchMs;
  let endMs = Number.POSITIVE_INFINITY;
  let underWay = 0;
  let isHolding = false;
  let timer: Timer | undefined;

  const hold = (on: boolean): void => {
    if (on === isHolding) return;
    isHolding = on;
    for (const receiver of options.receivers) post(receiver, { type: on ? 'source.hold' : 'source.release' });
  };

  /** Beats for all that is due and may be, then waits for the next. */
  const beat = (): void => {
    timer?.cancel();
    while (nextMs <= Math.min(clock.now(), endMs) && underWay < pendingMax) {
      lastMs = nextMs;
      nextMs += batchMs;
      underWay += 1;
      for (const input of options.inputs) post(input, { type: 'batch.tick', timeMs: lastMs });
    }
    hold(underWay >= pendingMax);
    if (nextMs > endMs) stop();
    else if (!isHolding) timer = clock.at(nextMs, beat);
  };

  const stop = (): void => {
    timer?.cancel();
    hold(false);
    post(options.drain, { type: 'clock.stopped', lastTimeMs: lastMs });
  };

  return {
    on: {
      // A stop may have overtaken it.
      'clock.start': () => {
        if (nextMs <= endMs) beat();
      },
      'clock.stop': ({ isOnceMore }) => {
        // Beats that are due and only counted so far take what has come; else the next one does.
        const dueMs = lastMs + Math.floor((clock.now() - lastMs) / batchMs) * batchMs;
        endMs = isOnceMore ? Math.max(dueMs, Math.max(lastMs, options.plannedMs) + batchMs) : lastMs;
        beat();
      },
      'batch.ended': () => {
        underWay -= 1;
        if (isHolding) beat();
      },
    },
    stop: () => timer?.cancel(),
  };
}
