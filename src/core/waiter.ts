import type { Clock } from './clock.ts';
import { whenAborted } from './when-aborted.ts';

/** Lets callers wait for one end, or for an error before it. */
export class Waiter {
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #waiting = new Set<() => void>();

  /** The end has come; an error that was reported stays. */
  end(): void {
    this.#isOver = true;
    this.#release();
  }

  /** Everyone who waits, and everyone who will, is given this error, until a later one takes its place. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#release();
  }

  /** How many wait now. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Resolves at the end. @throws the last error that was reported, or the signal's reason */
  async wait(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!this.#isOver && this.#failure === undefined) await this.#released(signal);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** As wait, for so many milliseconds at most. @returns whether the end has come */
  async waitFor(ms: number, clock: Clock, signal?: AbortSignal): Promise<boolean> {
    const over = new AbortController();
    const timer = clock.at(clock.now() + ms, () => over.abort(timeIsOver));
    const forget = signal && whenAborted(signal, () => over.abort(signal.reason));
    try {
      await this.wait(over.signal);
      return true;
    } catch (error) {
      if (error !== timeIsOver) throw error;
      return false;
    } finally {
      timer.cancel();
      forget?.();
    }
  }

  #released(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const release = (): void => {
        forget?.();
        resolve();
      };
      this.#waiting.add(release);
      const forget =
        signal &&
        whenAborted(signal, () => {
          this.#waiting.delete(release);
          reject(signal.reason);
        });
    });
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const release of waiting) release();
  }
}

const timeIsOver = new Error('the time is over');
