/**
 * Programs that do anything with the two contexts, in any order, on a clock that the test moves: what they see is what
 * a small model says, after every step and whatever the interleaving of messages.
 */
import fc from 'fast-check';
import { testRuntime } from 'firesteel/testing';
import { expect, inject, test } from 'vitest';
import { batchMs } from '../context/life/clockwork.ts';
import { lifeCommands, tally } from '../context/life/commands.ts';
import { virtualDriver } from '../context/life/driver.ts';
import { LifeModel } from '../context/life/model.ts';
import { RealLife } from '../context/life/real.ts';
import { difference } from '../context/life/sight.ts';

const numRuns = process.env['FIRESTEEL_RUNS'] === undefined ? 80 : inject('runs');

test('contexts are where the model says, whatever a program does with them', {
  timeout: 60_000 + 60 * numRuns,
}, async () => {
  const runs = fc.asyncProperty(lifeCommands(60), fc.nat(), async (commands, seed) => {
    const model = new LifeModel();
    const runtime = testRuntime({ seed });
    using real = new RealLife(`${batchMs} ms`, runtime);
    const driver = virtualDriver(model, real, runtime);
    await fc.asyncModelRun(() => ({ model, real: { real, driver } }), commands);
    expect(difference(model, real)).toBe(undefined);
    await real.end(runtime.settle());
    expect(real.makeSpark()).toBe(undefined);
    await real.sparks.at(-1)?.stop();
  });
  await fc.assert(runs, { numRuns });
  if (process.env['FIRESTEEL_RUNS'] !== undefined) console.log([...tally].sort());
});
