import type { Address } from '../core/bus.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { assert, type FiresteelError } from '../core/errors.ts';
import type { DurableId, DurableNode } from '../graph/durable-ids.ts';
import type { InputNode, SinkNode, StepNode } from '../graph/graph.ts';
import { OwedSteps } from '../graph/owed-steps.ts';
import type { Recovery } from '../graph/recovery.ts';
import type { WaitingBatchInfo } from '../graph/streaming-listener.ts';
import { BatchRecord, type OutputRecord, type StepRecord } from './batch-record.ts';
import { type Behaviour, contextAddress, type Post } from './define-actor.ts';
import type { SchedulerMessage } from './messages.ts';

/** What a scheduler is made of. */
export interface SchedulerOptions {
  readonly clock: Clock;
  /** The first batch is one interval after it. */
  readonly startMs: number;
  readonly inputs: readonly InputNode[];
  /** Who remembers batches: inputs and stages. */
  readonly memories: readonly Address[];
  readonly steps: readonly StepNode[];
  readonly sinks: readonly SinkNode[];
  /** spark.streaming.concurrentJobs: how many outputs run at a time. */
  readonly concurrentJobs: number;
  readonly batchClock: Address;
  readonly listeners: Address;
  readonly drain: Address;
  /** How batches are written down, where they are. */
  readonly writing: Writing | undefined;
}

/** What a scheduler knows of a log. */
interface Writing {
  readonly checkpointer: Address;
  /** What the log calls inputs and outputs. */
  readonly ids: ReadonlyMap<DurableNode, DurableId>;
  /** What was done in an earlier process. */
  readonly recovery: Recovery | undefined;
}

/**
 * Runs the jobs of batches in order of time, then of the program; and says when a batch begins, ends, and is sealed.
 *
 * A batch is submitted when every sink has answered for it. One refusal refuses the batch: none of its jobs run. A job
 * that fails stops neither its siblings nor later batches. With more than one job at a time batches may end out of
 * order; they are sealed in order.
 *
 * An output whose policy is to stop ends the program: no batch begins after its failure.
 *
 * State is brought to a batch by steps, jobs of their own that listeners hear nothing of: one at a time, in order of
 * time, and before the outputs of their batch. A batch is not sealed before its steps have succeeded.
 */
export function scheduler(options: SchedulerOptions, post: Post): Behaviour<SchedulerMessage> {
  return new Scheduler(options, post);
}

class Scheduler implements Behaviour<SchedulerMessage> {
  readonly on: Behaviour<SchedulerMessage>['on'];
  readonly #options: SchedulerOptions;
  readonly #post: Post;
  readonly #sinks: ReadonlyMap<Address, SinkNode>;
  readonly #steps: ReadonlyMap<Address, StepNode>;
  readonly #owed = new OwedSteps();
  /** Batches that are planned or run, in order of time: whoever speaks of a batch has spoken of those before it. */
  readonly #batches = new Map<number, BatchRecord>();
  #running = 0;
  #isStopping = false;
  /** A batch was left behind without its state: none behind it can be sealed. */
  #isSealingOver = false;
  /** An output has ended the program: what has begun may end until the stop comes. */
  #isOver = false;
  /** What ran has been told to give up: nothing more begins. */
  #isAborting = false;
  /** All batches up to this one are over. */
  #overMs: number;
  #finishMs: number | undefined;
  #patience: Timer | undefined;

  constructor(options: SchedulerOptions, post: Post) {
    this.#options = options;
    this.#post = post;
    this.#sinks = new Map(options.sinks.map((sink) => [sink.id, sink]));
    this.#steps = new Map(options.steps.map((step) => [step.id, step]));
    this.#overMs = options.startMs;
    this.on = {
      'input.planned': ({ timeMs, info, plan }, from) =>
        this.#spoken(timeMs, (batch) => {
          batch.inputs.set(info.streamId, info);
          const source = this.#idOf(options.inputs.find(({ id }) => id === from));
          if (source !== undefined) batch.plans.push({ source, ...plan });
        }),
      'batch.logged': ({ timeMs }) => {
        const batch = this.#batches.get(timeMs);
        if (batch !== undefined) batch.isLogged = true;
        this.#runNext();
      },
      'job.ready': ({ timeMs }, from) => this.#spoken(timeMs, (batch) => this.#add(batch, from)),
      'job.none': ({ timeMs }) => this.#spoken(timeMs),
      'job.refused': ({ timeMs, error }, from) =>
        this.#spoken(timeMs, (batch) => {
          batch.refusal ??= { error };
          if (this.#steps.has(from)) this.#owed.add(from, timeMs);
        }),
      'job.done': ({ timeMs }, from) => this.#jobEnded(timeMs, from, undefined),
      'job.failed': ({ timeMs, error, stopsContext }, from) => {
        this.#isOver ||= stopsContext;
        this.#jobEnded(timeMs, from, error);
        if (stopsContext) this.#post(contextAddress, { type: 'program.failed' });
      },
      'jobs.finish': ({ lastTimeMs }) => this.#finish(lastTimeMs),
      'jobs.list': () => post(options.drain, { type: 'jobs.listed', batches: this.#waiting() }),
      'jobs.stop': () => this.#stop(),
    };
  }

  stop(): void {
    this.#patience?.cancel();
  }

  #sinkAt(address: Address): SinkNode {
    const sink = this.#sinks.get(address);
    assert(sink !== undefined, `${address} is a sink of this graph`);
    return sink;
  }

  /** A sink or a step has a job for a batch. */
  #add(batch: BatchRecord, from: Address): void {
    const step = this.#steps.get(from);
    if (step === undefined) {
      const sink = this.#sinkAt(from);
      if (this.#isOutstanding(sink, batch.timeMs)) batch.addOutput(sink);
    } else {
      batch.addStep(step, this.#options.steps);
      this.#owed.add(from, batch.timeMs);
    }
  }

  /** An input, a step or a sink has answered for a batch. */
  #spoken(timeMs: number, note: (batch: BatchRecord) => void = () => undefined): void {
    let batch = this.#batches.get(timeMs);
    if (batch === undefined) {
      const { inputs, steps, sinks } = this.#options;
      batch = new BatchRecord(timeMs, inputs.length + steps.length + sinks.length);
      this.#batches.set(timeMs, batch);
    }
    note(batch);
    batch.awaited -= 1;
    if (batch.awaited > 0) return;
    this.#write(batch);
    if (this.#isStopping) this.#drop(batch);
    else if (batch.refusal !== undefined) this.#refuse(batch, batch.refusal.error);
    else if (batch.outputs.length > 0) this.#submit(batch);
    else if (batch.steps.length === 0) this.#end(batch);
    this.#runNext();
  }

  /** Has its plan written down, unless that has been done. */
  #write(batch: BatchRecord): void {
    const { writing } = this.#options;
    const { timeMs, plans } = batch;
    batch.isLogged = writing === undefined || timeMs <= (writing.recovery?.plannedMs ?? Number.NEGATIVE_INFINITY);
    if (writing === undefined || batch.isLogged) return;
    const order = this.#options.inputs.map((node) => this.#idOf(node));
    const inputs = plans.sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source));
    this.#post(writing.checkpointer, { type: 'batch.planned', plan: { timeMs, inputs } });
  }

  #idOf(node: DurableNode | undefined): DurableId | undefined {
    return node && this.#options.writing?.ids.get(node);
  }

  /** Whether an output was not done in an earlier process. */
  #isOutstanding(sink: SinkNode, timeMs: number): boolean {
    return this.#options.writing?.recovery?.isOutstanding(sink, timeMs) ?? true;
  }

  #submit(batch: BatchRecord): void {
    batch.submittedMs = this.#options.clock.now();
    this.#post(this.#options.listeners, { type: 'batch.submitted', info: batch.info() });
  }

  /** One of its outputs has no RDD to work on: none of them runs. */
  #refuse(batch: BatchRecord, error: unknown): void {
    this.#post(contextAddress, { type: 'error.reported', error });
    for (const sink of this.#options.sinks) if (this.#isOutstanding(sink, batch.timeMs)) batch.failed.add(sink);
    this.#end(batch);
  }

  #runNext(): void {
    while (this.#running < this.#options.concurrentJobs && !this.#isAborting) {
      const next = this.#nextJob();
      if (next === undefined) return;
      this.#running += 1;
      this.#run(next.batch, next.job);
    }
  }

  /**
   * The first job that has not run, of the first batch; nothing overtakes a batch that is still being planned, whose
   * steps have not ended, or whose outputs wait for its plan to be written down.
   */
  #nextJob(): Next | undefined {
    for (const batch of this.#batches.values()) {
      if (batch.awaited > 0) return undefined;
      if (batch.isOver || (this.#isOver && !batch.isBegun)) continue;
      const step = batch.steps.find(({ endMs }) => endMs === undefined);
      if (step !== undefined) return step.startMs === undefined ? { batch, job: step } : undefined;
      if (batch.outputs.length > 0 && !batch.isLogged) return undefined;
      const output = batch.outputs.find(({ startMs }) => startMs === undefined);
      if (output !== undefined) return { batch, job: output };
    }
    return undefined;
  }

  #run(batch: BatchRecord, job: StepRecord | OutputRecord): void {
    const { listeners, clock } = this.#options;
    const isFirst = !batch.isBegun && batch.outputs.length > 0;
    job.startMs = clock.now();
    if (isFirst) this.#post(listeners, { type: 'batch.started', info: batch.info() });
    if ('step' in job) {
      this.#post(job.step.id, { type: 'job.run', timeMs: batch.timeMs });
      return;
    }
    this.#post(listeners, { type: 'output.started', info: batch.outputInfo(job) });
    this.#post(job.sink.id, { type: 'job.run', timeMs: batch.timeMs });
  }

  #jobEnded(timeMs: number, from: Address, error: FiresteelError | undefined): void {
    const batch = this.#batches.get(timeMs);
    const step = batch?.steps.find((record) => record.step.id === from);
    const output = batch?.outputs.find(({ sink }) => sink.id === from);
    const job = step ?? output;
    if (batch === undefined || job === undefined) {
      assert(this.#isStopping, `the job of ${from} for ${timeMs} ms was running`);
      return; // Nobody waited for it any longer.
    }
    job.endMs = this.#options.clock.now();
    this.#running -= 1;
    if (step !== undefined && error === undefined) this.#owed.done(from, timeMs);
    if (output !== undefined) {
      output.failureReason = error?.message;
      if (error !== undefined) batch.failed.add(output.sink);
      this.#post(this.#options.listeners, { type: 'output.completed', info: batch.outputInfo(output) });
    }
    this.#report(batch, step, error);
    if (batch.isEnded) {
      if (batch.outputs.length > 0) {
        this.#post(this.#options.listeners, { type: 'batch.completed', info: batch.info() });
      }
      this.#end(batch);
    } else this.#seal(); // What an earlier batch owed may be done now.
    this.#runNext();
    this.#checkFinished();
  }

  /** An output that reads a state which failed fails with the same error: it is told once. */
  #report(batch: BatchRecord, step: StepRecord | undefined, error: FiresteelError | undefined): void {
    if (error === undefined || batch.told.has(error)) return;
    if (step !== undefined) batch.told.add(error);
    const isOurAbort = this.#isStopping && error.code === 'JOB.ABORTED';
    if (!isOurAbort) this.#post(contextAddress, { type: 'error.reported', error });
  }

  #end(batch: BatchRecord): void {
    this.#post(this.#options.batchClock, { type: 'batch.ended', timeMs: batch.timeMs });
    batch.isOver = true;
    this.#seal();
  }

  #drop(batch: BatchRecord): void {
    batch.isDropped = true;
    batch.isOver = true;
    this.#seal();
  }

  /** In order of time: a batch is sealed when all before it are, and no state needs it any more. */
  #seal(): void {
    for (const [timeMs, batch] of this.#batches) {
      if (!batch.isOver) break;
      this.#overMs = Math.max(this.#overMs, timeMs);
    }
    for (const [timeMs, batch] of this.#batches) {
      const isOwed = this.#owed.has(timeMs);
      if (!batch.isOver || (isOwed && !this.#isStopping)) break;
      this.#batches.delete(timeMs);
      this.#isSealingOver ||= isOwed || batch.isDropped;
      if (!batch.isDropped) this.#sealed(batch);
    }
    this.#checkFinished();
  }

  /** Nobody needs it any more: it may be forgotten, at once or when it is written down what became of it. */
  #sealed({ timeMs, failed }: BatchRecord): void {
    const { writing, memories } = this.#options;
    if (writing === undefined) for (const node of memories) this.#post(node, { type: 'batch.sealed', timeMs });
    else if (!this.#isSealingOver) {
      const ids = this.#options.sinks.filter((sink) => failed.has(sink)).map((sink) => this.#idOf(sink) as DurableId);
      this.#post(writing.checkpointer, { type: 'batch.over', timeMs, failed: ids });
    }
  }

  #finish(lastTimeMs: number): void {
    this.#finishMs = lastTimeMs;
    this.#checkFinished();
  }

  /** What has not ended; the last batch too when nobody has spoken of it yet. */
  #waiting(): readonly WaitingBatchInfo[] {
    const known = [...this.#batches.values()].filter(({ isOver }) => !isOver).map((batch) => batch.waiting());
    const lastMs = this.#finishMs;
    if (lastMs === undefined || this.#isStopping || this.#overMs >= lastMs || this.#batches.has(lastMs)) return known;
    return [...known, { batchTimeMs: lastMs, jobs: [] }];
  }

  /** Batches that have begun may end, for a while; then they are aborted. The others are dropped. */
  #stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#finishMs = Number.POSITIVE_INFINITY;
    this.#wait(patienceMs, () => this.#abort());
    for (const batch of this.#batches.values()) {
      if (batch.awaited === 0 && !batch.isBegun && !batch.isOver) batch.isDropped = batch.isOver = true;
    }
    this.#seal();
  }

  #abort(): void {
    this.#isAborting = true;
    for (const { id } of [...this.#options.steps, ...this.#options.sinks]) this.#post(id, { type: 'job.abort' });
    this.#wait(abortMs, () => {
      this.#batches.clear();
      this.#checkFinished();
    });
    this.#checkFinished();
  }

  #wait(ms: number, then: () => void): void {
    const { clock } = this.#options;
    this.#patience = clock.at(clock.now() + ms, then);
  }

  get #hasStopped(): boolean {
    return this.#batches.size === 0 || (this.#isAborting && this.#running === 0);
  }

  #checkFinished(): void {
    if (this.#finishMs === undefined) return;
    if (this.#isStopping ? !this.#hasStopped : this.#overMs < this.#finishMs) return;
    this.#finishMs = undefined;
    this.#patience?.cancel();
    this.#post(this.#options.drain, { type: 'jobs.finished' });
  }
}

interface Next {
  readonly batch: BatchRecord;
  readonly job: StepRecord | OutputRecord;
}

/** How long running jobs may go on when the context is stopped without grace; as long as Spark waits. */
const patienceMs = 2000;

/** How long aborted jobs may take to notice; a function that does not look at its signal is not waited for. */
const abortMs = 500;
