import { expect, test } from 'vitest';
import type { CheckpointFact } from '../../src/checkpoint/facts.ts';
import { headerBytes, headerToBytes } from '../../src/checkpoint/file-header.ts';
import {
  chunkHeaderBytes,
  newestSnapshot,
  type SnapshotOptions,
  writeSnapshot,
} from '../../src/checkpoint/snapshots.ts';
import type { MemoryStorage } from '../../src/core/memory-storage.ts';
import { seededRandom } from '../../src/core/random.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';
import { namesIn, replace } from './kit.ts';

const facts: CheckpointFact[] = [];

function place(): SnapshotOptions & { readonly storage: MemoryStorage } {
  facts.length = 0;
  return { storage: testRuntime().storage, folder: '/log', tell: (fact) => facts.push(fact) };
}

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function read(
  options: SnapshotOptions,
): Promise<readonly [number: number, texts: readonly string[]] | undefined> {
  const snapshot = await newestSnapshot(options);
  if (snapshot === undefined) return undefined;
  const texts: string[] = [];
  for await (const chunk of snapshot.chunks()) texts.push(Buffer.from(chunk).toString());
  return [snapshot.number, texts];
}

const third = '/log/snapshot-0000000000003000';

async function three(): Promise<ReturnType<typeof place>> {
  const options = place();
  await writeSnapshot(options, 1000, chunks('a'));
  await writeSnapshot(options, 2000, chunks('b', 'bb'));
  await writeSnapshot(options, 3000, chunks('c', '', 'cc'));
  return options;
}

test('the newest is read as it was written, without empty chunks', async () => {
  expect(await read(await three())).toEqual([3000, ['c', 'cc']]);
});

test('none was ever written, or one with nothing in it', async () => {
  const options = place();
  expect(await read(options)).toBeUndefined();
  await writeSnapshot(options, 0, chunks());
  expect(await read(options)).toEqual([0, []]);
});

test('the newest two are kept', async () => {
  const { storage } = await three();
  expect(await namesIn(storage)).toEqual(['snapshot-0000000000002000', 'snapshot-0000000000003000']);
});

test('a bit that is turned in the newest, or its end cut off, and the one before is taken', async () => {
  const options = await three();
  const whole = await options.storage.read(third);
  for (let index = 0; index < whole.length * 8; index += 1) {
    const bytes = Buffer.from(whole);
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) ^ (1 << (index & 7));
    await replace(options.storage, third, bytes);
    expect([index, await read(options)]).toEqual([index, [2000, ['b', 'bb']]]);
  }
  for (let length = 0; length < whole.length; length += 1) {
    await replace(options.storage, third, whole.subarray(0, length));
    expect([length, await read(options)]).toEqual([length, [2000, ['b', 'bb']]]);
  }
  await replace(options.storage, third, Buffer.concat([whole, Buffer.from('x')]));
  expect((await read(options))?.[0]).toBe(2000);
  expect(facts.length).toBe(whole.length * 9 + 1);
  expect(facts.at(-1)).toEqual({ type: 'snapshot.skipped', path: third, offset: whole.length });
  expect(facts[headerBytes * 8]).toEqual({ type: 'snapshot.skipped', path: third, offset: headerBytes });
});

test('what is damaged while it is read is an error, and so is a newer format', async () => {
  const options = await three();
  const snapshot = await newestSnapshot(options);
  const bytes = await options.storage.read(third);
  bytes[headerBytes + chunkHeaderBytes] = 0;
  await replace(options.storage, third, bytes);
  const all = async (): Promise<void> => {
    for await (const chunk of snapshot?.chunks() ?? []) expect(chunk).toBeDefined();
  };
  await expect(all()).rejects.toMatchObject({ name: 'StateError', code: 'CHECKPOINT.CORRUPT' });
  await replace(options.storage, third, headerToBytes({ kind: 'snapshot', number: 3000, previousEnd: 0 }, 9));
  await expect(read(options)).rejects.toMatchObject({ code: 'CHECKPOINT.NEWER_FORMAT' });
});

test('one whose chunks fail leaves what was there, and nothing else', async () => {
  const options = await three();
  const before = await namesIn(options.storage);
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('d');
    throw new Error('no more');
  }
  await expect(writeSnapshot(options, 4000, failing())).rejects.toThrow('no more');
  options.storage.failNext('sync', 'EIO: i/o error');
  await expect(writeSnapshot(options, 4000, chunks('d'))).rejects.toMatchObject({ code: 'STORAGE.FAILED' });
  expect(await namesIn(options.storage)).toEqual(before);
});

test('a crash in the middle leaves the newest that was complete, and the next write takes the rest away', async () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const options = await three();
    const { storage } = options;
    const remove = storage.remove.bind(storage);
    storage.remove = async () => undefined; // A process that died cleans up nothing.
    async function* interrupted(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('d');
      throw new Error('died');
    }
    await writeSnapshot(options, 4000, interrupted()).catch(() => undefined);
    storage.remove = remove;
    storage.crash({ random: seededRandom(seed) });
    expect(await read(options)).toEqual([3000, ['c', 'cc']]);
    await writeSnapshot(options, 5000, chunks('e'));
    storage.crash({ random: seededRandom(seed) });
    expect(await read(options)).toEqual([5000, ['e']]);
    expect((await namesIn(storage)).filter((name) => name.endsWith('.temp'))).toEqual([]);
  }
});
