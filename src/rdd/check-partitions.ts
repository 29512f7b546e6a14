import { checkCount } from './check-count.ts';
import type { Partitioner } from './partitioner.ts';

/** How many partitions, or what places keys in them; undefined for the default. @throws UsageError (RDD.BAD_COUNT) */
export function checkPartitions(call: string, partitions: number | Partitioner | undefined): void {
  if (partitions === undefined) return;
  checkCount(call, typeof partitions === 'object' && partitions !== null ? partitions.numPartitions : partitions);
}
