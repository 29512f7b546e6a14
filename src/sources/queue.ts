import { UsageError } from '../core/errors.ts';
import { previewOf } from '../core/preview.ts';
import type { Row } from '../core/row.ts';
import type { Time } from '../core/time.ts';
import { InputDStream, type RDDMaker } from '../graph/input-dstream.ts';
import { RDD } from '../rdd/rdd.ts';

/** RDDs from a queue that the program goes on filling: one a batch, or all that are there. */
export class QueueInput<T extends Row> extends InputDStream<T> {
  readonly #queue: RDD<T>[];
  readonly #oneAtATime: boolean;
  readonly #defaultRDD: RDD<T> | null | undefined;

  /**
   * @param defaultRDD for a batch that finds the queue empty; undefined = no row in one partition, null = no partition
   */
  constructor(queue: RDD<T>[], oneAtATime: boolean, defaultRDD: RDD<T> | null | undefined) {
    super();
    this.#queue = queue;
    this.#oneAtATime = oneAtATime;
    this.#defaultRDD = defaultRDD;
  }

  override get name(): string {
    return 'queueStream';
  }

  override restore(): never {
    throw new UsageError('QUEUE.NOT_RECOVERABLE', {});
  }

  override compute(_time: Time, make: RDDMaker): RDD<T> {
    const taken = this.#queue.splice(0, this.#oneAtATime ? 1 : this.#queue.length);
    for (const rdd of taken) {
      if (!(rdd instanceof RDD)) throw new UsageError('QUEUE.NOT_AN_RDD', { item: previewOf(rdd) });
    }
    const [only] = taken;
    if (only !== undefined) return taken.length === 1 ? only : make.union(taken);
    if (this.#defaultRDD === undefined) return make.rows<T>([]);
    return this.#defaultRDD ?? make.union<T>([]);
  }
}
