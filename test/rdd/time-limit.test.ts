import { testRuntime } from 'firesteel/testing';
import { expect, test } from 'vitest';
import { TimeLimit } from '../../src/rdd/time-limit.ts';

/** A limit of 100 ms, what was late and when, and how often its clock was asked to sleep. */
function limited() {
  const { clock } = testRuntime();
  const late: string[] = [];
  let sleeps = 0;
  const counting = {
    ...clock,
    now: () => clock.now(),
    sleep: (ms: number, signal?: AbortSignal) => {
      sleeps += 1;
      return clock.sleep(ms, signal);
    },
  };
  const limit = new TimeLimit(counting as typeof clock, 100);
  const begin = (name: string): (() => void) => limit.begin(() => late.push(`${name} at ${clock.now()}`));
  return { clock, limit, late, begin, sleeps: () => sleeps };
}

test('each wait is late when it has taken its time, the first to begin first', async () => {
  const { clock, late, begin } = limited();
  begin('a');
  await clock.advance(30);
  begin('b');
  begin('c');
  await clock.advance(99);
  expect(late).toEqual(['a at 100']);
  await clock.advance(1);
  expect(late).toEqual(['a at 100', 'b at 130', 'c at 130']);
});

test('a wait that has ended is not late', async () => {
  const { clock, late, begin } = limited();
  const end = begin('a');
  begin('b');
  end();
  await clock.advance(1000);
  expect(late).toEqual(['b at 100']);
});

test('one timer serves all waits, and none is armed when nobody waits', async () => {
  const { clock, begin, sleeps } = limited();
  for (let i = 0; i < 1000; i++) begin('a')();
  expect(sleeps()).toBe(1);
  await clock.advance(1000);
  expect(sleeps()).toBe(1);
  begin('b');
  expect(sleeps()).toBe(2);
});

test('nothing is late once it is closed', async () => {
  const { clock, limit, late, begin } = limited();
  begin('a');
  limit.close();
  await clock.advance(1000);
  expect(late).toEqual([]);
});

test('a wait may begin when another is late', async () => {
  const { clock, limit, late, begin, sleeps } = limited();
  limit.begin(() => void begin('second'));
  await clock.advance(1000);
  expect(late).toEqual(['second at 200']);
  expect(sleeps()).toBe(2);
});
