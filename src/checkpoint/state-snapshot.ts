import type { StatesOf } from '../graph/batch-log.ts';
import type { DurableId } from '../graph/durable-ids.ts';
import { uncut } from '../state/work.ts';
import { fromBytes, toBytes } from './codec.ts';
import { type ChangeHead, changeHeadFromBytes, changeToBytes } from './entries.ts';
import type { ChangeBytes } from './history.ts';
import { redoToBytes } from './redo-bytes.ts';
import type { Snapshot } from './snapshots.ts';

/** What stands first in a snapshot. */
export interface SnapshotHead {
  /** Of which life of the program. */
  readonly life: string;
  /** From which segment of the log on there is all that was done later. */
  readonly segment: number;
  /** Which version each state has. */
  readonly versions: readonly (readonly [state: DurableId, timeMs: number])[];
}

/** A snapshot that was read. */
export interface StateSnapshot {
  readonly number: number;
  readonly head: SnapshotHead;
  /** What makes the states, in order. */
  readonly pieces: readonly ChangeBytes[];
}

/** The head, then the states piece by piece, each made when it is asked for. */
export async function* snapshotChunks(head: SnapshotHead, states: readonly StatesOf[]): AsyncGenerator<Uint8Array> {
  yield toBytes(head);
  for (const { state, images } of states) {
    for (const { partition, pieces } of images) {
      for (const redo of pieces()) {
        yield changeToBytes({ state, partition, timeMs: redo.timeMs, bytes: uncut(redoToBytes(redo)) });
      }
    }
  }
}

/** Reads a snapshot; what it has may be some hundred megabytes. @throws StateError (CHECKPOINT.CORRUPT) */
export async function readStateSnapshot({ number, chunks }: Snapshot): Promise<StateSnapshot> {
  let head: SnapshotHead | undefined;
  const pieces: ChangeBytes[] = [];
  for await (const chunk of chunks()) {
    if (head === undefined) head = fromBytes(chunk) as SnapshotHead;
    else {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const piece: ChangeHead = changeHeadFromBytes(bytes);
      pieces.push({ ...piece, bytes });
    }
  }
  return { number, head: head as SnapshotHead, pieces };
}

/** Only what stands first. */
export async function readSnapshotHead({ chunks }: Snapshot): Promise<SnapshotHead> {
  for await (const chunk of chunks()) return fromBytes(chunk) as SnapshotHead;
  throw new TypeError('a snapshot that is whole has a head');
}
