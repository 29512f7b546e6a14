import { byId, cut, emptyRedo, type Image, type Redo } from './redo.ts';

/** A batch of a window, which stays as it is. */
export interface HeldSlot {
  readonly timeMs: number;
  readonly ids: readonly number[];
  /** The value of the nth key. */
  valueAt(place: number): unknown;
}

/** What a window has, as it was at a moment: its values, then its batches. */
export class WindowImage implements Image {
  readonly timeMs: number;
  readonly #table: Image;
  readonly #slots: readonly HeldSlot[];

  constructor(table: Image, slots: readonly HeldSlot[]) {
    this.timeMs = table.timeMs;
    this.#table = table;
    this.#slots = slots;
  }

  *pieces(): Generator<Redo, void> {
    yield* this.#table.pieces();
    for (const slot of this.#slots) {
      let from = 0;
      for (const ids of cut(slot.ids)) {
        const values = Array.from(ids, (_, i) => slot.valueAt(from + i));
        yield { ...emptyRedo(this.timeMs), slots: [{ timeMs: slot.timeMs, ...byId(ids, values) }] };
        from += ids.length;
      }
    }
  }
}
