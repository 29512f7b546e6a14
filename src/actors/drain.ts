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
 * With grace: the inputs close, what they have taken in becomes batches, the batches end, the inputs let go. Without:
 * the clock and the jobs are stopped at once, and inputs are given a while to close.
 */
export function drain(options: DrainOptions, post: Post): Behaviour<DrainMessage> {
  return new Drain(options, post);
}

class Drain implements Behaviour<DrainMessage> {
  readonly on: Behaviour<DrainMessage>['on'];
  readonly #options: DrainOptions;
  readonly #post: Post;
  #mode: 'none' | 'graceful' | 'hard' = 'none';
  /** What is waited for. */
  #step: 'the inputs' | 'the last batches' | 'the inputs to let go' | 'nothing' = 'the inputs';
  readonly #open: Set<Address>;
  readonly #holding: Set<Address>;
  #hasMore = false;
  #isClockStopped = false;
  #areJobsFinished = false;
  #timer: Timer | undefined;

  constructor(options: DrainOptions, post: Post) {
    this.#options = options;
    this.#post = post;
    this.#open = new Set(options.inputs);
    this.#holding = new Set(options.inputs);
    this.on = {
      'context.stop': ({ isGraceful }) => this.#begin(isGraceful),
      'input.closed': ({ hasMore }, from) => {
        this.#hasMore ||= hasMore;
        this.#open.delete(from);
        if (this.#open.size === 0) this.#inputsClosed();
      },
      'clock.stopped': ({ lastTimeMs }) => {
        this.#isClockStopped = true;
        if (this.#mode === 'graceful') post(options.scheduler, { type: 'jobs.finish', lastTimeMs });
        this.#checkBatches();
      },
      'jobs.finished': () => {
        this.#areJobsFinished = true;
        this.#checkBatches();
      },
      'input.stopped': (_, from) => {
        this.#holding.delete(from);
        if (this.#holding.size === 0) this.#end();
      },
    };
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #begin(isGraceful: boolean): void {
    if (this.#mode === 'hard' || (this.#mode === 'graceful' && isGraceful)) return;
    if (this.#mode === 'none') for (const input of this.#options.inputs) this.#post(input, { type: 'input.close' });
    if (!isGraceful) {
      this.#goHard();
      return;
    }
    const { graceMs, logger } = this.#options;
    this.#mode = 'graceful';
    this.#limit(graceMs, () => {
      logger.warn(`The graceful stop has waited ${graceMs} ms, now for ${this.#step}; what is left is given up.`);
      this.#goHard();
    });
  }

  #goHard(): void {
    this.#mode = 'hard';
    this.#timer?.cancel();
    this.#post(this.#options.batchClock, { type: 'clock.stop', isOnceMore: false });
    this.#post(this.#options.scheduler, { type: 'jobs.stop' });
    if (this.#step === 'the inputs') this.#limit(receiverStopMs, () => this.#inputsClosed());
    if (this.#step === 'the inputs to let go') this.#end();
  }

  /** All inputs have closed, or have had their time. */
  #inputsClosed(): void {
    if (this.#step !== 'the inputs') return;
    this.#step = 'the last batches';
    if (this.#mode === 'graceful') {
      this.#post(this.#options.batchClock, { type: 'clock.stop', isOnceMore: this.#hasMore });
    }
    this.#checkBatches();
  }

  #checkBatches(): void {
    if (this.#step !== 'the last batches' || !this.#isClockStopped || !this.#areJobsFinished) return;
    this.#step = 'the inputs to let go';
    for (const input of this.#options.inputs) this.#post(input, { type: 'input.stop' });
    this.#limit(receiverStopMs, () => this.#end());
  }

  #end(): void {
    if (this.#step === 'nothing') return;
    this.#step = 'nothing';
    this.#post(contextAddress, { type: 'context.drained' });
  }

  #limit(ms: number, then: () => void): void {
    const { clock } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.at(clock.now() + ms, then);
  }
}

/** How long a receiver may take to stop, and an input to let go; as long as Spark waits. */
const receiverStopMs = 10_000;
