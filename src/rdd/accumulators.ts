/**
 * A sum that functions add to and the program reads. What a job adds that fails and runs again is counted again.
 *
 * Spark: as LongAccumulator and DoubleAccumulator; a number is both here.
 */
export class NumberAccumulator {
  readonly name: string | undefined;
  #sum = 0;
  #count = 0;

  constructor(name?: string) {
    this.name = name;
  }

  get value(): number {
    return this.#sum;
  }

  get sum(): number {
    return this.#sum;
  }

  /** How often something was added. */
  get count(): number {
    return this.#count;
  }

  /** NaN before anything was added. */
  get avg(): number {
    return this.#sum / this.#count;
  }

  /** Whether it is as it began. */
  isZero(): boolean {
    return this.#count === 0;
  }

  /** Adds a number. */
  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
  }

  /** Makes it as it began. */
  reset(): void {
    this.#sum = 0;
    this.#count = 0;
  }
}

/**
 * A list that functions add to and the program reads.
 *
 * Spark: as CollectionAccumulator.
 */
export class CollectionAccumulator<T> {
  readonly name: string | undefined;
  #values: T[] = [];

  constructor(name?: string) {
    this.name = name;
  }

  /** A copy of what was added so far. */
  get value(): T[] {
    return [...this.#values];
  }

  /** Whether it is as it began. */
  isZero(): boolean {
    return this.#values.length === 0;
  }

  /** Adds a value behind the others. */
  add(value: T): void {
    this.#values.push(value);
  }

  /** Makes it as it began. */
  reset(): void {
    this.#values = [];
  }
}
