import type { Key } from '../core/keys.ts';
import type { KeyIndex } from './key-index.ts';

/**
 * Gives each key of a partition a small number, by which columns are read.
 *
 * The number of a key that is removed is given to another one later; whoever reads older versions keeps it from being
 * removed until then.
 */
export class KeyTable {
  readonly #index: KeyIndex;
  readonly #partition: number;
  readonly #keys: unknown[] = [];
  /** The codes of keys that are not their own codes, by id. */
  readonly #codes = new Map<number, Key>();
  #free: number[] = [];
  /** Whether `#free` has all free ids: not once keys were placed where they have to be. */
  #isFreeKnown = true;
  /** Ids by which keys are only read any more: they were placed elsewhere, and are found there. */
  readonly #deserted = new Set<number>();

  constructor(index: KeyIndex, partition: number) {
    this.#index = index;
    this.#partition = partition;
  }

  /** All ids are below it. */
  get capacity(): number {
    return this.#keys.length;
  }

  /** The id of a key, by its code. */
  find(code: Key): number | undefined {
    const slot = this.#index.get(code);
    return slot === undefined ? undefined : this.#index.idOf(slot);
  }

  /** Gives a key that has none an id; this key object stands for all that are equal to it. */
  add(code: Key, key: unknown): number {
    const own = typeof code === 'string' ? flat(code) : code;
    if (!this.#isFreeKnown) this.#findFree();
    const id = this.#free.pop() ?? this.#keys.length;
    this.#put(id, own, Object.is(code, key) ? own : key);
    return id;
  }

  /** Puts a key where another process had it: whatever stands there goes, and so does the place that the key has. */
  place(id: number, code: Key, key: unknown): void {
    this.#isFreeKnown = false;
    while (this.#keys.length < id) this.#keys.push(none);
    if (id < this.#keys.length) this.#forget(id);
    const before = this.find(code);
    if (before !== undefined) {
      this.#index.delete(code);
      this.#deserted.add(before);
    }
    this.#put(id, code, key);
  }

  /** The first key object that was seen. */
  keyOf(id: number): unknown {
    const key = this.#keys[id];
    return key === none ? undefined : key;
  }

  /** The keys by id, as they are now. */
  copy(): readonly unknown[] {
    return this.#keys.slice();
  }

  /** Takes the id away; another key may get it. */
  remove(id: number): void {
    this.#forget(id);
    this.#keys[id] = none;
    if (this.#isFreeKnown) this.#free.push(id);
  }

  #put(id: number, code: Key, key: unknown): void {
    this.#index.add(code, this.#partition, id);
    this.#keys[id] = key;
    if (!Object.is(code, key)) this.#codes.set(id, code);
  }

  #forget(id: number): void {
    if (this.#keys[id] === none) return;
    if (!this.#deserted.delete(id)) this.#index.delete(this.#codes.get(id) ?? (this.#keys[id] as Key));
    this.#codes.delete(id);
  }

  #findFree(): void {
    this.#free = [];
    for (let id = this.#keys.length - 1; id >= 0; id--) if (this.#keys[id] === none) this.#free.push(id);
    this.#isFreeKnown = true;
  }
}

/** In the place of a key where there is none. */
const none: unique symbol = Symbol('none');

/**
 * A text that keeps no other alive.
 *
 * V8 makes a long part of a text without copying it: a word that was cut from 64 KiB of lines would keep them all for
 * as long as there is state for it.
 */
function flat(text: string): string {
  if (text.length < slicedLengthMin) return text;
  const narrow = Buffer.from(text, 'latin1').toString('latin1');
  return narrow === text ? narrow : Buffer.from(text, 'utf16le').toString('utf16le');
}

/** Shorter parts are copied by V8 itself. */
const slicedLengthMin = 13;
