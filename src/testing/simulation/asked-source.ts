import type { Clock } from '../../core/clock.ts';
import type { Row } from '../../core/row.ts';
import type { Time } from '../../core/time.ts';
import { InputDStream, type RDDMaker } from '../../graph/input-dstream.ts';
import type { RDD } from '../../rdd/rdd.ts';
import type { Sender } from './sender.ts';

/** A source that is asked, and knows how far it has read: a batch has what is there when it is made. */
export class AskedSource extends InputDStream<Row> {
  readonly #sender: Sender;
  readonly #clock: Pick<Clock, 'now'>;
  #next = 0;

  constructor(sender: Sender, clock: Pick<Clock, 'now'>) {
    super();
    this.#sender = sender;
    this.#clock = clock;
  }

  /** Whether it has read all rows. */
  get isDone(): boolean {
    return this.#next >= this.#sender.rows.length;
  }

  override position(): number {
    return this.#next;
  }

  override restore(position: Row): void {
    this.#next = (position as number | undefined) ?? 0;
  }

  override compute(_time: Time, make: RDDMaker): RDD<Row> {
    return this.#upTo(this.#sender.countAt(this.#clock.now()), make);
  }

  override recompute(_time: Time, position: Row, make: RDDMaker): RDD<Row> {
    return this.#upTo(position as number, make);
  }

  #upTo(end: number, make: RDDMaker): RDD<Row> {
    const rows = this.#sender.rows.slice(this.#next, end);
    this.#next = end;
    return make.rows(rows, askedPartitions);
  }
}

/** Into how many partitions the rows of a batch are cut. */
export const askedPartitions = 2;
