import { expect, test } from 'vitest';
import { fromBytes, toBytes } from '../../src/checkpoint/codec.ts';
import { headerBytes } from '../../src/checkpoint/file-header.ts';
import { Log } from '../../src/checkpoint/log.ts';
import { readLog } from '../../src/checkpoint/read-log.ts';
import { recordHeaderBytes } from '../../src/checkpoint/record.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';
import { namesIn, openLog, record, replace } from './kit.ts';

const first = '/log/log-0000000000000001';

test('fact 81: reads back at once what was appended, in order, with kinds and payloads', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  const fact = { type: 'batch.planned', timeMs: 1000, positions: new Map([['in', 7n]]) };
  await log.append([record('a'), { kind: 255, payload: toBytes(fact) }]);
  await log.append([{ kind: 2, payload: new Uint8Array() }]);
  const heard: unknown[] = [];
  await Log.open({
    storage,
    folder: '/log',
    onRecord: ({ kind, payload }) => {
      heard.push([kind, kind === 255 ? fromBytes(payload) : Buffer.from(payload).toString()]);
    },
    tell: (what) => heard.push(what),
  });
  expect(heard).toEqual([
    [1, 'a'],
    [255, fact],
    [2, ''],
  ]);
});

test('fact 79: neither reading a log nor opening it makes a file', async () => {
  const { storage } = testRuntime();
  await readLog({ storage, folder: '/log', onRecord: () => undefined, tell: () => undefined });
  expect(await namesIn(storage)).toEqual([]);
  await openLog(storage);
  expect(await namesIn(storage)).toEqual([]);
});

test('writes the records of one append at once, and nothing for none', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  await log.append([]);
  expect(await namesIn(storage)).toEqual([]);
  await log.append([record('one'), record('two')]);
  expect((await storage.read(first)).length).toBe(headerBytes + 2 * (recordHeaderBytes + 3));
});

test('fact 76: reads across segments; one begins when the last is full (Spark: by time)', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage, { segmentBytesMax: headerBytes + 2 * (recordHeaderBytes + 1) });
  for (const text of ['a', 'b', 'c']) await log.append([record(text)]);
  await log.append([record('longer than any segment may be: alone then, which is well')]);
  expect(await log.roll()).toBe(4);
  await log.append([record('d')]);
  const again = await openLog(storage);
  await again.log.append([record('e')]);
  const { texts, segments } = await openLog(storage);
  expect(texts.map((text) => text.slice(0, 6))).toEqual(['a', 'b', 'c', 'longer', 'd', 'e']);
  expect(segments).toEqual([1, 1, 2, 3, 4, 5]);
});

test('syncs what is new: the file, and the folder when a file is', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  const synced: string[] = [];
  const sync = storage.sync.bind(storage);
  storage.sync = (path) => {
    synced.push(path);
    return sync(path);
  };
  await log.sync();
  await log.append([record('a')]);
  await log.sync();
  await log.sync();
  await log.append([record('b')]);
  await log.sync();
  expect(synced).toEqual([first, '/log', first]);
});

test('fact 77: deletes behind a segment oldest first, and goes on counting', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  for (const text of ['a', 'b', 'c']) {
    await log.append([record(text)]);
    await log.roll();
  }
  await log.deleteBefore(3);
  await log.deleteBefore(2);
  expect(await namesIn(storage)).toEqual(['log-0000000000000003', 'log-0000000000000004']);
  const { texts, log: again } = await openLog(storage);
  expect([texts, again.segment]).toEqual([['c'], 4]);
  await expect(again.deleteBefore(5)).rejects.toThrow('the newest segment is never deleted');
});

test('reads from a segment on, and says which one is missing', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  for (const text of ['a', 'b', 'c']) {
    await log.append([record(text)]);
    await log.roll();
  }
  expect((await openLog(storage, { from: 2 })).texts).toEqual(['b', 'c']);
  await storage.remove('/log/log-0000000000000002');
  await expect(openLog(storage)).rejects.toMatchObject({ code: 'CHECKPOINT.SEGMENT_MISSING' });
  await expect(openLog(storage, { from: 5 })).rejects.toMatchObject({ code: 'CHECKPOINT.SEGMENT_MISSING' });
  expect((await openLog(storage, { from: 3 })).texts).toEqual(['c']);
});

test('cuts a torn tail off, says so, and writes on in a new file', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  await log.append([record('whole'), record('torn')]);
  const torn = (await storage.read(first)).subarray(0, -1);
  await replace(storage, first, torn);
  const again = await openLog(storage);
  const offset = headerBytes + recordHeaderBytes + 5;
  const lostBytes = recordHeaderBytes + 3;
  expect([again.texts, again.facts]).toEqual([['whole'], [{ type: 'tail.cut', path: first, offset, lostBytes }]]);
  await again.log.append([record('later')]);
  const { texts, facts } = await openLog(storage);
  expect([texts, facts]).toEqual([['whole', 'later'], []]);
  expect(await storage.read(first)).toEqual(torn);
});

test('pieces that were never safe are a torn tail, also with good ones behind them', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  for (const text of ['a', 'b', 'c']) await log.append([record(text)]);
  const bytes = await storage.read(first);
  bytes.fill(0, headerBytes + recordHeaderBytes + 1, headerBytes + 2 * (recordHeaderBytes + 1));
  await replace(storage, first, bytes);
  const { texts, facts } = await openLog(storage);
  expect([texts, facts]).toMatchObject([['a'], [{ type: 'tail.cut' }]]);
});

test('a record that a later one knows to be safe is damaged, not torn', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  await log.append([record('a'), record('b')]);
  await log.sync();
  await log.append([record('c')]);
  const bytes = await storage.read(first);
  const offset = headerBytes + recordHeaderBytes + 1;
  bytes.fill(0xff, offset, offset + 3);
  await replace(storage, first, bytes);
  await expect(openLog(storage)).rejects.toThrow(`The checkpoint file ${first} is damaged at byte ${offset}.`);
});

test('a good record in a wrong place is a bad one', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  await log.append([record('a')]);
  const bytes = await storage.read(first);
  await storage.append(first, bytes.subarray(headerBytes));
  const { texts, facts } = await openLog(storage);
  expect([texts, facts]).toMatchObject([['a'], [{ type: 'tail.cut', lostBytes: recordHeaderBytes + 1 }]]);
});

test.each(['append', 'sync', 'createExclusive'] as const)(
  'after a failed %s nothing more is written',
  async (action) => {
    const { storage } = testRuntime();
    const { log } = await openLog(storage);
    await log.append([record('a')]);
    await log.sync();
    storage.failNext(action, 'EIO: i/o error');
    const calls = [log.append([record('b')]), log.sync(), log.roll(), log.append([record('c')]), log.sync()];
    const codes = (await Promise.allSettled(calls)).flatMap((call) =>
      call.status === 'rejected' ? [(call.reason as { code: string }).code] : [],
    );
    expect(codes[0]).toBe('STORAGE.FAILED');
    expect(new Set(codes.slice(1))).toEqual(new Set(['CHECKPOINT.LOG_BROKEN']));
    expect((await openLog(storage)).texts).toEqual(action === 'append' ? ['a'] : ['a', 'b']);
  },
);

test('calls that do not wait for each other are done in turn', async () => {
  const { storage } = testRuntime();
  const { log } = await openLog(storage);
  const texts = ['a', 'b', 'c', 'd'];
  const rolled = texts.flatMap((text) => [log.append([record(text)]), log.roll()]);
  expect(await Promise.all(rolled)).toEqual([1, 2, 2, 3, 3, 4, 4, 5]);
  expect((await openLog(storage)).texts).toEqual(texts);
});
