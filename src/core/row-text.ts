import { inspect } from 'node:util';
import type { Row } from './row.ts';

/**
 * A row as Spark prints and saves it: tuples in parentheses, text as it is, anything else as Node shows it, whole and
 * on one line.
 */
export function rowText(row: Row): string {
  if (Array.isArray(row)) return `(${row.map(rowText).join(',')})`;
  return typeof row === 'object' && row !== null ? inspect(row, whole) : String(row);
}

const whole = {
  breakLength: Number.POSITIVE_INFINITY,
  compact: true,
  depth: Number.POSITIVE_INFINITY,
  maxArrayLength: null,
  maxStringLength: null,
};
