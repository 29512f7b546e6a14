import type { Row } from '../core/row.ts';
import type { Block } from '../rdd/block.ts';

/** Where received blocks are made safe. */
export interface BlockLog {
  /**
   * Resolves when the block would survive a crash. Calls may overlap; blocks are safe in the order of the calls.
   *
   * When it rejects, so do all calls behind it: what is safe has no hole, and nothing is safe any more in this process.
   * The block is given to no batch. It may come back after a crash all the same, and then its source is told that it is
   * there: its bytes may have got that far.
   *
   * @param source the durable id of the input
   */
  add(source: string, block: Block): Promise<void>;
  /**
   * Takes back blocks of that source that are still on their way: whatever is added later is safe only together with
   * that. So a source may send them again, as other blocks, without waiting for this.
   *
   * Resolves when that would survive a crash.
   *
   * @param ids of blocks that were given to `add`, with all behind the first of them that have a `meta`
   */
  withdraw(source: string, ids: readonly string[]): Promise<void>;
}

/** What came back of a receiver's blocks after a restart. */
export interface RecoveredBlocks {
  /** By the time of the batch they were given to, oldest first; that batch gets these, whatever else has come. */
  readonly allocated: ReadonlyMap<number, readonly Block[]>;
  /** Safe, but of no batch yet, in order: the first new batch gets them. */
  readonly unallocated: readonly Block[];
  /** Blocks that a batch had, and which are lost (the log was off): by batch time. */
  readonly lost: ReadonlyMap<number, readonly string[]>;
  /** `meta` of the newest block that has one and was not taken back, also of blocks cleaned since; else undefined. */
  readonly lastMeta: Row;
  /** The next number of a block. */
  readonly nextNumber: number;
}
