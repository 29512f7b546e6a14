import { seededRandom } from '../../core/random.ts';
import type { Row } from '../../core/row.ts';
import { BrokenLaw, type Law } from './broken-law.ts';
import type { FaultsToCome } from './faults-to-come.ts';
import { Sender } from './sender.ts';
import { SinkBook } from './sink-book.ts';

/** What an outside is made of. */
export interface OutsideOptions {
  readonly seed: number;
  /** Within which time all rows are sent. */
  readonly lengthMs: number;
  readonly faults: FaultsToCome;
}

/** What there is outside of the processes and goes on when they die: who sends, and what has come out. */
export class Outside {
  readonly senders: Map<string, Sender> = new Map();
  readonly sinks: Map<string, SinkBook> = new Map();
  readonly faults: FaultsToCome;
  readonly #options: OutsideOptions;
  #broken: BrokenLaw | undefined;

  constructor(options: OutsideOptions) {
    this.#options = options;
    this.faults = options.faults;
  }

  /** The same in every process. */
  sender(name: string, kind: Sender['kind'], rows: readonly Row[]): Sender {
    const { seed, lengthMs } = this.#options;
    const random = seededRandom(seed, senderStream + this.senders.size);
    const sender = this.senders.get(name) ?? new Sender(name, kind, rows, { random, lengthMs });
    this.senders.set(name, sender);
    return sender;
  }

  /** The same in every process. */
  sink(name: string, kind: SinkBook['kind']): SinkBook {
    const sink = this.sinks.get(name) ?? new SinkBook(name, kind);
    this.sinks.set(name, sink);
    return sink;
  }

  /** Notes a broken law where it cannot be thrown; the first one counts. */
  broke(law: Law, difference: string, cause?: unknown): void {
    this.#broken ??= new BrokenLaw(law, difference, { cause });
  }

  /** @throws BrokenLaw that was noted */
  check(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }
}

/** What is drawn here has no influence on what else is drawn of the seed. */
const senderStream = 100;
