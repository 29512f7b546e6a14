import { onTestFinished } from 'vitest';
import { JobScope } from '../../src/rdd/job-scope.ts';

/** A job that a test can abort. */
export function abortableJob(name = 'the test'): { readonly job: JobScope; abort(): void } {
  const controller = new AbortController();
  const job = new JobScope(name, controller.signal);
  return { job, abort: () => controller.abort(new Error('enough')) };
}

/** A job that nobody aborts. */
export function anyJob(): JobScope {
  return abortableJob().job;
}

export const never = (): Promise<never> => new Promise(() => undefined);

/** A promise that the test settles. */
export function deferred<R>(): {
  readonly promise: Promise<R>;
  resolve(value: R): void;
  reject(error: unknown): void;
} {
  let resolve: (value: R) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<R>((onResolved, onRejected) => {
    resolve = onResolved;
    reject = onRejected;
  });
  return { promise, resolve, reject };
}

/** Resolves with the error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** Counts the turns of the event loop until the test ends. */
export function turnCounter(): { readonly turns: number } {
  const counter = { turns: 0 };
  let isCounting = true;
  const count = (): void => {
    counter.turns += 1;
    if (isCounting) setImmediate(count);
  };
  setImmediate(count);
  onTestFinished(() => {
    isCounting = false;
  });
  return counter;
}

/** The rejections that nobody handled, from now to the end of the test. */
export function unhandledRejections(): unknown[] {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', listener);
  onTestFinished(() => {
    process.off('unhandledRejection', listener);
    for (const other of others) process.on('unhandledRejection', other);
  });
  return unhandled;
}

/** The whole text of the error that a promise rejects with; lines of programs are not counted. */
export async function textOf(promise: Promise<unknown>): Promise<string> {
  return String(await errorOf(promise)).replaceAll(/(\.ts):\d+/g, '$1');
}
