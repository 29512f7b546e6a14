import { UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import { InputDStream } from '../graph/input-dstream.ts';
import { RDD } from '../rdd/rdd.ts';

/** The same RDD in every batch. */
export class ConstantInput<T extends Row> extends InputDStream<T> {
  readonly #rdd: RDD<T>;

  /** @throws UsageError (CONSTANT.NOT_AN_RDD) */
  constructor(rdd: RDD<T>) {
    super();
    if (!(rdd instanceof RDD)) throw new UsageError('CONSTANT.NOT_AN_RDD', { given: String(rdd) });
    this.#rdd = rdd;
  }

  override get name(): string {
    return 'constantInputDStream';
  }

  override compute(): RDD<T> {
    return this.#rdd;
  }
}
