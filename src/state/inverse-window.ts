import { atOnce, CallFailure } from './call-failure.ts';
import type { Keeper } from './keeper.ts';
import { Marks } from './marks.ts';
import { byId, type Image, type Redo } from './redo.ts';
import { type Slot, slotOf } from './slot.ts';
import { absent, type Changes, changesOf, type VersionedTable } from './versioned-table.ts';
import { WindowImage } from './window-image.ts';
import { Pace, rowsBetweenYields, type Work } from './work.ts';

type Merge = (a: unknown, b: unknown) => unknown;

/** What a window with an inverse is made of. */
export interface InverseWindowOptions {
  readonly windowMs: number;
  readonly reduce: Merge;
  readonly inverse: Merge;
  /** Whether a pair of which no batch of the window has a value is to be kept; all are unless it is given. */
  readonly filter: ((pair: [unknown, unknown]) => boolean) | undefined;
}

/** The values of several batches, one for each key. */
interface Merged extends Changes {
  /** In how many of the batches the key is. */
  readonly counts: readonly number[];
}

/** A step that is worked out. */
interface Worked {
  readonly timeMs: number;
  readonly came: readonly Slot[];
  readonly changes: Changes;
}

/**
 * The values of a window, brought from one window to the next: what left is taken out of the value of its key, then
 * what came is merged in. It costs as much as the batches that left and came, however long the window is.
 */
export class InverseWindow implements Keeper {
  readonly table: VersionedTable;
  readonly #options: InverseWindowOptions;
  readonly #pace = new Pace();
  /** The batches of the window, in order of time. */
  #slots: Slot[] = [];
  /** In how many batches of the window a key is. */
  readonly #presence = new Marks();
  /** Where the value of a key stands among those that came: its place and one. */
  readonly #place = new Marks();
  #timeMs = Number.NaN;
  #came: Slot[] = [];
  #worked: Worked | undefined;

  constructor(table: VersionedTable, options: InverseWindowOptions) {
    this.#options = options;
    this.table = table;
  }

  begin(timeMs: number): void {
    this.#timeMs = timeMs;
    this.#came = [];
  }

  open(timeMs: number): void {
    this.#came.push(slotOf(timeMs));
  }

  feed(id: number, _key: unknown, value: unknown): void {
    const slot = this.#came[this.#came.length - 1] as Slot;
    slot.ids.push(id);
    slot.values.push(value);
  }

  *finish(): Work<void> {
    const timeMs = this.#timeMs;
    const left = yield* this.#merged(this.#slots.filter((slot) => this.#hasLeft(slot, timeMs)));
    const came = this.#came.filter((slot) => !this.#hasLeft(slot, timeMs));
    this.#worked = { timeMs, came, changes: yield* this.#changes(left, yield* this.#merged(came)) };
  }

  *commit(): Work<void> {
    if (this.#worked === undefined) return;
    const { timeMs, came, changes } = this.#worked;
    const left = this.#slots.filter((slot) => this.#hasLeft(slot, timeMs));
    this.#worked = undefined;
    this.#slots = [...this.#slots.filter((slot) => !this.#hasLeft(slot, timeMs)), ...came];
    for (const slot of came) yield* this.#count(slot, 1);
    for (const slot of left) yield* this.#count(slot, -1);
    yield* this.table.commit(timeMs, changes);
    this.discard();
  }

  *redo(): Work<Redo> {
    const { timeMs, came, changes } = this.#worked as Worked;
    const slots = came.map((slot) => ({ timeMs: slot.timeMs, ...byId(slot.ids, slot.values) }));
    return { ...(yield* this.table.redo(timeMs, changes)), slots };
  }

  replay(redo: Redo): void {
    const came = (redo.slots ?? []).map(({ timeMs, ids, values }) => {
      return { timeMs, ids: Array.from(ids), values: Array.from(values) };
    });
    this.#worked = { timeMs: redo.timeMs, came, changes: changesOf(redo) };
  }

  image(): Image {
    const slots = this.#slots.map(({ timeMs, ids, values }) => ({ timeMs, ids, valueAt: (i: number) => values[i] }));
    return new WindowImage(this.table.image(), slots);
  }

  discard(): void {
    this.#worked = undefined;
    this.#came = [];
  }

  release(timeMs: number): void {
    this.table.release(timeMs);
  }

  #hasLeft({ timeMs }: Slot, atMs: number): boolean {
    return timeMs <= atMs - this.#options.windowMs;
  }

  *#count({ ids }: Slot, by: number): Work<void> {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      this.#presence.set(id, this.#presence.get(id) + by);
      if ((i + 1) % rowsBetweenYields === 0) yield rowsBetweenYields;
    }
  }

  /** Several batches as one: the values of a key merged in order of time. */
  *#merged(slots: readonly Slot[]): Work<Merged> {
    const [only] = slots;
    if (slots.length === 1 && only !== undefined) return { ...only, counts: [] };
    const ids: number[] = [];
    const values: unknown[] = [];
    const counts: number[] = [];
    try {
      for (const slot of slots) {
        for (const [i, id] of slot.ids.entries()) {
          const place = this.#place.get(id) - 1;
          if (place < 0) {
            this.#place.set(id, ids.push(id));
            values.push(slot.values[i]);
            counts.push(1);
          } else {
            values[place] = this.#call(this.#options.reduce, values[place], slot.values[i], id);
            counts[place] = (counts[place] as number) + 1;
          }
          if (this.#pace.isDue) yield* this.#pace.look();
        }
      }
    } finally {
      for (const id of ids) this.#place.set(id, 0);
    }
    return { ids, values, counts };
  }

  *#changes(left: Merged, came: Merged): Work<Changes> {
    const { reduce, inverse } = this.#options;
    const ids: number[] = [];
    const values: unknown[] = [];
    for (const [i, id] of came.ids.entries()) this.#place.set(id, i + 1);
    try {
      for (let i = 0; i < left.ids.length; i++) {
        const id = left.ids[i] as number;
        let value = this.#call(inverse, this.table.valueOf(id), left.values[i], id);
        const place = this.#place.get(id) - 1;
        if (place >= 0) value = this.#call(reduce, value, came.values[place], id);
        const isPresent = place >= 0 || this.#presence.get(id) > (left.counts[i] ?? 1);
        ids.push(id);
        values.push(isPresent || this.#stays(id, value) ? value : absent);
        this.#place.set(id, 0);
        if (this.#pace.isDue) yield* this.#pace.look();
      }
      for (let i = 0; i < came.ids.length; i++) {
        const id = came.ids[i] as number;
        if (this.#place.get(id) > 0) {
          const before = this.table.valueOf(id);
          ids.push(id);
          values.push(before === absent ? came.values[i] : this.#call(reduce, before, came.values[i], id));
        }
        if (this.#pace.isDue) yield* this.#pace.look();
      }
    } finally {
      for (const id of came.ids) this.#place.set(id, 0);
    }
    return { ids, values };
  }

  #stays(id: number, value: unknown): boolean {
    const { filter } = this.#options;
    if (filter === undefined) return true;
    const pair: [unknown, unknown] = [this.table.keyOf(id), value];
    try {
      return Boolean(atOnce(filter(pair)));
    } catch (error) {
      throw new CallFailure(error, pair);
    }
  }

  #call(f: Merge, a: unknown, b: unknown, id: number): unknown {
    try {
      return atOnce(f(a, b));
    } catch (error) {
      throw new CallFailure(error, [this.table.keyOf(id), b]);
    }
  }
}
