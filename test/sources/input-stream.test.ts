import { describe, expect, test } from 'vitest';
import { InputDStream, type RDD, type RDDMaker, type Row, type Time } from '../../src/index.ts';
import { keepRows, play } from '../actors/play.ts';

/** Counts its calls, and gives what a test says. */
class Counter extends InputDStream<number> {
  readonly calls: string[] = [];
  answer: (timeMs: number, make: RDDMaker) => RDD<number> | undefined | Promise<RDD<number> | undefined>;
  #read = 0;

  constructor(answer: Counter['answer'] = (timeMs, make) => make.rows([timeMs])) {
    super();
    this.answer = answer;
  }

  override start(): void {
    this.calls.push('start');
  }

  override async stop(): Promise<void> {
    this.calls.push('stop');
  }

  override compute(time: Time, make: RDDMaker): RDD<number> | undefined | Promise<RDD<number> | undefined> {
    this.calls.push(`compute ${time.milliseconds}`);
    this.#read += 1;
    return this.answer(time.milliseconds, make);
  }

  override position(): Row {
    return { read: this.#read };
  }
}

test('is started before the first batch, asked once for each, and stopped after the last', async () => {
  const { ssc, runtime, stop } = play();
  const source = new Counter();
  ssc.inputStream(source).foreachRDD(() => undefined);
  expect(source.calls).toEqual([]);
  ssc.start();
  expect(source.calls).toEqual(['start']);
  await runtime.clock.advance(2500);
  stop(true);
  await runtime.clock.advance(5000);
  expect(source.calls).toEqual(['start', 'compute 1000', 'compute 2000', 'compute 3000', 'stop']);
});

test('is asked once, however many outputs there are behind it', async () => {
  const { ssc, runtime } = play();
  const source = new Counter();
  const stream = ssc.inputStream(source);
  const [plain, doubled] = [keepRows(stream), keepRows(stream.map((n) => n * 2))];
  ssc.start();
  await runtime.clock.advance(1000);
  expect(source.calls).toEqual(['start', 'compute 1000']);
  expect([plain, doubled]).toEqual([[[1000, [1000]]], [[1000, [2000]]]]);
});

test('may answer late: batches are planned in order all the same', async () => {
  const { ssc, runtime } = play();
  const source = new Counter(async (timeMs, make) => {
    await runtime.clock.sleep(timeMs === 1000 ? 2500 : 0);
    return make.rows([timeMs]);
  });
  const kept = keepRows(ssc.inputStream(source));
  ssc.start();
  await runtime.clock.advance(3400);
  expect([source.calls, kept]).toEqual([['start', 'compute 1000'], []]);
  await runtime.clock.advance(100);
  expect(kept).toEqual([1000, 2000, 3000].map((timeMs) => [timeMs, [timeMs]]));
});

describe('a batch for which it has', () => {
  test('no RDD runs nothing, and listeners hear nothing of it', async () => {
    const { ssc, runtime, heard } = play();
    const source = new Counter((timeMs, make) => (timeMs === 2000 ? undefined : make.rows([timeMs])));
    const kept = keepRows(ssc.inputStream(source));
    ssc.start();
    await runtime.clock.advance(3000);
    expect(kept.map(([timeMs]) => timeMs)).toEqual([1000, 3000]);
    expect(heard.filter((line) => line.endsWith('2000'))).toEqual([]);
  });

  test.each([
    [
      'an error',
      (): never => {
        throw new Error('no network');
      },
    ],
    ['a rejection', () => Promise.reject(new Error('no network'))],
  ])('%s is refused, which is an error of the program, and later batches run', async (_what, fail) => {
    const { ssc, runtime, heard, reported } = play();
    const source = new Counter((timeMs, make) => (timeMs === 2000 ? fail() : make.rows([timeMs])));
    const kept = keepRows(ssc.inputStream(source));
    ssc.start();
    await runtime.clock.advance(3000);
    expect(kept.map(([timeMs]) => timeMs)).toEqual([1000, 3000]);
    expect(heard.filter((line) => line.endsWith('2000'))).toEqual([]);
    expect(reported()).toBe('BATCH.PLAN_THREW');
    expect(ssc.getState()).toBe('ACTIVE');
  });
});

test('makes RDDs of rows, in as many partitions as it says, and puts RDDs together', async () => {
  const { ssc, runtime } = play();
  const partitions: (readonly (readonly number[])[])[] = [];
  const source = new Counter((_timeMs, make) =>
    make.union([make.rows([1, 2, 3, 4, 5], 2), make.rows([]), make.rows([6])]),
  );
  ssc.inputStream(source).foreachRDD(async (rdd) => void partitions.push(await rdd.collectPartitions()));
  ssc.start();
  await runtime.clock.advance(1000);
  expect(partitions).toEqual([[[1, 2], [3, 4, 5], [], [6]]]);
});

test('listeners are told how many rows it gave, and how far it has read', async () => {
  const { ssc, runtime } = play();
  const infos: unknown[] = [];
  ssc.addStreamingListener({
    onBatchSubmitted: ({ streamIdToInputInfo }) => void infos.push(...streamIdToInputInfo.values()),
  });
  ssc.inputStream(new Counter((_timeMs, make) => make.rows([1, 2]))).foreachRDD(() => undefined);
  ssc.start();
  await runtime.clock.advance(2000);
  expect(infos).toEqual([
    { streamId: 0, name: 'Counter', numRecords: 2, position: { read: 1 } },
    { streamId: 0, name: 'Counter', numRecords: 2, position: { read: 2 } },
  ]);
});
