import { type DStream, type Row, SparkConf, SparkContext } from 'firesteel';
import { type FeedBatch, run, type TestRuntime, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';

describe.each(engines)('saveAsObjectFiles, on the %s,', (using) => {
  const saved = async (
    save: (input: DStream<Row>) => void,
    batches: readonly FeedBatch<Row>[],
    runtime: TestRuntime = testRuntime(),
  ): Promise<TestRuntime> => {
    await run<Row, Row>(
      (_ssc, input) => {
        save(input);
        return input;
      },
      batches,
      { using, runtime },
    );
    return runtime;
  };

  const namesIn = async ({ storage }: TestRuntime, folder: string): Promise<readonly string[]> =>
    (await storage.list(folder)).map(({ name }) => name);

  test('writes a folder a batch, which a SparkContext reads back row by row', async () => {
    const rows = ['a', 1, null, undefined, ['k', [1]], { a: new Date(5) }, Uint8Array.of(1, 2), Number.NaN];
    const runtime = await saved((input) => input.saveAsObjectFiles('out/rows', 'bin'), [rows]);
    expect(await namesIn(runtime, 'out/rows-1000.bin')).toEqual(['_SUCCESS', 'part-00000', 'part-00001']);
    await using sc = new SparkContext(new SparkConf().setMaster('local[2]').setAppName('read'), { runtime });
    const read = await sc.objectFile('out/rows-1000.bin').collect();
    expect(read).toHaveLength(rows.length);
    for (const row of rows) expect(read).toContainEqual(row);
  });

  test('writes an empty batch too, and for a batch without an RDD nothing', async () => {
    const runtime = await saved((input) => input.saveAsObjectFiles('out'), [[], null]);
    expect(await namesIn(runtime, 'out-1000')).toEqual(['_SUCCESS', 'part-00000', 'part-00001']);
    expect(await namesIn(runtime, 'out-2000')).toEqual([]);
    await using sc = new SparkContext(new SparkConf().setMaster('local[2]').setAppName('read'), { runtime });
    expect(await sc.objectFile('out-1000').collect()).toEqual([]);
  });

  test.each([
    ['p', 's', 'p-1000.s'],
    ['p', undefined, 'p-1000'],
    ['', 's', '1000.s'],
    ['', '', '1000'],
  ])('names the folder of prefix %j and suffix %j %s', async (prefix, suffix, folder) => {
    const runtime = await saved((input) => input.saveAsObjectFiles(prefix, suffix), [['a']]);
    expect(await namesIn(runtime, folder)).toContain('_SUCCESS');
  });

  test('writes the folder of a batch that runs again anew', async () => {
    const runtime = testRuntime();
    await runtime.storage.append('out-1000/part-00007', Buffer.from('of the first run'));
    await saved((input) => input.saveAsObjectFiles('out'), [['a', 'b']], runtime);
    expect(await namesIn(runtime, 'out-1000')).toEqual(['_SUCCESS', 'part-00000', 'part-00001']);
  });

  test('fails the batch of a row that no byte can stand for', async () => {
    const runtime = testRuntime();
    const failing = saved((input) => input.saveAsObjectFiles('out'), [[() => 1]], runtime);
    expect(await failureOf(failing)).toMatchInlineSnapshot(`
      "UsageError: [SAVE.NOT_SERIALIZABLE] Rows cannot be saved in out-1000: () => 1 could not be cloned.
        why  An object file keeps rows as bytes, which functions and the classes of objects do not survive.
        fix  Map them to plain data first, or save their text: saveAsTextFile(path)."
    `);
    expect(await namesIn(runtime, 'out-1000')).not.toContain('_SUCCESS');
  });
});
