/**
 * The programs of test/property/lifecycle.test.ts on the machine's own time: what happens when is not foretold here.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { lifeCommands } from '../context/life/commands.ts';
import { LifeModel } from '../context/life/model.ts';
import { RealLife } from '../context/life/real.ts';
import { realTimeDriver } from '../context/life/real-time-driver.ts';

test('contexts are where the model says, in real time as well', { timeout: 300_000 }, async () => {
  const runs = fc.asyncProperty(lifeCommands(40), async (commands) => {
    const model = new LifeModel();
    using real = new RealLife('5 ms');
    const driver = realTimeDriver(model, real);
    const limit = new AbortController();
    try {
      await fc.asyncModelRun(() => ({ model, real: { real, driver } }), commands);
      for (let wait = driver.agree(); wait !== undefined; wait = driver.agree()) await wait;
    } finally {
      await real.end(systemClock().sleep(10_000, limit.signal));
      limit.abort();
    }
    expect([real.getActive(), real.makeSpark()]).toEqual([undefined, undefined]);
    await real.sparks.at(-1)?.stop();
  });
  await fc.assert(runs, { numRuns: 200 });
});
