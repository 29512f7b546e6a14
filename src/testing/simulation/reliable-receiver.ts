import type { Row } from '../../core/row.ts';
import { Receiver } from '../../graph/receiver.ts';
import { SimulatedFault } from './faults-to-come.ts';
import type { Outside } from './outside.ts';
import type { Sender } from './sender.ts';

/** A receiver that asks for what is behind the last block that is safe, and acknowledges what is. */
export class ReliableReceiver extends Receiver<Row> {
  readonly #sender: Sender;
  readonly #outside: Outside;
  readonly #isDead: () => boolean;
  #run: AbortController | undefined;

  constructor(sender: Sender, outside: Outside, isDead: () => boolean) {
    super();
    this.#sender = sender;
    this.#outside = outside;
    this.#isDead = isDead;
  }

  override async onStart(lastMeta: Row): Promise<void> {
    const run = new AbortController();
    this.#run = run;
    let next = (lastMeta as number | undefined) ?? 0;
    this.#begin(next);
    for (;;) {
      const timeMs = this.#sender.timeOfNext(next);
      if (timeMs === undefined) return;
      const { clock } = this.runtime;
      // Ended while it sleeps, it has nothing more to do.
      const isUp = await clock.sleep(timeMs - clock.now(), run.signal).then(yes, no);
      if (!isUp || run.signal.aborted) return;
      const end = this.#sender.countAt(clock.now());
      this.#store(next, end, run);
      next = end;
    }
  }

  override onStop(): void {
    this.#run?.abort();
  }

  /** It does not wait: several blocks may be under way. What is refused is sent again to the next run. */
  #store(from: number, end: number, run: AbortController): void {
    const fault = this.#outside.faults.atBlock();
    void this.storeBlock(this.#sender.rows.slice(from, end), end).then(
      () => {
        if (!this.#isDead()) this.#acknowledge(end);
      },
      () => run.abort(),
    );
    if (fault?.isThrown === true) throw new SimulatedFault(`the receiver of ${this.#sender.name} fails`);
    if (fault !== undefined) this.restart('A fault of the simulation');
  }

  /** Where it begins is safe, and so as good as acknowledged. */
  #begin(at: number): void {
    const { name, taken } = this.#sender;
    const difference = `of ${name} ${taken} rows were, and it begins behind ${at}`;
    if (at < taken) this.#outside.broke('what was acknowledged is safe', difference);
    this.#acknowledge(at);
  }

  #acknowledge(end: number): void {
    this.#sender.taken = Math.max(this.#sender.taken, end);
  }
}

const yes = (): boolean => true;
const no = (): boolean => false;
