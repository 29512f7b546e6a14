import type { InputPlan } from '../graph/batch-log.ts';
import type { SinkNode, StepNode } from '../graph/graph.ts';
import { siteOf } from '../graph/site-of.ts';
import type { BatchInfo, OutputOperationInfo, StreamInputInfo, WaitingBatchInfo } from '../graph/streaming-listener.ts';

/** One output of a batch, from its planning to its end. */
export interface OutputRecord {
  readonly sink: SinkNode;
  startMs: number | undefined;
  endMs: number | undefined;
  failureReason: string | undefined;
}

/** The job that brings a state to a batch. */
export interface StepRecord {
  readonly step: StepNode;
  startMs: number | undefined;
  endMs: number | undefined;
}

/** What the scheduler knows of a batch. */
export class BatchRecord {
  readonly timeMs: number;
  readonly inputs: Map<number, StreamInputInfo> = new Map();
  /** The outputs that have a job, in the order of the program. */
  readonly outputs: OutputRecord[] = [];
  /** The state steps, which run before the outputs, in the order of the program. */
  readonly steps: StepRecord[] = [];
  /** How many inputs, steps and sinks have not spoken yet. */
  awaited: number;
  /** Why it cannot be, where a sink was refused. */
  refusal: { readonly error: unknown } | undefined;
  /** The errors of its steps, which have been reported. */
  readonly told: Set<unknown> = new Set();
  /** What each input gave to it. */
  readonly plans: InputPlan[] = [];
  /** The outputs that failed, or could not run. */
  readonly failed: Set<SinkNode> = new Set();
  /** Its plan would survive a crash, or nothing has to: its outputs may run. */
  isLogged = false;
  submittedMs = 0;
  /** Its jobs have ended, or there were none, or they may not run any more. */
  isOver = false;
  /** It was given up when the context stopped: it is not sealed. */
  isDropped = false;

  constructor(timeMs: number, awaited: number) {
    this.timeMs = timeMs;
    this.awaited = awaited;
  }

  /** Whether a job of it has been started. */
  get isBegun(): boolean {
    return this.#jobs.some((job) => job.startMs !== undefined);
  }

  get isEnded(): boolean {
    return this.#jobs.every((job) => job.endMs !== undefined);
  }

  get #jobs(): readonly (StepRecord | OutputRecord)[] {
    return [...this.steps, ...this.outputs];
  }

  /** A state is to be brought to it; steps are kept in the order of the program. */
  addStep(step: StepNode, order: readonly StepNode[]): void {
    this.steps.push({ step, startMs: undefined, endMs: undefined });
    this.steps.sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step));
  }

  /** A sink has a job for it; outputs are kept in the order of the program. */
  addOutput(sink: SinkNode): void {
    this.outputs.push({ sink, startMs: undefined, endMs: undefined, failureReason: undefined });
    this.outputs.sort((a, b) => a.sink.outputId - b.sink.outputId);
  }

  /** The batch as listeners see it now. */
  info(): BatchInfo {
    const startMs = earliest(this.#jobs.map((job) => job.startMs));
    const endMs = this.isEnded ? latest(this.#jobs.map((job) => job.endMs)) : undefined;
    const schedulingDelayMs = startMs === undefined ? undefined : startMs - this.submittedMs;
    const processingDelayMs = startMs === undefined || endMs === undefined ? undefined : endMs - startMs;
    return {
      batchTimeMs: this.timeMs,
      streamIdToInputInfo: new Map(this.inputs),
      numRecords: [...this.inputs.values()].reduce((sum, input) => sum + input.numRecords, 0),
      submissionTimeMs: this.submittedMs,
      processingStartTimeMs: startMs,
      processingEndTimeMs: endMs,
      schedulingDelayMs,
      processingDelayMs,
      totalDelayMs: processingDelayMs === undefined ? undefined : (schedulingDelayMs ?? 0) + processingDelayMs,
      outputOperationInfos: new Map(this.outputs.map((output) => [output.sink.outputId, this.outputInfo(output)])),
    };
  }

  /** What of it has not ended. */
  waiting(): WaitingBatchInfo {
    const left = this.#jobs.filter(({ endMs }) => endMs === undefined);
    const nodes = left.map((job) => ('step' in job ? job.step : job.sink));
    return { batchTimeMs: this.timeMs, jobs: this.awaited > 0 ? [] : nodes.map(siteOf) };
  }

  outputInfo({ sink, startMs, endMs, failureReason }: OutputRecord): OutputOperationInfo {
    return {
      batchTimeMs: this.timeMs,
      id: sink.outputId,
      name: siteOf(sink),
      startTimeMs: startMs,
      endTimeMs: endMs,
      failureReason,
    };
  }
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
