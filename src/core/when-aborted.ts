/** Who waits for the abort of a signal, and the one listener that tells them. */
interface Waiting {
  readonly all: Set<() => void>;
  readonly tellAll: () => void;
}

const waiting = new WeakMap<AbortSignal, Waiting>();

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
  const { all, tellAll } = waiting.get(signal) ?? listenTo(signal);
  // A function of its own: the same f may wait twice.
  const call = (): void => f();
  all.add(call);
  return () => {
    all.delete(call);
    if (all.size > 0) return;
    signal.removeEventListener('abort', tellAll);
    waiting.delete(signal);
  };
}

function listenTo(signal: AbortSignal): Waiting {
  const all = new Set<() => void>();
  const tellAll = (): void => {
    for (const f of all) f();
  };
  const listening = { all, tellAll };
  waiting.set(signal, listening);
  signal.addEventListener('abort', tellAll, { once: true });
  return listening;
}
