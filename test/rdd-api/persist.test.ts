import { describe, expect, test } from 'vitest';
import { StorageLevel } from '../../src/rdd/storage-level.ts';
import { gate, lab, rejected, sorted, thrown, upTo } from './kit.ts';

const levels = Object.values(StorageLevel).filter((level) => level !== StorageLevel.NONE);
const onDisk = [StorageLevel.DISK_ONLY, StorageLevel.DISK_ONLY_2];

/** An RDD that counts how often its rows are made, and who may make them. */
function counted(options: Parameters<typeof lab>[0] = {}) {
  const { sc, runtime } = lab(options);
  let made = 0;
  const rdd = sc.parallelize(upTo(10), 2).map((n) => {
    made += 1;
    return { n, at: new Date(n) };
  });
  return { sc, runtime, rdd, made: () => made };
}

const rows = upTo(10).map((n) => ({ n, at: new Date(n) }));
const everything = async (storage: { list(folder: string): Promise<readonly { name: string }[]> }, folder: string) =>
  (await storage.list(folder)).map(({ name }) => name);

test('a level of two copies is told once that there is no second executor', async () => {
  const { sc, log } = lab();
  expect(log()).toEqual([]);
  for (const level of [StorageLevel.MEMORY_ONLY_2, StorageLevel.DISK_ONLY_2, StorageLevel.MEMORY_ONLY]) {
    await sc.parallelize([1]).persist(level).collect();
  }
  expect(log()).toMatchInlineSnapshot(`
    [
      "WARN SparkContext: A storage level ending in _2 asks for a copy on a second executor; there is one process, so one copy is kept.",
    ]
  `);
});

describe('at every level', () => {
  test.each(levels)('$name: rows are made once, and come back equal and in order', async (level) => {
    const { rdd, made } = counted();
    rdd.persist(level);
    expect(rdd.getStorageLevel()).toBe(level);
    expect(await rdd.collect()).toEqual(rows);
    expect(await rdd.collect()).toEqual(rows);
    expect(await rdd.map(({ n }) => n).collect()).toEqual(upTo(10));
    expect(made()).toBe(10);
  });

  test.each(levels)('$name: rows are made once for two jobs at a time', async (level) => {
    const { rdd, made } = counted();
    rdd.persist(level);
    const [one, two, three] = await Promise.all([rdd.collect(), rdd.count(), rdd.map(({ n }) => n).collect()]);
    expect([one, two, three]).toEqual([rows, 10, upTo(10)]);
    expect(made()).toBe(10);
  });

  test.each(levels)('$name: what is let go of is made again', async (level) => {
    const { rdd, made } = counted();
    rdd.persist(level);
    await rdd.count();
    expect(await rdd.unpersist()).toBe(rdd);
    expect(rdd.getStorageLevel()).toBe(StorageLevel.NONE);
    expect(await rdd.collect()).toEqual(rows);
    expect(made()).toBe(20);
    rdd.persist(level);
    await rdd.count();
    await rdd.count();
    expect(made()).toBe(30);
  });

  test('levels tell apart where rows are and what they are there', () => {
    const places = Object.values(StorageLevel).map(({ name, useMemory, useDisk, deserialized, replication }) =>
      [`${name}:`, useMemory && 'memory', useDisk && 'disk', deserialized && 'values', `x${replication}`]
        .filter(Boolean)
        .join(' '),
    );
    expect(places).toMatchInlineSnapshot(`
      [
        "NONE: x1",
        "DISK_ONLY: disk x1",
        "DISK_ONLY_2: disk x2",
        "MEMORY_ONLY: memory values x1",
        "MEMORY_ONLY_2: memory values x2",
        "MEMORY_ONLY_SER: memory x1",
        "MEMORY_ONLY_SER_2: memory x2",
        "MEMORY_AND_DISK: memory disk values x1",
        "MEMORY_AND_DISK_2: memory disk values x2",
        "MEMORY_AND_DISK_SER: memory disk x1",
        "MEMORY_AND_DISK_SER_2: memory disk x2",
      ]
    `);
  });
});

describe('persist', () => {
  test('keeps rows in memory as they are unless told otherwise', async () => {
    const { rdd } = counted();
    expect(rdd.getStorageLevel()).toBe(StorageLevel.NONE);
    expect(rdd.cache()).toBe(rdd);
    expect(rdd.getStorageLevel()).toBe(StorageLevel.MEMORY_ONLY);
    expect(rdd.persist()).toBe(rdd);
    const [one, two] = [await rdd.first(), await rdd.first()];
    expect(one).toBe(two);
    const bytes = counted().rdd.persist(StorageLevel.MEMORY_ONLY_SER);
    expect(await bytes.first()).not.toBe(await bytes.first());
  });

  test('refuses another level than the one there is', () => {
    const { rdd } = counted();
    rdd.persist(StorageLevel.MEMORY_ONLY);
    expect(thrown(() => rdd.persist(StorageLevel.DISK_ONLY))).toMatchInlineSnapshot(`
      "UsageError: [RDD.LEVEL_CHANGED] persist(DISK_ONLY) was called on an RDD that is kept as MEMORY_ONLY already.
        why  What is kept already would have to be changed under the jobs that read it.
        fix  Call await rdd.unpersist() first; streams that share an RDD ask for one level."
    `);
    expect(thrown(() => rdd.persist(StorageLevel.NONE))).toContain(
      'persist(NONE) was called on an RDD that is kept as',
    );
    expect(rdd.persist(StorageLevel.MEMORY_ONLY).getStorageLevel()).toBe(StorageLevel.MEMORY_ONLY);
    expect(counted().rdd.persist(StorageLevel.NONE).getStorageLevel()).toBe(StorageLevel.NONE);
  });

  test('keeps only the partitions that a job has read', async () => {
    const { rdd, made } = counted();
    rdd.cache();
    expect(await rdd.take(2)).toEqual(rows.slice(0, 2));
    expect(made()).toBe(5);
    expect(await rdd.collect()).toEqual(rows);
    expect(made()).toBe(10);
  });

  test('lets a job wait for the rows that another makes', async () => {
    const { sc, runtime } = lab();
    const { opened, open } = gate();
    let calls = 0;
    const rdd = sc
      .parallelize(upTo(4), 1)
      .mapPartitions(async function* (some) {
        calls += 1;
        await opened;
        yield* some;
      })
      .cache();
    const jobs = [rdd.collect(), rdd.collect()];
    await runtime.settle();
    open();
    expect(await Promise.all(jobs)).toEqual([upTo(4), upTo(4)]);
    expect(calls).toBe(1);
  });

  test('is seen by RDDs that were made before it', async () => {
    const { rdd, made } = counted();
    const child = rdd.map(({ n }) => n);
    rdd.cache();
    await child.count();
    await child.count();
    expect(made()).toBe(10);
  });

  test('keeps the rows of every kind of RDD', async () => {
    const { sc } = lab();
    let made = 0;
    const count = <T>(row: T): T => {
      made += 1;
      return row;
    };
    const base = sc.parallelize([3, 1, 2, 3], 2);
    const kinds = {
      map: base.map(count),
      filter: base.filter((n) => count(n) > 1),
      mapPartitions: base.mapPartitions((some) => [...some].map(count)),
      union: base.map(count).union(base),
      coalesce: base.map(count).coalesce(1),
      distinct: base.map(count).distinct(),
      sorted: base.map(count).sortBy((n) => n),
      zipped: base.map(count).zipWithIndex(),
      cartesian: base.map(count).cartesian(base),
    };
    for (const [name, rdd] of Object.entries(kinds)) {
      rdd.cache();
      const first = await rdd.collect();
      const before = made;
      expect([name, await rdd.collect(), made]).toEqual([name, first, before]);
    }
    const data = sc.parallelize([1, 2], 2).cache();
    expect([await data.collect(), await data.collect()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test('lets a union read what is kept of one side and make the other', async () => {
    const { rdd, made, sc } = counted();
    let others = 0;
    const other = sc.parallelize([1], 1).map((n) => {
      others += 1;
      return { n, at: new Date(n) };
    });
    rdd.cache();
    const both = rdd.union(other, rdd);
    expect(await both.count()).toBe(21);
    expect(await both.map(({ n }) => n).collect()).toEqual([...upTo(10), 1, ...upTo(10)]);
    expect([made(), others]).toEqual([10, 2]);
  });

  test('lets mapPartitions and shuffles read what is kept', async () => {
    const { rdd, made } = counted();
    rdd.cache();
    expect(await rdd.mapPartitions((some) => [[...some].length]).collect()).toEqual([5, 5]);
    const parity = rdd.map(({ n }): [number, number] => [n % 2, n]).reduceByKey((a, b) => a + b);
    expect(sorted(await parity.collect())).toEqual([
      [0, 20],
      [1, 25],
    ]);
    expect(made()).toBe(10);
  });

  test('lets what is before it rest: a shuffle whose rows are kept is not made again', async () => {
    const { rdd, made } = counted();
    const groups = rdd.map(({ n }): [number, number] => [n % 3, n]).groupByKey();
    const kept = groups.mapValues((list) => list.length).cache();
    await kept.count();
    const again = kept.map((row) => row);
    expect(await again.count()).toBe(3);
    expect(made()).toBe(10);
  });

  test('of a job that failed keeps nothing half made', async () => {
    const { sc } = lab();
    let isBroken = true;
    let made = 0;
    const rdd = sc
      .parallelize(upTo(10), 1)
      .map((n) => {
        made += 1;
        if (isBroken && n === 7) throw new Error('not yet');
        return n;
      })
      .cache();
    expect(await rejected(rdd.collect())).toContain('not yet');
    isBroken = false;
    made = 0;
    expect(await rdd.collect()).toEqual(upTo(10));
    expect(await rdd.count()).toBe(10);
    expect(made).toBe(10);
  });

  test('passes a partition on when the job that made it is cancelled', async () => {
    const { sc, runtime } = lab();
    const { opened, open } = gate();
    let calls = 0;
    const rdd = sc
      .parallelize(upTo(4), 1)
      .mapPartitions(async function* (some) {
        calls += 1;
        if (calls === 1) await opened;
        yield* some;
      })
      .cache();
    sc.setJobGroup('first');
    const first = rejected(rdd.collect());
    await runtime.settle();
    sc.setJobGroup('second');
    const second = rdd.collect();
    await runtime.settle();
    sc.cancelJobGroup('first');
    expect(await first).toContain('[JOB.ABORTED] The job of the job group first was aborted.');
    expect(await second).toEqual(upTo(4));
    expect(calls).toBe(2);
    open();
  });
});

describe('rows as bytes', () => {
  test('must be such that bytes can be made of them', async () => {
    const { sc } = lab();
    const functions = sc.parallelize([1], 1).map((n) => () => n);
    const text = await rejected(functions.persist(StorageLevel.MEMORY_ONLY_SER).count());
    expect(text).toMatchInlineSnapshot(`
      "UsageError: [CACHE.NOT_SERIALIZABLE] Rows cannot be kept as MEMORY_ONLY_SER: () => n could not be cloned.
        why  That level keeps rows as bytes, which functions and the classes of objects do not survive.
        fix  Keep them as values: persist(StorageLevel.MEMORY_ONLY), or map them to plain data first."
    `);
    const onDiskToo = sc.parallelize([1], 1).map((n) => () => n);
    expect(await rejected(onDiskToo.persist(StorageLevel.DISK_ONLY).count())).toContain('cannot be kept as DISK_ONLY');
    const values = sc.parallelize([1], 1).map((n) => () => n);
    expect(await values.persist(StorageLevel.MEMORY_ONLY).count()).toBe(1);
  });

  test('come back as maps, sets, dates, bytes, bigints, undefined and NaN', async () => {
    const { sc } = lab();
    const all = [
      new Map([[1, new Set([2])]]),
      new Date(3),
      Uint8Array.of(4),
      5n,
      undefined,
      Number.NaN,
      null,
      { a: [6] },
    ];
    for (const level of [StorageLevel.MEMORY_ONLY_SER, StorageLevel.DISK_ONLY]) {
      const rdd = sc.parallelize<unknown>(all, 3).persist(level);
      expect(await rdd.collect()).toEqual(all);
      expect(await rdd.collect()).toEqual(all);
    }
  });
});

describe('on disk', () => {
  test.each(onDisk)('$name: rows are in the storage of the runtime until they are let go of', async (level) => {
    const { rdd, runtime, made } = counted();
    const { storage } = runtime;
    const folders = async (): Promise<readonly string[]> => storage.listFolders(runtime.scratchFolder);
    rdd.persist(level);
    expect(await folders()).toEqual([]);
    await rdd.count();
    const [root] = await folders();
    const [folder] = await storage.listFolders(`${runtime.scratchFolder}/${root}`);
    expect(await everything(storage, `${runtime.scratchFolder}/${root}/${folder}`)).toHaveLength(2);
    await rdd.unpersist();
    expect(await storage.listFolders(`${runtime.scratchFolder}/${root}`)).toEqual([]);
    expect(made()).toBe(10);
  });

  test('rows are gone when the SparkContext stops', async () => {
    const { sc, rdd, runtime } = counted();
    rdd.persist(StorageLevel.DISK_ONLY);
    await rdd.count();
    expect(await runtime.storage.listFolders(runtime.scratchFolder)).toHaveLength(1);
    await sc.stop();
    expect(await runtime.storage.listFolders(runtime.scratchFolder)).toEqual([]);
  });

  test('RDDs and contexts do not mix their rows', async () => {
    const { runtime, sc } = lab();
    const [a, b] = [sc.parallelize([1], 1), sc.parallelize([2], 1)];
    for (const rdd of [a, b]) rdd.persist(StorageLevel.DISK_ONLY);
    await a.count();
    await b.count();
    expect([await a.collect(), await b.collect()]).toEqual([[1], [2]]);
    await a.unpersist();
    expect(await b.collect()).toEqual([2]);
    expect(await runtime.storage.listFolders(runtime.scratchFolder)).toHaveLength(1);
  });

  test('a write that failed half way leaves nothing that is read', async () => {
    const { rdd, runtime, made } = counted();
    const { storage } = runtime;
    const append = storage.append.bind(storage);
    let isFull = true;
    storage.append = async (path, bytes) => {
      if (!isFull) return append(path, bytes);
      await append(path, bytes.subarray(0, bytes.length / 2));
      throw new Error('no space left');
    };
    rdd.persist(StorageLevel.DISK_ONLY);
    expect(await rejected(rdd.count())).toContain('no space left');
    isFull = false;
    const before = made();
    expect(await rdd.collect()).toEqual(rows);
    expect(await rdd.collect()).toEqual(rows);
    expect(made() - before).toBe(10);
  });
});
