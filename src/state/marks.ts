/** A whole number by id, 0 until it is set. */
export class Marks {
  #marks = new Int32Array(idsMin);

  get(id: number): number {
    return this.#marks[id] ?? 0;
  }

  set(id: number, mark: number): void {
    if (id >= this.#marks.length) {
      const longer = new Int32Array(Math.max(id + 1, 2 * this.#marks.length));
      longer.set(this.#marks);
      this.#marks = longer;
    }
    this.#marks[id] = mark;
  }

  /** What it has now, for ids below that. */
  copy(capacity: number): Marks {
    const copy = new Marks();
    copy.#marks = this.#marks.slice(0, capacity);
    return copy;
  }
}

/** As a column. */
const idsMin = 16;
