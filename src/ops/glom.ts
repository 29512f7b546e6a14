import type { Row } from '../core/row.ts';
import { toArray } from '../rdd/row-functions.ts';
import { defineOp, type Op } from './define.ts';

/**
 * Makes one row of each partition: the array of its rows.
 *
 * Shape:  DStream<T> → DStream<T[]>
 * Emits   one array for each partition of the batch, empty ones included.
 * Waits   for all rows of the partition.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @throws JobError of the operators before it
 * @example
 * await run((ssc, input) => input.glom(), [[1, 2, 3]], { partitions: 2 }) // => [[[1], [2, 3]]]
 *
 * Spark: as DStream.glom.
 */
export function glom<T extends Row>(): Op<T[]> {
  return defineOp({
    name: 'glom',
    isNarrow: true,
    code: [toArray],
    plan: (batch) => batch.input<T>().glom(),
  });
}
