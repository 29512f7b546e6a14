import type { Pair, Row } from '../core/row.ts';
import type { DurationLike } from '../core/time.ts';
import { checkPartitions } from '../rdd/check-partitions.ts';
import type { Partitioner } from '../rdd/partitioner.ts';
import type { RDD } from '../rdd/rdd.ts';
import type { Inverse } from '../rdd/window-state.ts';
import { defineOp, keyedWindow, type Op } from './define.ts';

/** How a window over keys is cut, beside its length. */
export interface WindowOptions<P extends Pair<Row, Row>> {
  /** How often there is a window, a multiple of the parent's slide, which it is unless given. */
  readonly slide?: DurationLike | undefined;
  /** How many partitions, or what places the keys; by default the context's default parallelism. */
  readonly partitions?: number | Partitioner | undefined;
  /** Takes back what f merged in: `inverse(f(a, b), b)` equals a. */
  readonly inverse?: ((merged: P[1], left: P[1]) => P[1]) | undefined;
  /** With an inverse: which pairs are shown; all unless given. */
  readonly filter?: ((pair: [P[0], P[1]]) => boolean) | undefined;
}

/**
 * Merges the values of each key in every window.
 *
 * Shape:  DStream<[K, V]> → DStream<[K, V]>
 * Emits   one pair for each key of the window; with an inverse also for each key that was ever in one, unless the
 *         filter drops it. The order of keys is not defined.
 * Waits   for all rows of the window's last batch.
 * Keeps   one value for each key and batch of the window. With an inverse also the keys that have left it, for which
 *         the filter says true, or there is none.
 * Ends    with its parent. A window with a batch that failed fails, until that batch has left it; with an inverse, what
 *         a batch held is tried again by each batch behind it, and none of these has a window before it succeeds.
 *
 * With an inverse a window is made of the one before: what left is taken out of the value of its key, then what came is
 * merged in. It costs the same however long the window is; without, each key that comes or leaves is merged anew.
 *
 * @param f merges two values of a key; associative and commutative, since values meet in any grouping
 * @param windowDuration how far back it reaches, a multiple of the parent's slide
 * @throws UsageError (WINDOW.NOT_A_MULTIPLE, DURATION.NOT_POSITIVE, TIME.BAD_DURATION, RDD.BAD_COUNT) at the call
 * @throws UsageError (CHECKPOINT.NO_DIRECTORY) at start, with an inverse
 * @throws JobError (STAGE.NOT_A_PAIR, STAGE.FUNCTION_THREW, STAGE.RETURNED_PROMISE) in the window with such a row
 * @throws JobError (STATE.STEP_FAILED) in a batch behind it; StateError (STATE.STEPS_WAIT), which stops the context
 * @example
 * const add = (a: number, b: number) => a + b;
 * const sums = await run((ssc, input) => input.map((w) => [w, 1]).reduceByKeyAndWindow(add, '2 s'), [['a'], ['a']]);
 * sums // => [[['a', 1]], [['a', 2]]]
 *
 * Spark: as PairDStreamFunctions.reduceByKeyAndWindow; there the filter also forgets what it drops while some of it is
 * still inside the window.
 */
export function reduceByKeyAndWindow<P extends Pair<Row, Row>>(
  f: (a: P[1], b: P[1]) => P[1],
  windowDuration: DurationLike,
  options: WindowOptions<P> = {},
): Op<[P[0], P[1]]> {
  const { slide, partitions, inverse, filter } = options;
  checkPartitions('reduceByKeyAndWindow', partitions);
  const undo = inverse && ({ inverse, filter } as Inverse);
  const traits = keyedWindow({
    name: 'reduceByKeyAndWindow',
    f,
    window: windowDuration,
    slide,
    partitions,
    undo,
  });
  return defineOp<[P[0], P[1]]>({
    ...traits,
    plan: (batch) => {
      const arrivals = batch.past.map(({ timeMs, rdd }) => {
        return { timeMs, rdd: (rdd as unknown as RDD<P>).reduceByKey(f, batch.statePartitioner) };
      });
      const window = batch.advance(arrivals).entries<P[0], P[1]>();
      return filter === undefined ? window : window.filter(filter);
    },
  });
}
