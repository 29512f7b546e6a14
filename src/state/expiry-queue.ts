import { Column } from './column.ts';
import { cut, type Touched } from './redo.ts';
import { rowsBetweenYields, type Work } from './work.ts';

type Ids = readonly number[] | Int32Array;

/**
 * Which keys have had no data for too long, found without looking at the others.
 *
 * Keys are queued by the batch that touched them last. One that is touched again stays in its old place too, where it
 * is passed over when its time comes.
 */
export class ExpiryQueue {
  #touches: { readonly timeMs: number; readonly ids: Ids }[] = [];
  #lastMs = new Column();

  /** These keys were touched in the batch of this time, none before it was later. */
  *touch(timeMs: number, ids: Ids): Work<void> {
    if (ids.length === 0) return;
    for (let i = 0; i < ids.length; i++) {
      this.#lastMs.set(ids[i] as number, timeMs);
      if ((i + 1) % rowsBetweenYields === 0) yield rowsBetweenYields;
    }
    this.#touches.push({ timeMs, ids });
  }

  /** The keys whose last touch was before this time, as far as it was not dropped. */
  *before(timeMs: number): Generator<number, void> {
    for (const touch of this.#touches) {
      if (touch.timeMs >= timeMs) return;
      for (const id of touch.ids) if (this.#lastMs.get(id) === touch.timeMs) yield id;
    }
  }

  /** Forgets the touches before this time. */
  drop(timeMs: number): void {
    const stays = this.#touches.findIndex((touch) => touch.timeMs >= timeMs);
    this.#touches.splice(0, stays < 0 ? this.#touches.length : stays);
  }

  /** What it has now, for ids below that. */
  copy(capacity: number): ExpiryQueue {
    const copy = new ExpiryQueue();
    copy.#touches = this.#touches.slice();
    copy.#lastMs = this.#lastMs.copy(capacity);
    return copy;
  }

  /** The last touch of each of these keys, in order, some at a time. */
  *pieces(isOf: (id: number) => boolean): Generator<Touched, void> {
    for (const { timeMs, ids } of this.#touches) {
      for (const some of cut(ids)) {
        const last = some.filter((id) => isOf(id) && this.#lastMs.get(id) === timeMs);
        if (last.length > 0) yield { timeMs, ids: Int32Array.from(last) };
      }
    }
  }
}
