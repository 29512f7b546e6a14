import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type EndSignal, exitCodeOf, systemSignals } from '../../src/core/signals.ts';

type Hear = (signal: EndSignal) => void;

/** Who listens to the process, in place of its real signals. */
let listening: { readonly signal: EndSignal; readonly hear: Hear }[];

beforeEach(() => {
  listening = [];
  const prepend = ((signal: EndSignal, hear: Hear) => {
    listening = [{ signal, hear }, ...listening];
  }) as unknown as typeof process.prependListener;
  const off = ((signal: EndSignal, hear: Hear) => {
    listening = listening.filter((one) => one.signal !== signal || one.hear !== hear);
  }) as unknown as typeof process.off;
  vi.spyOn(process, 'prependListener').mockImplementation(prepend);
  vi.spyOn(process, 'off').mockImplementation(off);
  vi.spyOn(process, 'listenerCount').mockImplementation((name) => to(name as EndSignal).length);
  process.exitCode = undefined;
});

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

const to = (signal: EndSignal) => listening.filter((one) => one.signal === signal);
const send = (signal: EndSignal): void => {
  for (const { hear } of to(signal)) hear(signal);
};

test('SIGINT and SIGTERM are heard until they are forgotten', () => {
  const heard: EndSignal[] = [];
  const forget = systemSignals().heed((signal) => heard.push(signal));
  expect(listening.map(({ signal }) => signal).sort()).toEqual(['SIGINT', 'SIGTERM']);
  send('SIGTERM');
  send('SIGINT');
  expect(heard).toEqual(['SIGTERM', 'SIGINT']);
  forget();
  expect(listening).toEqual([]);
});

test('the exit code is 128 and the number of the first signal', () => {
  const forget = systemSignals().heed(() => undefined);
  send('SIGTERM');
  send('SIGINT');
  forget();
  expect(process.exitCode).toBe(143);
  expect(exitCodeOf('SIGINT')).toBe(130);
});

test('the exit code is left to a host that heeds the signal as well', () => {
  const forget = systemSignals().heed(() => undefined);
  listening.push({ signal: 'SIGTERM', hear: () => undefined });
  send('SIGTERM');
  forget();
  expect(process.exitCode).toBe(undefined);
});

test('it is heard before a host that listens once, and has gone then', () => {
  const order: string[] = [];
  listening.push({ signal: 'SIGTERM', hear: () => order.push('host') });
  const forget = systemSignals().heed(() => order.push('firesteel'));
  send('SIGTERM');
  forget();
  expect(order).toEqual(['firesteel', 'host']);
});

test('the exit code is left to a host that has set one', () => {
  const forget = systemSignals().heed(() => undefined);
  process.exitCode = 7;
  send('SIGINT');
  forget();
  expect(process.exitCode).toBe(7);
});
