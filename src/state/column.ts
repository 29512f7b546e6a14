/**
 * Values by id: bare numbers for as long as all are numbers, which take 8 bytes each and nothing to collect.
 */
export class Column {
  #numbers: Float64Array | undefined = new Float64Array(idsMin);
  #values: unknown[] = [];

  get(id: number): unknown {
    return this.#numbers === undefined ? this.#values[id] : this.#numbers[id];
  }

  set(id: number, value: unknown): void {
    if (this.#numbers === undefined) this.#values[id] = value;
    else if (typeof value !== 'number') this.#widen(this.#numbers, id, value);
    else {
      if (id >= this.#numbers.length) this.#numbers = grown(this.#numbers, id);
      this.#numbers[id] = value;
    }
  }

  /** Keeps the value of an id that means nothing any more from being kept alive. */
  clear(id: number): void {
    if (this.#numbers === undefined) this.#values[id] = undefined;
  }

  /** What it has now, for ids below that. */
  copy(capacity: number): Column {
    const copy = new Column();
    copy.#numbers = this.#numbers?.slice(0, capacity);
    copy.#values = this.#values.slice(0, capacity);
    return copy;
  }

  #widen(numbers: Float64Array, id: number, value: unknown): void {
    this.#values = Array.from(numbers);
    this.#values[id] = value;
    this.#numbers = undefined;
  }
}

/** Columns of a few keys take no more than that. */
const idsMin = 16;

/** Twice as long, so that growing costs a constant time a value. */
function grown(numbers: Float64Array, id: number): Float64Array {
  const longer = new Float64Array(Math.max(id + 1, 2 * numbers.length));
  longer.set(numbers);
  return longer;
}
