import { Seconds, StreamingContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { Tray, watched } from '../context/kit.ts';
import { gate, lab, rejected, upTo, withoutLines } from './kit.ts';

describe('a job group', () => {
  test('is cancelled alone; what is asked of it later goes on', async () => {
    const { sc, runtime } = lab({ 'spark.master': 'local[3]' });
    const { opened, open } = gate();
    const waiting = sc.parallelize([1], 1).mapPartitions(async function* (rows) {
      await opened;
      yield* rows;
    });
    sc.setJobGroup('a', 'what the page shows');
    const a = waiting.collect();
    sc.setJobGroup('b');
    const b = watched(waiting.collect());
    sc.clearJobGroup();
    const none = watched(waiting.collect());
    await runtime.settle();
    sc.cancelJobGroup('a');
    expect(await rejected(a)).toMatchInlineSnapshot(`
      "JobError: [JOB.ABORTED] The job of the job group a was aborted.
        why  It was cancelled, its context was stopped, or its signal aborted, before it ended.
        fix  Nothing, if you meant it. stop({ stopGracefully: true }) lets the batches under way end first."
    `);
    sc.setJobGroup('a');
    const again = waiting.collect();
    open();
    expect([await b.promise, await none.promise, await again]).toEqual([[1], [1], [1]]);
  });

  test('has the actions that were called while it was set, whatever is set when they run', async () => {
    const { sc, runtime } = lab();
    const { opened, open } = gate();
    sc.setJobGroup('a');
    const several = watched(
      sc
        .parallelize(upTo(4), 4)
        .mapPartitions(() => [0])
        .take(4),
    );
    const effect = watched(sc.parallelize([1], 1).foreachPartition(() => opened));
    sc.setJobGroup('b');
    await runtime.settle();
    expect([several.outcome, effect.outcome]).toEqual(['resolved', undefined]);
    sc.cancelJobGroup('b');
    await runtime.settle();
    expect(effect.outcome).toBe(undefined);
    sc.cancelJobGroup('a');
    await runtime.settle();
    expect(effect.outcome).toBe('JOB.ABORTED');
    open();
  });

  test('has all partitions of an iterator, also those that are not asked for yet', async () => {
    const { sc } = lab();
    sc.setJobGroup('a');
    const iterator = sc.parallelize(upTo(4), 4).toLocalIterator();
    expect((await iterator.next()).value).toBe(0);
    sc.clearJobGroup();
    sc.cancelJobGroup('a');
    expect(await rejected(iterator.next())).toContain('[JOB.ABORTED] The job of the job group a was aborted.');
  });

  test('cancelled before its actions have begun begins none of them', async () => {
    const { sc } = lab();
    let calls = 0;
    sc.setJobGroup('a');
    const begun = sc.parallelize([1]).foreach(() => void calls++);
    sc.cancelJobGroup('a');
    expect(await rejected(begun)).toContain('[JOB.ABORTED]');
    expect(calls).toBe(0);
  });

  test('cancelled while it waits for a slot does not wait any longer', async () => {
    const { sc, runtime } = lab({ 'spark.master': 'local[1]' });
    const { opened, open } = gate();
    const first = watched(sc.parallelize([1], 1).foreachPartition(() => opened));
    await runtime.settle();
    sc.setJobGroup('queued');
    const queued = sc.parallelize([1], 1).count();
    await runtime.settle();
    sc.cancelJobGroup('queued');
    expect(await rejected(queued)).toContain('[JOB.ABORTED]');
    expect(first.outcome).toBe(undefined);
    open();
    await first.promise;
  });

  test('that nobody has may be cancelled', () => {
    const { sc } = lab();
    sc.cancelJobGroup('nobody');
    sc.cancelAllJobs();
  });
});

describe('what a cancelled job has begun', () => {
  const pairs = upTo(8_000).map((n): [number, number] => [n % 4_000, n]);

  /** Cancels a group at each of its first turns, and sees that another job over the same RDD gets it all. */
  async function cancelAtEveryTurn(
    make: (sc: ReturnType<typeof lab>['sc']) => { count(): Promise<number> },
  ): Promise<void> {
    let cancelled = 0;
    for (let turn = 0; turn < 40; turn += 2) {
      const { sc, runtime } = lab();
      const rdd = make(sc);
      sc.setJobGroup('a');
      const a = watched(rdd.count());
      sc.setJobGroup('b');
      const b = watched(rdd.count());
      for (let i = 0; i < turn; i++) await new Promise((resolve) => setImmediate(resolve));
      sc.cancelJobGroup('a');
      await runtime.settle();
      if (a.outcome === 'JOB.ABORTED') cancelled += 1;
      expect(b.outcome).toBe('resolved');
      expect(await b.promise).toBe(await make(lab().sc).count());
      sc.clearJobGroup();
      expect(await rdd.count()).toBe(await b.promise);
    }
    expect(cancelled).toBeGreaterThan(5);
  }

  test('of a shuffle is gone on with by the other jobs', async () => {
    await cancelAtEveryTurn((sc) => sc.parallelize(pairs, 4).reduceByKey((a, b) => a + b, 2));
  });

  test('of a sort is begun again by the other jobs', async () => {
    await cancelAtEveryTurn((sc) => sc.parallelize(pairs, 4).sortBy(([, n]) => -n, true, 3));
  });

  test('of numbering rows is begun again by the other jobs', async () => {
    await cancelAtEveryTurn((sc) =>
      sc
        .parallelize(pairs, 4)
        .filter(([n]) => n % 2 === 0)
        .zipWithIndex(),
    );
  });

  test('of a cached RDD behind a shuffle is gone on with by the other jobs', async () => {
    await cancelAtEveryTurn((sc) =>
      sc
        .parallelize(pairs, 4)
        .groupByKey(2)
        .mapValues((list) => list.length)
        .cache(),
    );
  });

  test('sums up right where values are merged in place', async () => {
    for (let turn = 8; turn < 40; turn += 2) {
      const { sc, runtime } = lab();
      const groups = sc.parallelize(pairs, 4).groupByKey(1);
      sc.setJobGroup('a');
      const a = watched(groups.count());
      sc.setJobGroup('b');
      const b = groups.map(([, list]) => list.length).reduce((x, y) => x + y);
      for (let i = 0; i < turn; i++) await new Promise((resolve) => setImmediate(resolve));
      sc.cancelJobGroup('a');
      expect(await b).toBe(pairs.length);
      await runtime.settle();
      expect(a.outcome).not.toBe(undefined);
    }
  });

  test('numbers rows right when two of three jobs are cancelled', async () => {
    for (let turn = 0; turn < 24; turn++) {
      const { sc, runtime } = lab({ 'spark.master': 'local[1]' });
      const numbered = sc.parallelize(pairs, 4).zipWithIndex();
      const jobs = ['a', 'b', 'c'].map((group) => {
        sc.setJobGroup(group);
        return watched(numbered.map(([, index]) => index).collect());
      });
      for (let i = 0; i < turn; i++) await new Promise((resolve) => setImmediate(resolve));
      sc.cancelJobGroup('a');
      await new Promise((resolve) => setImmediate(resolve));
      sc.cancelJobGroup('c');
      await runtime.settle();
      const kept = jobs[1];
      expect([turn, kept?.outcome]).toEqual([turn, 'resolved']);
      expect(await kept?.promise).toEqual(upTo(pairs.length));
    }
  });

  test('of a job that failed does not fail another that shares a shuffle', async () => {
    const { sc, runtime } = lab();
    const shared = sc.parallelize(pairs, 4).reduceByKey((a, b) => a + b, 2);
    const broken = watched(
      shared
        .mapPartitionsWithIndex((index, rows) => {
          if (index === 0) throw new Error('this one only');
          return rows;
        })
        .count(),
    );
    const whole = watched(shared.count());
    await runtime.settle();
    expect([broken.outcome, whole.outcome]).toEqual(['STAGE.FUNCTION_THREW', 'resolved']);
  });
});

describe('cancelAllJobs', () => {
  test('aborts the actions of all groups and of none; later ones go on', async () => {
    const { sc, runtime } = lab({ 'spark.master': 'local[4]' });
    const { opened, open } = gate();
    const wait = (): Promise<void> => sc.parallelize([1], 1).foreachPartition(() => opened);
    const none = wait();
    sc.setJobGroup('a');
    const a = wait();
    sc.setJobGroup('b');
    const b = wait();
    await runtime.settle();
    sc.cancelAllJobs();
    expect(await rejected(none)).toContain('The job of the SparkContext was aborted.');
    expect(await rejected(a)).toContain('The job of the job group a was aborted.');
    expect(await rejected(b)).toContain('The job of the job group b was aborted.');
    expect(await sc.parallelize([1]).count()).toBe(1);
    open();
  });

  test('fails the batch that runs, and that alone', async () => {
    const { sc, runtime } = lab();
    const ssc = new StreamingContext(sc, Seconds(1), { runtime });
    const done: string[] = [];
    ssc.addStreamingListener({
      onOutputOperationCompleted: ({ batchTimeMs, failureReason }) => {
        done.push(withoutLines(`${batchTimeMs}: ${failureReason?.split('\n')[0] ?? 'done'}`));
      },
    });
    ssc.inputStream(new Tray()).foreachRDD(async (rdd, time) => {
      await rdd.foreachPartition(async () => {
        if (time.milliseconds === 2000) await runtime.clock.sleep(60_000);
      });
    });
    ssc.start();
    await runtime.clock.advance(3000);
    sc.cancelAllJobs();
    await runtime.clock.advance(1000);
    expect(done).toMatchInlineSnapshot(`
      [
        "1000: done",
        "2000: [JOB.ABORTED] The job of batch 2000 ms, foreachRDD (jobs.test.ts) was aborted.",
        "3000: done",
        "4000: done",
      ]
    `);
    await ssc.stop();
  });
});

describe('an action inside an output', () => {
  /** Runs f in a batch of one second. @returns how it went */
  async function inBatch(f: (sc: ReturnType<typeof lab>['sc']) => unknown, world = lab()): Promise<string> {
    const { sc, runtime } = world;
    const ssc = new StreamingContext(sc, Seconds(1), { runtime });
    let outcome = 'not run';
    ssc.addStreamingListener({
      onOutputOperationCompleted: ({ failureReason }) => {
        outcome = withoutLines(failureReason?.split('\n')[0] ?? 'done');
      },
    });
    ssc.inputStream(new Tray()).foreachRDD(() => void f(sc));
    ssc.start();
    await runtime.clock.advance(1000);
    await ssc.stop(false);
    return outcome;
  }

  test('belongs to the batch whatever RDD it is of, awaited or not', async () => {
    let isDone = false;
    const slow = async (sc: ReturnType<typeof lab>['sc']): Promise<void> => {
      await sc
        .parallelize([1], 1)
        .mapPartitions(async function* (rows) {
          for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
          yield* rows;
        })
        .count();
      isDone = true;
    };
    expect(await inBatch(slow)).toBe('done');
    expect(isDone).toBe(true);
    const broken = await inBatch((sc) => {
      sc.parallelize([1], 1).foreach(() => {
        throw new Error('not seen');
      });
    });
    expect(broken).toMatchInlineSnapshot(
      `"[STAGE.FUNCTION_THREW] The function of foreach threw in batch 1000 ms, foreachRDD (jobs.test.ts): not seen"`,
    );
  });

  test('saves over what an earlier run of the batch has saved', async () => {
    const world = lab();
    const { storage } = world.runtime;
    await storage.append('/out/part-00007', Buffer.from('old\n'));
    const saved = await inBatch((sc) => sc.parallelize(['new'], 2).saveAsTextFile('/out'), world);
    expect(saved).toBe('done');
    expect((await storage.list('/out')).map(({ name }) => name)).toEqual(['_SUCCESS', 'part-00000', 'part-00001']);
    expect(await rejected(world.sc.parallelize([1]).saveAsTextFile('/out'))).toContain('[SAVE.FOLDER_EXISTS]');
  });

  test('belongs to no batch any more once the batch has ended', async () => {
    const world = lab();
    const late = gate();
    let after: Promise<unknown> = Promise.resolve();
    await inBatch((sc) => {
      after = late.opened.then(() => sc.parallelize([1]).saveAsTextFile('/late'));
    }, world);
    await world.runtime.storage.append('/late/there', Buffer.from('x'));
    late.open();
    expect(await rejected(after)).toContain('[SAVE.FOLDER_EXISTS]');
  });
});

test('a SparkContext that stops aborts what runs', async () => {
  const { sc, runtime } = lab();
  const { opened, open } = gate();
  const job = sc.parallelize([1], 1).foreachPartition(() => opened);
  await runtime.settle();
  const stopped = sc.stop();
  expect(await rejected(job)).toContain('[JOB.ABORTED]');
  await stopped;
  open();
});
