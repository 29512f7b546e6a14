import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Milliseconds, SparkConf, StreamingContext } from 'firesteel';
import { expect, test } from 'vitest';

test('a file stream over real folders reads what is written and moved in, and nothing that was there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firesteel-files-'));
  try {
    for (const name of ['web-1', 'web-2', 'done']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'web-1/before'), 'before\n');
    await writeFile(join(folder, 'done/old'), 'moved\r\nin');
    await utimes(join(folder, 'done/old'), 0, 0);

    const conf = new SparkConf().setMaster('local[2]').setAppName('files').set('spark.log.level', 'ERROR');
    await using ssc = new StreamingContext(conf, Milliseconds(50));
    const seen: string[] = [];
    const waiting: { count: number; resolve: () => void }[] = [];
    const rows = (count: number) => new Promise<void>((resolve) => waiting.push({ count, resolve }));
    const batch = () => rows(0);
    ssc.textFileStream(join(folder, 'web-*')).foreachRDD(async (rdd) => {
      seen.push(...(await rdd.collect()));
      for (const { count, resolve } of waiting) if (seen.length >= count) resolve();
    });
    ssc.start();
    await batch();
    await writeFile(join(folder, 'web-2/written'), 'written\n');
    await rows(1);
    await rename(join(folder, 'done/old'), join(folder, 'web-1/moved'));
    await rows(3);
    await batch();
    expect(seen).toEqual(['written', 'moved', 'in']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
