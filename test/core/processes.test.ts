import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { MemoryProcesses } from '../../src/core/memory-processes.ts';
import { systemProcesses } from '../../src/core/processes.ts';

test('this process is alive, and the one before it with its number is not', async () => {
  const self = await systemProcesses().self();
  expect(self).toMatchObject({ pid: process.pid, host: expect.stringMatching(/./) });
  expect(await systemProcesses().self()).toEqual(self);
  expect(await systemProcesses().isAlive(self)).toBe(true);
  // Where the machine tells no start, numbers are all there is.
  expect(await systemProcesses().isAlive({ ...self, started: 'another' })).toBe(self.started === '');
  expect(await systemProcesses().isAlive({ ...self, started: '' })).toBe(true);
});

test('a process that has ended is gone, unless it was on another machine', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  const { pid = 0 } = child;
  const { host } = await systemProcesses().self();
  await once(child, 'exit');
  expect(await systemProcesses().isAlive({ pid, host, started: '' })).toBe(false);
  expect(await systemProcesses().isAlive({ pid, host: `not ${host}`, started: '' })).toBe(true);
});

test('a test plays several processes, and ends them', async () => {
  const one = MemoryProcesses.first();
  const two = one.another();
  const [first, second] = [await one.self(), await two.self()];
  expect(first).not.toEqual(second);
  expect([await one.isAlive(second), await two.isAlive(first)]).toEqual([true, true]);
  two.end();
  expect([await one.isAlive(second), await one.isAlive(first)]).toEqual([false, true]);
  expect(await one.isAlive({ ...first, started: 'another' })).toBe(false);
  expect(await one.isAlive({ ...second, host: 'elsewhere' })).toBe(true);
});
