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
  readonly #free: number[] = [];

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
    const id = this.#free.pop() ?? this.#keys.length;
    this.#index.add(own, this.#partition, id);
    const isOwnCode = Object.is(code, key);
    this.#keys[id] = isOwnCode ? own : key;
    if (!isOwnCode) this.#codes.set(id, own);
    return id;
  }

  /** The first key object that was seen. */
  keyOf(id: number): unknown {
    return this.#keys[id];
  }

  /** Takes the id away; another key may get it. */
  remove(id: number): void {
    this.#index.delete(this.#codes.get(id) ?? (this.#keys[id] as Key));
    this.#codes.delete(id);
    this.#keys[id] = undefined;
    this.#free.push(id);
  }
}

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
