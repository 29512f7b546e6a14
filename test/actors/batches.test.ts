import { describe, expect, test } from 'vitest';
import { type BatchInfo, defineOp, type OutputOperationInfo, type Row } from '../../src/index.ts';
import { Feed } from '../../src/testing/index.ts';
import { keepRows, type Play, play } from './play.ts';

const batchOf = (line: string): string => line.replace(/\/.*/, '').split(' ')[1] ?? '';
const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1);

/** Keeps every info of a batch that listeners are given. */
function batchInfos({ ssc }: Play): Record<'submitted' | 'started' | 'completed', BatchInfo[]> {
  const infos = { submitted: [] as BatchInfo[], started: [] as BatchInfo[], completed: [] as BatchInfo[] };
  ssc.addStreamingListener({
    onBatchSubmitted: (info) => void infos.submitted.push(info),
    onBatchStarted: (info) => void infos.started.push(info),
    onBatchCompleted: (info) => void infos.completed.push(info),
  });
  return infos;
}

describe('listeners hear of a batch', () => {
  test('that it was submitted, that it started, of each output in turn, and that it is completed', async () => {
    const { ssc, runtime, heard } = play();
    const numbers = ssc.inputStream(new Feed([[1], [2]]));
    for (let output = 0; output < 3; output += 1) numbers.foreachRDD(() => undefined);
    ssc.start();
    await runtime.clock.advance(2000);
    const batch = (timeMs: number): readonly string[] => [
      ...[`batch.submitted ${timeMs}`, `batch.started ${timeMs}`],
      ...[0, 1, 2].flatMap((id) => [`output.started ${timeMs}/${id}`, `output.completed ${timeMs}/${id}`]),
      `batch.completed ${timeMs}`,
    ];
    expect(heard).toEqual(['streaming.started', ...batch(1000), ...batch(2000)]);
  });

  test('its rows, by input and in all, and its delays as soon as they are over', async () => {
    const stage = play();
    const { ssc, runtime } = stage;
    const infos = batchInfos(stage);
    const [ones, twos] = [ssc.inputStream(new Feed([[1], [1], [1], [1]])), ssc.inputStream(new Feed([[2, 2]]))];
    ones.union(twos).foreachRDD(() => runtime.clock.sleep(1500));
    ssc.start();
    await runtime.clock.advance(12_000);
    for (const each of Object.values(infos)) {
      expect(each.slice(0, 4).map(({ batchTimeMs }) => batchTimeMs)).toEqual([1000, 2000, 3000, 4000]);
      expect(each.slice(0, 4).map(({ numRecords }) => numRecords)).toEqual([3, 1, 1, 1]);
      expect([...(each[0]?.streamIdToInputInfo.values() ?? [])].map(({ numRecords }) => numRecords)).toEqual([1, 2]);
    }
    const delays = ({ schedulingDelayMs, processingDelayMs, totalDelayMs }: BatchInfo): readonly unknown[] => [
      ...[schedulingDelayMs, processingDelayMs, totalDelayMs],
    ];
    const none = [undefined, undefined, undefined];
    const waited = [0, 500, 1000, 1500];
    expect(infos.submitted.slice(0, 4).map(delays)).toEqual(waited.map(() => none));
    expect(infos.started.slice(0, 4).map(delays)).toEqual(waited.map((ms) => [ms, undefined, undefined]));
    expect(infos.completed.slice(0, 4).map(delays)).toEqual(waited.map((ms) => [ms, 1500, ms + 1500]));
  });

  test('times that never go back', async () => {
    const stage = play();
    const infos = batchInfos(stage);
    const { ssc, runtime } = stage;
    ssc.inputStream(new Feed([])).foreachRDD((_rdd, time) => runtime.clock.sleep((time.milliseconds * 7) % 1700));
    ssc.start();
    await runtime.clock.advance(10_000);
    for (const field of ['submissionTimeMs', 'processingStartTimeMs', 'processingEndTimeMs'] as const) {
      const times = infos.completed.map((info) => info[field] ?? Number.NaN);
      expect(times.length).toBeGreaterThan(3);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });
});

describe('a batch with outputs that fail', () => {
  test('is completed, with the text of each failure under the number of its output', async () => {
    const stage = play();
    const { ssc, runtime } = stage;
    const infos = batchInfos(stage);
    const numbers = ssc.inputStream(new Feed([[1], [2]]));
    const failIn = (timeMs: number, message: string) => (_rdd: unknown, time: { readonly milliseconds: number }) => {
      if (time.milliseconds === timeMs) throw new Error(message);
    };
    numbers.foreachRDD(failIn(2000, 'no room'));
    numbers.foreachRDD(() => undefined);
    numbers.foreachRDD(failIn(2000, 'no network'));
    ssc.start();
    await runtime.clock.advance(2000);
    const reasons = ({ outputOperationInfos }: BatchInfo): readonly (string | undefined)[] =>
      [...outputOperationInfos.values()].map(({ failureReason }) => failureReason?.split('\n')[0]);
    expect(infos.completed.map(reasons)).toEqual([
      [undefined, undefined, undefined],
      [
        '[OUTPUT.THREW] The function of foreachRDD threw in batch 2000 ms: no room',
        undefined,
        '[OUTPUT.THREW] The function of foreachRDD threw in batch 2000 ms: no network',
      ],
    ]);
    expect([...(infos.completed[1]?.outputOperationInfos.keys() ?? [])]).toEqual([0, 1, 2]);
    await expect(ssc.awaitTermination()).rejects.toMatchObject({ code: 'OUTPUT.THREW' });
    expect(ssc.getState()).toBe('ACTIVE');
  });

  test('keeps neither its other outputs nor later batches from running', async () => {
    const { ssc, runtime } = play();
    const numbers = ssc.inputStream(new Feed([[1], [2], [3]]));
    numbers.map((n) => (n === 2 ? Promise.reject(new Error('late')) : n)).foreachRDD((rdd) => rdd.count());
    const kept = keepRows(numbers);
    ssc.start();
    await runtime.clock.advance(3000);
    expect(kept.map(([timeMs]) => timeMs)).toEqual([1000, 2000, 3000]);
  });

  test('a function of a row that throws fails its output, and names the row', async () => {
    const { ssc, runtime } = play();
    const failing = ssc.inputStream(new Feed([['a', 'b']])).map((row: string): Row => {
      if (row === 'b') throw new Error('no b');
      return row;
    });
    failing.foreachRDD((rdd) => rdd.collect());
    ssc.start();
    await runtime.clock.advance(1000);
    await expect(ssc.awaitTermination()).rejects.toMatchObject({
      code: 'STAGE.FUNCTION_THREW',
      message: expect.stringContaining('It was given the row "b".'),
    });
  });
});

test('outputs of different slides keep their numbers, and run when their stream has an RDD', async () => {
  const { ssc, runtime, heard } = play();
  const names = new Set<string>();
  ssc.addStreamingListener({
    onOutputOperationStarted: ({ id, name }: OutputOperationInfo) => void names.add(`${id} ${name.split(' ')[0]}`),
  });
  const every = (slideMs: number) =>
    defineOp<number>({ name: `every${slideMs}`, slideMs, code: [], plan: (batch) => batch.input() });
  const numbers = ssc.inputStream(new Feed<number>([]));
  for (const slideMs of [2000, 1000, 3000]) {
    numbers.via(every(slideMs)).to({ name: `each${slideMs}`, code: [], run: () => undefined });
  }
  ssc.start();
  await runtime.clock.advance(6000);
  const outputs = heard.filter((line) => line.startsWith('output.started')).map((line) => line.slice(15));
  expect(outputs).toEqual([
    ...['1000/1', '2000/0', '2000/1', '3000/1', '3000/2'],
    ...['4000/0', '4000/1', '5000/1', '6000/0', '6000/1', '6000/2'],
  ]);
  expect(names).toEqual(new Set(['0 each2000', '1 each1000', '2 each3000']));
});

test('a batch in which no output has a job ends, and listeners hear nothing of it', async () => {
  const { ssc, runtime, heard, stop, stoppedMs } = play();
  const rare = defineOp<number>({ name: 'rare', slideMs: 4000, code: [], plan: (batch) => batch.input() });
  ssc
    .inputStream(new Feed<number>([]))
    .via(rare)
    .foreachRDD(() => undefined);
  ssc.start();
  await runtime.clock.advance(4500);
  expect(new Set(heard.slice(1).map(batchOf))).toEqual(new Set(['4000']));
  stop(true);
  await runtime.clock.advance(20_000);
  expect(stoppedMs()).toBe(5000);
});

describe('a jump of the time', () => {
  test('gives a batch for every beat that was missed, each with the data that a source has for it', async () => {
    const { ssc, runtime } = play();
    const kept = keepRows(ssc.inputStream(new Feed(upTo(6).map((n) => [n]))));
    ssc.start();
    await runtime.settle();
    await runtime.clock.jump(5500);
    expect(kept).toEqual(upTo(5).map((n) => [n * 1000, [n]]));
    await runtime.clock.advance(500);
    expect(kept.at(-1)).toEqual([6000, [6]]);
  });

  test('gives what had been received to the first of them, and nothing is lost', async () => {
    const stage = play();
    const kept = keepRows(stage.ssc.socketTextStream('localhost', 9999));
    stage.ssc.start();
    await stage.runtime.settle();
    stage.server.send('before\n');
    await stage.runtime.clock.advance(1000);
    stage.server.send('in between\n');
    await stage.runtime.settle();
    await stage.runtime.clock.jump(4500);
    stage.server.send('after\n');
    await stage.runtime.clock.advance(500);
    expect(kept).toEqual([
      [1000, ['before']],
      [2000, ['in between']],
      [6000, ['after']],
    ]);
    expect(stage.heard.filter((line) => line.startsWith('batch.completed')).map(batchOf)).toEqual(
      upTo(6).map((n) => `${n}000`),
    );
  });

  test('over more beats than batches may be under way leaves out none', async () => {
    const { ssc, runtime } = play({ conf: { 'firesteel.batches.pendingMax': '3' } });
    const kept = keepRows(ssc.inputStream(new Feed(upTo(200).map((n) => [n]))));
    ssc.start();
    await runtime.settle();
    await runtime.clock.jump(200_000);
    expect(kept).toEqual(upTo(200).map((n) => [n * 1000, [n]]));
  });
});

describe('with several jobs at a time', () => {
  /** Which outputs overlap, when each output of each of six batches takes 2500 ms. */
  async function peak(concurrentJobs: number): Promise<{ readonly most: number; readonly heard: readonly string[] }> {
    const { ssc, runtime, heard } = play({ conf: { 'spark.streaming.concurrentJobs': String(concurrentJobs) } });
    const numbers = ssc.inputStream(new Feed(upTo(6).map((n) => [n])));
    let running = 0;
    let most = 0;
    for (let output = 0; output < 3; output += 1) {
      numbers.foreachRDD(async (rdd) => {
        if (await rdd.isEmpty()) return;
        running += 1;
        most = Math.max(most, running);
        await runtime.clock.sleep(2500);
        running -= 1;
      });
    }
    ssc.start();
    await runtime.clock.advance(60_000);
    return { most, heard };
  }

  test.each([1, 2, 3, 4])('%i of them: as many run together, and no more', async (concurrentJobs) => {
    const { most, heard } = await peak(concurrentJobs);
    expect(most).toBe(concurrentJobs);
    for (const n of upTo(6)) {
      const of = heard.filter((line) => batchOf(line) === `${n}000`);
      expect([of[0], of[1], of.at(-1)]).toEqual(
        ['batch.submitted', 'batch.started', 'batch.completed'].map((what) => `${what} ${n}000`),
      );
      expect(of).toHaveLength(9);
    }
  });

  test('a batch that takes long is overtaken by the next, and its memory is kept until it has ended', async () => {
    const stage = play({
      conf: { 'spark.streaming.concurrentJobs': '2', 'firesteel.receiver.bufferBytesMax': '8' },
    });
    const { ssc, runtime, server, heard } = stage;
    const counts: (readonly [timeMs: number, count: number])[] = [];
    ssc.socketTextStream('localhost', 9999).foreachRDD(async (rdd, { milliseconds }) => {
      if (milliseconds === 1000) await runtime.clock.sleep(2500);
      counts.push([milliseconds, await rdd.count()]);
    });
    ssc.start();
    await runtime.settle();
    for (let line = 0; line < 4; line += 1) server.send('abc\n');
    await runtime.clock.advance(3400);
    expect(heard.filter((line) => line.startsWith('batch.completed')).map(batchOf)).toEqual(['2000', '3000']);
    expect(server.connections[0]?.bufferedBytes).toBe(8);
    await runtime.clock.advance(1600);
    expect(counts).toEqual([
      [2000, 0],
      [3000, 0],
      [1000, 2],
      [4000, 2],
      [5000, 0],
    ]);
  });
});

test('a job that a stop told to give up is no failure of the program', async () => {
  const { ssc, runtime, stop, stoppedMs, reported, log } = play();
  ssc.inputStream(new Feed([])).to({
    name: 'endless',
    code: [],
    run: (_rdd, _time, { signal }) => runtime.clock.sleep(3_600_000, signal),
  });
  ssc.start();
  await runtime.clock.advance(1000);
  stop(false);
  await runtime.clock.advance(10_000);
  expect([stoppedMs(), reported(), log]).toEqual([3000, undefined, []]);
});
