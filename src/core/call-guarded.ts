import { types } from 'node:util';

/**
 * Calls what the user gave us where nobody waits for it: a listener, a log sink.
 *
 * Whatever it throws goes to `onError`, and so does the rejection of a promise that it returns: nobody else would see
 * either, and an unseen rejection ends a Node process. `onError` must not throw.
 */
export function callGuarded(f: () => unknown, onError: (error: unknown) => void): void {
  try {
    const returned = f();
    if (types.isPromise(returned)) returned.catch(onError);
  } catch (error) {
    onError(error);
  }
}
