import fc from 'fast-check';
import { afterAll, expect, inject, test } from 'vitest';
import { keptPrograms } from './kept-programs.ts';
import { keptStatePrograms } from './kept-state-programs.ts';
import { outputUses } from './output-uses.ts';
import { anyProgram, type Program } from './program.ts';
import { keepingNames, operators } from './programs.ts';
import { differences, runProgram } from './run-program.ts';

/*
 * The law of operators: the actors, the plain loop and the oracle agree on every program.
 *
 * A program is drawn from the grammar with its batches, its partitions, its failures, its stalls and the seed that
 * orders messages. Of each batch we compare: whether it was refused and why; which outputs had a job, and in which
 * order these began; what each saw, row by row, or why it failed.
 *
 * A recorded run, `FIRESTEEL_RUNS=100000`, prints how often everything occurred.
 */

/** @throws what the engines and the oracle disagree about */
async function check(program: Program): Promise<void> {
  for (const using of ['actors', 'loop'] as const) {
    const found = differences(program, await runProgram(program, using));
    if (found.length > 0) throw new Error(`on the ${using}:\n${found.join('\n')}\nin the program\n${program}`);
  }
}

const beside = ['(missed batches)', '(slice)', '(stall)'];
const uses = new Map([...operators.keys(), ...outputUses.keys(), ...beside].map((name) => [name, 0]));
/** How often an operator that knows of more than one batch is behind another. */
const pairs = new Map(keepingNames.flatMap((one) => keepingNames.map((other) => [`${one} → ${other}`, 0])));
let programs = 0;
const recorded = Number(process.env['FIRESTEEL_RUNS'] ?? 0);
const tellEvery = 10_000;

test('actors, plain loop and oracle agree on every program', { timeout: 60_000 + recorded * 100 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyProgram(), async (program) => {
      programs += 1;
      if (recorded > 0 && programs % tellEvery === 0) console.log(`${programs} programs agree`);
      for (const name of program.names()) uses.set(name, (uses.get(name) ?? 0) + 1);
      for (const pair of program.keepingPairs()) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      await check(program);
    }),
    // A program that hangs is a failure that shrinks like any other; a run of twenty minutes may see the machine pause.
    { timeout: recorded > 0 ? 60_000 : 10_000 },
  );
  // So many programs have everything in them, or the grammar is broken.
  if (recorded >= 1000) expect([...uses].filter(([, count]) => count === 0)).toEqual([]);
  if (recorded >= 5000) expect([...pairs].filter(([, count]) => count === 0)).toEqual([]);
});

test.each(Object.entries({ ...keptPrograms, ...keptStatePrograms }))('%s', (_name, program) => check(program));

afterAll(() => {
  if (recorded === 0) return;
  const told = (counts: ReadonlyMap<string, number>): readonly string[] =>
    [...counts].map(([name, count]) => `${String(count).padStart(9)}  ${name}`);
  const head = `In how many places ${programs} programs, from FIRESTEEL_SEED=${inject('seed')}, had`;
  console.log([head, ...told(uses)].join('\n'));
  console.log(['In how many places they had one behind the other', ...told(pairs)].join('\n'));
});
