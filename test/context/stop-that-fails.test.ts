import { StorageLevel, stop } from 'firesteel';
import { expect, test } from 'vitest';
import { desk, Tray } from './kit.ts';

test('a stop that nobody asked for and that fails is told, and ends those who wait for the end', async () => {
  const d = desk();
  const ssc = d.streaming();
  const kept = ssc.inputStream(new Tray()).persist(StorageLevel.DISK_ONLY);
  kept.foreachRDD(
    async (rdd) => {
      await rdd.count();
      throw new Error('no such table');
    },
    { onFailure: stop },
  );
  ssc.start();
  for (let i = 0; i < 3; i++) d.runtime.storage.failNext('remove', 'EBUSY: resource busy');
  await d.runtime.clock.advance(10_000);
  expect(ssc.getState()).toBe('STOPPED');
  await expect(ssc.awaitTermination()).rejects.toThrow('no such table');
  expect(d.log().filter((line) => line.includes('could not be stopped'))).toEqual([
    'ERROR StreamingContext: The context could not be stopped',
  ]);
});
