import type { Row } from '../core/row.ts';
import type { Block } from '../rdd/block.ts';

/** Where received blocks are made safe. */
export interface BlockLog {
  /**
   * Resolves when the block would survive a crash. Calls may overlap; blocks are safe in the order of the calls.
   *
   * When it rejects, so do all calls behind it that were made before that was heard: what is safe has no hole. The
   * block is given to no batch, and its source sends it again if it can. It may come back after a crash all the same,
   * as may one that was given up because it took too long: its bytes may have got that far.
   *
   * @param source the durable id of the input
   */
  add(source: string, block: Block): Promise<void>;
}

/** What came back of a receiver's blocks after a restart. */
export interface RecoveredBlocks {
  /** By the time of the batch they were given to, oldest first; that batch gets these, whatever else has come. */
  readonly allocated: ReadonlyMap<number, readonly Block[]>;
  /** Safe, but of no batch yet, in order: the first new batch gets them. */
  readonly unallocated: readonly Block[];
  /** Blocks that a batch had, and which are lost (the log was off): by batch time. */
  readonly lost: ReadonlyMap<number, readonly string[]>;
  /** `meta` of the newest block of the log that has one, also of blocks that are cleaned since; else undefined. */
  readonly lastMeta: Row;
  /** The next number of a block. */
  readonly nextNumber: number;
}
