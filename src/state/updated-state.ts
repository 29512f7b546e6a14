import { atOnce, CallFailure } from './call-failure.ts';
import type { Keeper } from './keeper.ts';
import { Marks } from './marks.ts';
import type { Image, Redo } from './redo.ts';
import { absent, type Changes, changesOf, type VersionedTable } from './versioned-table.ts';
import { Pace, type Work } from './work.ts';

/** The state of a key from its values of a batch and its state so far; undefined where there is, or is to be, none. */
export type UpdateState = (values: unknown[], state: unknown, key: unknown, timeMs: number) => unknown;

/**
 * State that is updated for every key in every batch, whether it has new values or not.
 */
export class UpdatedState implements Keeper {
  readonly table: VersionedTable;
  readonly #update: UpdateState;
  readonly #pace = new Pace();
  /** Where the values of a key stand among the lists: their place and one. */
  readonly #place = new Marks();
  #timeMs = Number.NaN;
  readonly #begun = new Map<number, unknown>();
  /** The ids that have values, and the values of each. */
  #fed: number[] = [];
  #lists: unknown[][] = [];
  #changes: Changes | undefined;

  constructor(table: VersionedTable, update: UpdateState) {
    this.#update = update;
    this.table = table;
  }

  begin(timeMs: number): void {
    this.#timeMs = timeMs;
  }

  start(id: number, state: unknown): void {
    this.#begun.set(id, state);
  }

  feed(id: number, _key: unknown, value: unknown): void {
    const place = this.#place.get(id);
    if (place > 0) this.#lists[place - 1]?.push(value);
    else {
      this.#lists.push([value]);
      this.#place.set(id, this.#fed.push(id));
    }
  }

  *finish(): Work<void> {
    const changes: { ids: number[]; values: unknown[] } = { ids: [], values: [] };
    for (let id = 0; id < this.table.capacity; id++) {
      const place = this.#place.get(id);
      const kept = this.table.valueOf(id);
      const before = this.#begun.size > 0 && this.#begun.has(id) ? this.#begun.get(id) : kept;
      if (place === 0 && before === absent) continue;
      const after = this.#call(id, this.#lists[place - 1] ?? [], before);
      if (!Object.is(after, kept)) {
        changes.ids.push(id);
        changes.values.push(after);
      }
      if (this.#pace.isDue) yield* this.#pace.look();
    }
    this.#changes = changes;
  }

  *commit(): Work<void> {
    if (this.#changes === undefined) return;
    const changes = this.#changes;
    this.#changes = undefined;
    yield* this.table.commit(this.#timeMs, changes);
    this.discard();
  }

  redo(): Work<Redo> {
    return this.table.redo(this.#timeMs, this.#changes as Changes);
  }

  replay(redo: Redo): void {
    this.#timeMs = redo.timeMs;
    this.#changes = changesOf(redo);
  }

  image(): Image {
    return this.table.image();
  }

  discard(): void {
    for (const id of this.#fed) this.#place.set(id, 0);
    this.#fed = [];
    this.#lists = [];
    this.#begun.clear();
    this.#changes = undefined;
  }

  release(timeMs: number): void {
    this.table.release(timeMs);
  }

  #call(id: number, list: unknown[], before: unknown): unknown {
    const key = this.table.keyOf(id);
    try {
      const after = atOnce(this.#update(list, before === absent ? undefined : before, key, this.#timeMs));
      return after === undefined ? absent : after;
    } catch (error) {
      throw new CallFailure(error, [key, list]);
    }
  }
}
