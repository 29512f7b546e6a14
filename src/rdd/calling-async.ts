import { UsageError } from '../core/errors.ts';
import { StepTimeout } from './loop.ts';
import { pieceMsMax } from './pace.ts';
import type { TaskContext } from './step.ts';
import { TimeLimit } from './time-limit.ts';

/** How an asynchronous function of rows is called. */
export interface CallOptions<T, U> {
  /** How many calls of a partition are under way, or wait for an earlier one, at most; 16 unless given. */
  readonly concurrency?: number;
  /** Whether results keep the order of their rows; true unless given. */
  readonly ordered?: boolean;
  /** How long a call may take, in milliseconds; without limit unless given. */
  readonly timeoutMs?: number;
  /**
   * What a call means that throws, rejects or takes too long: the batch fails, the row is left out, or what this
   * function says takes its place. The batch fails unless given.
   */
  readonly onError?: 'fail' | 'drop' | ((error: unknown, row: T) => Promise<U> | U);
}

/** Enough to hide the latency of a service, few enough not to drown it. */
const usualConcurrency = 16;

/**
 * The function of a mapPartitions that calls f for each row; it gives the rows that are there in lists, which may be
 * empty, so that the executor hears of every call that ends.
 *
 * @throws UsageError (ASYNC.BAD_OPTION)
 */
export function callingAsync<T, U>(
  f: (row: T) => Promise<U> | U,
  options: CallOptions<T, U>,
): (rows: Iterator<T>, index: number, task: TaskContext) => AsyncIterable<readonly U[]> {
  const { concurrency = usualConcurrency, ordered = true, timeoutMs, onError = 'fail' } = options;
  checkOption('concurrency', concurrency, isCount(concurrency));
  checkOption('timeoutMs', timeoutMs, timeoutMs === undefined || isCount(timeoutMs));
  checkOption('onError', onError, onError === 'fail' || onError === 'drop' || typeof onError === 'function');
  const calling: Calling<T, U> = { f, concurrency, ordered, timeoutMs, onError };
  return (rows, _index, task) => ({ [Symbol.asyncIterator]: () => new Calls(rows, calling, task) });
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 1;
}

function checkOption(option: string, value: unknown, isGood: boolean): void {
  if (!isGood) throw new UsageError('ASYNC.BAD_OPTION', { option, value: String(value) });
}

interface Calling<T, U> extends Required<Pick<CallOptions<T, U>, 'concurrency' | 'ordered' | 'onError'>> {
  readonly f: (row: T) => Promise<U> | U;
  readonly timeoutMs: number | undefined;
}

interface Call<U> {
  /** The rows to pass on, or why it all ends; undefined while it is under way. */
  outcome: readonly U[] | Failure | undefined;
}

class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * The calls for the rows of one partition.
 *
 * They begin while `next` is called, so in a slice of the executor. A call that nobody wants any more is left alone:
 * what becomes of its promise is nobody's error.
 */
class Calls<T, U> implements AsyncIterator<readonly U[], undefined> {
  readonly #rows: Iterator<T>;
  readonly #calling: Calling<T, U>;
  readonly #task: TaskContext;
  readonly #limit: TimeLimit | undefined;
  /** In the order in which they are told: that of their rows, or the one in which they ended. */
  readonly #due: Call<U>[] = [];
  readonly #underWay = new Set<Call<U>>();
  /** How many have begun and are not told. */
  #count = 0;
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(rows: Iterator<T>, calling: Calling<T, U>, task: TaskContext) {
    this.#rows = rows;
    this.#calling = calling;
    this.#task = task;
    this.#limit = calling.timeoutMs === undefined ? undefined : new TimeLimit(task.clock, calling.timeoutMs);
  }

  async next(): Promise<IteratorResult<readonly U[], undefined>> {
    const isCut = this.#beginCalls();
    if (!isCut && this.#count > 0 && !this.#isDue) await this.#nextDue();
    const rows = this.#takeDue();
    if (rows.length > 0 || isCut) return { done: false, value: rows };
    const failure = this.#due[0]?.outcome;
    if (failure instanceof Failure) {
      this.#leave();
      throw failure.error;
    }
    if (!this.#isOver || this.#count > 0) return { done: false, value: rows };
    this.#leave();
    return over;
  }

  async return(): Promise<IteratorResult<readonly U[], undefined>> {
    this.#leave();
    this.#wake();
    return over;
  }

  /** Begins as many calls as may be under way. @returns whether others should have a turn before it begins more */
  #beginCalls(): boolean {
    const { clock } = this.#task;
    const untilMs = clock.monotonicMs() + pieceMsMax;
    for (let begun = 1; !this.#isOver && this.#count < this.#calling.concurrency; begun++) {
      this.#beginNext();
      if (begun % callsBetweenLooks === 0 && clock.monotonicMs() >= untilMs) return true;
    }
    return false;
  }

  #beginNext(): void {
    const call: Call<U> = { outcome: undefined };
    try {
      const read = this.#rows.next();
      this.#isOver = read.done === true;
      if (read.done === true) return;
      this.#underWay.add(call);
      if (this.#calling.ordered) this.#due.push(call);
      void this.#run(call, read.value);
    } catch (error) {
      // The rows before it come first.
      this.#isOver = true;
      call.outcome = new Failure(error);
      this.#due.push(call);
    }
    this.#count += 1;
  }

  /** Never rejects. */
  async #run(call: Call<U>, row: T): Promise<void> {
    const { f, ordered } = this.#calling;
    let outcome: Call<U>['outcome'];
    try {
      outcome = [await this.#inTime(row, new Promise((resolve) => resolve(f(row))))];
    } catch (error) {
      if (this.#underWay.has(call)) outcome = await this.#instead(error, row);
    }
    if (!this.#underWay.delete(call)) return;
    call.outcome = outcome;
    if (!ordered) this.#due.push(call);
    if (this.#isDue) this.#wake();
  }

  /** What is made, unless it comes too late. */
  #inTime(row: T, made: Promise<U>): Promise<U> {
    const limit = this.#limit;
    if (limit === undefined) return made;
    return new Promise((resolve, reject) => {
      const end = limit.begin(() => reject(this.#task.told(new StepTimeout(limit.limitMs), row)));
      made.finally(end).then(resolve, reject);
    });
  }

  /** What stands for a call that failed. */
  async #instead(error: unknown, row: T): Promise<readonly U[] | Failure> {
    const { onError } = this.#calling;
    if (onError === 'drop') return [];
    try {
      return onError === 'fail' ? new Failure(this.#task.told(error, row)) : [await onError(error, row)];
    } catch (thrown) {
      return new Failure(this.#task.told(thrown, row));
    }
  }

  get #isDue(): boolean {
    return this.#due[0]?.outcome !== undefined;
  }

  #nextDue(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The rows of the calls whose turn it is, up to one that failed. */
  #takeDue(): readonly U[] {
    const taken: U[] = [];
    for (let first = this.#due[0]?.outcome; first !== undefined && !(first instanceof Failure); ) {
      for (const row of first) taken.push(row);
      this.#due.shift();
      this.#count -= 1;
      first = this.#due[0]?.outcome;
    }
    return taken;
  }

  /** Waits for no call any more. */
  #leave(): void {
    this.#isOver = true;
    this.#count = 0;
    this.#due.length = 0;
    this.#underWay.clear();
    this.#limit?.close();
  }
}

const over = { done: true, value: undefined } as const;

/** To look at the clock costs as much as a cheap call. */
const callsBetweenLooks = 8;
