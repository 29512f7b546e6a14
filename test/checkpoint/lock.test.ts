import { expect, test } from 'vitest';
import type { CheckpointFact } from '../../src/checkpoint/facts.ts';
import { type Lock, lockFolder } from '../../src/checkpoint/lock.ts';
import { type TestRuntime, testRuntime } from '../../src/core/test-runtime.ts';
import { layered } from '../sources/file-kit.ts';
import { namesIn, replace } from './kit.ts';

const first = '/log/lock-0000000000000001';

function take(runtime: TestRuntime, facts: CheckpointFact[] = []): Promise<Lock> {
  return lockFolder({ runtime, folder: '/log', tell: (fact) => facts.push(fact) });
}

const beside = (runtime: TestRuntime): TestRuntime => ({ ...runtime, processes: runtime.processes.another() });

test('a directory has one owner, whose name is in the file', async () => {
  const runtime = testRuntime({ startMs: 1_000 });
  await take(runtime);
  expect(JSON.parse((await runtime.storage.read(first)).toString())).toEqual({
    pid: 1,
    host: 'memory',
    started: 'start 1',
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    sinceMs: 1_000,
  });
  await expect(take(beside(runtime))).rejects.toThrow(
    'belongs to process 1 on memory, since 1970-01-01T00:00:01.000Z.',
  );
});

test('a second owner in the same process is refused too', async () => {
  const runtime = testRuntime();
  await take(runtime);
  await expect(take(runtime)).rejects.toThrow('belongs to this process itself, since 1970-01-01T00:00:00.000Z.');
});

test('who releases it lets the next one have it, and releasing twice changes nothing', async () => {
  const runtime = testRuntime();
  const facts: CheckpointFact[] = [];
  const lock = await take(runtime);
  await Promise.all([lock.release(), lock.release()]);
  await lock.release();
  await take(runtime, facts);
  expect([facts, await namesIn(runtime.storage)]).toEqual([[], ['lock-0000000000000002']]);
});

test('a dead owner is inherited from, and somebody hears of it', async () => {
  const runtime = testRuntime();
  const other = beside(runtime);
  await take(other);
  other.processes.end();
  const facts: CheckpointFact[] = [];
  await take(runtime, facts);
  const from = 'process 2 on memory, since 1970-01-01T00:00:00.000Z';
  expect(facts).toEqual([{ type: 'lock.inherited', path: '/log/lock-0000000000000002', from }]);
});

test('an owner on another machine counts as alive, and a number that is used again as dead', async () => {
  const runtime = testRuntime();
  await take(runtime);
  const owner = JSON.parse((await runtime.storage.read(first)).toString());
  const write = (over: object): Promise<void> =>
    replace(runtime.storage, first, Buffer.from(`${JSON.stringify({ ...owner, ...over })}\n`));
  await write({ host: 'elsewhere' });
  await expect(take(runtime)).rejects.toThrow('belongs to process 1 on elsewhere');
  await write({ started: 'long ago' });
  await take(runtime);
});

test.each([
  '',
  '{"pid":',
  'null\n',
  '[]\n',
  '{"pid":0,"host":"h","started":"","id":"i","sinceMs":0}\n',
  '{"pid":1,"host":"h","started":"","id":"i","sinceMs":9000000000000000}\n',
])('a lock that cannot be read is nobody’s to take: %j', async (text) => {
  const runtime = testRuntime();
  await runtime.storage.append(first, Buffer.from(text));
  await expect(take(runtime)).rejects.toMatchObject({ name: 'StateError', code: 'CHECKPOINT.BAD_LOCK' });
});

test('who looked long ago, and finds a number free that others have had meanwhile, takes nothing', async () => {
  const runtime = testRuntime();
  const { storage } = runtime;
  let isFirst = true;
  const late = layered(storage, {
    createExclusive: async (path, bytes) => {
      if (isFirst) {
        isFirst = false;
        await (await take(runtime)).release();
        await take(runtime);
        expect(await namesIn(storage)).toEqual(['lock-0000000000000002']);
        expect(path).toBe(first);
      }
      await storage.createExclusive(path, bytes);
    },
  });
  const taking = lockFolder({ runtime: { ...beside(runtime), storage: late }, folder: '/log', tell: () => undefined });
  await expect(taking).rejects.toMatchObject({ code: 'CHECKPOINT.OWNED' });
  expect(await namesIn(storage)).toEqual(['lock-0000000000000002']);
});

test('a file system that refuses is heard', async () => {
  const runtime = testRuntime();
  runtime.storage.failNext('createExclusive', 'EROFS: read-only file system');
  await expect(take(runtime)).rejects.toMatchObject({ code: 'STORAGE.FAILED' });
});
