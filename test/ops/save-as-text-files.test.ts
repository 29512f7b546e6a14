import type { DStream, Row } from 'firesteel';
import { type FeedBatch, run, type TestRuntime, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { engines, failureOf } from './on-both.ts';

describe.each(engines)('saveAsTextFiles, on the %s,', (using) => {
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

  /** The files of a folder with their text. */
  const filesIn = async ({ storage }: TestRuntime, folder: string): Promise<Record<string, string>> => {
    const files = await storage.list(folder);
    const texts = files.map(async ({ name }) => [name, String(await storage.read(`${folder}/${name}`))] as const);
    return Object.fromEntries(await Promise.all(texts));
  };

  test('writes a folder a batch: a file for each partition, a row a line, and _SUCCESS', async () => {
    const runtime = await saved((input) => input.saveAsTextFiles('out/words', 'txt'), [['to', 'be', 'or'], ['not']]);
    expect(await filesIn(runtime, 'out/words-1000.txt')).toEqual({
      _SUCCESS: '',
      'part-00000': 'to\n',
      'part-00001': 'be\nor\n',
    });
    expect(await filesIn(runtime, 'out/words-2000.txt')).toEqual({
      _SUCCESS: '',
      'part-00000': '',
      'part-00001': 'not\n',
    });
  });

  test('writes an empty batch too, and for a batch without an RDD nothing', async () => {
    const runtime = await saved((input) => input.saveAsTextFiles('out'), [[], null]);
    expect(await filesIn(runtime, 'out-1000')).toEqual({ _SUCCESS: '', 'part-00000': '', 'part-00001': '' });
    expect(await filesIn(runtime, 'out-2000')).toEqual({});
  });

  test.each([
    ['p', 's', 'p-1000.s'],
    ['p', '', 'p-1000'],
    ['p', undefined, 'p-1000'],
    ['', 's', '1000.s'],
    ['', undefined, '1000'],
    ['a/b', 's', 'a/b-1000.s'],
  ])('names the folder of prefix %j and suffix %j %s', async (prefix, suffix, folder) => {
    const runtime = await saved((input) => input.saveAsTextFiles(prefix, suffix), [['a']]);
    expect(Object.keys(await filesIn(runtime, folder))).toEqual(['_SUCCESS', 'part-00000', 'part-00001']);
  });

  test('writes rows as print shows them', async () => {
    const rows = ['a,b', 1, null, ['k', ['v', 2]], { a: [1] }];
    const runtime = await saved((input) => input.saveAsTextFiles('out'), [rows]);
    const files = await filesIn(runtime, 'out-1000');
    expect(`${files['part-00000']}${files['part-00001']}`).toBe('a,b\n1\nnull\n(k,(v,2))\n{ a: [ 1 ] }\n');
  });

  test('writes the folder of a batch that runs again anew', async () => {
    const runtime = testRuntime();
    await runtime.storage.append('out-1000/part-00007', Buffer.from('of the first run\n'));
    await runtime.storage.append('out-1000/part-00000', Buffer.from('of the first run\n'));
    await saved((input) => input.saveAsTextFiles('out'), [['a', 'b']], runtime);
    expect(await filesIn(runtime, 'out-1000')).toEqual({ _SUCCESS: '', 'part-00000': 'a\n', 'part-00001': 'b\n' });
  });

  test('leaves no _SUCCESS behind where a row cannot be made', async () => {
    const runtime = testRuntime();
    const failing = saved(
      (input) =>
        input
          .map((row) => {
            if (row === 'be') throw new Error('not this one');
            return row;
          })
          .saveAsTextFiles('out'),
      [['to', 'be']],
      runtime,
    );
    expect(await failureOf(failing)).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, saveAsTextFiles (save-as-text-files.test.ts:…): not this one
        why  It was given the row "be".
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (save-as-text-files.test.ts:…)"
    `);
    expect(Object.keys(await filesIn(runtime, 'out-1000'))).not.toContain('_SUCCESS');
  });
});
