import type { Row } from '../../core/row.ts';
import type { Time } from '../../core/time.ts';
import { InputDStream, type RDDMaker } from '../../graph/input-dstream.ts';
import type { RDD } from '../../rdd/rdd.ts';
import { askedPartitions } from './asked-source.ts';
import { type FaultsToCome, SimulatedFault } from './faults-to-come.ts';
import type { Sender } from './sender.ts';

/** A source that can be asked for the rows of any time, whenever it is: a table, or a folder of files. */
export class TimedSource extends InputDStream<Row> {
  readonly #sender: Sender;
  readonly #batchMs: number;
  readonly #faults: FaultsToCome;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(sender: Sender, batchMs: number, faults: FaultsToCome) {
    super();
    this.#sender = sender;
    this.#batchMs = batchMs;
    this.#faults = faults;
  }

  /** Whether it was asked for all rows. */
  get isDone(): boolean {
    return this.#sender.countAt(this.#lastMs) === this.#sender.rows.length;
  }

  override compute({ milliseconds: timeMs }: Time, make: RDDMaker): RDD<Row> {
    const fault = this.#faults.atSourceCall();
    const failure = new SimulatedFault(`the source ${this.#sender.name} fails`);
    if (fault?.isLate === false) throw failure;
    this.#lastMs = Math.max(this.#lastMs, timeMs);
    const rows = make.rows(rowsOfTime(this.#sender, timeMs, this.#batchMs), askedPartitions);
    return fault === undefined ? rows : rows.map(failingOnce(failure));
  }
}

/** The rows that came in the batch of a time. */
export function rowsOfTime(sender: Sender, timeMs: number, batchMs: number): readonly Row[] {
  return sender.rows.slice(sender.countAt(timeMs - batchMs), sender.countAt(timeMs));
}

function failingOnce(failure: SimulatedFault): (row: Row) => Row {
  let hasFailed = false;
  return (row) => {
    if (hasFailed) return row;
    hasFailed = true;
    throw failure;
  };
}
