import { type EndSignal, exitCodeOf, type Signals } from './signals.ts';

/** Signals that a test sends. */
export class MemorySignals implements Signals {
  readonly #heeding = new Set<{ readonly hear: (signal: EndSignal) => void }>();
  #exitCode: number | undefined;

  /** Whether anybody heeds them: a signal that nobody heeds would end a real process at once. */
  get areHeeded(): boolean {
    return this.#heeding.size > 0;
  }

  /** What a real process would end with, after the signals that were heeded. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  heed(f: (signal: EndSignal) => void): () => void {
    const one = { hear: f };
    this.#heeding.add(one);
    return () => void this.#heeding.delete(one);
  }

  /** Sends one. @throws TypeError when nobody heeds it */
  send(signal: EndSignal): void {
    if (!this.areHeeded) throw new TypeError(`nobody heeds ${signal}: it would have ended the process`);
    this.#exitCode ??= exitCodeOf(signal);
    for (const { hear } of [...this.#heeding]) hear(signal);
  }
}
