import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyProgram } from './program.ts';
import { differences, runProgram } from './run-program.ts';

/**
 * The law of operators: the actors, the plain loop and the oracle agree on every program.
 *
 * A program is drawn from the grammar with its batches, its partitions, its failures and the seed that orders messages.
 * Of each batch we compare: whether it was refused and why; which outputs had a job, and in which order these began; what
 * each saw, row by row, or why it failed.
 */

const counts = new Map<string, number>();

test('actors, plain loop and oracle agree on every program', async () => {
  await fc.assert(
    fc.asyncProperty(anyProgram(), async (program) => {
      for (const name of program.names()) counts.set(name, (counts.get(name) ?? 0) + 1);
      for (const using of ['actors', 'loop'] as const) {
        const found = differences(program, await runProgram(program, using));
        if (found.length > 0) throw new Error(`on the ${using}:\n${found.join('\n')}\nin the program\n${program}`);
      }
    }),
  );
  expect(counts.size).toBeGreaterThan(0);
}, 3_600_000);
