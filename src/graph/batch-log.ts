import type { Row } from '../core/row.ts';
import type { Change, StateImage } from '../rdd/state-store.ts';
import type { DurableId } from './durable-ids.ts';
import type { Note } from './input-dstream.ts';

/** What an input gave to a batch: enough to give it again. */
export interface InputPlan {
  readonly source: DurableId;
  /** What `position()` said behind the batch, of an input that is asked. */
  readonly position?: Row;
  /** It could not say what the batch has: `position` is that of the last batch for which it could. */
  readonly hasFailed?: boolean;
  /** It had failed, and a later batch got what had come: there is nothing left for this one. */
  readonly isPassed?: boolean;
  /** What it has learned with the batch, where it has. */
  readonly note?: Note;
  /** The ids of the blocks, of an input with a receiver. */
  readonly blocks?: readonly string[];
}

/** What a batch is made of. */
export interface BatchPlan {
  readonly timeMs: number;
  readonly inputs: readonly InputPlan[];
}

/** What a step did to the state of one partition. */
export interface StateChange extends Change {
  readonly state: DurableId;
}

/** What became of a batch. */
export interface BatchOutcome {
  readonly timeMs: number;
  /** The outputs that are still to be done. */
  readonly failed: readonly DurableId[];
  /** The steps that have been done since the batch before. */
  readonly changes: readonly StateChange[];
}

/** A batch that is sealed, and has outputs that are still to be done. */
export interface PendingBatchInfo {
  readonly batchTimeMs: number;
  /** The durable ids of the outputs. */
  readonly outputs: readonly DurableId[];
}

/** Where the batches of a program are written down, so that it can come back. */
export interface BatchLog {
  /** Resolves when the plan of a batch would survive a crash. Batches come in order. */
  planned(plan: BatchPlan): Promise<void>;
  /** Resolves when the outcome of a batch, and its changes, would. Batches come in order. */
  sealed(outcome: BatchOutcome): Promise<void>;
  /** Whether there has been so much since the last snapshot that it is time for one. */
  readonly isSnapshotDue: boolean;
  /** Writes down all state, so that what was written before is no longer needed. */
  snapshot(take: () => Promise<readonly StatesOf[] | undefined>): Promise<void>;
  /** All that was begun is done, or has failed, and others may have the log. */
  close(): Promise<void>;
}

/** All of a state. */
export interface StatesOf {
  readonly state: DurableId;
  readonly images: readonly StateImage[];
}
