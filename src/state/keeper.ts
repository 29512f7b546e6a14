import type { Image, Redo, RedoOptions } from './redo.ts';
import type { VersionedTable } from './versioned-table.ts';
import type { Work } from './work.ts';

/**
 * One partition of what a stateful operator keeps.
 *
 * A step is worked out first, in which all functions of the program are called, and changes nothing that can be seen;
 * when all partitions have, it is committed, which cannot fail. So no partition is ever ahead of the others, and a step
 * that failed can be tried again.
 */
export interface Keeper {
  /** What is seen of it, in versions. */
  readonly table: VersionedTable;
  /** A step begins: it makes the version of this time. */
  begin(timeMs: number): void;
  /** What there is to begin with, in the first step; the key by its id in the table. */
  start?(id: number, state: unknown): void;
  /** What follows is of the batch of this time. */
  open?(timeMs: number): void;
  /** A pair of the batch, the key also by its id. @throws CallFailure when a function of the program failed */
  feed(id: number, key: unknown, value: unknown): void;
  /** There is no more of it. @throws as feed */
  finish(): Work<void>;
  /** What was worked out becomes the newest version. */
  commit(): Work<void>;
  /** What `commit` is about to apply, as data; once all partitions have finished the step. */
  redo(options: RedoOptions): Work<Redo>;
  /** In the place of a step: `commit` will apply this. */
  replay(redo: Redo): void;
  /** What it has, between two steps: copied at once, given bit by bit, however it goes on. */
  image(): Image;
  /** What was worked out is forgotten. */
  discard(): void;
  /** The rows that the step of a version gave beside its entries. */
  results?(timeMs: number): readonly unknown[];
  /** Nobody reads this version, or one before it, any more. */
  release(timeMs: number): void;
}
