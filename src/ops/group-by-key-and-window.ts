import type { Pair, Row } from '../core/row.ts';
import type { DurationLike } from '../core/time.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import type { Partitioner } from '../rdd/partitioner.ts';
import type { RDD } from '../rdd/rdd.ts';
import { codeOf, grouping } from '../rdd/row-functions.ts';
import { defineOp, keyedWindow, type Op } from './define.ts';

const concat = (lists: readonly unknown[]): unknown => (lists as unknown[][]).flat();
const concatTwo = (a: unknown[], b: unknown[]): unknown[] => [...a, ...b];

/**
 * Puts the values of each key in every window into one list.
 *
 * Shape:  DStream<[K, V]> → DStream<[K, V[]]>
 * Emits   one pair for each key of the window; values in the order of batches, inside a batch as groupByKey has them.
 * Waits   for all rows of the window's last batch.
 * Keeps   all values of the window.
 * Ends    with its parent; a window with a batch that failed fails, until that batch has left it.
 *
 * @param windowDuration how far back it reaches, a multiple of the parent's slide
 * @param slideDuration how often there is a window, a multiple of the parent's slide, which it is unless given
 * @param partitions how many, or what places the keys; by default the context's default parallelism
 * @throws UsageError (WINDOW.NOT_A_MULTIPLE, DURATION.NOT_POSITIVE, TIME.BAD_DURATION, RDD.BAD_COUNT) at the call
 * @throws JobError (STAGE.NOT_A_PAIR) in the window whose row is none
 * @example
 * const lists = await run((ssc, input) => input.map((n) => ['n', n]).groupByKeyAndWindow('2 s'), [[1, 2], [3], [4]]);
 * lists // => [[['n', [1, 2]]], [['n', [1, 2, 3]]], [['n', [3, 4]]]]
 *
 * Spark: as PairDStreamFunctions.groupByKeyAndWindow.
 */
export function groupByKeyAndWindow<P extends Pair<Row, Row>>(
  windowDuration: DurationLike,
  slideDuration?: DurationLike,
  partitions?: number | Partitioner,
): Op<[P[0], P[1][]]> {
  checkPartitions('groupByKeyAndWindow', partitions);
  const traits = keyedWindow({
    name: 'groupByKeyAndWindow',
    f: concatTwo,
    window: windowDuration,
    slide: slideDuration,
    partitions,
    undo: undefined,
    mergeAll: concat,
  });
  return defineOp<[P[0], P[1][]]>({
    ...traits,
    code: [...codeOf(grouping), concat],
    plan: (batch) => {
      const arrivals = batch.past.map(({ timeMs, rdd }) => {
        return { timeMs, rdd: (rdd as unknown as RDD<P>).groupByKey(batch.statePartitioner) };
      });
      return batch.advance(arrivals).entries<P[0], P[1][]>();
    },
  });
}
