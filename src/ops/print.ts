import { UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import { rowText } from '../core/row-text.ts';
import { defineOutput, type Output } from './define.ts';

/**
 * Prints the time and the first rows of every batch to standard output.
 *
 * Shape:  DStream<T> → nothing
 * Emits   a block of text a batch, also for an empty one: a rule of 43 dashes, `Time: <ms> ms`, the rule, up to n rows,
 *         one a line, `...` where there are more, and an empty line. A pair prints as `(key,value)`.
 * Waits   for the batches before it; reads no more rows than it prints, and one.
 * Keeps   nothing.
 * Ends    with its parent.
 *
 * @param n how many rows at most
 * @throws UsageError (PRINT.BAD_COUNT) at the call, unless n is a whole number of at least 0
 * @example
 * const runtime = testRuntime();
 * await run((ssc, input) => (input.print(1), input), [['a', 'b']], { runtime });
 * runtime.terminal.output.split('\n').slice(1) // => ['Time: 1000 ms', '-'.repeat(43), 'a', '...', '', '']
 *
 * Spark: as DStream.print.
 */
export function print<T extends Row>(n = 10): Output<T> {
  if (!Number.isSafeInteger(n) || n < 0) throw new UsageError('PRINT.BAD_COUNT', { n: String(n) });
  return defineOutput<T>({
    name: 'print',
    code: [],
    run: async (rdd, time, { terminal }) => {
      const rows = await rdd.take(n + 1);
      const lines = [rule, `Time: ${time.toString()}`, rule, ...rows.slice(0, n).map(rowText)];
      if (rows.length > n) lines.push('...');
      terminal.out(`${lines.join('\n')}\n\n`);
    },
  });
}

const rule = '-'.repeat(43);
