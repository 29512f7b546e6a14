import type { SinkNode } from '../graph/graph.ts';
import { siteOf } from '../graph/planning.ts';
import type { BatchInfo, OutputOperationInfo, StreamInputInfo } from '../graph/streaming-listener.ts';

/** One output of a batch, from its planning to its end. */
export interface OutputRecord {
  readonly sink: SinkNode;
  startMs: number | undefined;
  endMs: number | undefined;
  failureReason: string | undefined;
}

/** What the scheduler knows of a batch. */
export class BatchRecord {
  readonly timeMs: number;
  readonly inputs: Map<number, StreamInputInfo> = new Map();
  /** The outputs that have a job, in the order of the program. */
  readonly outputs: OutputRecord[] = [];
  /** How many inputs and sinks have not spoken yet. */
  awaited: number;
  /** Why it cannot be, where a sink was refused. */
  refusal: { readonly error: unknown } | undefined;
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
    return this.outputs.some((output) => output.startMs !== undefined);
  }

  get isEnded(): boolean {
    return this.outputs.every((output) => output.endMs !== undefined);
  }

  /** A sink has a job for it; outputs are kept in the order of the program. */
  addOutput(sink: SinkNode): void {
    this.outputs.push({ sink, startMs: undefined, endMs: undefined, failureReason: undefined });
    this.outputs.sort((a, b) => a.sink.outputId - b.sink.outputId);
  }

  /** The batch as listeners see it now. */
  info(): BatchInfo {
    const startMs = earliest(this.outputs.map((output) => output.startMs));
    const endMs = this.isEnded ? latest(this.outputs.map((output) => output.endMs)) : undefined;
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
