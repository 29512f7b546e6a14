import type { ExpiryQueue } from './expiry-queue.ts';
import { emptyRedo, type Image, type Redo } from './redo.ts';
import type { TableImage } from './table-image.ts';

/** What mapped state has, as it was at a moment: its values, then when each key had data last. */
export class MappedImage implements Image {
  readonly timeMs: number;
  readonly #table: TableImage;
  readonly #expiry: ExpiryQueue;

  constructor(table: TableImage, expiry: ExpiryQueue) {
    this.timeMs = table.timeMs;
    this.#table = table;
    this.#expiry = expiry;
  }

  *pieces(): Generator<Redo, void> {
    yield* this.#table.pieces();
    const isLive = (id: number): boolean => this.#table.isLive(id);
    for (const touched of this.#expiry.pieces(isLive)) yield { ...emptyRedo(this.timeMs), touches: [touched] };
  }
}
