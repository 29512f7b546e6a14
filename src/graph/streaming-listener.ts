import type { Row } from '../core/row.ts';

/** What one input gave to a batch. */
export interface StreamInputInfo {
  readonly streamId: number;
  readonly name: string;
  /** Rows, as far as they are known before the batch runs; 0 for an input that does not count. */
  readonly numRecords: number;
  /** How far the input has read, where it can say so. */
  readonly position: Row;
}

/** One output operation of a batch. */
export interface OutputOperationInfo {
  readonly batchTimeMs: number;
  /** The number of the output among those of the program; the same in every batch. */
  readonly id: number;
  /** As the program writes it: `print (job.ts:14)`. */
  readonly name: string;
  readonly startTimeMs: number | undefined;
  readonly endTimeMs: number | undefined;
  /** The text of the error it failed with. */
  readonly failureReason: string | undefined;
}

/** A batch on its way. Delays are in milliseconds, and undefined until known. */
export interface BatchInfo {
  readonly batchTimeMs: number;
  /** What each input gave, by the number of its stream. */
  readonly streamIdToInputInfo: ReadonlyMap<number, StreamInputInfo>;
  /** Rows over all inputs. */
  readonly numRecords: number;
  readonly submissionTimeMs: number;
  readonly processingStartTimeMs: number | undefined;
  readonly processingEndTimeMs: number | undefined;
  /** From submission to the start of the first output operation. */
  readonly schedulingDelayMs: number | undefined;
  /** From there to the end of the last one. */
  readonly processingDelayMs: number | undefined;
  /** The sum of both. */
  readonly totalDelayMs: number | undefined;
  /** The output operations of this batch, by their number. */
  readonly outputOperationInfos: ReadonlyMap<number, OutputOperationInfo>;
}

/** A receiver and how it is. */
export interface ReceiverInfo {
  readonly streamId: number;
  readonly name: string;
  readonly isActive: boolean;
  /** What it last said went wrong; empty when nothing did. */
  readonly lastErrorMessage: string;
  /** The text of the error behind it. */
  readonly lastError: string;
  readonly lastErrorTimeMs: number | undefined;
}

/** A batch that has not ended. */
export interface WaitingBatchInfo {
  readonly batchTimeMs: number;
  /** What of it has not ended, as the program writes it: `print (job.ts:14)`; nothing while the batch is planned. */
  readonly jobs: readonly string[];
}

/** What a graceful stop waits for. */
export interface StoppingInfo {
  readonly timeMs: number;
  /** When the stop began. */
  readonly startTimeMs: number;
  /** When it waits no longer for what is below. */
  readonly deadlineMs: number;
  /**
   * Inputs as the program writes them: at first receivers that have not stopped, at last inputs that have not let go of
   * what they read from.
   */
  readonly inputs: readonly string[];
  /** In order of time. */
  readonly batches: readonly WaitingBatchInfo[];
}

/**
 * Hears what happens in a StreamingContext; every method is optional. Give it to `ssc.addStreamingListener(listener)`.
 *
 * Listeners are called one after the other, in the order of events; one that throws is logged and called again for the
 * next event.
 *
 * Spark: as StreamingListener, with the infos given directly.
 */
export interface StreamingListener {
  /** Once, when the context has started. */
  onStreamingStarted?(info: { readonly timeMs: number }): void;
  /** A receiver begins a run. */
  onReceiverStarted?(info: ReceiverInfo): void;
  /** A receiver has failed, or wants an error known. */
  onReceiverError?(info: ReceiverInfo): void;
  /** A run of a receiver has ended; another may follow. */
  onReceiverStopped?(info: ReceiverInfo): void;
  /** A batch is planned and waits for its turn. */
  onBatchSubmitted?(info: BatchInfo): void;
  /** The first output of a batch begins. */
  onBatchStarted?(info: BatchInfo): void;
  /** All outputs of a batch have ended, well or not. */
  onBatchCompleted?(info: BatchInfo): void;
  /** An output of a batch begins. */
  onOutputOperationStarted?(info: OutputOperationInfo): void;
  /** An output of a batch has ended, well or not. */
  onOutputOperationCompleted?(info: OutputOperationInfo): void;
  /** A graceful stop has begun, and every 5 s from then on until it has ended. Not in Spark. */
  onStreamingStopping?(info: StoppingInfo): void;
}
