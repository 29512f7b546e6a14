import fc from 'fast-check';
import { testRuntime } from 'firesteel/testing';
import { expect, inject, test } from 'vitest';
import { commandsArbitrary, runCommands, tally } from './lifecycle.ts';

/** 300 unless a longer run is asked for; commands are many, so that the usual number would be too few. */
const runs = Math.max(300, inject('runs'));

test('contexts follow the model in any order of commands and messages', { timeout: 3_600_000 }, async () => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(commandsArbitrary(), fc.nat(), async (commands, seed) => {
      const runtime = testRuntime({ seed });
      await runCommands({ runtime, batchMs: 1000, pass: (batches) => runtime.clock.advance(batches * 1000) }, commands);
      ran += 1;
    }),
    { numRuns: runs },
  );
  expect(ran).toBe(runs);
  if (runs > 300) console.log(`${ran} runs of commands on the test runtime`, tally);
});
