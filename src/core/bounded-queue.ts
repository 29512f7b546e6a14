import { assert } from './errors.ts';

/**
 * First in, first out, and never more than `limit` items: what does not fit is refused, and nothing is thrown away.
 *
 * The one who pushes is told and has to wait, or to make the source wait. Every call takes the same short time whatever
 * the length; memory grows with the most items that were ever in it, not with the limit.
 */
export class BoundedQueue<T> {
  readonly limit: number;
  /** A ring: the items are those of `size` places from `#head` on. Its length is a power of two. */
  #ring: (T | undefined)[] = new Array(8).fill(undefined);
  #head = 0;
  #size = 0;

  constructor(limit: number) {
    assert(Number.isSafeInteger(limit) && limit > 0, `a queue holds a whole number of items, not ${limit}`);
    this.limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size === this.limit;
  }

  /** Takes the item as the last; false, and nothing taken, when the queue is full. */
  push(item: T): boolean {
    if (this.isFull) return false;
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[this.#place(this.#size)] = item;
    this.#size++;
    return true;
  }

  /** Gives the first item away; undefined when there is none. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = undefined; // what is given away is not kept alive
    this.#head = this.#place(1);
    this.#size--;
    return item;
  }

  /** From first to last; the queue must not change meanwhile. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let i = 0; i < this.#size; i++) yield this.#ring[this.#place(i)] as T;
  }

  #place(i: number): number {
    return (this.#head + i) & (this.#ring.length - 1);
  }

  #grow(): void {
    const items = [...this];
    this.#ring = items.concat(new Array(items.length).fill(undefined));
    this.#head = 0;
  }
}
