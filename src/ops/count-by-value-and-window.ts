import type { Row } from '../core/row.ts';
import type { DurationLike } from '../core/time.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import { subtract, withOne } from '../rdd/row-functions.ts';
import { sum } from '../rdd/sum.ts';
import { defineOp, keyedWindow, type Op } from './define.ts';

const isCounted = ([, count]: [unknown, unknown]): boolean => count !== 0;

/**
 * Counts how often each row occurs in every window.
 *
 * Shape:  DStream<T> → DStream<[T, number]>
 * Emits   one pair for each row that occurs in the window, equal by value; the order is not defined.
 * Waits   for all rows of the window's last batch.
 * Keeps   one number for each row and batch of the window; a row that has left it is forgotten.
 * Ends    with its parent; as reduceByKeyAndWindow with an inverse.
 *
 * @param windowDuration how far back it reaches, a multiple of the parent's slide
 * @param slideDuration how often there is a window, a multiple of the parent's slide
 * @param partitions how many; by default the context's default parallelism
 * @throws UsageError (WINDOW.NOT_A_MULTIPLE, DURATION.NOT_POSITIVE, TIME.BAD_DURATION, RDD.BAD_COUNT) at the call
 * @throws UsageError (CHECKPOINT.NO_DIRECTORY) at start
 * @throws UsageError (KEY.CLASS_INSTANCE, KEY.NOT_A_VALUE, KEY.CYCLE) as the batch's failure, for a row that is no
 *   value
 * @example
 * const counts = await run((ssc, input) => input.countByValueAndWindow('2 s', '1 s', 1), [['a', 'b'], ['a'], []]);
 * counts // => [[['a', 1], ['b', 1]], [['a', 2], ['b', 1]], [['a', 1]]]
 *
 * Spark: as DStream.countByValueAndWindow.
 */
export function countByValueAndWindow<T extends Row>(
  windowDuration: DurationLike,
  slideDuration: DurationLike,
  partitions?: number,
): Op<[T, number]> {
  checkPartitions('countByValueAndWindow', partitions);
  const traits = keyedWindow({
    name: 'countByValueAndWindow',
    f: sum,
    window: windowDuration,
    slide: slideDuration,
    partitions,
    undo: { inverse: subtract as (a: unknown, b: unknown) => unknown, filter: isCounted },
  });
  return defineOp<[T, number]>({
    ...traits,
    code: [withOne, ...traits.code],
    plan: (batch) => {
      const arrivals = batch.past.map(({ timeMs, rdd }) => {
        const counted = rdd.narrow<[T, number]>('map', withOne);
        return { timeMs, rdd: counted.reduceByKey(sum, batch.statePartitioner) };
      });
      return batch.advance(arrivals).entries<T, number>();
    },
  });
}
