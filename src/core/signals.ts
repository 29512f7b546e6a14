/** How the operating system asks a process to end. */
export type EndSignal = 'SIGINT' | 'SIGTERM';

/** The signals that ask the process to end. */
export interface Signals {
  /**
   * Calls f for each of them from now on; it does not end the process then.
   *
   * The process that ends by itself afterwards has the exit code of the first one, 128 and its number, unless the host
   * heeds that signal too, or sets a code of its own.
   *
   * @returns what ends it, after which they mean what they meant before
   */
  heed(f: (signal: EndSignal) => void): () => void;
}

/** The signals of the process. Heeding them does not keep it alive. */
export function systemSignals(): Signals {
  return system;
}

/** The exit code of a process that a signal has ended. */
export function exitCodeOf(signal: EndSignal): number {
  return 128 + numbers[signal];
}

/** The same wherever there are signals. */
const numbers: Readonly<Record<EndSignal, number>> = { SIGINT: 2, SIGTERM: 15 };

const endSignals = Object.keys(numbers) as EndSignal[];

const system: Signals = Object.freeze({
  heed: (f: (signal: EndSignal) => void) => {
    const handlers = endSignals.map((signal) => ({ signal, hear: () => hear(signal, f) }));
    // Before the host's own, of which one that listens once is gone when it has been called.
    for (const { signal, hear } of handlers) process.prependListener(signal, hear);
    return () => {
      for (const { signal, hear } of handlers) process.off(signal, hear);
    };
  },
});

/** Where the host listens as well, how the process ends is the host's affair. */
function hear(signal: EndSignal, f: (signal: EndSignal) => void): void {
  if (process.listenerCount(signal) === 1) process.exitCode ??= exitCodeOf(signal);
  f(signal);
}
