import type { DurationLike } from '../core/time.ts';
import { HashPartitioner } from '../rdd/partitioner.ts';
import { countOne, subtract, valueOfPair } from '../rdd/row-functions.ts';
import { sum } from '../rdd/sum.ts';
import { defineOp, keyedWindow, type Op } from './define.ts';

/**
 * Counts the rows of every window.
 *
 * Shape:  DStream<T> → DStream<number>
 * Emits   one number each slide, 0 for an empty window; nothing before there was a row at all.
 * Waits   for all rows of the window's last batch.
 * Keeps   one number for each batch of the window.
 * Ends    with its parent; as reduceByKeyAndWindow with an inverse.
 *
 * @param windowDuration how far back it reaches, a multiple of the parent's slide
 * @param slideDuration how often there is a window, a multiple of the parent's slide
 * @throws UsageError (WINDOW.NOT_A_MULTIPLE, DURATION.NOT_POSITIVE, TIME.BAD_DURATION) at the call
 * @throws UsageError (CHECKPOINT.NO_DIRECTORY) at start
 * @example
 * const counts = await run((ssc, input) => input.countByWindow('2 s', '1 s'), [[], ['a', 'b'], ['c'], [], []]);
 * counts // => [[], [2], [3], [1], [0]]
 *
 * Spark: as DStream.countByWindow.
 */
export function countByWindow(windowDuration: DurationLike, slideDuration: DurationLike): Op<number> {
  const traits = keyedWindow({
    name: 'countByWindow',
    f: sum,
    window: windowDuration,
    slide: slideDuration,
    partitions: onePartition,
    undo: { inverse: subtract as (a: unknown, b: unknown) => unknown, filter: undefined },
  });
  return defineOp<number>({
    ...traits,
    code: [countOne, ...traits.code, valueOfPair],
    plan: (batch) => {
      const arrivals = batch.past.map(({ timeMs, rdd }) => {
        const counted = rdd.narrow<[null, number]>('map', countOne);
        return { timeMs, rdd: counted.reduceByKey(sum, onePartition) };
      });
      return batch.advance(arrivals).entries().narrow<number>('map', valueOfPair);
    },
  });
}

const onePartition = new HashPartitioner(1);
