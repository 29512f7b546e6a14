import type { Row } from '../core/row.ts';
import type { DurationLike } from '../core/time.ts';
import { positive } from '../graph/checks.ts';
import type { RDD } from '../rdd/rdd.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Shows, at every slide, the rows of all batches that lie no further back than the window is long.
 *
 * Shape:  DStream<T> → DStream<T>
 * Emits   the rows of the batches at times in (t - window, t], in order of time, at every multiple of the slide from
 *         zero time; none where these batches are empty, fewer while the program is younger than the window.
 * Waits   for the last batch of the window.
 * Keeps   the RDDs of its parent for the length of the window, and their rows.
 * Ends    with its parent; a window with a batch that failed fails, until that batch has left it.
 *
 * @param windowDuration how far back it reaches, a multiple of the parent's slide
 * @param slideDuration how often there is a window, a multiple of the parent's slide, which it is unless given
 * @throws UsageError (WINDOW.NOT_A_MULTIPLE, DURATION.NOT_POSITIVE, TIME.BAD_DURATION) at the call
 * @example
 * await run((ssc, input) => input.window('2 s'), [[1], [2], [], [4]]) // => [[1], [1, 2], [2], [4]]
 *
 * Spark: as DStream.window; what is kept of the parent is values, not bytes.
 */
export function window<T extends Row>(windowDuration: DurationLike, slideDuration?: DurationLike): Op<T> {
  const windowMs = positive('window', windowDuration).milliseconds;
  return defineOp<T>({
    name: 'window',
    isNarrow: true,
    keeps: 'window',
    withoutParent: 'plan',
    slideMs: slideDuration === undefined ? undefined : positive('window', slideDuration).milliseconds,
    windowMs,
    reachMs: windowMs,
    rereads: true,
    code: [],
    plan: (batch) => {
      const [first, ...others] = batch.past.map(({ rdd }) => rdd as unknown as RDD<T>);
      return first === undefined ? batch.rows<T>([]) : first.union(...others);
    },
  });
}
