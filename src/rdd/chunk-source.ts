import type { Clock } from '../core/clock.ts';
import type { Chunk } from './chunk.ts';
import { pieceMsMax } from './pace.ts';

/** Where the chunks of a partition come from. */
export interface ChunkSource {
  /** Whether `next` returns promises. */
  readonly isAsync: boolean;
  /** Undefined at the end. A chunk that is made when it is asked for has at most `rowsWanted` rows. */
  next(rowsWanted: number): Chunk | undefined | Promise<Chunk | undefined>;
  /**
   * Nothing more is read: what the user opened is closed, the last first, and once. A clean-up that waits is waited for
   * where a promise comes back.
   */
  close(end: End): Promise<void> | undefined;
}

/**
 * How reading ends: all that was wanted is read; an error is on its way, so that what the clean-up throws is not told;
 * or the task is ended from outside.
 */
export type End = 'read' | 'failed' | 'cut';

/** What a user's iterator reads from. */
export interface Upstream {
  readonly rows: IterableIterator<unknown>;
  /** Nothing more is read, even where the iterator never looked. */
  close(end: End): void;
}

/** Makes an error of what a user's iterator throws, and throws it. */
export type Fail = (error: unknown) => never;

/** Chunks that are at hand. */
export function chunksAtHand(chunks: readonly Chunk[]): ChunkSource {
  let at = 0;
  return { isAsync: false, next: () => chunks[at++], close: () => undefined };
}

/** The rows of a user's iterator, a few at a time; `before` is what it reads from. */
export function rowsOf(iterator: Iterator<unknown>, before: Upstream, clock: Clock, fail: Fail): ChunkSource {
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  return {
    isAsync: false,
    next: (rowsWanted) => {
      if (failure !== undefined) return fail(failure.error);
      const rows: unknown[] = [];
      const untilMs = clock.monotonicMs() + pieceMsMax;
      try {
        while (!isOver && rows.length < rowsWanted) {
          const read = iterator.next();
          if (read.done) isOver = true;
          else if (rows.push(read.value) % rowsBetweenLooks === 0 && clock.monotonicMs() >= untilMs) break;
        }
      } catch (error) {
        isOver = true;
        failure = { error }; // The rows before it come first.
      }
      if (rows.length > 0) return { kind: 'rows', rows };
      return failure === undefined ? undefined : fail(failure.error);
    },
    close: (end) => {
      const isOpen = !isOver;
      isOver = true;
      try {
        if (isOpen) iterator.return?.();
      } catch (error) {
        if (end !== 'failed') fail(error);
      } finally {
        before.close(end);
      }
      return undefined;
    },
  };
}

/** The rows of a user's asynchronous iterator, one at a time; `before` is what it reads from. */
export function rowsLater(iterator: AsyncIterator<unknown>, before: Upstream, fail: Fail): ChunkSource {
  let isOver = false;
  return {
    isAsync: true,
    next: async () => {
      try {
        const read = await iterator.next();
        if (!read.done) return { kind: 'rows', rows: [read.value] };
        isOver = true;
        return undefined;
      } catch (error) {
        isOver = true;
        return fail(error);
      }
    },
    close: async (end) => {
      const isOpen = !isOver;
      isOver = true;
      if (end === 'cut') before.close(end); // It may wait for ever for what it waits for now.
      try {
        if (isOpen) await iterator.return?.();
      } catch (error) {
        if (end !== 'failed') fail(error);
      } finally {
        before.close(end);
      }
    },
  };
}

/** Of an iterator that turns slow: to look at the clock costs as much as a cheap row. */
const rowsBetweenLooks = 8;
