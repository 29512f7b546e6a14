import type { Column } from './column.ts';
import type { Marks } from './marks.ts';
import { byId, emptyRedo, type Image, pieceKeysMax, type Redo } from './redo.ts';

/** Copies of what a table has in its newest version, by id. */
export interface TableCopies {
  readonly keys: readonly unknown[];
  readonly values: Column;
  readonly isLive: Marks;
}

/** The newest version of a table, as it was at a moment. */
export class TableImage implements Image {
  readonly timeMs: number;
  readonly #copies: TableCopies;

  constructor(timeMs: number, copies: TableCopies) {
    this.timeMs = timeMs;
    this.#copies = copies;
  }

  /** Whether the key had a value. */
  isLive(id: number): boolean {
    return this.#copies.isLive.get(id) === 1;
  }

  *pieces(): Generator<Redo, void> {
    let ids: number[] = [];
    for (let id = 0; id < this.#copies.keys.length; id++) {
      if (this.isLive(id)) ids.push(id);
      if (ids.length < pieceKeysMax) continue;
      yield this.#piece(ids);
      ids = [];
    }
    // Also where there is nothing: it says which version this is.
    yield this.#piece(ids);
  }

  #piece(ids: readonly number[]): Redo {
    const keys: unknown[] = [];
    const values: unknown[] = [];
    for (const id of ids) {
      keys.push(this.#copies.keys[id]);
      values.push(this.#copies.values.get(id));
    }
    return { ...emptyRedo(this.timeMs), keys: byId(ids, keys), put: byId(ids, values) };
  }
}
