import type { Row } from '../core/row.ts';
import type { WrittenChange } from '../rdd/state-history.ts';
import type { InputPlan } from './batch-log.ts';
import type { RecoveredBlocks } from './block-log.ts';
import type { InputNode, SinkNode, StreamNode } from './graph.ts';

/** What an earlier process has left to one that goes on with its program. */
export interface Recovery {
  readonly zeroTimeMs: number;
  /**
   * The batches behind it are gone through again: those that have not completed, and before them those of which
   * something is still needed.
   */
  readonly startMs: number;
  /** The last batch whose plan is known. */
  readonly plannedMs: number;
  /** How many partitions a shuffle made then, unless the program said. */
  readonly parallelism: number;
  /** What an input gave to a batch. */
  input(node: InputNode, timeMs: number): InputPlan | undefined;
  /** What `position()` of an input said at the start time. */
  position(node: InputNode): Row;
  /** What an input had learned, oldest first. */
  notes(node: InputNode): readonly Row[];
  /** What was done to a state, in order of time. */
  changes(node: StreamNode): readonly WrittenChange[];
  /** Whether an output is still to be done for a batch. */
  isOutstanding(sink: SinkNode, timeMs: number): boolean;
  /** What came to an input with a receiver. */
  blocks(node: InputNode): RecoveredBlocks;
}
