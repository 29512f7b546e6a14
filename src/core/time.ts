import { UsageError } from './errors.ts';

/**
 * A length of time, in whole milliseconds; it may be negative, as the difference of two times may be.
 *
 * Durations do not change. `a < b` compares them; `===` does not (it asks for the same object): use `equals`.
 *
 * @throws UsageError (TIME.NOT_WHOLE) for a fraction of a millisecond, NaN or an infinity
 * @example
 * Seconds(1).plus(Milliseconds(500)).toString() // => '1500 ms'
 *
 * Spark: as Duration.
 */
export class Duration {
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    this.milliseconds = wholeMs(milliseconds, 'Duration');
  }

  /** The sum of both. */
  plus(that: Duration): Duration {
    return new Duration(this.milliseconds + that.milliseconds);
  }

  /** This less that. */
  minus(that: Duration): Duration {
    return new Duration(this.milliseconds - that.milliseconds);
  }

  /** @throws UsageError (TIME.NOT_WHOLE) when the product is no whole number of milliseconds */
  times(n: number): Duration {
    return new Duration(this.milliseconds * n);
  }

  /** How often that fits into this: a number with a fraction, Infinity for a duration of 0 ms. */
  div(that: Duration): number {
    return this.milliseconds / that.milliseconds;
  }

  /** Whether both are the same number of milliseconds. */
  equals(that: Duration): boolean {
    return this.milliseconds === that.milliseconds;
  }

  /** Whether this is smaller. */
  less(that: Duration): boolean {
    return this.milliseconds < that.milliseconds;
  }

  /** Whether this is smaller, or equal. */
  lessEq(that: Duration): boolean {
    return this.milliseconds <= that.milliseconds;
  }

  /** Whether this is greater. */
  greater(that: Duration): boolean {
    return this.milliseconds > that.milliseconds;
  }

  /** Whether this is greater, or equal. */
  greaterEq(that: Duration): boolean {
    return this.milliseconds >= that.milliseconds;
  }

  /** @throws UsageError (TIME.ZERO_INTERVAL) when that is 0 ms */
  isMultipleOf(that: Duration): boolean {
    return this.milliseconds % stepMs(that, 'isMultipleOf()') === 0;
  }

  /** Whether it is 0 ms. */
  isZero(): boolean {
    return this.milliseconds === 0;
  }

  /** The smaller of both. */
  min(that: Duration): Duration {
    return this.less(that) ? this : that;
  }

  /** The greater of both. */
  max(that: Duration): Duration {
    return this.greater(that) ? this : that;
  }

  /** For people, with few digits: `999 ms`, `1.5 s`, `2.0 m`, `1.25 h`. */
  prettyPrint(): string {
    const ms = this.milliseconds;
    if (ms < 1000) return `${ms} ms`;
    if (ms < 60_000) return `${rounded(ms, 1000, 1)} s`;
    if (ms < 3_600_000) return `${rounded(ms, 60_000, 1)} m`;
    return `${rounded(ms, 3_600_000, 2)} h`;
  }

  /** `<n> ms` */
  toString(): string {
    return `${this.milliseconds} ms`;
  }

  /** Its milliseconds. */
  valueOf(): number {
    return this.milliseconds;
  }

  /** Its milliseconds where a number is wanted (`a < b`), its text elsewhere (`'took ' + a`). */
  [Symbol.toPrimitive](hint: string): number | string {
    return hint === 'number' ? this.milliseconds : this.toString();
  }
}

/**
 * A moment: whole milliseconds since the epoch, midnight of 1 January 1970 UTC.
 *
 * Times do not change. `a < b` compares them; `===` does not (it asks for the same object): use `equals`.
 *
 * @throws UsageError (TIME.NOT_WHOLE) for a fraction of a millisecond, NaN or an infinity
 * @example
 * new Time(5500).floor(Seconds(1)).toString() // => '5000 ms'
 *
 * Spark: as Time; `floor` with a zero time, which Spark keeps to itself, is public.
 */
export class Time {
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    this.milliseconds = wholeMs(milliseconds, 'Time');
  }

  /** So much later. */
  plus(that: Duration): Time {
    return new Time(this.milliseconds + that.milliseconds);
  }

  /** How long after that this is; negative when it is before. */
  minus(that: Time): Duration;
  /** The time that much earlier. */
  minus(that: Duration): Time;
  minus(that: Time | Duration): Time | Duration {
    const ms = this.milliseconds - that.milliseconds;
    return that instanceof Time ? new Duration(ms) : new Time(ms);
  }

  /** Whether both are the same number of milliseconds. */
  equals(that: Time): boolean {
    return this.milliseconds === that.milliseconds;
  }

  /** Whether this is smaller. */
  less(that: Time): boolean {
    return this.milliseconds < that.milliseconds;
  }

  /** Whether this is smaller, or equal. */
  lessEq(that: Time): boolean {
    return this.milliseconds <= that.milliseconds;
  }

  /** Whether this is greater. */
  greater(that: Time): boolean {
    return this.milliseconds > that.milliseconds;
  }

  /** Whether this is greater, or equal. */
  greaterEq(that: Time): boolean {
    return this.milliseconds >= that.milliseconds;
  }

  /**
   * The last whole step of `interval` from `zero` up to this time; for a time before `zero`, the step nearest to zero.
   *
   * @throws UsageError (TIME.ZERO_INTERVAL) when the interval is 0 ms
   */
  floor(interval: Duration, zero: Time = epoch): Time {
    const step = stepMs(interval, 'floor()');
    return new Time(Math.trunc((this.milliseconds - zero.milliseconds) / step) * step + zero.milliseconds);
  }

  /**
   * Whether it is a whole number of intervals since the epoch.
   *
   * @throws UsageError (TIME.ZERO_INTERVAL) when the interval is 0 ms
   */
  isMultipleOf(interval: Duration): boolean {
    return this.milliseconds % stepMs(interval, 'isMultipleOf()') === 0;
  }

  /**
   * The times from this one on, an interval apart, without `end`.
   *
   * @throws UsageError (TIME.ZERO_INTERVAL) when the interval is 0 ms
   */
  until(end: Time, interval: Duration): Time[] {
    const step = stepMs(interval, 'until()');
    return this.#steps(Math.ceil((end.milliseconds - this.milliseconds) / step), step);
  }

  /**
   * The times from this one on, an interval apart, with `end` where a step falls on it.
   *
   * @throws UsageError (TIME.ZERO_INTERVAL) when the interval is 0 ms
   */
  to(end: Time, interval: Duration): Time[] {
    const step = stepMs(interval, 'to()');
    return this.#steps(Math.floor((end.milliseconds - this.milliseconds) / step) + 1, step);
  }

  #steps(count: number, stepMs: number): Time[] {
    return Array.from({ length: Math.max(0, count) }, (_, n) => new Time(this.milliseconds + n * stepMs));
  }

  /** The smaller of both. */
  min(that: Time): Time {
    return this.less(that) ? this : that;
  }

  /** The greater of both. */
  max(that: Time): Time {
    return this.greater(that) ? this : that;
  }

  /** `<n> ms` */
  toString(): string {
    return `${this.milliseconds} ms`;
  }

  /** Its milliseconds. */
  valueOf(): number {
    return this.milliseconds;
  }

  /** Its milliseconds where a number is wanted (`a < b`), its text elsewhere (`'batch ' + a`). */
  [Symbol.toPrimitive](hint: string): number | string {
    return hint === 'number' ? this.milliseconds : this.toString();
  }
}

/** A length of time, or its text: `'10 seconds'`, `'200ms'`, `'1.5 s'`, `'1 minute'`, `'2h'`. */
export type DurationLike = Duration | string;

/** A duration of n milliseconds. */
export function Milliseconds(n: number): Duration {
  return durationOfUnit(n, 1, `Milliseconds(${n})`);
}

/** A duration of n seconds; `Seconds(0.5)` is 500 ms. */
export function Seconds(n: number): Duration {
  return durationOfUnit(n, 1000, `Seconds(${n})`);
}

/** A duration of n minutes; `Minutes(0.5)` is 30 seconds. */
export function Minutes(n: number): Duration {
  return durationOfUnit(n, 60_000, `Minutes(${n})`);
}

/**
 * The duration that is meant.
 *
 * @throws UsageError (TIME.BAD_DURATION) when the text is no number with a unit of time
 * @throws UsageError (TIME.NOT_WHOLE) when it has a fraction of a millisecond
 * @example
 * durationOf('1.5 s').toString() // => '1500 ms'
 */
export function durationOf(given: DurationLike): Duration {
  if (given instanceof Duration) return given;
  if (typeof given !== 'string') throw new UsageError('TIME.BAD_DURATION', { given: String(given) });
  const [, count = '', unit = ''] = durationText.exec(given) ?? [];
  const unitMs = unitsMs.get(unit.toLowerCase());
  if (unitMs === undefined) throw new UsageError('TIME.BAD_DURATION', { given: `'${given}'` });
  return durationOfUnit(Number(count), unitMs, `'${given}'`);
}

const epoch = new Time(0);

const durationText = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i;

const unitsMs: ReadonlyMap<string, number> = new Map(
  (
    [
      [1, 'ms msec msecs millisecond milliseconds'],
      [1000, 's sec secs second seconds'],
      [60_000, 'm min mins minute minutes'],
      [3_600_000, 'h hr hrs hour hours'],
      [86_400_000, 'd day days'],
    ] as const
  ).flatMap(([ms, names]) => names.split(' ').map((name) => [name, ms] as const)),
);

function durationOfUnit(n: number, unitMs: number, given: string): Duration {
  const ms = n * unitMs;
  const whole = Math.round(ms);
  // 1.1 * 1000 is 1100.0000000000002: what two roundings of a double can do is not a fraction that anyone wrote.
  const isWhole = Math.abs(ms - whole) <= 2 * Number.EPSILON * Math.abs(ms);
  if (!isWhole) throw new UsageError('TIME.NOT_WHOLE', { given });
  return new Duration(whole);
}

function wholeMs(ms: number, name: string): number {
  if (!Number.isSafeInteger(ms)) throw new UsageError('TIME.NOT_WHOLE', { given: `new ${name}(${ms})` });
  return ms + 0; // -0 is 0
}

function stepMs(interval: Duration, call: string): number {
  if (interval.isZero()) throw new UsageError('TIME.ZERO_INTERVAL', { call });
  return interval.milliseconds;
}

/** In single precision, as Spark does: its last digit is ours. */
function rounded(ms: number, unitMs: number, digits: number): string {
  return Math.fround(Math.fround(ms) / unitMs).toFixed(digits);
}
