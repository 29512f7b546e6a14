import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../core/errors.ts';
import { previewOf } from '../core/preview.ts';
import type { Row } from '../core/row.ts';

/** How outputs are compared. */
export interface CompareOptions<T extends Row> {
  /**
   * Whether the order of the rows in an output counts; true unless given. Without order an output is compared as a
   * multiset: a row that is expected twice has to be there twice. The order of the outputs always counts.
   */
  readonly ordered?: boolean;
  /** When two rows are equal: by value and deeply unless given. It has to be symmetric and transitive. */
  readonly equality?: (output: T, expected: T) => boolean;
}

/**
 * Compares what came out with what was expected, output by output.
 *
 * @param outputs the rows of each output, as `run` gives them
 * @throws UsageError (TESTING.OUTPUTS_DIFFER) that tells every output that differs, with the rows that are missing and
 *   those that are too many
 * @example
 * const outputs = await run((ssc, input) => input.flatMap((line) => line.split(' ')), [['b a'], []]);
 * assertOutputs(outputs, [['a', 'b'], []], { ordered: false }) // => undefined
 */
export function assertOutputs<T extends Row>(
  outputs: readonly (readonly T[])[],
  expected: readonly (readonly T[])[],
  { ordered = true, equality = isDeepStrictEqual }: CompareOptions<T> = {},
): void {
  const differences: string[] = [];
  if (outputs.length !== expected.length) {
    differences.push(`there are ${outputs.length} outputs, not ${expected.length}`);
  }
  for (const [index, wanted] of expected.entries()) {
    const output = outputs[index];
    if (output === undefined) break;
    const difference = ordered ? differenceInOrder(output, wanted, equality) : differenceOf(output, wanted, equality);
    if (difference !== undefined) differences.push(`output ${index + 1} ${difference}`);
  }
  if (differences.length > 0) throw new UsageError('TESTING.OUTPUTS_DIFFER', { differences });
}

type Equality<T> = (output: T, expected: T) => boolean;

function differenceInOrder<T>(output: readonly T[], expected: readonly T[], equality: Equality<T>): string | undefined {
  const at = expected.findIndex((row, i) => i >= output.length || !equality(output[i] as T, row));
  if (at < 0)
    return output.length === expected.length ? undefined : `has more rows: ${listed(output, expected.length)}`;
  if (at >= output.length) return `lacks its last rows: ${listed(expected, at)}`;
  return `has ${previewOf(output[at])} as row ${at + 1}, not ${previewOf(expected[at])}`;
}

/** What is missing and what is too much, whatever the order; undefined where nothing is. */
export function differenceOf<T>(
  output: readonly T[],
  expected: readonly T[],
  equality: Equality<T> = isDeepStrictEqual,
): string | undefined {
  const left = [...output];
  const missing: T[] = [];
  for (const row of expected) {
    const at = left.findIndex((each) => equality(each, row));
    if (at < 0) missing.push(row);
    else left.splice(at, 1);
  }
  const differences = [
    ...(missing.length > 0 ? [`lacks ${listed(missing)}`] : []),
    ...(left.length > 0 ? [`has too many of ${listed(left)}`] : []),
  ];
  return differences.length > 0 ? differences.join(' and ') : undefined;
}

function listed(rows: readonly unknown[], from = 0): string {
  const shown = rows.slice(from, from + shownMax).map((row) => previewOf(row));
  const more = rows.length - from - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const shownMax = 5;
