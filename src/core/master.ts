import { UsageError } from './errors.ts';

/** Where a program runs, and on how many slots. */
export interface Master {
  /** How many tasks run at a time; a receiver holds one for its life. */
  readonly slots: number;
  /** As the program wrote it: `local[*]`. */
  readonly text: string;
}

/**
 * Reads a master: `local` (1 slot), `local[n]`, `local[*]` (a slot a core, and at least 2, so that a receiver leaves
 * one to compute), `local[n,maxFailures]` (Spark's form; a task that fails here is not tried again).
 *
 * @throws UsageError (CONF.BAD_MASTER) for any other
 */
export function parseMaster(text: string, coresAvailable: number): Master {
  const [, count = text === 'local' ? '1' : ''] = /^local\[\s*(\d+|\*)\s*(?:,\s*\d+\s*)?\]$/.exec(text) ?? [];
  const slots = count === '*' ? Math.max(2, coresAvailable) : Number(count);
  if (!Number.isSafeInteger(slots) || slots < 1) throw new UsageError('CONF.BAD_MASTER', { master: text });
  return { slots, text };
}
