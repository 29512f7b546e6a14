import { Buffer } from 'node:buffer';
import { prime, seed } from '../state/slot-hash.ts';

/**
 * How often each word occurs, counted over bytes: words are numbered as they first come, and are strings only for those
 * who ask for their text.
 *
 * A word stands in the first free slot from the one on that its hash names; its bytes are in one arena with all others.
 */
export class WordTable {
  /**
   * Four numbers a slot, side by side in memory: the hash, which is 0 where it is free; where in the arena the word
   * begins; how many bytes it has; how often it occurs.
   */
  #slots = new Int32Array(4 * slotsMin);
  /** By word. */
  #slotOf = new Int32Array(slotsMin / 2);
  #size = 0;
  #arena = Buffer.allocUnsafe(arenaMin);
  #arenaEnd = 0;
  /** Words that were counted, equal or not. */
  #added = 0;

  /** How many different words there are. */
  get size(): number {
    return this.#size;
  }

  /** Whether it is time to empty it: a larger one is out of the processor's caches, and takes long to grow. */
  get isFull(): boolean {
    return this.#size >= wordsMax || this.#arenaEnd >= arenaMax || this.#added >= addedMax;
  }

  countOf(word: number): number {
    return this.#slots[(this.#slotOf[word] as number) + 3] as number;
  }

  textOf(word: number): string {
    const slot = this.#slotOf[word] as number;
    const from = this.#slots[slot + 1] as number;
    return this.#arena.toString('utf8', from, from + (this.#slots[slot + 2] as number));
  }

  clear(): void {
    this.#slots.fill(0);
    this.#size = 0;
    this.#arenaEnd = 0;
    this.#added = 0;
  }

  /**
   * Counts the words that begin in [from, to), at least one. LF ends a line, or the end of the bytes; a CR before it
   * belongs to the end.
   *
   * @param separator the byte between two words of a line; undefined where a word is a line
   * @returns where the next word begins, or behind all
   */
  add(bytes: Buffer, from: number, to: number, separator: number | undefined): number {
    const end = bytes.length;
    const between = separator ?? lineFeed;
    let at = from;
    let isLineEnd: boolean;
    do {
      const start = at;
      let hash = seed;
      let hashBefore = seed;
      let byte = lineFeed;
      for (; at < end; at++) {
        byte = bytes[at] as number;
        if (byte === between || byte === lineFeed) break;
        hashBefore = hash;
        hash = Math.imul(hash ^ byte, prime);
      }
      isLineEnd = at === end || byte === lineFeed;
      if (isLineEnd && at > start && bytes[at - 1] === carriageReturn) this.#count(bytes, start, at - 1, hashBefore);
      else this.#count(bytes, start, at, hash);
      at += 1;
      // Behind a separator there is always a word, be it empty.
    } while (at < to || (at === end && !isLineEnd));
    return at;
  }

  #count(bytes: Buffer, from: number, to: number, hash: number): void {
    const slots = this.#slots;
    const arena = this.#arena;
    const last = slots.length - 4;
    const mark = (hash ^ (hash >>> 15)) | 1;
    const length = to - from;
    this.#added += 1;
    let slot = (mark << 1) & last;
    for (; slots[slot] !== 0; slot = (slot + 4) & last) {
      if (slots[slot] !== mark || slots[slot + 2] !== length) continue;
      let i = from;
      for (let at = slots[slot + 1] as number; i < to && bytes[i] === arena[at]; at++) i++;
      if (i < to) continue;
      slots[slot + 3] = (slots[slot + 3] as number) + 1;
      return;
    }
    slots[slot] = mark;
    this.#append(slot, bytes, from, to);
  }

  #append(slot: number, bytes: Buffer, from: number, to: number): void {
    const start = this.#arenaEnd;
    this.#arenaEnd += to - from;
    if (this.#arenaEnd > this.#arena.length) {
      const arena = Buffer.allocUnsafe(2 * this.#arenaEnd);
      this.#arena.copy(arena, 0, 0, start);
      this.#arena = arena;
    }
    bytes.copy(this.#arena, start, from, to);
    this.#slots[slot + 1] = start;
    this.#slots[slot + 2] = to - from;
    this.#slots[slot + 3] = 1;
    this.#slotOf[this.#size] = slot;
    this.#size += 1;
    if (this.#size === this.#slotOf.length) this.#grow();
  }

  /** Half of the slots are taken. */
  #grow(): void {
    const slots = this.#slots;
    const more = new Int32Array(2 * slots.length);
    const last = more.length - 4;
    const slotOf = new Int32Array(2 * this.#size);
    for (let word = 0; word < this.#size; word++) {
      const old = this.#slotOf[word] as number;
      let slot = ((slots[old] as number) << 1) & last;
      while (more[slot] !== 0) slot = (slot + 4) & last;
      for (let i = 0; i < 4; i++) more[slot + i] = slots[old + i] as number;
      slotOf[word] = slot;
    }
    this.#slots = more;
    this.#slotOf = slotOf;
  }
}

/** A power of two, as all that follow. */
const slotsMin = 128;
const arenaMin = 1024;
const wordsMax = 64 * 1024;
const arenaMax = 4 * 1024 * 1024;
/** Far below what a slot can count to. */
const addedMax = 2 ** 30;
const lineFeed = 10;
const carriageReturn = 13;
