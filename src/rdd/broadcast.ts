import { UsageError } from '../core/errors.ts';

/**
 * A value that all functions of a program may read. In one process it is the value itself; with threads it is sent to
 * each once.
 *
 * Spark: as Broadcast.
 */
export class Broadcast<T> {
  #value: T | undefined;
  #isDestroyed = false;

  constructor(value: T) {
    this.#value = value;
  }

  /** @throws UsageError (BROADCAST.DESTROYED) */
  get value(): T {
    if (this.#isDestroyed) throw new UsageError('BROADCAST.DESTROYED', {});
    return this.#value as T;
  }

  /** Nothing to let go of in one process; the value stays. */
  unpersist(): void {
    // The copies of other threads are what would go.
  }

  /** Lets go of the value; reading it is an error from now on. */
  destroy(): void {
    this.#isDestroyed = true;
    this.#value = undefined;
  }
}
