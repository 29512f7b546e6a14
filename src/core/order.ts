import { UsageError } from './errors.ts';
import { previewOf } from './preview.ts';

/**
 * The natural order of values that can be sorted: numbers (NaN last), text by code units, booleans, bigints, dates,
 * and tuples of these, compared part by part.
 *
 * @returns below 0 when a comes first, above 0 when b does, 0 when neither
 * @throws UsageError (ORDER.NOT_COMPARABLE) for values of different kinds, or of a kind without an order
 */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a === typeof b && isOrdered(a) && isOrdered(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Date && b instanceof Date) return compareNumbers(a.getTime(), b.getTime());
  if (Array.isArray(a) && Array.isArray(b)) return compareTuples(a, b);
  throw new UsageError('ORDER.NOT_COMPARABLE', { a: previewOf(a), b: previewOf(b) });
}

function isOrdered(value: unknown): value is string | boolean | bigint {
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint';
}

function compareNumbers(a: number, b: number): number {
  if (a === b) return 0;
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return a < b || Number.isNaN(b) ? -1 : 1;
}

/** Of two tuples that begin alike the shorter one comes first. */
function compareTuples(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
