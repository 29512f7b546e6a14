import { assert, UsageError } from '../core/errors.ts';
import { encodeKey, type Key } from '../core/keys.ts';
import { Column } from './column.ts';
import { KeyIndex } from './key-index.ts';
import { KeyTable } from './key-table.ts';
import { Marks } from './marks.ts';
import { type ById, byId, type Redo } from './redo.ts';
import { TableImage } from './table-image.ts';
import { rowsBetweenYields, type Work } from './work.ts';

/** In the place of the value of a key that has none. */
export const absent: unique symbol = Symbol('absent');

/** A key and its value, as a row. */
export type Entry = [key: unknown, value: unknown];

/** Values of keys that change together: the nth id gets the nth value. */
export interface Changes {
  readonly ids: readonly number[];
  /** `absent` where the key goes. */
  readonly values: readonly unknown[];
  /** Keys that are to have the ids that another process gave them: of a redo. */
  readonly placed?: ById | undefined;
}

/** What leads from a version back to the one before it. */
interface Undo {
  /** The version before. */
  readonly timeMs: number;
  readonly ids: number[];
  readonly values: unknown[];
  /** The keys that the ids stood for in it, where they stand for others now. */
  keys: Map<number, unknown> | undefined;
}

/** What is to be read in the place of the newest values and keys, by id. */
interface Overlay {
  readonly values: ReadonlyMap<number, unknown>;
  readonly keys: ReadonlyMap<number, unknown>;
}

/** Changes as a redo has them. */
export function changesOf({ keys, put, gone }: Redo): Changes {
  const values: unknown[] = [...put.values, ...new Array<unknown>(gone.length).fill(absent)];
  return { ids: [...put.ids, ...gone], values, placed: keys };
}

/**
 * Values by key, in versions: the newest is changed in place, older ones are read back through what was undone.
 *
 * Nothing is copied for a new version but the values that it changes, and these only while somebody may still read the
 * version before. A version is named by its batch time.
 */
export class VersionedTable {
  readonly #keys: KeyTable;
  readonly #values = new Column();
  readonly #isLive = new Marks();
  readonly #undone: Undo[] = [];
  /** Keys without a value, which older versions still have: their ids are taken away when those are released. */
  readonly #leaving: { readonly timeMs: number; readonly id: number }[] = [];
  /** How often an id stands in `#leaving`. */
  readonly #pins = new Marks();
  #reserved: number[] = [];
  #timeMs: number;
  #releasedMs: number;
  #size = 0;

  /**
   * @param timeMs the version in which there is nothing
   * @param index where the keys of this partition, and of its neighbours, are found
   */
  constructor(timeMs: number, index: KeyIndex = new KeyIndex(), partition = 0) {
    this.#keys = new KeyTable(index, partition);
    this.#timeMs = timeMs;
    this.#releasedMs = timeMs;
  }

  /** The newest version. */
  get timeMs(): number {
    return this.#timeMs;
  }

  /** How many keys have a value in the newest version. */
  get size(): number {
    return this.#size;
  }

  /** All ids are below it. */
  get capacity(): number {
    return this.#keys.capacity;
  }

  /** The id of a key, whether it has a value or not. */
  find(code: Key): number | undefined {
    return this.#keys.find(code);
  }

  /** The id of a key, which is given one where it has none: until `settle`, unless it gets a value. */
  reserve(code: Key, key: unknown): number {
    const known = this.#keys.find(code);
    if (known !== undefined) return known;
    const id = this.#keys.add(code, key);
    this.#reserved.push(id);
    return id;
  }

  /** A step has ended, one way or the other: ids that it reserved and did not use are taken back. */
  settle(): void {
    for (const id of this.#reserved.splice(0)) this.#giveBack(id);
  }

  keyOf(id: number): unknown {
    return this.#keys.keyOf(id);
  }

  /** Whether the key has a value in the newest version. */
  isLive(id: number): boolean {
    return this.#isLive.get(id) === 1;
  }

  /** Its value in the newest version. */
  valueOf(id: number): unknown {
    return this.#isLive.get(id) === 1 ? this.#values.get(id) : absent;
  }

  /**
   * Makes the next version, or adds to the newest what else is in it. It cannot fail; it must not be stopped half-way
   * for good.
   */
  *commit(timeMs: number, { ids, values, placed }: Changes): Work<void> {
    // Whoever reads meanwhile reads an older version: through values that are undone one by one.
    const undo: Undo = { timeMs: this.#timeMs, ids: [], values: [], keys: undefined };
    const isRead = this.#timeMs > this.#releasedMs && timeMs !== this.#timeMs;
    if (isRead) this.#undone.push(undo);
    this.#timeMs = timeMs;
    if (placed !== undefined) yield* this.#place(placed, undo);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const value = values[i];
      if (isRead) {
        undo.ids.push(id);
        undo.values.push(this.valueOf(id));
      }
      if (value !== absent) this.#put(id, value);
      // An id that was only reserved is taken back when the step is settled.
      else if (this.isLive(id)) this.#leave(id, isRead ? undo : undefined);
      if ((i + 1) % rowsBetweenYields === 0) yield rowsBetweenYields;
    }
  }

  /** The entries of a version, some at a time. @throws UsageError (STATE.VERSION_RELEASED) when it is no longer kept */
  *chunks(timeMs: number): Generator<Entry[], void> {
    let overlay = this.#overlay(timeMs);
    let readMs = this.#timeMs;
    let undone = this.#undoneSize;
    for (let from = 0; from < this.#keys.capacity; from += rowsBetweenYields) {
      const isChanged = readMs !== this.#timeMs || undone !== this.#undoneSize;
      if (isChanged) overlay = this.#overlay(timeMs);
      readMs = this.#timeMs;
      undone = this.#undoneSize;
      const entries: Entry[] = [];
      for (let id = from; id < Math.min(this.#keys.capacity, from + rowsBetweenYields); id++) {
        const value = overlay?.values.has(id) === true ? overlay.values.get(id) : this.valueOf(id);
        if (value !== absent) entries.push([overlay?.keys.has(id) ? overlay.keys.get(id) : this.keyOf(id), value]);
      }
      if (entries.length > 0) yield entries;
    }
  }

  /** What a commit of these is about to do, as data. */
  *redo(timeMs: number, { ids, values }: Changes): Work<Redo> {
    const come: number[] = [];
    const gone: number[] = [];
    let isAnyAbsent = false;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const isLive = this.isLive(id);
      if (values[i] === absent) {
        isAnyAbsent = true;
        if (isLive) gone.push(id);
        // Also a key that older versions still have here: where it is done again they may have been let go of.
      } else if (!isLive) come.push(id);
      if ((i + 1) % rowsBetweenYields === 0) yield rowsBetweenYields;
    }
    const has = (_: unknown, i: number): boolean => values[i] !== absent;
    return {
      timeMs,
      keys: byId(
        come,
        come.map((id) => this.keyOf(id)),
      ),
      put: isAnyAbsent ? byId(ids.filter(has), values.filter(has)) : byId(ids, values),
      gone: new Int32Array(gone),
    };
  }

  /** What the newest version has. */
  image(): TableImage {
    const { capacity } = this;
    const copies = {
      keys: this.#keys.copy(),
      values: this.#values.copy(capacity),
      isLive: this.#isLive.copy(capacity),
    };
    return new TableImage(this.#timeMs, copies);
  }

  /** Nobody reads this version, or one before it, any more. */
  release(timeMs: number): void {
    this.#releasedMs = Math.max(this.#releasedMs, timeMs);
    while (this.#undone[0] !== undefined && this.#undone[0].timeMs <= timeMs) this.#undone.shift();
    const stays = this.#leaving.findIndex((each) => each.timeMs > timeMs);
    for (const { id } of this.#leaving.splice(0, stays < 0 ? this.#leaving.length : stays)) {
      this.#pins.set(id, this.#pins.get(id) - 1);
      this.#giveBack(id);
    }
  }

  /** How much the newest undo has: it grows while a version is made. */
  get #undoneSize(): number {
    const undo = this.#undone.at(-1);
    return undo === undefined ? 0 : undo.ids.length + (undo.keys?.size ?? 0);
  }

  /** Gives ids to keys; where an id is still kept for readers of a key that left, these find that key in the undo. */
  *#place({ ids, values: keys }: ById, undo: Undo): Work<void> {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      assert(!this.isLive(id), 'an id is given to a key while no other has a value there');
      if (this.#pins.get(id) > 0) {
        undo.keys ??= new Map();
        undo.keys.set(id, this.#keys.keyOf(id));
      }
      this.#keys.place(id, encodeKey(keys[i]), keys[i]);
      if ((i + 1) % rowsBetweenYields === 0) yield rowsBetweenYields;
    }
  }

  /** Takes an id away, unless a version needs it. */
  #giveBack(id: number): void {
    if (this.#isLive.get(id) === 0 && this.#pins.get(id) === 0) this.#keys.remove(id);
  }

  #put(id: number, value: unknown): void {
    this.#values.set(id, value);
    if (this.#isLive.get(id) === 1) return;
    this.#isLive.set(id, 1);
    this.#size += 1;
  }

  #leave(id: number, undo: Undo | undefined): void {
    this.#values.clear(id);
    this.#isLive.set(id, 0);
    this.#size -= 1;
    if (undo === undefined) this.#giveBack(id);
    else {
      this.#leaving.push({ timeMs: undo.timeMs, id });
      this.#pins.set(id, this.#pins.get(id) + 1);
    }
  }

  /** What is to be read in the place of the newest values; undefined where that is the version. */
  #overlay(timeMs: number): Overlay | undefined {
    if (timeMs === this.#timeMs) return undefined;
    const first = this.#undone.findIndex((undo) => undo.timeMs === timeMs);
    if (first < 0) throw new UsageError('STATE.VERSION_RELEASED', { timeMs });
    const overlay = { values: new Map<number, unknown>(), keys: new Map<number, unknown>() };
    for (const { ids, values, keys } of this.#undone.slice(first)) {
      for (const [i, id] of ids.entries()) if (!overlay.values.has(id)) overlay.values.set(id, values[i]);
      for (const [id, key] of keys ?? []) if (!overlay.keys.has(id)) overlay.keys.set(id, key);
    }
    return overlay;
  }
}
