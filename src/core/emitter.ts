import { EventEmitter } from 'eventemitter3';
import { callGuarded } from './call-guarded.ts';

/**
 * Tells listeners of events, each in the order in which it came to listen.
 *
 * `Events` maps the name of an event to what its listeners are given. A listener that throws, or whose promise rejects,
 * is reported to `onError` and keeps the others from nothing. One that is added while an event is told hears the next.
 */
export class Emitter<Events extends object> {
  readonly #emitter = new EventEmitter();
  readonly #onError: (error: unknown, name: keyof Events & string) => void;

  /** @param onError must not throw */
  constructor(onError: (error: unknown, name: keyof Events & string) => void) {
    this.#onError = onError;
  }

  /** Listens from now on; a listener that is there already is not added again. Returns what ends it. */
  on<N extends keyof Events & string>(name: N, listener: (event: Events[N]) => void): () => void {
    if (!this.#emitter.listeners(name).includes(listener)) this.#emitter.on(name, listener);
    return () => this.off(name, listener);
  }

  /** Listens no more; nothing happens when it did not. */
  off<N extends keyof Events & string>(name: N, listener: (event: Events[N]) => void): void {
    this.#emitter.off(name, listener);
  }

  emit<N extends keyof Events & string>(name: N, event: Events[N]): void {
    for (const listener of this.#emitter.listeners(name)) {
      callGuarded(
        () => listener(event),
        (error) => this.#onError(error, name),
      );
    }
  }
}
