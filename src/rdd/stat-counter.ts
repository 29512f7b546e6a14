/**
 * Count, mean, variance, smallest and largest of numbers, kept without keeping the numbers.
 *
 * Spark: as StatCounter.
 */
export class StatCounter {
  count = 0;
  mean = 0;
  min: number = Number.POSITIVE_INFINITY;
  max: number = Number.NEGATIVE_INFINITY;
  /** The sum of squared distances from the mean, by Welford's update. */
  #squares = 0;

  get sum(): number {
    return this.mean * this.count;
  }

  /** Of the numbers themselves (divided by count); NaN for none. */
  get variance(): number {
    return this.count === 0 ? Number.NaN : this.#squares / this.count;
  }

  /** Of what the numbers are a sample of (divided by count − 1); NaN for fewer than two. */
  get sampleVariance(): number {
    return this.count < 2 ? Number.NaN : this.#squares / (this.count - 1);
  }

  get stdev(): number {
    return Math.sqrt(this.variance);
  }

  get sampleStdev(): number {
    return Math.sqrt(this.sampleVariance);
  }

  /** Takes one more number in. @returns itself */
  add(value: number): this {
    this.count += 1;
    const distance = value - this.mean;
    this.mean += distance / this.count;
    this.#squares += distance * (value - this.mean);
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    return this;
  }

  /** Takes in all that another has seen. @returns itself */
  merge(other: StatCounter): this {
    if (other.count === 0) return this;
    const count = this.count + other.count;
    const distance = other.mean - this.mean;
    this.#squares += other.#squares + (distance * distance * this.count * other.count) / count;
    this.mean += (distance * other.count) / count;
    this.count = count;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    return this;
  }
}
