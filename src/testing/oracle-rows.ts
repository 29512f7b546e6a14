import { isIterable, Mistake, noPromise, rowByRow, type Stream } from './oracle.ts';

// What operators must give that look at one row after the other.

/** One row for each row. */
export function map<T, U>(parent: Stream<T>, f: (row: T) => U): Stream<U> {
  return rowByRow(parent, (row) => [noPromise(f(row))]);
}

/** The rows of which f says true, or anything that counts as true. */
export function filter<T>(parent: Stream<T>, f: (row: T) => unknown): Stream<T> {
  return rowByRow(parent, (row) => (noPromise(f(row)) ? [row] : []));
}

/** All that f returns for each row; where its iterable throws half-way, the rows before that are there. */
export function flatMap<T, U>(parent: Stream<T>, f: (row: T) => Iterable<U>): Stream<U> {
  return rowByRow(parent, function* (row) {
    const many: unknown = noPromise(f(row));
    if (!isIterable(many)) throw new Mistake('not-iterable');
    yield* many as Iterable<U>;
  });
}

/**
 * What f makes of the rows of a partition. There are no partitions here: f must make the same of rows however they are
 * cut, and is given them one at a time.
 */
export function mapPartitions<T, U>(parent: Stream<T>, f: (rows: readonly T[]) => Iterable<U>): Stream<U> {
  return rowByRow(parent, (row) => f([row]));
}

/** As mapPartitions; the index says nothing here. */
export function mapPartitionsWithIndex<T, U>(
  parent: Stream<T>,
  f: (index: number, rows: readonly T[]) => Iterable<U>,
): Stream<U> {
  return rowByRow(parent, (row) => f(0, [row]));
}

/** What becomes of a row whose call fails, and whether rows keep their order. */
export interface Calls<T, U> {
  readonly onError?: 'fail' | 'drop' | ((error: unknown, row: T) => U);
  readonly ordered?: boolean;
}

/** One row for each row. A call answers, or fails, as soon as it is made: f returns or throws. */
export function mapAsync<T, U>(parent: Stream<T>, f: (row: T) => U, calls: Calls<T, U> = {}): Stream<U> {
  const { onError = 'fail', ordered = true } = calls;
  const made = rowByRow(parent, (row) => {
    try {
      return [f(row)];
    } catch (error) {
      if (onError === 'fail') throw error;
      return onError === 'drop' ? [] : [onError(error, row)];
    }
  });
  return ordered ? made : { ...made, isOrdered: false };
}

/** Arrays that hold the rows; how many, and which rows share one, is a matter of partitions. */
export function glom<T>(parent: Stream<T>): Stream<readonly T[]> {
  return { ...rowByRow(parent, (row) => [[row]]), isOrdered: false };
}
