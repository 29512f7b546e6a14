import { Time } from '../core/time.ts';
import { type Batch, Failure, isThrown, type Rows, type Stream, type Thrown } from './oracle.ts';

/**
 * A stream whose batches build on one another, each on all that were before it. One that cannot be read, or whose step
 * throws, is asked for again by all that follow; as functions answer the same again, it is missing in all of them.
 *
 * @param step what comes of a batch; it is called for one after the other, as long as nothing is missing
 */
export function stepwise<T, U>(
  parent: Stream<T>,
  step: (batch: Rows<T> | null, time: Time) => Rows<U> | null,
): Stream<U> {
  const { intervalMs, slideMs } = parent;
  let failed: Failure | readonly Thrown[] | undefined;
  const batches = parent.batches.map((batch, i): Batch<U> => {
    const timeMs = (i + 1) * intervalMs;
    if (timeMs % slideMs !== 0) return null;
    if (batch instanceof Failure) {
      failed = new Failure([...(failed instanceof Failure ? failed.errors : []), ...batch.errors]);
    }
    if (failed !== undefined) return failed;
    const rows = step(batch as Rows<T> | null, new Time(timeMs));
    const thrown = rows?.filter(isThrown) ?? [];
    if (thrown.length === 0) return rows;
    failed = thrown;
    return failed;
  });
  return { intervalMs, slideMs, batches, isOrdered: false };
}
