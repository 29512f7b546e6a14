import { UsageError } from '../core/errors.ts';
import { absent } from './versioned-table.ts';

/**
 * The state of one key, as the function of a mapWithState sees it.
 *
 * It is good for the call it is given to. What is read from it must not be changed in place: `update` it instead.
 *
 * Spark: as State.
 */
export class State<S> {
  #value: unknown = absent;
  #isTimingOut = false;
  #isUpdated = false;
  #isRemoved = false;

  /** Whether the key has state. */
  exists(): boolean {
    return this.#value !== absent;
  }

  /** The state. @throws UsageError (STATE.MISSING) where there is none */
  get(): S {
    if (this.#value === absent) throw new UsageError('STATE.MISSING', {});
    return this.#value as S;
  }

  /** The state, or undefined where there is none. */
  getOption(): S | undefined {
    return this.#value === absent ? undefined : (this.#value as S);
  }

  /**
   * Sets it.
   *
   * @throws UsageError (STATE.UPDATE_REFUSED) when it was removed in this call, or the key times out
   */
  update(state: S): void {
    this.#check('update()');
    this.#value = state;
    this.#isUpdated = true;
  }

  /** Removes it. @throws UsageError (STATE.UPDATE_REFUSED) when it was removed already, or the key times out */
  remove(): void {
    this.#check('remove()');
    this.#value = absent;
    this.#isUpdated = false;
    this.#isRemoved = true;
  }

  /** Whether the call is the last one for this key, which had no data for longer than the time-out. */
  isTimingOut(): boolean {
    return this.#isTimingOut;
  }

  /** @internal For the next call. */
  begin(value: unknown, isTimingOut: boolean): this {
    this.#value = value;
    this.#isTimingOut = isTimingOut;
    this.#isUpdated = false;
    this.#isRemoved = false;
    return this;
  }

  /** @internal What the call made of it; undefined where it left it alone. */
  get outcome(): 'updated' | 'removed' | undefined {
    if (this.#isUpdated) return 'updated';
    return this.#isRemoved ? 'removed' : undefined;
  }

  /** @internal */
  get value(): unknown {
    return this.#value;
  }

  #check(call: string): void {
    if (this.#isTimingOut) throw new UsageError('STATE.UPDATE_REFUSED', { call, reason: 'the key is timing out' });
    if (this.#isRemoved) throw new UsageError('STATE.UPDATE_REFUSED', { call, reason: 'it was removed in this call' });
  }
}
