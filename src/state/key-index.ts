import type { Key } from '../core/keys.ts';
import { slotHash } from './slot-hash.ts';

/**
 * Where keys are: in which partition, with which id. One for all partitions, so that a key is looked up once.
 *
 * A key stands in the first free slot from the one on that its hash names. No key is looked at whose hash differs: one
 * of a million short texts is found in half the time that a `Map` takes, which follows chains of keys over the heap.
 */
export class KeyIndex {
  /** Three numbers a slot, side by side in memory: the hash, which is 0 where it is free, the partition and the id. */
  #slots = new Int32Array(3 * slotsMin);
  /** By slot. */
  #codes = new Array<Key>(slotsMin);
  #size = 0;

  /** The slot of a key, until another one is added or deleted. */
  get(code: Key): number | undefined {
    const hash = slotHash(code);
    const last = this.#codes.length - 1;
    for (let slot = hash & last; this.#hashOf(slot) !== 0; slot = (slot + 1) & last) {
      if (this.#hashOf(slot) === hash && isSame(this.#codes[slot], code)) return slot;
    }
    return undefined;
  }

  partitionOf(slot: number): number {
    return this.#slots[3 * slot + 1] as number;
  }

  idOf(slot: number): number {
    return this.#slots[3 * slot + 2] as number;
  }

  /** Adds a key that is not there. */
  add(code: Key, partition: number, id: number): void {
    this.#size += 1;
    if (this.#size * 4 > this.#codes.length * 3) this.#grow();
    this.#put(slotHash(code), code, partition, id);
  }

  delete(code: Key): void {
    const found = this.get(code);
    if (found === undefined) return;
    this.#size -= 1;
    const last = this.#codes.length - 1;
    let free = found;
    // Those behind it move up, unless they would stand before the slot that their hash names.
    for (let slot = (found + 1) & last; this.#hashOf(slot) !== 0; slot = (slot + 1) & last) {
      const hash = this.#hashOf(slot);
      if (((slot - hash) & last) < ((slot - free) & last)) continue;
      this.#fill(free, hash, this.#codes[slot], this.partitionOf(slot), this.idOf(slot));
      free = slot;
    }
    this.#fill(free, 0, undefined, 0, 0);
  }

  #grow(): void {
    const [slots, codes] = [this.#slots, this.#codes];
    this.#slots = new Int32Array(2 * slots.length);
    this.#codes = new Array<Key>(2 * codes.length);
    for (let slot = 0; slot < codes.length; slot++) {
      const at = 3 * slot;
      const hash = slots[at] as number;
      if (hash !== 0) this.#put(hash, codes[slot], slots[at + 1] as number, slots[at + 2] as number);
    }
  }

  #put(hash: number, code: Key, partition: number, id: number): void {
    const last = this.#codes.length - 1;
    let slot = hash & last;
    while (this.#hashOf(slot) !== 0) slot = (slot + 1) & last;
    this.#fill(slot, hash, code, partition, id);
  }

  #fill(slot: number, hash: number, code: Key, partition: number, id: number): void {
    this.#slots[3 * slot] = hash;
    this.#slots[3 * slot + 1] = partition;
    this.#slots[3 * slot + 2] = id;
    this.#codes[slot] = code;
  }

  #hashOf(slot: number): number {
    return this.#slots[3 * slot] as number;
  }
}

/** A power of two, as all that follow. */
const slotsMin = 16;

/** As `Map` compares them: NaN is the same as NaN, and -0 as 0. */
function isSame(a: Key, b: Key): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
