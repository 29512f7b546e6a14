import { SparkConf, SparkContext, type Storage } from 'firesteel';
import { testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { type Lab, lab, rejected, upTo } from './kit.ts';

async function write({ runtime }: Lab, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await runtime.storage.append(path, typeof text === 'string' ? Buffer.from(text) : text);
  }
}

/** The calls of a storage, as functions of their own. */
function bound(storage: Storage): Storage {
  return {
    append: (path, bytes) => storage.append(path, bytes),
    createExclusive: (path, bytes) => storage.createExclusive(path, bytes),
    makeFolder: (path) => storage.makeFolder(path),
    sync: (path) => storage.sync(path),
    rename: (from, to) => storage.rename(from, to),
    list: (folder) => storage.list(folder),
    listFolders: (folder) => storage.listFolders(folder),
    read: (path, from, to) => storage.read(path, from, to),
    remove: (path) => storage.remove(path),
  };
}

/** The lines of a path, for any number of partitions. */
async function lines(sc: SparkContext, path: string, partitions = upTo(12).map((n) => n + 1)): Promise<string[]> {
  const [first, ...others] = await Promise.all(partitions.map((count) => sc.textFile(path, count).collect()));
  for (const other of others) expect(other).toEqual(first);
  return first ?? [];
}

describe('textFile', () => {
  test('has the lines of a file, for any number of partitions', async () => {
    const world = lab();
    await write(world, { '/in/a.txt': 'one\ntwo\n\nthree\n' });
    expect(await lines(world.sc, '/in/a.txt')).toEqual(['one', 'two', '', 'three']);
  });

  test('cuts a file into parts of about equal size, at the ends of lines', async () => {
    const world = lab();
    await write(world, { '/in/a.txt': upTo(100).join('\n') });
    const partitions = await world.sc.textFile('/in/a.txt', 4).collectPartitions();
    expect(partitions.flat()).toEqual(upTo(100).map(String));
    expect(partitions.map((some) => some.length)).toEqual([28, 24, 24, 24]);
    expect(world.sc.textFile('/in/a.txt').getNumPartitions()).toBe(2);
    expect(lab({ 'spark.master': 'local[1]' }).sc.textFile('/x').getNumPartitions()).toBe(1);
    expect(lab({ 'spark.master': 'local[8]' }).sc.textFile('/x').getNumPartitions()).toBe(2);
  });

  test('reads of a file what is in the part of each partition, and little more', async () => {
    const real = testRuntime();
    let bytesRead = 0;
    const storage: Storage = {
      ...bound(real.storage),
      read: async (...range) => {
        const bytes = await real.storage.read(...range);
        bytesRead += bytes.length;
        return bytes;
      },
    };
    const conf = new SparkConf().setMaster('local[2]').setAppName('files');
    const sc = new SparkContext(conf, { runtime: { ...real, storage } });
    const text = upTo(50_000).join('\n');
    await real.storage.append('/in/a.txt', Buffer.from(text));
    expect(await sc.textFile('/in/a.txt', 20).count()).toBe(50_000);
    expect(bytesRead).toBeGreaterThanOrEqual(text.length);
    expect(bytesRead).toBeLessThan(2 * text.length);
  });

  test('gives a line to the partition in which it begins, however long it is', async () => {
    const world = lab();
    const long = 'x'.repeat(1000);
    await write(world, { '/in/a.txt': `a\n${long}\nb\n` });
    const partitions = await world.sc.textFile('/in/a.txt', 4).collectPartitions();
    expect(partitions).toEqual([['a', long], [], [], ['b']]);
    await write(world, { '/in/b.txt': 'a\nb\n' });
    expect(await world.sc.textFile('/in/b.txt', 2).collectPartitions()).toEqual([['a'], ['b']]);
  });

  test.each([
    ['no end of the last line', 'a\nb', ['a', 'b']],
    ['CRLF', 'a\r\nb\r\n\r\nc', ['a', 'b', '', 'c']],
    ['CR inside a line', 'a\rb\n', ['a\rb']],
    ['two CRs before an LF', 'a\r\r\n', ['a\r']],
    ['only line ends', '\n\n\n', ['', '', '']],
    ['one byte', 'a', ['a']],
    ['one line end', '\n', ['']],
    ['nothing', '', []],
  ])('reads a file with %s', async (_name, text, expected) => {
    const world = lab();
    await write(world, { '/in/a.txt': text });
    expect(await lines(world.sc, '/in/a.txt')).toEqual(expected);
  });

  test('cuts no character of more than one byte', async () => {
    const world = lab();
    const rows = ['é', '日本語', '😀😀', 'aé日😀'];
    await write(world, { '/in/a.txt': `${rows.join('\n')}\n` });
    expect(
      await lines(
        world.sc,
        '/in/a.txt',
        upTo(40).map((n) => n + 1),
      ),
    ).toEqual(rows);
  });

  test('reads all files of a folder but the hidden ones, by name', async () => {
    const world = lab();
    await write(world, {
      '/in/b': 'b\n',
      '/in/a': 'a1\na2',
      '/in/empty': '',
      '/in/_SUCCESS': 'no\n',
      '/in/.hidden': 'no\n',
      '/in/deeper/c': 'no\n',
    });
    expect(await lines(world.sc, '/in')).toEqual(['a1', 'a2', 'b']);
    expect(await lines(world.sc, '/in/')).toEqual(['a1', 'a2', 'b']);
  });

  test('reads files whose names match, and several paths with commas between', async () => {
    const world = lab();
    await write(world, {
      '/in/2024-01.log': '1\n',
      '/in/2024-02.log': '2\n',
      '/in/2025-01.log': '3\n',
      '/in/2024-01xlog': 'no\n',
      '/in/_2024.log': 'hidden\n',
      '/other/a': 'o\n',
    });
    expect(await lines(world.sc, '/in/2024-*.log')).toEqual(['1', '2']);
    expect(await lines(world.sc, '/in/202?-01.log')).toEqual(['1', '3']);
    expect(await lines(world.sc, '/in/*.log')).toEqual(['1', '2', '3']);
    expect(await lines(world.sc, '/in/_*.log')).toEqual(['hidden']);
    expect(await lines(world.sc, '/in/2025-01.log,/other,/in/2024-02.log')).toEqual(['3', 'o', '2']);
    expect(await lines(world.sc, '/other/a,/other/a')).toEqual(['o', 'o']);
  });

  test('takes a path as it is written but for * and ?', async () => {
    const world = lab();
    await write(world, { '/in/a+(b)[c].txt': 'odd\n', '/in/axb.txt': 'no\n', 'here.txt': 'relative\n' });
    expect(await lines(world.sc, '/in/a+(b)[c].txt')).toEqual(['odd']);
    expect(await lines(world.sc, 'here.txt')).toEqual(['relative']);
  });

  test('looks for its files in the job, and again after it found none', async () => {
    const world = lab();
    const rdd = world.sc.textFile('/in/late.txt');
    expect(await rejected(rdd.collect())).toMatchInlineSnapshot(`
      "UsageError: [FILES.NOT_FOUND] Input path does not exist: /in/late.txt
        why  No file is there, and no folder with files in it.
        fix  Check the path; it is relative to the folder in which the process was started."
    `);
    expect(await rejected(world.sc.textFile('/in/*.csv').count())).toContain('Input path does not exist: /in/*.csv');
    await write(world, { '/in/late.txt': 'came\n' });
    expect(await rdd.collect()).toEqual(['came']);
    expect(await rejected(world.sc.textFile('/in/late.txt,/none').count())).toContain('does not exist: /none');
  });

  test('of a folder with hidden files only has no line', async () => {
    const world = lab();
    await write(world, { '/in/_SUCCESS': '' });
    expect(await lines(world.sc, '/in')).toEqual([]);
  });

  test('a file that is removed before it is read is told', async () => {
    const world = lab();
    await write(world, { '/in/a': 'a\n' });
    const rdd = world.sc.textFile('/in/a', 1);
    await rdd.count();
    await world.runtime.storage.remove('/in/a');
    expect(await rejected(rdd.count())).toMatchInlineSnapshot(`
      "StateError: [STORAGE.NOT_FOUND] There is no /in/a.
        why  It was never written, or somebody has moved or removed it.
        fix  Look whether the path is the right one; a relative path starts where the process was started."
    `);
  });

  test('feeds every operator', async () => {
    const world = lab();
    await write(world, { '/in/a': 'a b\nb\n' });
    const counts = world.sc
      .textFile('/in/a')
      .flatMap((line) => line.split(' '))
      .map((word): [string, number] => [word, 1])
      .reduceByKey((a, b) => a + b)
      .sortByKey();
    expect(await counts.collect()).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });
});

describe('wholeTextFiles', () => {
  test('has each file as a pair of its path and its text', async () => {
    const world = lab();
    await write(world, { '/in/b': 'two\r\nlines\n', '/in/a': 'é', '/in/c': '', '/in/_x': 'no' });
    for (const partitions of [1, 2, 3, 9]) {
      const rdd = world.sc.wholeTextFiles('/in', partitions);
      expect(rdd.getNumPartitions()).toBe(partitions);
      expect(await rdd.collect()).toEqual([
        ['/in/a', 'é'],
        ['/in/b', 'two\r\nlines\n'],
        ['/in/c', ''],
      ]);
    }
    expect(await rejected(world.sc.wholeTextFiles('/none').collect())).toContain('[FILES.NOT_FOUND]');
  });
});

describe('saveAsTextFile', () => {
  test('makes a folder with a file for each partition, and says when all is there', async () => {
    const world = lab();
    const { storage } = world.runtime;
    await world.sc.parallelize(['a', 'b', 'c'], 4).saveAsTextFile('/out');
    const files = await storage.list('/out');
    expect(files.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['_SUCCESS', 0],
      ['part-00000', 0],
      ['part-00001', 2],
      ['part-00002', 2],
      ['part-00003', 2],
    ]);
    expect(String(await storage.read('/out/part-00002'))).toBe('b\n');
    expect(await world.sc.textFile('/out').collect()).toEqual(['a', 'b', 'c']);
  });

  test('writes a row a line, as print shows it', async () => {
    const world = lab();
    const rows = ['text', 1.5, ['k', [1, 'x']], null, undefined, true, { a: 1, b: ['y'] }, new Date(0), 7n, []];
    await world.sc.parallelize<unknown>(rows, 1).saveAsTextFile('/out');
    expect(String(await world.runtime.storage.read('/out/part-00000'))).toMatchInlineSnapshot(`
      "text
      1.5
      (k,(1,x))
      null
      undefined
      true
      { a: 1, b: [ 'y' ] }
      1970-01-01T00:00:00.000Z
      7
      ()
      "
    `);
  });

  test('writes a row a line, and whole, however large and deep it is', async () => {
    const world = lab();
    const deep = { a: { b: { c: { d: { e: ['f'] } } } } };
    const long = { list: upTo(200), text: 'x'.repeat(20_000), map: new Map([[1, { set: new Set(upTo(150)) }]]) };
    await world.sc.parallelize<unknown>([deep, long], 1).saveAsTextFile('/out');
    const [first, second, ...none] = await world.sc.textFile('/out', 1).collect();
    expect(none).toEqual([]);
    expect(first).toBe("{ a: { b: { c: { d: { e: [ 'f' ] } } } } }");
    expect(second).toContain('198, 199 ]');
    expect(second).toContain('x'.repeat(20_000));
    expect(second).toContain('148, 149 }');
  });

  test('of no partition leaves only the mark that all is there, and can be read', async () => {
    const world = lab();
    await world.sc.emptyRDD().saveAsTextFile('/out');
    expect((await world.runtime.storage.list('/out')).map(({ name }) => name)).toEqual(['_SUCCESS']);
    expect(await world.sc.textFile('/out').collect()).toEqual([]);
  });

  test('does not write over what is there', async () => {
    const world = lab();
    await write(world, { '/out/mine': 'x' });
    expect(await rejected(world.sc.parallelize([1]).saveAsTextFile('/out'))).toMatchInlineSnapshot(`
      "UsageError: [SAVE.FOLDER_EXISTS] Output directory /out already exists.
        why  A program that saves does not write over what another has saved; only a batch that runs again does.
        fix  Save somewhere else, or remove the folder first."
    `);
    expect(String(await world.runtime.storage.read('/out/mine'))).toBe('x');
    expect(await rejected(world.sc.parallelize([1]).saveAsObjectFile('/out'))).toContain('[SAVE.FOLDER_EXISTS]');
  });

  test('of a job that fails leaves no mark', async () => {
    const world = lab();
    const broken = world.sc.parallelize([1, 2], 2).map((n) => {
      if (n === 2) throw new Error('bad row');
      return n;
    });
    expect(await rejected(broken.saveAsTextFile('/out'))).toContain('bad row');
    expect((await world.runtime.storage.list('/out')).map(({ name }) => name)).not.toContain('_SUCCESS');
  });
});

describe('saveAsObjectFile and objectFile', () => {
  test('bring rows back as they were, in their order', async () => {
    const world = lab();
    const rows = [
      new Map([[1, 'one']]),
      [1, [2]],
      { a: new Date(5) },
      undefined,
      null,
      Number.NaN,
      3n,
      'é',
      Uint8Array.of(1),
    ];
    await world.sc.parallelize<unknown>(rows, 5).saveAsObjectFile('/out');
    expect((await world.runtime.storage.list('/out')).map(({ name }) => name)).toEqual([
      '_SUCCESS',
      ...upTo(5).map((n) => `part-0000${n}`),
    ]);
    for (const partitions of [1, 2, 3, 5, 9]) {
      const back = world.sc.objectFile('/out', partitions);
      expect(back.getNumPartitions()).toBe(partitions);
      expect(await back.collect()).toEqual(rows);
    }
  });

  test('refuse rows of which no bytes can be made, and bytes of which no rows can', async () => {
    const world = lab();
    const functions = world.sc.parallelize([1], 1).map((n) => () => n);
    expect(await rejected(functions.saveAsObjectFile('/out'))).toMatchInlineSnapshot(`
      "UsageError: [SAVE.NOT_SERIALIZABLE] Rows cannot be saved in /out: () => n could not be cloned.
        why  An object file keeps rows as bytes, which functions and the classes of objects do not survive.
        fix  Map them to plain data first, or save their text: saveAsTextFile(path)."
    `);
    await write(world, { '/in/a': 'text' });
    expect(await rejected(world.sc.objectFile('/in').collect())).toMatchInlineSnapshot(`
      "UsageError: [FILES.NO_ROWS] The file /in/a holds no rows: Unable to deserialize cloned data due to invalid or unsupported version.
        why  objectFile reads what saveAsObjectFile wrote; nothing else can become rows.
        fix  Read text with textFile(path) or wholeTextFiles(path)."
    `);
    expect(await rejected(world.sc.objectFile('/none').collect())).toContain('[FILES.NOT_FOUND]');
  });
});
