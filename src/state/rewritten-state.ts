import { encodeKey, type Key } from '../core/keys.ts';
import { CallFailure } from './call-failure.ts';
import type { Keeper } from './keeper.ts';
import type { Image, Redo } from './redo.ts';
import { absent, type Changes, changesOf, type Entry, type VersionedTable } from './versioned-table.ts';
import { Pace, rowsBetweenYields, type Work } from './work.ts';

/** All state of a partition from all that there is: keys with their values of the batch and their state so far. */
export type RewriteState = (rows: IterableIterator<Row>) => Iterable<Entry>;

/** A key, its values of the batch, and its state so far. */
type Row = [key: unknown, values: unknown[], state: unknown];

/**
 * State that is written anew as a whole in every batch, keys too.
 *
 * The function may give a key that belongs to another partition: what it gives is worked out by all partitions, then
 * each takes what is its own.
 */
export class RewrittenState implements Keeper {
  readonly table: VersionedTable;
  readonly #rewrite: RewriteState;
  readonly #peers: readonly RewrittenState[];
  readonly #placeOf: (key: unknown) => number;
  readonly #pace = new Pace();
  /** What the function gave, by the partition that it belongs to. */
  #given: Map<Key, Entry>[] = [];
  #timeMs = Number.NaN;
  readonly #begun = new Map<Key, Row>();
  readonly #fed = new Map<Key, Row>();
  #isWorked = false;
  /** What the commit does, where somebody has asked for it before. */
  #changes: Changes | undefined;

  /**
   * @param peers all partitions, this one among them, in their order; filled when all are made
   * @param placeOf the partition of a key
   */
  constructor(
    table: VersionedTable,
    rewrite: RewriteState,
    peers: readonly RewrittenState[],
    placeOf: (key: unknown) => number,
  ) {
    this.#rewrite = rewrite;
    this.#peers = peers;
    this.#placeOf = placeOf;
    this.table = table;
  }

  begin(timeMs: number): void {
    this.#timeMs = timeMs;
  }

  start(id: number, state: unknown): void {
    const key = this.table.keyOf(id);
    this.#begun.set(encodeKey(key), [key, [], state]);
  }

  feed(_id: number, key: unknown, value: unknown): void {
    const code = encodeKey(key);
    const known = this.#fed.get(code);
    if (known === undefined) this.#fed.set(code, [key, [value], undefined]);
    else known[1].push(value);
  }

  *finish(): Work<void> {
    const rows = yield* this.#rows();
    const given = this.#peers.map(() => new Map<Key, Entry>());
    let last: unknown;
    try {
      for (const entry of this.#rewrite(rows[Symbol.iterator]() as IterableIterator<Row>)) {
        last = entry;
        const [key, value] = entry;
        given[this.#placeOf(key)]?.set(encodeKey(key), [key, value]);
        if (this.#pace.isDue) yield* this.#pace.look();
      }
    } catch (error) {
      throw new CallFailure(error, last);
    }
    this.#given = given;
    this.#isWorked = true;
  }

  *commit(): Work<void> {
    if (!this.#isWorked) return;
    const changes = this.#changes ?? (yield* this.#taken());
    this.#isWorked = false;
    this.#changes = undefined;
    // Another step may follow at once. What it gave stays: the others still take theirs.
    this.#fed.clear();
    this.#begun.clear();
    yield* this.table.commit(this.#timeMs, changes);
  }

  *redo(): Work<Redo> {
    this.#changes ??= yield* this.#taken();
    return yield* this.table.redo(this.#timeMs, this.#changes);
  }

  replay(redo: Redo): void {
    this.#timeMs = redo.timeMs;
    this.#changes = changesOf(redo);
    this.#isWorked = true;
  }

  image(): Image {
    return this.table.image();
  }

  discard(): void {
    this.#fed.clear();
    this.#begun.clear();
    this.#given = [];
    this.#isWorked = false;
    this.#changes = undefined;
  }

  release(timeMs: number): void {
    this.table.release(timeMs);
  }

  /** Keys with state first, in their order; then those that are new. */
  *#rows(): Work<Row[]> {
    const rows = new Map<Key, Row>();
    for (const entries of this.table.chunks(this.table.timeMs)) {
      for (const [key, state] of entries) rows.set(encodeKey(key), [key, [], state]);
      yield entries.length;
    }
    for (const [code, row] of this.#begun) rows.set(code, row);
    for (const [code, [key, values]] of this.#fed) {
      rows.set(code, [rows.get(code)?.[0] ?? key, values, rows.get(code)?.[2]]);
      if (rows.size % rowsBetweenYields === 0) yield rowsBetweenYields;
    }
    return [...rows.values()];
  }

  /** What all have given to this partition. */
  *#taken(): Work<Changes> {
    const own = this.#peers.indexOf(this);
    const given = this.#peers.map((peer) => peer.#given[own] ?? new Map<Key, Entry>());
    const next = new Map<number, unknown>();
    for (const entries of given) {
      for (const [code, [key, value]] of entries) {
        next.set(this.table.reserve(code, key), value);
        if (next.size % rowsBetweenYields === 0) yield rowsBetweenYields;
      }
    }
    for (let id = 0; id < this.table.capacity; id++) {
      if (!next.has(id) && this.table.isLive(id)) next.set(id, absent);
    }
    return { ids: [...next.keys()], values: [...next.values()] };
  }
}
