import type { Random } from '../../core/random.ts';
import type { Row } from '../../core/row.ts';

/** Who sends the rows of a source, outside of all processes. */
export class Sender {
  readonly name: string;
  readonly kind: 'asked' | 'received' | 'socket' | 'timed';
  readonly rows: readonly Row[];
  /** How many rows somebody has, and need not be sent again. */
  taken = 0;
  /** When each row is there to be sent. */
  readonly #timesMs: readonly number[];

  constructor(name: string, kind: Sender['kind'], rows: readonly Row[], { random, lengthMs }: Schedule) {
    this.name = name;
    this.kind = kind;
    this.rows = rows;
    this.#timesMs = rows.map((_, i) => Math.floor(((i + random.next()) / rows.length) * lengthMs));
  }

  /** How many rows are there at a time. */
  countAt(nowMs: number): number {
    const first = this.#timesMs.findIndex((timeMs) => timeMs > nowMs);
    return first < 0 ? this.rows.length : first;
  }

  /** When there will be more rows than so many; undefined when there are no more. */
  timeOfNext(count: number): number | undefined {
    return this.#timesMs[count];
  }

  get isDone(): boolean {
    return this.taken >= this.rows.length;
  }
}

/** When rows are sent. */
interface Schedule {
  readonly random: Random;
  readonly lengthMs: number;
}
