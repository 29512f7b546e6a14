import type { Row, StreamingContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import type { DStream } from '../../src/dstream.ts';
import { parsed, records } from '../../src/sources/file-formats.ts';
import { codeOf, desk, rejectionOf } from '../context/kit.ts';
import { fileProgram } from './file-kit.ts';

/** The rows of these files, one batch. */
async function rowsOf<T extends Row>(
  stream: (ssc: StreamingContext) => DStream<T>,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<readonly unknown[]> {
  const { ssc, write, batches } = await fileProgram(stream as unknown as Parameters<typeof fileProgram>[0]);
  for (const [name, content] of Object.entries(files)) await write(`/in/${name}`, content);
  const [rows = []] = await batches(1);
  const failure = await ssc.awaitTerminationOrTimeout(0).catch((error: unknown) => error);
  await ssc.stop();
  if (failure instanceof Error) throw failure;
  return rows;
}

const failureOf = async (failed: Promise<unknown>): Promise<string> =>
  failed.then(
    () => expect.fail('nothing failed'),
    (error: unknown) => String(error).replaceAll(/(\w+\.test\.ts|[\w-]+\.ts):\d+/g, '$1:1'),
  );

describe('textFileStream', () => {
  const lines = (ssc: StreamingContext) => ssc.textFileStream('/in');

  test.each([
    ['LF', 'a\nb\n', ['a', 'b']],
    ['CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['no end', 'a\nb', ['a', 'b']],
    ['empty lines', '\n\na\n\n', ['', '', 'a', '']],
    ['UTF-8', 'naïve\n漢字\n🙂', ['naïve', '漢字', '🙂']],
  ])('reads lines with %s', async (_, text, rows) => {
    expect(await rowsOf(lines, { f: text })).toEqual(rows);
  });

  test('reads a file of many chunks, and lines that are longer than one', async () => {
    const long = 'x'.repeat(200_000);
    const rows = [...Array.from({ length: 30_000 }, (_, i) => `line ${i}`), long, 'after', long];
    expect(await rowsOf(lines, { f: rows.join('\n') })).toEqual(rows);
  });

  test('gives lines to every kind of operator', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `${i % 7}`).join('\n');
    const counts = await rowsOf(
      (ssc) =>
        lines(ssc)
          .map((line): [string, number] => [line, 1])
          .reduceByKey((a, b) => a + b),
      {
        f: text,
        g: text,
      },
    );
    expect(new Map(counts as [string, number][]).get('3')).toBe(2 * Math.ceil((20_000 - 3) / 7));
    const upper = await rowsOf(
      (ssc) => lines(ssc).transform((rdd) => rdd.mapPartitions((rows) => [[...rows].length])),
      {
        f: text,
        g: 'a',
      },
    );
    expect(upper).toEqual([20_000, 1]);
  });
});

describe('fileStream', () => {
  test('gives each file to the function, with its path', async () => {
    const read = (bytes: Buffer, path: string): string[] => [path, ...String(bytes).split(',')];
    expect(await rowsOf((ssc) => ssc.fileStream('/in', { read }), { a: '1,2', b: '3' })).toEqual([
      '/in/a',
      '1',
      '2',
      '/in/b',
      '3',
    ]);
  });

  test('takes whatever can be iterated, however long it is', async () => {
    function* read(bytes: Buffer): Generator<number> {
      for (let i = 0; i < Number(String(bytes)); i++) yield i;
    }
    const rows = await rowsOf((ssc) => ssc.fileStream('/in', { read }), { a: '5000', b: '0' });
    expect(rows).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  test('lets others have a turn between the rows of a long file', () => {
    const rows = Array.from({ length: 2500 }, (_, i) => i);
    expect([...(parsed(() => rows)(Buffer.of(), 'f') as Iterable<unknown>)]).toEqual([1024, 1024]);
    expect([...(records(1)(Buffer.alloc(2500), 'f') as Iterable<unknown>)]).toEqual([1024, 1024]);
  });

  test('asks the filter instead of passing over hidden files', async () => {
    const read = (_: Buffer, path: string): string[] => [path];
    const filter = (path: string): boolean => path.endsWith('.csv');
    const files = { '.a.csv': '', 'b.csv': '', 'c.txt': '' };
    expect(await rowsOf((ssc) => ssc.fileStream('/in', { read, filter }), files)).toEqual(['/in/.a.csv', '/in/b.csv']);
  });

  test('a file that the filter accepts later is no file that was moved in', async () => {
    let isOpen = false;
    const read = (_: Buffer, path: string): string[] => [path];
    const { ssc, write, runtime, batches } = await fileProgram(
      (each) => each.fileStream('/in', { read, filter: () => isOpen }) as never,
      { before: async (d) => d.runtime.storage.append('/in/there', Buffer.of()) },
    );
    await runtime.clock.advance(1000);
    await write('/in/came', '');
    expect(await batches(1)).toEqual([[]]);
    isOpen = true;
    expect(await batches(1)).toEqual([['/in/came']]);
    await ssc.stop();
  });

  test('a filter that throws refuses the batch; the next one has the files', async () => {
    let isBroken = true;
    const filter = (): boolean => {
      if (isBroken) throw new Error('no pattern');
      return true;
    };
    const read = (_: Buffer, path: string): string[] => [path];
    const { ssc, write, batches } = await fileProgram((each) => each.fileStream('/in', { read, filter }) as never);
    await write('/in/a', '');
    expect(await batches(1)).toEqual([]);
    expect(await rejectionOf(ssc.awaitTermination())).toBe('BATCH.PLAN_THREW');
    isBroken = false;
    expect(await batches(2)).toEqual([['/in/a'], []]);
    await ssc.stop();
  });

  test('a function that throws fails the job, which names it and the file', async () => {
    const read = (bytes: Buffer): string[] => {
      if (bytes.length > 0) throw new Error('no header');
      return [];
    };
    const failed = rowsOf((ssc) => ssc.fileStream('/in', { read }), { empty: '', 'a.csv': 'x' });
    expect(await failureOf(failed)).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of fileStream threw in batch 11000 ms, foreachRDD (file-kit.ts:1): no header
        why  It was given the row "/in/a.csv".
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   fileStream (file-formats.test.ts:1)"
    `);
  });

  test('a function that throws half-way fails the job too', async () => {
    function* read(): Generator<number> {
      yield 1;
      throw new Error('cut off');
    }
    const failed = rowsOf((ssc) => ssc.fileStream('/in', { read }), { a: '' });
    expect(await rejectionOf(failed)).toBe('STAGE.FUNCTION_THREW');
  });

  test.each([
    ['a promise', async () => [1], 'STAGE.RETURNED_PROMISE'],
    ['a rejected promise', async () => Promise.reject(new Error('unseen')), 'STAGE.RETURNED_PROMISE'],
    ['nothing', () => undefined, 'STAGE.NOT_ITERABLE'],
    ['an object', () => ({}), 'STAGE.NOT_ITERABLE'],
  ])('a function that returns %s fails the job', async (_, read, code) => {
    const failed = rowsOf((ssc) => ssc.fileStream('/in', { read: read as unknown as () => number[] }), { a: '' });
    expect(await rejectionOf(failed)).toBe(code);
  });

  test('refuses what is no function at the call', async () => {
    const ssc = desk().streaming();
    const wrong = 'csv' as unknown as () => number[];
    expect(codeOf(() => ssc.fileStream('/in', { read: wrong }))).toBe('GRAPH.NOT_A_FUNCTION');
    const filter = /csv$/ as unknown as () => boolean;
    expect(codeOf(() => ssc.fileStream('/in', { read: () => [], filter }))).toBe('GRAPH.NOT_A_FUNCTION');
    await ssc.stop();
  });
});

describe('binaryRecordsStream', () => {
  const inRecords = (length: number) => (ssc: StreamingContext) => ssc.binaryRecordsStream('/in', length);

  test('cuts each file into records of that length', async () => {
    expect(await rowsOf(inRecords(3), { a: 'abcdef', b: 'ghi', c: '' })).toEqual(
      ['abc', 'def', 'ghi'].map((text) => Buffer.from(text)),
    );
    expect(await rowsOf(inRecords(1), { a: new Uint8Array(5000) })).toHaveLength(5000);
  });

  test('names a file that ends in the middle of a record', async () => {
    expect(await failureOf(rowsOf(inRecords(4), { good: 'abcd', bad: 'abcdefgh10' }))).toMatchInlineSnapshot(`
      "JobError: [FILES.CUT_RECORD] /in/bad ends in the middle of a record: of its 10 bytes, 2 are left over.
        why  All records of a binaryRecordsStream have 4 bytes, so a whole file has a multiple of that.
        fix  Write files elsewhere and move them in when they are complete; if they are, mend the record length."
    `);
  });

  test.each([0, -1, 1.5, Number.NaN, '4'])('refuses records of %s bytes at the call', async (length) => {
    const ssc = desk().streaming();
    expect(codeOf(() => inRecords(length as number)(ssc))).toBe('FILES.BAD_RECORD_LENGTH');
    await ssc.stop();
  });
});
