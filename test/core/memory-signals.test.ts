import { expect, test } from 'vitest';
import { MemorySignals } from '../../src/core/memory-signals.ts';

test('tells all who heed them, until they do no more', () => {
  const signals = new MemorySignals();
  const heard: string[] = [];
  const forget = signals.heed((signal) => heard.push(`one ${signal}`));
  const forgetOther = signals.heed((signal) => heard.push(`other ${signal}`));
  signals.send('SIGINT');
  forget();
  signals.send('SIGTERM');
  expect([heard, signals.areHeeded]).toEqual([['one SIGINT', 'other SIGINT', 'other SIGTERM'], true]);
  forgetOther();
  expect(signals.areHeeded).toBe(false);
  expect(() => signals.send('SIGINT')).toThrow('nobody heeds SIGINT');
});

test('the exit code is that of the first one which was heeded', () => {
  const signals = new MemorySignals();
  expect(() => signals.send('SIGINT')).toThrow(TypeError);
  expect(signals.exitCode).toBe(undefined);
  signals.heed(() => undefined);
  signals.send('SIGTERM');
  signals.send('SIGINT');
  expect(signals.exitCode).toBe(143);
});
