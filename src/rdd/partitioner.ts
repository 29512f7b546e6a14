import { UsageError } from '../core/errors.ts';
import { hashKey, nonNegativeMod } from '../core/hash.ts';
import type { Key } from '../core/keys.ts';

/** Which partition a key belongs to. Two partitioners that are equal place every key alike. */
export interface Partitioner {
  readonly partitionCount: number;
  /** A whole number in [0, partitionCount). */
  partitionOf(key: Key): number;
  /** Whether both place every key alike. */
  equals(other: Partitioner): boolean;
}

/** @throws UsageError (RDD.BAD_PARTITIONS) unless it is a whole number of at least 1 */
export function checkPartitionCount(partitions: number): void {
  if (Number.isSafeInteger(partitions) && partitions >= 1) return;
  throw new UsageError('RDD.BAD_PARTITIONS', { partitions: String(partitions) });
}

/** By the key's hash, which is the same in every process; text and integers go where Spark puts them. */
export class HashPartitioner implements Partitioner {
  readonly partitionCount: number;

  /** @throws UsageError (RDD.BAD_PARTITIONS) */
  constructor(partitionCount: number) {
    checkPartitionCount(partitionCount);
    this.partitionCount = partitionCount;
  }

  partitionOf(key: Key): number {
    return this.partitionCount === 1 ? 0 : nonNegativeMod(hashKey(key), this.partitionCount);
  }

  /** Whether both place every key alike. */
  equals(other: Partitioner): boolean {
    return other instanceof HashPartitioner && other.partitionCount === this.partitionCount;
  }
}
