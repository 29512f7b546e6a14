import type { Row } from '../core/row.ts';
import type { BatchPlan, InputPlan, PendingBatchInfo } from '../graph/batch-log.ts';
import type { DurableId } from '../graph/durable-ids.ts';
import type { Note } from '../graph/input-dstream.ts';
import { blockHeadFromBytes } from './block-record.ts';
import {
  type Began,
  type ChangeHead,
  changeHeadFromBytes,
  kinds,
  type Noted,
  payloadOf,
  type Sealed,
  type Withdrawn,
} from './entries.ts';
import type { LogRecord } from './record.ts';

/** What was done to the state of a partition, as it is written. */
export interface ChangeBytes extends ChangeHead {
  readonly bytes: Buffer;
}

/** A block that is written down. */
export interface WrittenBlock {
  /** Where in the log. */
  readonly segment: number;
  /** Of one that was read back. */
  readonly bytes?: Buffer;
}

/** What is known of the blocks of a source, whether they are still there or not. */
export interface BlockCount {
  /** `meta` of the newest block that has one. */
  readonly lastMeta: Row;
  /** The number of the next block. */
  readonly next: number;
}

/** What the log says, put in order while it is read; later it is gone on with. */
export class History {
  /** What the program was when it was started last; undefined while none was. */
  began: Began | undefined;
  /** Whether the log has all that was ever done. */
  hasFirst = false;
  readonly plans: Map<number, BatchPlan> = new Map();
  /** In which segment a plan is. */
  readonly segments: Map<number, number> = new Map();
  /** The outputs that are still to be done, of batches whose outcome is known. */
  readonly failed: Map<number, readonly DurableId[]> = new Map();
  /** Of batches whose outcome is known; in order of time. */
  readonly changes: ChangeBytes[] = [];
  /** By source, in the order in which they came; those of which the log has nothing any more are left out. */
  readonly blocks: Map<DurableId, Map<string, WrittenBlock>> = new Map();
  readonly counts: Map<DurableId, BlockCount> = new Map();
  /** What each source has learned, oldest first. */
  readonly notes: Map<DurableId, Row[]> = new Map();
  /** The changes of a batch come before its outcome: without it they mean nothing. */
  #unsealed: ChangeBytes[] = [];

  /** Hears the records of the log in their order. @throws whatever V8 says of a payload that it has not written */
  hear(record: LogRecord, segment: number): void {
    switch (record.kind) {
      case kinds.began:
        this.begin(payloadOf<Began>(record));
        break;
      case kinds.block:
        this.#readBlock(Buffer.from(record.payload), segment);
        break;
      case kinds.planned:
        this.plan(payloadOf<BatchPlan>(record), segment);
        break;
      case kinds.change: {
        const bytes = Buffer.from(record.payload);
        this.#unsealed.push({ ...changeHeadFromBytes(bytes), bytes });
        break;
      }
      case kinds.sealed:
        this.#seal(payloadOf<Sealed>(record));
        break;
      case kinds.noted: {
        const { source, rows } = payloadOf<Noted>(record);
        this.notes.set(source, [...rows]);
        break;
      }
      case kinds.withdrawn:
        this.#withdraw(payloadOf<Withdrawn>(record));
        break;
    }
  }

  /** The last batch whose plan is known. */
  get plannedMs(): number {
    let plannedMs = this.began?.zeroTimeMs ?? Number.NEGATIVE_INFINITY;
    for (const timeMs of this.plans.keys()) plannedMs = Math.max(plannedMs, timeMs);
    return plannedMs;
  }

  /** A batch is planned. */
  plan(plan: BatchPlan, segment: number): void {
    this.plans.set(plan.timeMs, plan);
    this.segments.set(plan.timeMs, segment);
    for (const input of plan.inputs) {
      if (input.blocks !== undefined) this.#recount(input);
      if (input.note !== undefined) this.#note(input.source, input.note);
    }
  }

  /** A block of a source is written. */
  block(source: DurableId, id: string, meta: Row, written: WrittenBlock): void {
    const blocks = this.blocks.get(source) ?? new Map<string, WrittenBlock>();
    this.blocks.set(source, blocks.set(id, written));
    const before = this.counts.get(source) ?? noBlocks;
    const next = Math.max(before.next, Number(id.slice(id.lastIndexOf('-') + 1)) + 1);
    this.counts.set(source, { lastMeta: meta === undefined ? before.lastMeta : meta, next });
  }

  /** The first batch that has an output to be done; the one after the last where there is none. */
  firstOutstandingMs(batchMs: number): number {
    let firstMs = this.plannedMs + batchMs;
    for (const timeMs of this.plans.keys()) {
      const isDone = this.failed.get(timeMs)?.length === 0;
      if (!isDone) firstMs = Math.min(firstMs, timeMs);
    }
    return firstMs;
  }

  /** The batches whose outcome is known and that have an output to be done, in order. */
  get pending(): readonly PendingBatchInfo[] {
    const pending = [...this.failed].filter(([, outputs]) => outputs.length > 0);
    return pending
      .map(([batchTimeMs, outputs]) => ({ batchTimeMs, outputs }))
      .sort((a, b) => a.batchTimeMs - b.batchTimeMs);
  }

  /** The oldest segment that has something of the batches or blocks that are known; infinite where none has. */
  get oldestSegment(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const segment of this.segments.values()) oldest = Math.min(oldest, segment);
    for (const blocks of this.blocks.values()) {
      for (const { segment } of blocks.values()) {
        oldest = Math.min(oldest, segment);
        break; // They are in the order in which they were written.
      }
    }
    return oldest;
  }

  /** Nobody needs batches up to this one any more. */
  forget(timeMs: number): void {
    for (const atMs of this.plans.keys()) {
      if (atMs > timeMs) continue;
      for (const { source, blocks } of this.plans.get(atMs)?.inputs ?? []) {
        for (const id of blocks ?? []) this.blocks.get(source)?.delete(id);
      }
      this.plans.delete(atMs);
      this.segments.delete(atMs);
      this.failed.delete(atMs);
    }
  }

  /** The program starts. */
  begin(began: Began): void {
    if (this.began !== undefined && this.began.life !== began.life) {
      for (const map of [this.plans, this.segments, this.failed, this.blocks, this.counts, this.notes]) map.clear();
      this.changes.length = 0;
    }
    // What an earlier process had not sealed, it has not done.
    this.#unsealed = [];
    this.hasFirst = began.isFirst || (this.hasFirst && this.began?.life === began.life);
    this.began = began;
  }

  #readBlock(bytes: Buffer, segment: number): void {
    const { source, id, meta } = blockHeadFromBytes(bytes);
    this.block(source, id, meta, { segment, bytes });
  }

  /** They count as never written, whether they are still there or not; those that came behind them have no `meta`. */
  #withdraw({ source, blocks, lastMeta }: Withdrawn): void {
    for (const id of blocks) this.blocks.get(source)?.delete(id);
    const { next } = this.counts.get(source) ?? noBlocks;
    this.counts.set(source, { lastMeta, next });
  }

  #note(source: DurableId, { row, isAll }: Note): void {
    const rows = this.notes.get(source);
    if (rows === undefined || isAll) this.notes.set(source, [row]);
    else rows.push(row);
  }

  /** A plan also tells how many blocks there had been: they themselves may be gone. */
  #recount({ source, position }: InputPlan): void {
    const count = position as BlockCount | undefined;
    if (count !== undefined && count.next >= (this.counts.get(source) ?? noBlocks).next) this.counts.set(source, count);
  }

  #seal({ timeMs, failed }: Sealed): void {
    this.failed.set(timeMs, failed);
    this.changes.push(...this.#unsealed);
    this.#unsealed = [];
  }
}

/** Of a source that has stored nothing. */
const noBlocks: BlockCount = { lastMeta: undefined, next: 0 };
