import type { Row } from '../core/row.ts';
import type { BatchPlan, StateChange } from '../graph/batch-log.ts';
import type { DurableId } from '../graph/durable-ids.ts';
import type { Redo } from '../rdd/state-store.ts';
import { firstFromBytes, fromBytes, secondFromBytes, toBytes, twoToBytes } from './codec.ts';
import type { LogRecord } from './record.ts';
import { redoFromBytes } from './redo-bytes.ts';

/** What a program is, as far as its checkpoint depends on it; written whenever it starts. */
export interface Began {
  /** Tells programs apart that began anew in the same directory. */
  readonly life: string;
  /** Whether it was the first start of that life. */
  readonly isFirst: boolean;
  readonly batchMs: number;
  readonly zeroTimeMs: number;
  /** How many partitions a shuffle makes unless the program says. */
  readonly parallelism: number;
  readonly sources: readonly DurableId[];
  readonly outputs: readonly DurableId[];
  /** What keeps state, and in how many partitions. */
  readonly states: readonly { readonly id: DurableId; readonly partitions: number }[];
}

/** What became of a batch. */
export interface Sealed {
  readonly timeMs: number;
  /** The outputs that are still to be done. */
  readonly failed: readonly DurableId[];
}

/** What a source has learned, all of it; written at the beginning of each segment. */
export interface Noted {
  readonly source: DurableId;
  readonly rows: readonly Row[];
}

/** Blocks of a source that count as never written; its other blocks may have come between them. */
export interface Withdrawn {
  readonly source: DurableId;
  readonly blocks: readonly string[];
  /** `meta` of the newest block before them that has one: those may be gone when this is read. */
  readonly lastMeta: Row;
}

/** The kinds of records in the log; docs/checkpoint-format.md has their payloads. */
export const kinds = { began: 1, block: 2, planned: 3, change: 4, sealed: 5, noted: 6, withdrawn: 7 } as const;

/** The record of what a program is. */
export function beganRecord(began: Began): LogRecord {
  return { kind: kinds.began, payload: toBytes(began) };
}

/** The record of what a batch is made of. */
export function plannedRecord(plan: BatchPlan): LogRecord {
  return { kind: kinds.planned, payload: toBytes(plan) };
}

/** The record of what a source has learned. */
export function notedRecord(noted: Noted): LogRecord {
  return { kind: kinds.noted, payload: toBytes(noted) };
}

/** The record of blocks that were taken back. */
export function withdrawnRecord(withdrawn: Withdrawn): LogRecord {
  return { kind: kinds.withdrawn, payload: toBytes(withdrawn) };
}

/** The record of what became of a batch. */
export function sealedRecord(sealed: Sealed): LogRecord {
  return { kind: kinds.sealed, payload: toBytes(sealed) };
}

/** The record of what a step did. */
export function changeRecord(change: StateChange): LogRecord {
  return { kind: kinds.change, payload: changeToBytes(change) };
}

/** Whose state a change is of, and when; what it did is read when it is needed. */
export type ChangeHead = Pick<StateChange, 'state' | 'timeMs' | 'partition'>;

/** What a step did, as it stands behind the head. */
interface ChangeTail {
  /** The redo, without results. */
  readonly redo: Uint8Array;
  readonly results: StateChange['results'] | undefined;
}

/** The head, then what it did: two values, so that one can be read without the other. */
export function changeToBytes({ bytes, results, ...head }: StateChange): Buffer {
  const tail: ChangeTail = { redo: bytes, results };
  return twoToBytes(head, tail);
}

/** @throws whatever V8 says of bytes that are no change */
export function changeHeadFromBytes(bytes: Uint8Array): ChangeHead {
  return firstFromBytes(bytes) as ChangeHead;
}

/** @throws whatever V8 says of bytes that are no change */
export function changedFromBytes(bytes: Uint8Array): Redo {
  const { redo, results } = secondFromBytes(bytes) as ChangeTail;
  return { ...redoFromBytes(redo), ...(results !== undefined && { results }) };
}

/** A value that one of the functions above has written. */
export function payloadOf<T>({ payload }: LogRecord): T {
  return fromBytes(payload) as T;
}
