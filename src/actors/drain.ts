import type { Address } from '../core/bus.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { type Behaviour, contextAddress, type Post } from './define-actor.ts';
import type { DrainMessage } from './messages.ts';

/** What a drain is made of. */
export interface DrainOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly inputs: readonly Address[];
  readonly batchClock: Address;
  readonly scheduler: Address;
  /** How long a graceful stop may take. */
  readonly graceMs: number;
}

/**
 * Ends a running context in order.
 *
 * With grace: the inputs close, what they had taken in becomes batches, the batches end, the inputs let go. Without: the
 * clock and the jobs are stopped at once, and inputs are given a while to close.
 */
export function drain(options: DrainOptions, post: Post): Behaviour<DrainMessage> {
  const { clock, logger, inputs, batchClock, scheduler } = options;
  let mode: 'none' | 'graceful' | 'hard' = 'none';
  let step: 'closing inputs' | 'last batches' | 'jobs' | 'stopping inputs' | 'done' = 'closing inputs';
  let toClose = new Set(inputs);
  let toStop = new Set(inputs);
  let hasMore = false;
  let timer: Timer | undefined;

  const limit = (ms: number, then: () => void): void => {
    timer?.cancel();
    timer = clock.at(clock.now() + ms, then);
  };

  const goHard = (): void => {
    mode = 'hard';
    post(batchClock, { type: 'clock.stop', isOnceMore: false });
    post(scheduler, { type: 'jobs.stop' });
    if (step === 'closing inputs') limit(receiverStopMs, closed);
    else timer?.cancel();
  };

  /** All inputs have closed, or have had their time. */
  const closed = (): void => {
    toClose = new Set();
    if (step !== 'closing inputs') return;
    step = 'last batches';
    if (mode === 'graceful') post(batchClock, { type: 'clock.stop', isOnceMore: hasMore });
    advance();
  };

  let isClockStopped = false;
  let areJobsFinished = false;
  const advance = (): void => {
    if (step === 'last batches' && isClockStopped) step = 'jobs';
    if (step !== 'jobs' || !areJobsFinished) return;
    step = 'stopping inputs';
    for (const input of inputs) post(input, { type: 'input.stop' });
    limit(receiverStopMs, ended);
    if (toStop.size === 0) ended();
  };

  const ended = (): void => {
    if (step === 'done') return;
    step = 'done';
    timer?.cancel();
    post(contextAddress, { type: 'context.drained' });
  };

  return {
    on: {
      'context.stop': ({ isGraceful }) => {
        const isFirst = mode === 'none';
        if (!isFirst && (isGraceful || mode === 'hard')) return;
        if (isFirst) for (const input of inputs) post(input, { type: 'input.close' });
        if (!isGraceful) {
          goHard();
          return;
        }
        mode = 'graceful';
        limit(options.graceMs, () => {
          logger.warn(`The graceful stop has taken ${options.graceMs} ms (${step}); what is left is given up.`);
          goHard();
        });
      },
      'input.closed': ({ hasMore: more }, from) => {
        hasMore ||= more;
        toClose.delete(from);
        if (toClose.size === 0) closed();
      },
      'clock.stopped': ({ lastTimeMs }) => {
        isClockStopped = true;
        if (mode === 'graceful') post(scheduler, { type: 'jobs.finish', lastTimeMs });
        advance();
      },
      'jobs.finished': () => {
        areJobsFinished = true;
        advance();
      },
      'input.stopped': (_, from) => {
        toStop.delete(from);
        if (toStop.size === 0) ended();
      },
    },
    stop: () => timer?.cancel(),
  };
}

/** How long a receiver may take to stop, and an input to let go; as long as Spark waits. */
const receiverStopMs = 10_000;
