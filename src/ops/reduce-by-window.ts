import type { Row } from '../core/row.ts';
import type { DurationLike } from '../core/time.ts';
import { HashPartitioner } from '../rdd/partitioner.ts';
import { valueOfPair, withNullKey } from '../rdd/row-functions.ts';
import type { Inverse } from '../rdd/window-state.ts';
import { defineOp, keyedWindow, type Op } from './define.ts';

/**
 * Merges the rows of every window into one.
 *
 * Shape:  DStream<T> → DStream<T>
 * Emits   one row each slide; none for an empty window. With an inverse none until the first row ever, and one for
 *         every window from then on.
 * Waits   for all rows of the window's last batch.
 * Keeps   one row for each batch of the window.
 * Ends    with its parent; as reduceByKeyAndWindow.
 *
 * @param f merges two rows; associative and commutative
 * @param durations the window and the slide, multiples of the parent's slide
 * @param inverse takes back what f merged in: `inverse(f(a, b), b)` equals a
 * @throws UsageError (WINDOW.NOT_A_MULTIPLE, DURATION.NOT_POSITIVE, TIME.BAD_DURATION) at the call
 * @throws UsageError (CHECKPOINT.NO_DIRECTORY) at start, with an inverse
 * @throws JobError (STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the window whose row it failed on
 * @example
 * const add = (a: number, b: number) => a + b;
 * const sums = await run((ssc, input) => input.reduceByWindow(add, '2 s', '1 s'), [[1, 2], [3], [], []]);
 * sums // => [[3], [6], [3], []]
 *
 * Spark: as DStream.reduceByWindow.
 */
export function reduceByWindow<T extends Row>(
  f: (a: T, b: T) => T,
  durations: { readonly window: DurationLike; readonly slide: DurationLike },
  inverse?: (merged: T, left: T) => T,
): Op<T> {
  const undo: Inverse | undefined = inverse && { inverse: inverse as Inverse['inverse'], filter: undefined };
  const traits = keyedWindow({ name: 'reduceByWindow', f, ...durations, partitions: onePartition, undo });
  return defineOp<T>({
    ...traits,
    code: [withNullKey, ...traits.code, valueOfPair],
    plan: (batch) => {
      const arrivals = batch.past.map(({ timeMs, rdd }) => {
        const keyed = rdd.narrow<[null, T]>('map', withNullKey);
        return { timeMs, rdd: keyed.reduceByKey(f, onePartition) };
      });
      return batch.advance(arrivals).entries().narrow<T>('map', valueOfPair);
    },
  });
}

const onePartition = new HashPartitioner(1);
