import fc from 'fast-check';
import { systemRuntime } from 'firesteel';
import { expect, test } from 'vitest';
import { commandsArbitrary, runCommands } from '../property/lifecycle.ts';

test('contexts follow the model on the real clock too', { timeout: 600_000 }, async () => {
  const runtime = systemRuntime();
  const batchMs = 5;
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(commandsArbitrary(), async (commands) => {
      await runCommands({ runtime, batchMs, pass: (batches) => runtime.clock.sleep(batches * batchMs) }, commands);
      ran += 1;
    }),
    { numRuns: 200 },
  );
  expect(ran).toBe(200);
});
