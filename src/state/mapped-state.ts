import { atOnce, CallFailure } from './call-failure.ts';
import { ExpiryQueue } from './expiry-queue.ts';
import type { Keeper } from './keeper.ts';
import { MappedImage } from './mapped-image.ts';
import { Marks } from './marks.ts';
import { type Image, packed, type Redo, type RedoOptions } from './redo.ts';
import { State } from './state.ts';
import { absent, type Changes, changesOf, type VersionedTable } from './versioned-table.ts';
import { Pace, rowsBetweenYields, type Work } from './work.ts';

/** What a state that is mapped over is made of. */
export interface MappedStateOptions {
  /** Gives a row, or `absent` for none. The value is undefined where the key times out. */
  readonly f: (timeMs: number, key: unknown, value: unknown, state: State<unknown>) => unknown;
  /** After how long without data a key goes; undefined for never. */
  readonly timeoutMs: number | undefined;
}

/**
 * State that is read and updated record by record, for the keys that have data, and gives rows on the way.
 *
 * Data come first, then the keys that time out: they are found in a queue, so that a batch costs what it has.
 */
export class MappedState implements Keeper {
  readonly table: VersionedTable;
  readonly #options: MappedStateOptions;
  readonly #pace = new Pace();
  readonly #state = new State<unknown>();
  readonly #expiry = new ExpiryQueue();
  readonly #results = new Map<number, readonly unknown[]>();
  /** The step on its way; the fields behind it are of this step. */
  #timeMs: number | undefined;
  /** The keys it has met, and their values by now. */
  #ids: number[] = [];
  #values: unknown[] = [];
  /** Where a key stands among these: its place and one. */
  readonly #place = new Marks();
  /** How many of the keys had data: the first ones; those behind them timed out. */
  #touched = 0;
  #made: unknown[] = [];
  /** In the place of a step. */
  #replayed: Redo | undefined;

  constructor(table: VersionedTable, options: MappedStateOptions) {
    this.#options = options;
    this.table = table;
  }

  begin(timeMs: number): void {
    this.#timeMs = timeMs;
  }

  start(id: number, state: unknown): void {
    this.#values[this.#placeOf(id)] = state;
  }

  feed(id: number, key: unknown, value: unknown): void {
    this.#call(this.#placeOf(id), key, value, false);
  }

  *finish(): Work<void> {
    const { timeoutMs } = this.#options;
    this.#touched = this.#ids.length;
    if (timeoutMs === undefined) return;
    for (const id of this.#expiry.before((this.#timeMs as number) - timeoutMs)) {
      if (this.#place.get(id) > 0 || !this.table.isLive(id)) continue;
      const place = this.#placeOf(id);
      this.#call(place, this.table.keyOf(id), undefined, true);
      this.#values[place] = absent;
      if (this.#pace.isDue) yield* this.#pace.look();
    }
  }

  *commit(): Work<void> {
    if (this.#replayed !== undefined) yield* this.#replay(this.#replayed);
    const timeMs = this.#timeMs;
    if (timeMs === undefined) return;
    const { timeoutMs } = this.#options;
    this.#results.set(timeMs, this.#made);
    if (timeoutMs !== undefined) {
      this.#expiry.drop(timeMs - timeoutMs);
      yield* this.#expiry.touch(timeMs, this.#ids.slice(0, this.#touched));
    }
    yield* this.table.commit(timeMs, { ids: this.#ids, values: this.#values });
    this.discard();
  }

  *redo({ withResults }: RedoOptions): Work<Redo> {
    const timeMs = this.#timeMs as number;
    const redo = yield* this.table.redo(timeMs, yield* this.#changes());
    const touches = this.#options.timeoutMs === undefined ? [] : [{ timeMs, ids: this.#kept() }];
    return { ...redo, touches, ...(withResults ? { results: packed(this.#made) } : {}) };
  }

  replay(redo: Redo): void {
    this.#replayed = redo;
  }

  image(): Image {
    return new MappedImage(this.table.image(), this.#expiry.copy(this.table.capacity));
  }

  discard(): void {
    this.#replayed = undefined;
    for (const id of this.#ids) this.#place.set(id, 0);
    this.#timeMs = undefined;
    this.#ids = [];
    this.#values = [];
    this.#made = [];
  }

  results(timeMs: number): readonly unknown[] {
    return this.#results.get(timeMs) ?? [];
  }

  release(timeMs: number): void {
    for (const madeMs of this.#results.keys()) if (madeMs <= timeMs) this.#results.delete(madeMs);
    this.table.release(timeMs);
  }

  *#replay(redo: Redo): Work<void> {
    const { timeoutMs } = this.#options;
    const { timeMs, touches = [], results } = redo;
    this.#replayed = undefined;
    if (results !== undefined) this.#results.set(timeMs, Array.from(results));
    if (timeoutMs !== undefined) this.#expiry.drop(timeMs - timeoutMs);
    for (const touch of touches) yield* this.#expiry.touch(touch.timeMs, touch.ids);
    yield* this.table.commit(timeMs, changesOf(redo));
  }

  #call(place: number, key: unknown, value: unknown, isTimingOut: boolean): void {
    const state = this.#state.begin(this.#values[place], isTimingOut);
    try {
      const made = atOnce(this.#options.f(this.#timeMs as number, key, value, state));
      if (made !== absent) this.#made.push(made);
    } catch (error) {
      throw new CallFailure(error, [key, value]);
    }
    if (state.outcome !== undefined) this.#values[place] = state.value;
  }

  /** A key that has no state, as one that timed out, is touched by what gives it some. */
  #kept(): Int32Array {
    return new Int32Array(this.#ids.filter((_, place) => this.#values[place] !== absent));
  }

  /** What is other than it was. */
  *#changes(): Work<Changes> {
    const [ids, values] = [this.#ids, this.#values];
    const places: number[] = [];
    for (let place = 0; place < ids.length; place++) {
      if (this.#isChanged(place)) places.push(place);
      if ((place + 1) % rowsBetweenYields === 0) yield rowsBetweenYields;
    }
    if (places.length === ids.length) return { ids, values };
    return { ids: places.map((place) => ids[place] as number), values: places.map((place) => values[place]) };
  }

  /** An object may be: there is no telling what the function did with it. */
  #isChanged(place: number): boolean {
    const value = this.#values[place];
    return typeof value === 'object' || !Object.is(value, this.table.valueOf(this.#ids[place] as number));
  }

  /** The place of a key among those of the step, where its value is until it is committed. */
  #placeOf(id: number): number {
    const known = this.#place.get(id) - 1;
    if (known >= 0) return known;
    const place = this.#ids.push(id) - 1;
    this.#place.set(id, place + 1);
    this.#values.push(this.table.valueOf(id));
    return place;
  }
}
