import { atOnce, CallFailure } from './call-failure.ts';
import { ExpiryQueue } from './expiry-queue.ts';
import type { Keeper } from './keeper.ts';
import { Marks } from './marks.ts';
import { State } from './state.ts';
import { absent, type VersionedTable } from './versioned-table.ts';
import { Pace, type Work } from './work.ts';

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
  /** Where the change of a key stands among those of the step: its place and one. */
  readonly #place = new Marks();
  #worked: Worked | undefined;

  constructor(table: VersionedTable, options: MappedStateOptions) {
    this.#options = options;
    this.table = table;
  }

  begin(timeMs: number): void {
    this.#worked = { timeMs, ids: [], values: [], touched: 0, results: [] };
  }

  start(id: number, state: unknown): void {
    const worked = this.#worked as Worked;
    const place = this.#placeOf(id, worked);
    worked.values[place] = state;
  }

  feed(id: number, key: unknown, value: unknown): void {
    const worked = this.#worked as Worked;
    const place = this.#placeOf(id, worked);
    this.#call(place, worked, key, value, false);
  }

  *finish(): Work<void> {
    const { timeoutMs } = this.#options;
    const worked = this.#worked as Worked;
    worked.touched = worked.ids.length;
    if (timeoutMs === undefined) return;
    for (const id of this.#expiry.before(worked.timeMs - timeoutMs)) {
      if (this.#place.get(id) > 0 || !this.table.isLive(id)) continue;
      const place = this.#placeOf(id, worked);
      this.#call(place, worked, this.table.keyOf(id), undefined, true);
      worked.values[place] = absent;
      if (this.#pace.isDue) yield* this.#pace.look();
    }
  }

  *commit(): Work<void> {
    const worked = this.#worked;
    if (worked === undefined) return;
    const { timeMs, ids, touched, results } = worked;
    const { timeoutMs } = this.#options;
    this.#results.set(timeMs, results);
    if (timeoutMs !== undefined) {
      this.#expiry.drop(timeMs - timeoutMs);
      yield* this.#expiry.touch(timeMs, ids.slice(0, touched));
    }
    yield* this.table.commit(timeMs, worked);
    this.discard();
  }

  discard(): void {
    for (const id of this.#worked?.ids ?? []) this.#place.set(id, 0);
    this.#worked = undefined;
  }

  results(timeMs: number): readonly unknown[] {
    return this.#results.get(timeMs) ?? [];
  }

  release(timeMs: number): void {
    for (const madeMs of this.#results.keys()) if (madeMs <= timeMs) this.#results.delete(madeMs);
    this.table.release(timeMs);
  }

  #call(place: number, worked: Worked, key: unknown, value: unknown, isTimingOut: boolean): void {
    const state = this.#state.begin(worked.values[place], isTimingOut);
    try {
      const made = atOnce(this.#options.f(worked.timeMs, key, value, state));
      if (made !== absent) worked.results.push(made);
    } catch (error) {
      throw new CallFailure(error, [key, value]);
    }
    if (state.outcome !== undefined) worked.values[place] = state.value;
  }

  /** The place of a key among those of the step, where its value is until it is committed. */
  #placeOf(id: number, { ids, values }: Worked): number {
    const known = this.#place.get(id) - 1;
    if (known >= 0) return known;
    const place = ids.push(id) - 1;
    this.#place.set(id, place + 1);
    values.push(this.table.valueOf(id));
    return place;
  }
}

/** A step on its way: the keys it has met, their values by now, and whether they had data. */
interface Worked {
  readonly timeMs: number;
  readonly ids: number[];
  readonly values: unknown[];
  /** How many of the keys had data: the first ones; those behind them timed out. */
  touched: number;
  readonly results: unknown[];
}
