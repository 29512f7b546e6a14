import type { Row } from '../../core/row.ts';

/** A batch that was written. */
export interface Written {
  readonly timeMs: number;
  readonly rows: readonly Row[];
}

/** What came out of one output, outside of all processes. */
export class SinkBook {
  readonly name: string;
  readonly kind: 'idempotent' | 'appending';
  /** All that was written, in the order in which it was. */
  readonly written: Written[] = [];
  /** Batches that were set aside, or may have been by a policy that is not of the world. */
  readonly aside: Set<number> = new Set();

  constructor(name: string, kind: SinkBook['kind']) {
    this.name = name;
    this.kind = kind;
  }
}
