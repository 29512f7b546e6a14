import { describe, expect, test } from 'vitest';
import type { DStream, RDD, StreamingContext } from '../../src/index.ts';
import { play } from '../actors/play.ts';

type Numbers = RDD<number>[];

/** The partitions of each batch of a queue that is filled before each beat, as `fills` says. */
async function batches(
  define: (ssc: StreamingContext, queue: Numbers) => DStream<number>,
  fills: readonly (readonly (readonly number[])[])[],
): Promise<readonly (readonly (readonly number[])[])[]> {
  const { ssc, runtime } = play();
  const queue: Numbers = [];
  const seen: (readonly (readonly number[])[])[] = [];
  define(ssc, queue).foreachRDD(async (rdd) => void seen.push(await rdd.collectPartitions()));
  ssc.start();
  for (const fill of fills) {
    for (const rows of fill) queue.push(ssc.sparkContext.parallelize(rows, 1));
    await runtime.clock.advance(1000);
  }
  return seen;
}

describe('one RDD at a time', () => {
  test('is the habit: each batch has the first of the queue', async () => {
    const seen = await batches((ssc, queue) => ssc.queueStream(queue), [[[1], [2, 3]], [[4]], []]);
    expect(seen).toEqual([[[1]], [[2, 3]], [[4]]]);
  });

  test('a batch that finds nothing is one partition without rows', async () => {
    expect(await batches((ssc, queue) => ssc.queueStream(queue), [[], [[1]]])).toEqual([[[]], [[1]]]);
  });
});

test('all RDDs at a time: a batch has what is there, one partition after the other', async () => {
  const seen = await batches((ssc, queue) => ssc.queueStream(queue, false), [[[1], [2, 3]], [[4]], [], [[5], []]]);
  expect(seen).toEqual([[[1], [2, 3]], [[4]], [[]], [[5], []]]);
});

describe('the default RDD', () => {
  test('stands for each batch that finds nothing', async () => {
    const define = (ssc: StreamingContext, queue: Numbers) =>
      ssc.queueStream(queue, true, ssc.sparkContext.parallelize([7, 8], 2));
    expect(await batches(define, [[], [[1]], []])).toEqual([[[7], [8]], [[1]], [[7], [8]]]);
  });

  test('may be null: then such a batch has no partition, and is a batch all the same', async () => {
    const define = (ssc: StreamingContext, queue: Numbers) => ssc.queueStream(queue, false, null);
    expect(await batches(define, [[], [[1]], []])).toEqual([[], [[1]], []]);
  });
});

test('what the program adds while a batch runs is for the next', async () => {
  const { ssc, runtime } = play();
  const queue: Numbers = [ssc.sparkContext.parallelize([1], 1)];
  const seen: (readonly number[])[] = [];
  ssc.queueStream(queue, false).foreachRDD(async (rdd) => {
    const rows = await rdd.collect();
    seen.push(rows);
    if (seen.length < 3)
      queue.push(
        ssc.sparkContext.parallelize(
          rows.map((n) => n * 10),
          1,
        ),
      );
  });
  ssc.start();
  await runtime.clock.advance(4000);
  expect(seen).toEqual([[1], [10], [100], []]);
});

test('what is no RDD is taken out of the queue and refuses its batch, and the next one runs', async () => {
  const { ssc, runtime, reported } = play();
  const queue: Numbers = [[1, 2] as unknown as RDD<number>, ssc.sparkContext.parallelize([3], 1)];
  const seen: (readonly number[])[] = [];
  ssc.queueStream(queue).foreachRDD(async (rdd) => void seen.push(await rdd.collect()));
  ssc.start();
  await runtime.clock.advance(2000);
  expect([reported(), seen]).toEqual(['QUEUE.NOT_AN_RDD', [[3]]]);
});
