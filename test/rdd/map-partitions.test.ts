import type { RDD, Row, SparkContext } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { textChunk } from '../../src/rdd/chunk.ts';
import { dataPlan } from '../../src/rdd/make-plan.ts';
import { RDD as OpenRDD } from '../../src/rdd/rdd.ts';
import { context, ways } from './contexts.ts';
import { abortableJob, errorOf, never, textOf, turnCounter, unhandledRejections } from './jobs.ts';

/** The rows 0, 1, 2 … in so many partitions. */
const numbers = (sc: SparkContext, count: number, partitions = 1): RDD<number> =>
  sc.parallelize([...Array(count).keys()], partitions);

/** Text that is bytes still, one partition. */
const lines = (sc: SparkContext, text: string): RDD<string> =>
  new OpenRDD<string>(dataPlan([[textChunk(Buffer.from(text))]]), sc.engine);

/** Passes rows on, and says when it begins and ends. */
const watched = (name: string, said: string[]) =>
  function* pass<T>(rows: Iterable<T>): Generator<T> {
    said.push(`${name} begins`);
    try {
      for (const row of rows) yield row;
    } finally {
      said.push(`${name} ends`);
    }
  };

describe.each(ways)('mapPartitions, %s,', (_way, settings) => {
  test('gives the rows of each partition, and its index, to its function', async () => {
    const sums = numbers(context(settings), 10, 3).mapPartitionsWithIndex((index, rows) => [
      [index, [...rows].reduce((a, b) => a + b, 0)],
    ]);
    expect(await sums.collect()).toEqual([
      [0, 0 + 1 + 2],
      [1, 3 + 4 + 5],
      [2, 6 + 7 + 8 + 9],
    ]);
  });

  test('takes generators, lists, sets and iterators of one’s own', async () => {
    const sc = context(settings);
    const collected = (f: (rows: IterableIterator<number>) => Iterable<number>): Promise<number[]> =>
      numbers(sc, 3).mapPartitions(f).collect();
    let left = 2;
    const own: Iterator<number> = { next: () => (left-- > 0 ? { value: left } : { done: true, value: undefined }) };
    expect([
      await collected((rows) => rows),
      await collected(() => []),
      await collected((rows) => new Set(rows)),
      await collected(() => ({ [Symbol.iterator]: () => own })),
    ]).toEqual([[0, 1, 2], [], [0, 1, 2], [1, 0]]);
  });

  test('stands in the middle of fused steps', async () => {
    const rdd = numbers(context(settings), 6, 2)
      .map((n) => n + 1)
      .filter((n) => n % 2 === 0)
      .mapPartitions((rows) => [[...rows].join('+')])
      .flatMap((text) => [text, `${text}!`]);
    expect(await rdd.collect()).toEqual(['2', '2!', '4+6', '4+6!']);
  });

  test('reads lines of text through the steps before it', async () => {
    const rdd = lines(context(settings), 'to be\r\nor not\nto be')
      .flatMap((line) => line.split(' '))
      .mapPartitions((words) => [[...words].join('|')]);
    expect(await rdd.collect()).toEqual(['to|be|or|not|to|be']);
  });

  test('reads what is behind a shuffle, a union, and another of its kind', async () => {
    const sc = context(settings);
    const counted = numbers(sc, 10)
      .map((n) => [n % 2, 1])
      .reduceByKey((a, b) => a + b, 2);
    const doubled = <T extends Row>(rdd: RDD<T>): RDD<T> =>
      rdd.mapPartitions(function* twice(rows) {
        for (const row of rows) yield* [row, row];
      });
    expect(await doubled(counted).collect()).toEqual([
      [0, 5],
      [0, 5],
      [1, 5],
      [1, 5],
    ]);
    const united = numbers(sc, 1).union(numbers(sc, 2, 2).map((n) => n + 10));
    expect(await united.mapPartitionsWithIndex((index, rows) => [[index, ...rows]]).collect()).toEqual([
      [0, 0],
      [1, 10],
      [2, 11],
    ]);
    expect(await doubled(doubled(numbers(sc, 1))).collect()).toEqual([0, 0, 0, 0]);
  });

  test('computes no more rows than a take wants', async () => {
    let calls = 0;
    const said: number[] = [];
    const rdd = numbers(context(settings), 100_000)
      .map((n) => {
        calls += 1;
        return n;
      })
      .mapPartitions(function* pass(rows) {
        for (const row of rows) {
          said.push(row);
          yield row;
        }
      });
    expect(await rdd.take(1)).toEqual([0]);
    expect([said, calls]).toEqual([[0], 1]);
    expect(await rdd.take(5)).toEqual([0, 1, 2, 3, 4]);
    expect(said.length).toBe(1 + 5);
    expect(calls).toBeLessThan(1 + 16);
  });

  test('may be endless where a take ends it, also behind a filter', async () => {
    const endless = numbers(context(settings), 1).mapPartitions(function* count() {
      for (let n = 0; ; n += 1) yield n;
    });
    expect(await endless.filter((n) => n % 1000 === 999).take(3)).toEqual([999, 1999, 2999]);
  });

  test('closes its iterators when a take has enough, the last first', async () => {
    const said: string[] = [];
    const rdd = numbers(context(settings), 1000)
      .mapPartitions(watched('first', said))
      .map((n) => n * 2)
      .mapPartitions(watched('second', said));
    expect(await rdd.take(2)).toEqual([0, 2]);
    // A generator ends from the outside in: the second leaves its loop over the first, and has ended when that has.
    expect(said).toEqual(['second begins', 'first begins', 'first ends', 'second ends']);
  });

  test('closes an iterator that the function behind it left lying, when that one has ended', async () => {
    const said: string[] = [];
    const upstream = numbers(context(settings), 1000).mapPartitions(watched('first', said));
    const lazy = upstream.mapPartitions(function* one(rows) {
      yield rows.next().value as number;
      said.push('second ends');
    });
    expect(await lazy.collect()).toEqual([0]);
    expect(said).toEqual(['first begins', 'second ends', 'first ends']);
  });

  test('closes an iterator that was opened and never looked at', async () => {
    let closed = 0;
    const opened = (): Iterable<number> => {
      const rows: Iterator<number> = {
        next: () => ({ value: 1 }),
        return: () => {
          closed += 1;
          return { done: true, value: undefined };
        },
      };
      return { [Symbol.iterator]: () => rows };
    };
    const sc = context(settings);
    await numbers(sc, 1)
      .mapPartitions(opened)
      .mapPartitions(() => [7])
      .collect();
    const throwing = numbers(sc, 1)
      .mapPartitions(opened)
      .mapPartitions((): number[] => {
        throw new Error('no');
      });
    await errorOf(throwing.collect());
    expect(closed).toBe(2);
  });

  test('does not close an iterator that has ended, or thrown, by itself', async () => {
    const closed: string[] = [];
    const own = (name: string, next: () => IteratorResult<number>): Iterable<number> => {
      const iterator = { next, return: () => ({ done: true as const, value: closed.push(name) }) };
      return { [Symbol.iterator]: () => iterator };
    };
    const sc = context(settings);
    const one = numbers(sc, 1);
    expect(await one.mapPartitions(() => own('ended', () => ({ done: true, value: 0 }))).collect()).toEqual([]);
    const throws = (): never => {
      throw new Error('no');
    };
    await errorOf(one.mapPartitions(() => own('thrown', throws)).collect());
    expect(closed).toEqual([]);
    await one.mapPartitions(() => own('cut', () => ({ value: 1 }))).take(1);
    expect(closed).toEqual(['cut']);
  });

  test('tells what its function, its iterator or its clean-up throws, and where', async () => {
    const one = numbers(context(settings), 1);
    const throws = (): never => {
      throw new Error('no');
    };
    expect(await textOf(one.mapPartitions(throws).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of mapPartitions threw in the SparkContext: no
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → mapPartitions (map-partitions.test.ts)"
    `);
    const inside = one.mapPartitions(function* inside() {
      yield 1;
      throws();
    });
    expect(await textOf(inside.collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of mapPartitions threw in the SparkContext: no
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → mapPartitions (map-partitions.test.ts)"
    `);
    const atTheEnd = one.mapPartitions(function* atTheEnd() {
      try {
        yield 1;
        yield 2;
      } finally {
        throws();
      }
    });
    expect(await textOf(atTheEnd.take(1))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of mapPartitions threw in the SparkContext: no
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → mapPartitions (map-partitions.test.ts)"
    `);
  });

  test('passes on the rows before the one that its iterator throws at', async () => {
    const rdd = numbers(context(settings), 1).mapPartitions(function* three() {
      yield* [1, 2, 3];
      throw new Error('no');
    });
    const seen: number[] = [];
    await errorOf(rdd.foreach((n) => void seen.push(n)));
    expect(seen).toEqual([1, 2, 3]);
    expect(await rdd.take(3)).toEqual([1, 2, 3]);
  });

  test('lets an error of the step before it pass as it is, once', async () => {
    const broken = numbers(context(settings), 3).map((n) => {
      if (n === 2) throw new Error('no two');
      return n;
    });
    const said: string[] = [];
    const error = await errorOf(broken.mapPartitions(watched('a', said)).mapPartitions(watched('b', said)).collect());
    expect(said).toEqual(['b begins', 'a begins', 'a ends', 'b ends']);
    expect(await textOf(Promise.reject(error))).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in the SparkContext: no two
        why  It was given the row 2.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → map (map-partitions.test.ts)"
    `);
    expect(error.cause).toEqual(new Error('no two'));
  });

  test('tells the first failure, whatever the clean-up throws after it', async () => {
    const rdd = numbers(context(settings), 100)
      .mapPartitions(function* untidy(rows) {
        try {
          yield* rows;
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: what a user's clean-up may do
          throw new Error('second');
        }
      })
      .map(() => {
        throw new Error('first');
      });
    expect((await errorOf(rdd.collect())).cause).toEqual(new Error('first'));
  });

  test('refuses what is not iterable, and a promise of something that is', async () => {
    const unhandled = unhandledRejections();
    const one = numbers(context(settings), 1);
    expect(await textOf(one.mapPartitions((() => 7) as never).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.NOT_ITERABLE] The function of mapPartitions returned 7, which is not iterable, in the SparkContext.
        why  mapPartitions puts the rows of what is returned into the stream.
        fix  Return an array or another iterable; [] for no rows. For exactly one row, use map.
        at   parallelize → mapPartitions (map-partitions.test.ts)"
    `);
    expect(await textOf(one.mapPartitions((() => undefined) as never).collect())).toContain('returned undefined');
    const late = async (): Promise<number[]> => Promise.reject(new Error('unseen'));
    expect(await textOf(one.mapPartitions(late as never).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.RETURNED_PROMISE] The function of mapPartitions returned a promise in the SparkContext.
        why  Row functions are synchronous, so that a batch is one tight loop.
        fix  Use mapAsync(f, { concurrency }) for work that waits, or do it in foreachRDD.
        at   parallelize → mapPartitions (map-partitions.test.ts)"
    `);
    await eventLoopTurn();
    expect(unhandled).toEqual([]);
  });
});

describe('an asynchronous mapPartitions', () => {
  const slowly = async function* slowly<T>(rows: Iterable<T>): AsyncGenerator<T> {
    for (const row of rows) {
      await eventLoopTurn();
      yield row;
    }
  };

  test('passes on rows in order, through steps before and behind it', async () => {
    const rdd = numbers(context(), 10, 2)
      .map((n) => n + 1)
      .mapPartitions(slowly)
      .filter((n) => n % 2 === 0)
      .mapPartitions(slowly)
      .mapPartitions((rows) => [[...rows].join(' ')]);
    expect(await rdd.collect()).toEqual(['2 4', '6 8 10']);
  });

  test('runs its function once, also where a synchronous one reads from it', async () => {
    let calls = 0;
    const opened = (rows: Iterable<number>): AsyncGenerator<number> => {
      calls += 1;
      return slowly(rows);
    };
    const rdd = numbers(context(), 3).mapPartitions(opened);
    expect(await rdd.mapPartitions((rows) => rows).collect()).toEqual([0, 1, 2]);
    expect(calls).toBe(1);
  });

  test('takes iterators that throw at once, or return what is no promise', async () => {
    const one = numbers(context(), 1);
    const own = (next: () => unknown) => (): AsyncIterable<number> => ({
      [Symbol.asyncIterator]: () => ({ next }) as AsyncIterator<number>,
    });
    let left = 2;
    const plain = own(() => ({ done: left === 0, value: left-- }));
    expect(await one.mapPartitions(plain).collect()).toEqual([2, 1]);
    const throwing = own(() => {
      throw new Error('at once');
    });
    expect(await textOf(one.mapPartitions(throwing).collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of mapPartitions threw in the SparkContext: at once
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → mapPartitions (map-partitions.test.ts)"
    `);
    expect((await errorOf(one.mapPartitions(own(() => undefined)).collect())).cause).toBeInstanceOf(TypeError);
  });

  test('tells what it rejects with, and where', async () => {
    const rdd = numbers(context(), 3).mapPartitions(async function* broken(rows) {
      for (const row of rows) yield row;
      throw new Error('connection lost');
    });
    expect(await textOf(rdd.collect())).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of mapPartitions threw in the SparkContext: connection lost
        why  It threw outside of any one row.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   parallelize → mapPartitions (map-partitions.test.ts)"
    `);
  });

  test('is closed when a take has enough, and waited for', async () => {
    const said: string[] = [];
    const rdd = numbers(context(), 100)
      .mapPartitions(watched('first', said))
      .mapPartitions(async function* second(rows) {
        try {
          for (const row of rows) yield row;
        } finally {
          await eventLoopTurn();
          said.push('second ends');
        }
      });
    expect(await rdd.take(2)).toEqual([0, 1]);
    expect(said).toEqual(['first begins', 'first ends', 'second ends']);
  });

  test('whose clean-up fails fails its job, unless that has failed already', async () => {
    const untidy = async function* untidy(): AsyncGenerator<number> {
      try {
        yield* [1, 2];
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what a user's clean-up may do
        throw new Error('cannot close');
      }
    };
    const rdd = numbers(context(), 1).mapPartitions(untidy);
    expect((await errorOf(rdd.take(1))).cause).toEqual(new Error('cannot close'));
    const failing = rdd.map(() => {
      throw new Error('first');
    });
    expect((await errorOf(failing.collect())).cause).toEqual(new Error('first'));
  });

  test('that never goes on is ended by an abort, which waits for nothing', async () => {
    const unhandled = unhandledRejections();
    const { job, abort } = abortableJob();
    const said: string[] = [];
    const rdd = numbers(context(), 3)
      .mapPartitions(watched('before', said))
      .mapPartitions(async function* stuck(rows) {
        for (const row of rows) {
          yield row;
          await never();
        }
      });
    const results = errorOf(rdd.boundTo(job).collect());
    for (let turn = 0; turn < 5; turn += 1) await eventLoopTurn();
    abort();
    expect(await results).toMatchObject({ code: 'JOB.ABORTED' });
    await eventLoopTurn();
    expect([said, unhandled]).toEqual([['before begins', 'before ends'], []]);
  });

  test('that waits for nothing leaves the event loop its turns', async () => {
    const counter = turnCounter();
    const rdd = numbers(context(), 1).mapPartitions(async function* eager() {
      for (let n = 0; n < 5000; n += 1) yield n;
    });
    expect(await rdd.count()).toBe(5000);
    expect(counter.turns).toBeGreaterThanOrEqual(4);
  });
});
