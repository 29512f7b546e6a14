import { type DStream, StorageLevel } from 'firesteel';
import { run } from 'firesteel/testing';
import { expect, test } from 'vitest';

/** The level at which the RDD of a stream is kept. */
async function levelOf(persisted: (stream: DStream<number>) => DStream<number>): Promise<string | undefined> {
  let level: string | undefined;
  await run<number, number>(
    (_ssc, input) => {
      const stream = persisted(input.map((n) => n + 1));
      stream.foreachRDD((rdd) => {
        level = rdd.getStorageLevel().name;
      });
      return stream;
    },
    [[1]],
  );
  return level;
}

test('a stream that is persisted without a level keeps values; Spark keeps bytes', async () => {
  expect(await levelOf((stream) => stream.persist())).toBe('MEMORY_ONLY');
  expect(await levelOf((stream) => stream.cache())).toBe('MEMORY_ONLY');
  expect(await levelOf((stream) => stream.persist(StorageLevel.MEMORY_ONLY_SER))).toBe('MEMORY_ONLY_SER');
});

test('a stream that is not persisted keeps nothing; of several levels the last one counts', async () => {
  expect(await levelOf((stream) => stream)).toBe('NONE');
  expect(await levelOf((stream) => stream.cache().persist(StorageLevel.DISK_ONLY))).toBe('DISK_ONLY');
});
