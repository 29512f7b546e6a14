import { UsageError } from '../core/errors.ts';

/** How many partitions or parts. @throws UsageError (RDD.BAD_COUNT) unless it is a whole number of at least 1 */
export function checkCount(call: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new UsageError('RDD.BAD_COUNT', { call, count: String(count) });
}

/** How many rows. @throws UsageError (RDD.BAD_ROW_COUNT) unless it is a whole number of at least 0 */
export function checkRows(call: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new UsageError('RDD.BAD_ROW_COUNT', { call, count: String(count) });
}
