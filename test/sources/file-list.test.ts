import { describe, expect, test } from 'vitest';
import { testRuntime } from '../../src/core/test-runtime.ts';
import { filesIn } from '../../src/sources/file-list.ts';

const { storage } = testRuntime({ startMs: 7 });
const paths = [
  'logs-a/2026/1',
  'logs-b/2026/1',
  'logs-b/2026/0',
  'logs-b/2026/deep/1',
  'logs-b/2025/1',
  'logs-b/loose',
  'log/2026/1',
  'other/2026/1',
  'x',
];
for (const path of paths) {
  await storage.append(path, Buffer.from('.'));
  await storage.append(`/top/${path}`, Buffer.from('.'));
}
const listed = async (directory: string): Promise<readonly string[]> =>
  (await filesIn(storage, directory)).map(({ path }) => path);

describe('the files of', () => {
  test.each([
    ['logs-b', ['logs-b/loose']],
    ['logs-b//2026/', ['logs-b/2026/0', 'logs-b/2026/1']],
    ['/top/logs-b', ['/top/logs-b/loose']],
    ['logs-*/2026', ['logs-a/2026/1', 'logs-b/2026/0', 'logs-b/2026/1']],
    ['/top/logs-?/2026', ['/top/logs-a/2026/1', '/top/logs-b/2026/0', '/top/logs-b/2026/1']],
    ['*/2025', ['logs-b/2025/1']],
    ['logs-b/20?5', ['logs-b/2025/1']],
    ['logs-*', ['logs-b/loose']],
    ['l*/2*/1', []],
    ['.', ['./x']],
    ['/', []],
    ['nowhere', []],
    ['no*where/2026', []],
    ['x', []],
  ])('%s', async (directory, files) => {
    expect(await listed(directory)).toEqual(files);
  });
});

test('a file is listed with the time of its last change', async () => {
  expect(await filesIn(storage, 'logs-b')).toEqual([{ path: 'logs-b/loose', mtimeMs: 7 }]);
});
