import { expect, test } from 'vitest';
import { Waiter } from '../../src/core/waiter.ts';

const failure = new Error('batch failed');

test('lets everyone wait until the end, and nobody after it', async () => {
  const waiter = new Waiter();
  const log: string[] = [];
  const both = [waiter.wait().then(() => log.push('first')), waiter.wait().then(() => log.push('second'))];
  await Promise.resolve();
  expect(log).toEqual([]);
  waiter.end();
  await Promise.all(both);
  expect(log).toEqual(['first', 'second']);
  await waiter.wait();
});

test('gives an error to everyone who waits, and to everyone who comes later', async () => {
  const waiter = new Waiter();
  const first = waiter.wait();
  waiter.fail(failure);
  await expect(first).rejects.toBe(failure);
  await expect(waiter.wait()).rejects.toBe(failure);
});

test('gives the last error, and gives it after the end too', async () => {
  const waiter = new Waiter();
  const last = new Error('another batch failed');
  waiter.fail(failure);
  waiter.fail(last);
  await expect(waiter.wait()).rejects.toBe(last);
  waiter.end();
  await expect(waiter.wait()).rejects.toBe(last);
});

test('takes undefined for an error where that was thrown', async () => {
  const waiter = new Waiter();
  waiter.fail(undefined);
  await expect(waiter.wait()).rejects.toBe(undefined);
});

test('ends one waiting with the reason of its signal, and no other', async () => {
  const waiter = new Waiter();
  const control = new AbortController();
  const one = waiter.wait(control.signal);
  const other = waiter.wait();
  control.abort('enough');
  await expect(one).rejects.toBe('enough');
  waiter.end();
  await other;
});

test('does not wait at all with a signal that is aborted already', async () => {
  const waiter = new Waiter();
  waiter.end();
  await expect(waiter.wait(AbortSignal.abort('enough'))).rejects.toBe('enough');
});

test('forgets who waits no longer', async () => {
  const waiter = new Waiter();
  const control = new AbortController();
  const patient = waiter.wait();
  const impatient = Array.from({ length: 100 }, () => waiter.wait(control.signal));
  expect(waiter.waitingCount).toBe(101);
  control.abort('enough');
  await Promise.allSettled(impatient);
  expect(waiter.waitingCount).toBe(1);
  waiter.end();
  await patient;
  expect(waiter.waitingCount).toBe(0);
});
