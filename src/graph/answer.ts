import type { FiresteelError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { RDD } from '../rdd/rdd.ts';

/**
 * What a node says of one batch time, once: an RDD, that it has none then (which is not an empty one), or a failure.
 */
export type Answer =
  | { readonly type: 'rdd.ready'; readonly timeMs: number; readonly rdd: RDD<Row> }
  | { readonly type: 'rdd.none'; readonly timeMs: number }
  | { readonly type: 'rdd.failed'; readonly timeMs: number; readonly error: FiresteelError };
