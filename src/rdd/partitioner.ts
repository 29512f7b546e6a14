import { UsageError } from '../core/errors.ts';
import { hashKey, nonNegativeMod } from '../core/hash.ts';
import { encodeKey } from '../core/keys.ts';
import { previewOf } from '../core/preview.ts';
import { checkCount } from './check-count.ts';

/**
 * Which partition a key belongs to; make one of your own for `partitionBy` and the keyed operators.
 *
 * Keys that are equal by value must have the same partition. Two partitioners that are equal place every key alike.
 *
 * Spark: as Partitioner.
 */
export interface Partitioner {
  readonly numPartitions: number;
  /** A whole number in [0, numPartitions). */
  getPartition(key: unknown): number;
  /** Whether both place every key alike. */
  equals(other: Partitioner): boolean;
}

/**
 * By the key's hash, which is the same in every process; text and whole numbers go where Spark puts them.
 *
 * Spark: as HashPartitioner.
 */
export class HashPartitioner implements Partitioner {
  readonly numPartitions: number;

  /** @throws UsageError (RDD.BAD_COUNT) unless it is a whole number of at least 1 */
  constructor(numPartitions: number) {
    this.numPartitions = checkCount('HashPartitioner', numPartitions);
  }

  getPartition(key: unknown): number {
    return this.numPartitions === 1 ? 0 : nonNegativeMod(hashKey(encodeKey(key)), this.numPartitions);
  }

  /** Whether both place every key alike. */
  equals(other: Partitioner): boolean {
    return other instanceof HashPartitioner && other.numPartitions === this.numPartitions;
  }
}

/** What a program gave to place keys, or as how many partitions by hash; by default as many as these. */
export function partitionerOf(given: number | Partitioner | undefined, parallelism: number): Partitioner {
  return typeof given === 'object' ? given : new HashPartitioner(given ?? parallelism);
}

/** @throws UsageError (PARTITIONER.OUT_OF_RANGE) */
export function placeOfKey(key: unknown, partitioner: Partitioner): number {
  if (partitioner instanceof HashPartitioner) return partitioner.getPartition(key);
  const place = partitioner.getPartition(key);
  if (Number.isInteger(place) && place >= 0 && place < partitioner.numPartitions) return place;
  throw new UsageError('PARTITIONER.OUT_OF_RANGE', {
    key: previewOf(key),
    place: String(place),
    numPartitions: partitioner.numPartitions,
  });
}
