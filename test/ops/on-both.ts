import type { Row } from 'firesteel';
import type { RunOptions } from 'firesteel/testing';

/** What runs a program: every operator is shown on both. */
export const engines: readonly ['actors', 'loop'] = ['actors', 'loop'];

/** The engine of this test. */
export type Engine = NonNullable<RunOptions['using']>;

/**
 * The text of the error that this comes to. Lines of a test change with every edit above them, so they are left out.
 */
export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    return String(error).replaceAll(/(\.test|side-by-side)\.ts:\d+/g, '$1.ts:…');
  }
  throw new Error('it did not fail');
}

/** The rejections that nobody handled while this ran. */
export async function unhandledIn(work: () => Promise<unknown>): Promise<readonly unknown[]> {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    await work().catch(() => undefined); // What the work itself comes to is not the question.
    await new Promise(setImmediate);
  } finally {
    process.off('unhandledRejection', note);
  }
  return unhandled;
}

/** Batches of rows of any kind. */
export type Batches = readonly (readonly Row[] | null)[];
