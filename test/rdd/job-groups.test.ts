import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { lab } from '../rdd-api/kit.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Lets memory go, and who waits to hear of it. */
async function forgetAll(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
}

test('a group of which no action is under way is forgotten, one that waits is not', async () => {
  const { sc } = lab({ 'spark.master': 'local[3]' });
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  sc.setJobGroup('waits');
  const waiting = sc.parallelize([1], 1).foreachPartition(() => opened);
  for (let i = 0; i < 200; i++) {
    sc.setJobGroup(`query ${i}`);
    await sc.parallelize([1], 1).count();
  }
  sc.clearJobGroup();
  expect(sc.engine.jobs.groupCount).toBeGreaterThan(0);
  await forgetAll();
  expect(sc.engine.jobs.groupCount).toBeLessThan(10);
  sc.cancelJobGroup('waits');
  await expect(waiting).rejects.toThrow('[JOB.ABORTED] The job of the job group waits was aborted.');
  open();
});
