import { expect } from 'vitest';

/** What came of one comparison. */
export interface Comparison {
  /** `README.md:12`: the line with the `// =>`. */
  readonly where: string;
  /** Why the two differ; undefined when they do not. */
  readonly error: unknown;
}

const comparisons: Comparison[] = [];
const pending: Promise<void>[] = [];

/**
 * Stands in for `actual // => expected` when a fence runs. A promise is compared by what it resolves to.
 *
 * @public The modules made of fences import it.
 */
export async function same(where: string, actual: unknown, expected: unknown): Promise<void> {
  if (!(actual instanceof Promise)) return compare(where, actual, expected);
  const settled = actual.then((value) => compare(where, value, expected));
  pending.push(settled);
  return settled;
}

/** The comparisons since it was asked last, in their order. */
export async function takeComparisons(): Promise<readonly Comparison[]> {
  await Promise.all(pending.splice(0));
  return comparisons.splice(0);
}

function compare(where: string, actual: unknown, expected: unknown): void {
  let error: unknown;
  try {
    expect(actual, where).toStrictEqual(expected);
  } catch (difference) {
    error = difference;
  }
  comparisons.push({ where, error });
}
