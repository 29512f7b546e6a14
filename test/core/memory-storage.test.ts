import { describe, expect, test } from 'vitest';
import type { MemoryStorage } from '../../src/core/memory-storage.ts';
import { seededRandom } from '../../src/core/random.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function textAt(storage: MemoryStorage, path: string): Promise<string | undefined> {
  const isThere = (await storage.list('/d')).some(({ name }) => `/d/${name}` === path);
  return isThere ? (await storage.read(path)).toString('latin1') : undefined;
}

/** What stands at the paths after the crashes of many seeds, each once, in order. */
async function afterCrashes(
  write: (storage: MemoryStorage) => Promise<unknown>,
  ...paths: readonly string[]
): Promise<readonly string[]> {
  const seen = new Set<string>();
  for (let seed = 0; seed < 200; seed += 1) {
    const { storage } = testRuntime();
    await storage.makeFolder('/d');
    await write(storage);
    storage.crash({ random: seededRandom(seed) });
    const texts = await Promise.all(paths.map((path) => textAt(storage, path)));
    seen.add(texts.map((text) => text ?? 'none').join(' '));
  }
  return [...seen].sort();
}

describe('a crash', () => {
  test('leaves what was synced: the bytes of a file, and its name', async () => {
    const seen = await afterCrashes(async (storage) => {
      await storage.append('/d/a', bytes('kept'));
      await storage.sync('/d/a');
      await storage.sync('/d');
    }, '/d/a');
    expect(seen).toEqual(['kept']);
  });

  test('may lose a name whose folder was not synced, and with it the file', async () => {
    const seen = await afterCrashes(async (storage) => {
      await storage.append('/d/a', bytes('kept'));
      await storage.sync('/d/a');
    }, '/d/a');
    expect(seen).toEqual(['kept', 'none']);
  });

  test('may cut what was appended after the last sync anywhere', async () => {
    const seen = await afterCrashes(async (storage) => {
      await storage.append('/d/a', bytes('ab'));
      await storage.sync('/d/a');
      await storage.sync('/d');
      await storage.append('/d/a', bytes('cd'));
    }, '/d/a');
    expect(seen).toEqual(['ab', 'ab\0', 'ab\0\0', 'abc', 'abcd']);
  });

  test('may leave a page as zeros, and the pages behind it whole', async () => {
    const seen = await afterCrashes((storage) => {
      return storage.createExclusive('/d/a', bytes('')).then(async () => {
        await storage.sync('/d');
        await storage.append('/d/a', bytes(`${'x'.repeat(16)}y`));
      });
    }, '/d/a');
    expect(seen).toContain(`${'\0'.repeat(16)}y`);
    expect(seen).toContain(`${'x'.repeat(16)}\0`);
  });

  test('leaves of a rename all or nothing', async () => {
    const seen = await afterCrashes(
      async (storage) => {
        await storage.createExclusive('/d/a', bytes('new'));
        await storage.createExclusive('/d/b', bytes('old'));
        await storage.sync('/d');
        await storage.rename('/d/a', '/d/b');
      },
      '/d/a',
      '/d/b',
    );
    expect(seen).toEqual(['new old', 'none new']);
  });

  test('may bring back what was removed, until the folder is synced', async () => {
    const write = async (storage: MemoryStorage): Promise<void> => {
      await storage.createExclusive('/d/a', bytes('x'));
      await storage.sync('/d');
      await storage.remove('/d/a');
    };
    const settle = (storage: MemoryStorage): Promise<void> => write(storage).then(() => storage.sync('/d'));
    expect(await afterCrashes(write, '/d/a')).toEqual(['none', 'x']);
    expect(await afterCrashes(settle, '/d/a')).toEqual(['none']);
  });

  test('leaves a file that was made exclusively whole, or not at all', async () => {
    const seen = await afterCrashes((storage) => storage.createExclusive('/d/a', bytes('whole')), '/d/a');
    expect(seen).toEqual(['none', 'whole']);
  });

  test('loses a folder with all in it, unless its own name is safe', async () => {
    const lost = new Set<number>();
    for (let seed = 0; seed < 50; seed += 1) {
      const { storage } = testRuntime();
      await storage.createExclusive('/a/b/f', bytes('x'));
      await storage.sync('/a/b');
      storage.crash({ random: seededRandom(seed) });
      lost.add((await storage.list('/a/b')).length);
      await storage.makeFolder('/a/b');
      storage.crash({ random: seededRandom(seed) });
      expect(await storage.listFolders('/a')).toEqual(['b']);
    }
    expect([...lost].sort()).toEqual([0, 1]);
  });

  test('is the same for the same seed', async () => {
    const write = (storage: MemoryStorage): Promise<void> => storage.append('/d/a', bytes('0123456789'));
    const seen = async (): Promise<string | undefined> => {
      const { storage, random } = testRuntime({ seed: 5 });
      await write(storage);
      storage.crash({ random });
      return textAt(storage, '/d/a');
    };
    expect(await seen()).toBe(await seen());
  });
});

describe('a failure', () => {
  test('comes to the next call of its name, once, and changes nothing', async () => {
    const { storage } = testRuntime();
    await storage.append('/d/a', bytes('x'));
    storage.failNext('rename', 'EIO: i/o error');
    await storage.list('/d');
    await expect(storage.rename('/d/a', '/d/b')).rejects.toMatchObject({ name: 'StateError', code: 'STORAGE.FAILED' });
    expect(await textAt(storage, '/d/a')).toBe('x');
    await storage.rename('/d/a', '/d/b');
    expect(await textAt(storage, '/d/b')).toBe('x');
  });

  test('of an append leaves half of its bytes', async () => {
    const { storage } = testRuntime();
    storage.failNext('append', 'ENOSPC: no space left on device');
    await expect(storage.append('/d/a', bytes('0123'))).rejects.toThrow(
      'Could not append to /d/a: ENOSPC: no space left on device.',
    );
    expect(await textAt(storage, '/d/a')).toBe('01');
  });
});
