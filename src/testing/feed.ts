import type { Row } from '../core/row.ts';
import type { Time } from '../core/time.ts';
import { InputDStream, type RDDMaker } from '../graph/input-dstream.ts';
import type { RDD } from '../rdd/rdd.ts';

/** The rows of a batch; null for no RDD at all, which is not an empty one. */
export type FeedBatch<T extends Row> = readonly T[] | null;

/** A source whose batches are given beforehand; after the last one it makes empty batches for ever. */
export class Feed<T extends Row> extends InputDStream<T> {
  readonly #batches: readonly FeedBatch<T>[];
  readonly #partitions: number;
  #next = 0;

  constructor(batches: readonly FeedBatch<T>[], partitions = 2) {
    super();
    this.#batches = batches;
    this.#partitions = partitions;
  }

  override get name(): string {
    return 'feed';
  }

  override position(): number {
    return this.#next;
  }

  override restore(position: number | undefined): void {
    this.#next = position ?? 0;
  }

  override compute(_time: Time, make: RDDMaker): RDD<T> | undefined {
    const batch = this.#batches[this.#next];
    this.#next += 1;
    return batch === null ? undefined : make.rows(batch ?? [], this.#partitions);
  }
}
