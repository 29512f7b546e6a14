import { atOnce, CallFailure } from './call-failure.ts';
import { Column } from './column.ts';
import type { Keeper } from './keeper.ts';
import { Marks } from './marks.ts';
import { byId, type Image, type Redo } from './redo.ts';
import { absent, type Changes, changesOf, type VersionedTable } from './versioned-table.ts';
import { WindowImage } from './window-image.ts';
import { Pace, rowsBetweenYields, type Work } from './work.ts';

/** What a window without an inverse is made of. */
export interface RingWindowOptions {
  readonly windowMs: number;
  /** One value of those that a key has in the batches of the window, in order of time; there are at least two. */
  readonly merge: (values: readonly unknown[]) => unknown;
}

/** A batch of the window whose values are read by id. */
interface Seat {
  readonly timeMs: number;
  readonly ids: number[];
  /** Whether a key is in the batch. */
  readonly has: Marks;
  readonly values: Column;
  /** Whether an image reads it: then it is not used again. */
  isHeld: boolean;
}

/**
 * The values of a window, made anew for the keys that its change touches: those of batches that left or came.
 *
 * Each batch of the window has a seat: a column with the value of each of its keys. A seat that is left is used again.
 */
export class RingWindow implements Keeper {
  readonly table: VersionedTable;
  readonly #options: RingWindowOptions;
  readonly #pace = new Pace();
  #seats: Seat[] = [];
  readonly #spare: Pick<Seat, 'has' | 'values'>[] = [];
  readonly #isTouched = new Marks();
  #timeMs = Number.NaN;
  #came: Seat[] = [];
  #changes: Changes | undefined;

  constructor(table: VersionedTable, options: RingWindowOptions) {
    this.#options = options;
    this.table = table;
  }

  begin(timeMs: number): void {
    this.#timeMs = timeMs;
    this.#came = [];
  }

  open(timeMs: number): void {
    const { has, values } = this.#spare.pop() ?? { has: new Marks(), values: new Column() };
    this.#came.push({ timeMs, ids: [], has, values, isHeld: false });
  }

  feed(id: number, _key: unknown, value: unknown): void {
    const seat = this.#came[this.#came.length - 1] as Seat;
    seat.ids.push(id);
    seat.has.set(id, 1);
    seat.values.set(id, value);
  }

  *finish(): Work<void> {
    const timeMs = this.#timeMs;
    const left = this.#seats.filter((seat) => this.#hasLeft(seat, timeMs));
    const stay = this.#seats.filter((seat) => !this.#hasLeft(seat, timeMs));
    const touched = yield* this.#touched([...left, ...this.#came]);
    this.#changes = yield* this.#changed(touched, [...stay, ...this.#came]);
  }

  *commit(): Work<void> {
    const changes = this.#changes;
    if (changes === undefined) return;
    const timeMs = this.#timeMs;
    this.#changes = undefined;
    for (const seat of this.#seats) if (this.#hasLeft(seat, timeMs)) this.#empty(seat);
    this.#seats = this.#seats.filter((seat) => !this.#hasLeft(seat, timeMs));
    for (const seat of this.#came) this.#add(seat);
    this.#came = [];
    yield* this.table.commit(timeMs, changes);
  }

  *redo(): Work<Redo> {
    const slots = this.#came.map(({ timeMs, ids, values }) => {
      return {
        timeMs,
        ...byId(
          ids,
          ids.map((id) => values.get(id)),
        ),
      };
    });
    return { ...(yield* this.table.redo(this.#timeMs, this.#changes as Changes)), slots };
  }

  replay(redo: Redo): void {
    this.begin(redo.timeMs);
    for (const { timeMs, ids, values } of redo.slots ?? []) {
      this.open(timeMs);
      for (let i = 0; i < ids.length; i++) this.feed(ids[i] as number, undefined, values[i]);
    }
    this.#changes = changesOf(redo);
  }

  image(): Image {
    for (const seat of this.#seats) seat.isHeld = true;
    const slots = this.#seats.map(({ timeMs, ids, values }) => {
      return { timeMs, ids, valueAt: (i: number) => values.get(ids[i] as number) };
    });
    return new WindowImage(this.table.image(), slots);
  }

  discard(): void {
    for (const seat of this.#came) this.#empty(seat);
    this.#came = [];
    this.#changes = undefined;
  }

  release(timeMs: number): void {
    this.table.release(timeMs);
  }

  #hasLeft({ timeMs }: { readonly timeMs: number }, atMs: number): boolean {
    return timeMs <= atMs - this.#options.windowMs;
  }

  /** Takes a seat into the window; one that is replayed bit by bit is put together again. */
  #add(came: Seat): void {
    const known = this.#seats.find(({ timeMs }) => timeMs === came.timeMs);
    if (known === undefined) {
      this.#seats.push(came);
      return;
    }
    for (const id of came.ids) {
      known.ids.push(id);
      known.has.set(id, 1);
      known.values.set(id, came.values.get(id));
    }
    this.#empty(came);
  }

  #empty({ ids, has, values, isHeld }: Seat): void {
    if (isHeld) return;
    for (const id of ids) {
      has.set(id, 0);
      values.clear(id);
    }
    this.#spare.push({ has, values });
  }

  *#touched(seats: readonly Seat[]): Work<readonly number[]> {
    const [only] = seats;
    if (seats.length === 1 && only !== undefined) return only.ids;
    const touched: number[] = [];
    for (const { ids } of seats) {
      for (const id of ids) {
        if (this.#isTouched.get(id) === 1) continue;
        this.#isTouched.set(id, 1);
        if (touched.push(id) % rowsBetweenYields === 0) yield rowsBetweenYields;
      }
    }
    for (const id of touched) this.#isTouched.set(id, 0);
    return touched;
  }

  *#changed(touched: readonly number[], seats: readonly Seat[]): Work<Changes> {
    const values: unknown[] = [];
    for (const id of touched) {
      values.push(this.#value(id, seats));
      if (this.#pace.isDue) yield* this.#pace.look();
    }
    return { ids: touched, values };
  }

  #value(id: number, seats: readonly Seat[]): unknown {
    const values: unknown[] = [];
    for (const seat of seats) if (seat.has.get(id) === 1) values.push(seat.values.get(id));
    if (values.length <= 1) return values.length === 0 ? absent : values[0];
    try {
      return atOnce(this.#options.merge(values));
    } catch (error) {
      throw new CallFailure(error, [this.table.keyOf(id), values.at(-1)]);
    }
  }
}
