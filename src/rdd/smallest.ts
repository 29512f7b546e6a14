/** The smallest of many rows, in order, without keeping them all; of equal rows the first. */
export class Smallest {
  readonly #n: number;
  readonly #compare: (a: unknown, b: unknown) => number;
  #kept: { readonly row: unknown }[] = [];
  /** Of the n that are known to be the smallest so far. */
  #last: { readonly row: unknown } | undefined;

  /** @param n how many */
  constructor(n: number, compare: (a: unknown, b: unknown) => number) {
    this.#n = n;
    this.#compare = compare;
  }

  add(row: unknown): this {
    if (this.#last !== undefined && this.#compare(row, this.#last.row) >= 0) return this;
    // In a box: `sort` asks nobody where undefined belongs.
    this.#kept.push({ row });
    if (this.#kept.length >= 2 * this.#n + 1024) this.#cut();
    return this;
  }

  rows(): unknown[] {
    this.#cut();
    return this.#kept.map(({ row }) => row);
  }

  #cut(): void {
    this.#kept = this.#kept.sort((a, b) => this.#compare(a.row, b.row)).slice(0, this.#n);
    this.#last = this.#kept[this.#n - 1];
  }
}
