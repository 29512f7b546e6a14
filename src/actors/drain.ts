import type { Address } from '../core/bus.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { StoppingInfo, WaitingBatchInfo } from '../graph/streaming-listener.ts';
import { type Behaviour, contextAddress, type Post } from './define-actor.ts';
import type { DrainMessage } from './messages.ts';

/** What a drain is made of. */
export interface DrainOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Each input, as the program writes it. */
  readonly inputs: ReadonlyMap<Address, string>;
  readonly batchClock: Address;
  readonly scheduler: Address;
  readonly listeners: Address;
  /** Who writes batches down, where they are. */
  readonly checkpointer: Address | undefined;
  /** How long a graceful stop may take. */
  readonly graceMs: number;
}

/**
 * Ends a running context in order.
 *
 * With grace: the inputs close, what they have taken in becomes batches, the batches end, all within one limit of time;
 * then the inputs let go. Without: the clock and the jobs are stopped at once, and inputs are given a while to close.
 * A graceful stop says what it waits for, when it begins and every few seconds.
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
  #step: 'the inputs' | 'the last batches' | 'the inputs to let go' | 'the checkpoint' | 'nothing' = 'the inputs';
  /** The inputs that the step waits for. */
  readonly #awaited: Set<Address>;
  #hasMore = false;
  #isClockStopped = false;
  #areJobsFinished = false;
  #beganMs = 0;
  #deadlineMs = 0;
  #limit: Timer | undefined;
  #nextReport: Timer | undefined;
  /** What the grace was waiting for when it was over, until the scheduler has said of which batches. */
  #givenUp: Omit<Waits, 'batches'> | undefined;

  constructor(options: DrainOptions, post: Post) {
    this.#options = options;
    this.#post = post;
    this.#awaited = new Set(options.inputs.keys());
    this.on = {
      'context.stop': ({ isGraceful }) => this.#begin(isGraceful),
      'input.closed': ({ hasMore }, from) => {
        if (this.#step !== 'the inputs') return;
        this.#hasMore ||= hasMore;
        this.#awaited.delete(from);
        if (this.#awaited.size === 0) this.#inputsClosed();
      },
      'clock.stopped': ({ lastTimeMs }) => {
        this.#isClockStopped = true;
        if (this.#mode === 'graceful') post(options.scheduler, { type: 'jobs.finish', lastTimeMs });
        this.#checkBatches();
      },
      'jobs.listed': ({ batches }) => this.#tell(batches),
      'jobs.finished': () => {
        this.#areJobsFinished = true;
        this.#checkBatches();
      },
      'input.stopped': (_, from) => {
        this.#awaited.delete(from);
        if (this.#step === 'the inputs to let go' && this.#awaited.size === 0) this.#letGo();
      },
      'checkpoint.closed': () => this.#end(),
    };
  }

  stop(): void {
    this.#limit?.cancel();
    this.#nextReport?.cancel();
  }

  #begin(isGraceful: boolean): void {
    if (this.#mode === 'hard' || (this.#mode === 'graceful' && isGraceful)) return;
    const { clock, inputs, graceMs } = this.#options;
    if (this.#mode === 'none') for (const input of inputs.keys()) this.#post(input, { type: 'input.close' });
    if (!isGraceful) {
      this.#goHard();
      return;
    }
    this.#mode = 'graceful';
    this.#beganMs = clock.now();
    this.#wait(graceMs, () => {
      this.#givenUp = this.#waits;
      // It answers before it heeds what comes next.
      this.#post(this.#options.scheduler, { type: 'jobs.list' });
      this.#goHard();
    });
    this.#report();
  }

  #goHard(): void {
    this.#mode = 'hard';
    if (this.#step === 'the checkpoint') return; // It has a limit of its own.
    this.stop();
    this.#post(this.#options.batchClock, { type: 'clock.stop', isOnceMore: false });
    this.#post(this.#options.scheduler, { type: 'jobs.stop' });
    if (this.#step === 'the inputs') this.#waitForInputs('stopped', () => this.#inputsClosed());
    if (this.#step === 'the inputs to let go') this.#letGo();
  }

  /** All inputs have closed, or have had their time. */
  #inputsClosed(): void {
    if (this.#step !== 'the inputs') return;
    this.#step = 'the last batches';
    this.#awaited.clear();
    if (this.#mode === 'graceful') {
      this.#post(this.#options.batchClock, { type: 'clock.stop', isOnceMore: this.#hasMore });
    }
    this.#checkBatches();
  }

  #checkBatches(): void {
    if (this.#step !== 'the last batches' || !this.#isClockStopped || !this.#areJobsFinished) return;
    this.#step = 'the inputs to let go';
    for (const input of this.#options.inputs.keys()) {
      this.#awaited.add(input);
      this.#post(input, { type: 'input.stop' });
    }
    this.#waitForInputs('let go', () => this.#letGo());
  }

  /** What happened is written down to its end, and the directory is free again. */
  #letGo(): void {
    if (this.#step !== 'the inputs to let go') return;
    this.#awaited.clear();
    const { checkpointer, logger } = this.#options;
    if (checkpointer === undefined) {
      this.#end();
      return;
    }
    this.#step = 'the checkpoint';
    this.#post(checkpointer, { type: 'checkpoint.close' });
    this.#wait(checkpointMsMax, () => {
      logger.warn(`The checkpoint was not closed within ${checkpointMsMax} ms, and waited for no longer.`);
      this.#end();
    });
  }

  #end(): void {
    if (this.#step === 'nothing') return;
    this.#step = 'nothing';
    this.stop();
    this.#post(contextAddress, { type: 'context.drained' });
  }

  #wait(ms: number, then: () => void): void {
    const { clock } = this.#options;
    this.#limit?.cancel();
    this.#deadlineMs = clock.now() + ms;
    this.#limit = clock.at(this.#deadlineMs, then);
  }

  /** An input that takes too long is left to itself. */
  #waitForInputs(what: 'stopped' | 'let go', then: () => void): void {
    const step = this.#step;
    this.#wait(inputMsMax, () => {
      if (this.#step !== step) return;
      const late = this.#waits.inputs.join(', ');
      this.#options.logger.warn(`Not ${what} within ${inputMsMax} ms, and waited for no longer: ${late}.`);
      then();
    });
  }

  /** Asks for what is needed to say what it waits for, now and again and again. */
  #report(): void {
    const { clock, scheduler } = this.#options;
    this.#post(scheduler, { type: 'jobs.list' });
    this.#nextReport = clock.at(clock.now() + reportMs, () => this.#report());
  }

  get #waits(): Omit<Waits, 'batches'> {
    const { inputs } = this.#options;
    const names = [...inputs].filter(([input]) => this.#awaited.has(input)).map(([, name]) => name);
    return { step: this.#step, inputs: names };
  }

  /** Says what it waits for, or what it has waited for in vain. */
  #tell(batches: readonly WaitingBatchInfo[]): void {
    const { logger, clock, graceMs, listeners } = this.#options;
    if (this.#givenUp !== undefined) {
      const text = textOf({ ...this.#givenUp, batches });
      logger.warn(`The graceful stop has waited ${graceMs} ms; what is left is given up: ${text}.`);
      this.#givenUp = undefined;
      return;
    }
    if (this.#mode !== 'graceful' || this.#step === 'nothing') return;
    const waits = { ...this.#waits, batches };
    const [timeMs, startTimeMs, deadlineMs] = [clock.now(), this.#beganMs, this.#deadlineMs];
    logger.info(`The graceful stop waits for ${textOf(waits)}; for ${deadlineMs - timeMs} ms more at most.`);
    const info: StoppingInfo = { timeMs, startTimeMs, deadlineMs, inputs: waits.inputs, batches };
    this.#post(listeners, { type: 'streaming.stopping', info });
  }
}

interface Waits extends Pick<StoppingInfo, 'inputs' | 'batches'> {
  readonly step: string;
}

/** `socketTextStream (job.ts:3); the batch of 1000 ms: print (job.ts:14)` */
function textOf({ step, inputs, batches }: Waits): string {
  const parts = batches.slice(0, batchesShown).map(({ batchTimeMs, jobs }) => {
    return `the batch of ${batchTimeMs} ms: ${jobs.join(', ') || 'its plan'}`;
  });
  if (batches.length > batchesShown) parts.push(`${batches.length - batchesShown} more batches`);
  if (inputs.length > 0) {
    const what = step === 'the inputs to let go' ? 'to let go' : 'to stop';
    parts.unshift(`${inputs.join(', ')} ${what}`);
  }
  if (parts.length > 0) return parts.join('; ');
  return step === 'the checkpoint' ? step : 'the last beat';
}

/** How long a receiver may take to stop, and an input to let go; as long as Spark waits. */
const inputMsMax = 10_000;

/** How long it may take to write down what happened last: a storage that hangs must not keep the process alive. */
const checkpointMsMax = 10_000;

/** How long it is from one word on what a graceful stop waits for to the next. */
const reportMs = 5000;

/** How many batches a log entry names. */
const batchesShown = 5;
