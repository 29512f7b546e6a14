/** Who waits for the abort of a signal. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls f when the signal is aborted; at once, if it is.
 *
 * All who wait share one listener: of more than ten Node says that they look like a leak.
 *
 * @returns a function after which f will not be called; call it when f is wanted no longer
 */
export function whenAborted(signal: AbortSignal, f: () => void): () => void {
  if (signal.aborted) {
    f();
    return () => undefined;
  }
  const all = waiting.get(signal) ?? listenTo(signal);
  all.add(f);
  return () => all.delete(f);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(signal, all);
  const tellAll = (): void => {
    for (const f of all) f();
  };
  signal.addEventListener('abort', tellAll, { once: true });
  return all;
}
