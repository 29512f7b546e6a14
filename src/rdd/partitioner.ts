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

/** By the key's hash, which is the same in every process; text and integers go where Spark puts them. */
export class HashPartitioner implements Partitioner {
  readonly partitionCount: number;

  constructor(partitionCount: number) {
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
