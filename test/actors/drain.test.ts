import { describe, expect, test } from 'vitest';
import { drain } from '../../src/actors/drain.ts';
import type { DrainMessage } from '../../src/actors/messages.ts';
import { Logger } from '../../src/core/logger.ts';
import { type TestRuntime, testRuntime } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';

interface Desk {
  readonly runtime: TestRuntime;
  readonly actor: Alone<DrainMessage>;
  readonly log: string[];
  closed(input: string, hasMore?: boolean): readonly string[];
  stopped(input: string): readonly string[];
}

/** The drain of a program with two inputs, where a graceful stop may take five seconds. */
function desk(): Desk {
  const runtime = testRuntime();
  const { clock, terminal } = runtime;
  const log: string[] = [];
  const sink = {
    log: ({ level, message }: { level: string; message: string }) => void log.push(`${level} ${message}`),
  };
  const logger = new Logger('drain', { sink, clock, terminal, level: 'WARN' });
  const addresses = { inputs: ['a', 'b'], batchClock: 'clock', scheduler: 'scheduler' };
  const actor = new Alone<DrainMessage>((post) => drain({ clock, logger, ...addresses, graceMs: 5000 }, post));
  return {
    runtime,
    actor,
    log,
    closed: (input, hasMore = false) => actor.hears({ type: 'input.closed', hasMore }, input),
    stopped: (input) => actor.hears({ type: 'input.stopped' }, input),
  };
}

const graceful: DrainMessage = { type: 'context.stop', isGraceful: true };
const hard: DrainMessage = { type: 'context.stop', isGraceful: false };
const clockStopped: DrainMessage = { type: 'clock.stopped', lastTimeMs: 3000 };
const jobsFinished: DrainMessage = { type: 'jobs.finished' };
const toClose = ['a input.close', 'b input.close'];
const toStop = ['a input.stop', 'b input.stop'];
const atOnce = ['clock clock.stop at once', 'scheduler jobs.stop'];

describe('with grace', () => {
  test('one step follows the other, and none comes before what it waits for', async () => {
    const { actor, closed, stopped, log, runtime } = desk();
    expect(actor.hears(graceful)).toEqual(toClose);
    expect(closed('a', true)).toEqual([]);
    expect(closed('b')).toEqual(['clock clock.stop once more']);
    expect(actor.hears(clockStopped)).toEqual(['scheduler jobs.finish 3000']);
    expect(actor.hears(jobsFinished)).toEqual(toStop);
    expect(stopped('b')).toEqual([]);
    expect(stopped('a')).toEqual(['context context.drained']);
    await runtime.clock.advance(60_000);
    expect([actor.says(), log]).toEqual([[], []]);
  });

  test('the clock beats no more where no input has more', () => {
    const { actor, closed } = desk();
    actor.hears(graceful);
    closed('b');
    expect(closed('a')).toEqual(['clock clock.stop at once']);
  });

  test('it hurries when it has taken as long as it may, and says what it was waiting for', async () => {
    const { actor, runtime, log, closed } = desk();
    actor.hears(graceful);
    closed('a');
    closed('b', true);
    actor.hears(clockStopped);
    await runtime.clock.advance(4999);
    expect(actor.says()).toEqual([]);
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual(atOnce);
    expect(log).toMatchInlineSnapshot(`
      [
        "WARN The graceful stop has waited 5000 ms, now for the last batches; what is left is given up.",
      ]
    `);
    expect(actor.hears(clockStopped)).toEqual([]);
    expect(actor.hears(jobsFinished)).toEqual(toStop);
  });

  test('a second stop with grace changes nothing, nor how long it may take', async () => {
    const { actor, runtime } = desk();
    actor.hears(graceful);
    await runtime.clock.advance(3000);
    expect(actor.hears(graceful)).toEqual([]);
    await runtime.clock.advance(2000);
    expect(actor.says()).toEqual(atOnce);
  });
});

describe('without grace', () => {
  test('clock and jobs are stopped at once, and the inputs are waited for', () => {
    const { actor, closed, stopped } = desk();
    expect(actor.hears(hard)).toEqual([...toClose, ...atOnce]);
    expect(actor.hears(clockStopped)).toEqual([]);
    expect(actor.hears(jobsFinished)).toEqual([]);
    expect(closed('a', true)).toEqual([]);
    expect(closed('b')).toEqual(toStop);
    stopped('a');
    expect(stopped('b')).toEqual(['context context.drained']);
  });

  test('an input that does not close is waited for ten seconds', async () => {
    const { actor, closed, runtime } = desk();
    actor.hears(hard);
    closed('a');
    actor.hears(clockStopped);
    actor.hears(jobsFinished);
    await runtime.clock.advance(9999);
    expect(actor.says()).toEqual([]);
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual(toStop);
    expect(closed('b')).toEqual([]);
  });

  test('the jobs are waited for, however late', () => {
    const { actor, closed } = desk();
    actor.hears(hard);
    closed('a');
    closed('b');
    expect(actor.hears(clockStopped)).toEqual([]);
    expect(actor.hears(jobsFinished)).toEqual(toStop);
  });

  test('a further stop, with or without grace, changes nothing', () => {
    const { actor } = desk();
    actor.hears(hard);
    expect([actor.hears(graceful), actor.hears(hard)]).toEqual([[], []]);
  });
});

test('an input that does not let go is waited for ten seconds', async () => {
  const { actor, closed, stopped, runtime } = desk();
  actor.hears(hard);
  for (const input of ['a', 'b']) closed(input);
  actor.hears(clockStopped);
  expect(actor.hears(jobsFinished)).toEqual(toStop);
  stopped('a');
  await runtime.clock.advance(9999);
  expect(actor.says()).toEqual([]);
  await runtime.clock.advance(1);
  expect(actor.says()).toEqual(['context context.drained']);
  expect(stopped('b')).toEqual([]);
});

describe('a stop without grace hurries one with it', () => {
  test('while its inputs close: they are given ten seconds more', async () => {
    const { actor, runtime } = desk();
    actor.hears(graceful);
    await runtime.clock.advance(1000);
    expect(actor.hears(hard)).toEqual(atOnce);
    actor.hears(clockStopped);
    actor.hears(jobsFinished);
    await runtime.clock.advance(9999);
    expect(actor.says()).toEqual([]);
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual(toStop);
  });

  test('while its last batches run, after which there is nothing to hurry', async () => {
    const { actor, closed, runtime, log } = desk();
    actor.hears(graceful);
    for (const input of ['a', 'b']) closed(input, true);
    expect(actor.hears(hard)).toEqual(atOnce);
    await runtime.clock.advance(6000);
    expect([actor.says(), log]).toEqual([[], []]);
    actor.hears(jobsFinished);
    expect(actor.hears(clockStopped)).toEqual(toStop);
  });

  test('while its inputs let go: they are not waited for', async () => {
    const { actor, closed, runtime } = desk();
    actor.hears(graceful);
    for (const input of ['a', 'b']) closed(input);
    actor.hears(clockStopped);
    actor.hears(jobsFinished);
    expect(actor.hears(hard)).toContain('context context.drained');
    await runtime.clock.advance(60_000);
    expect(actor.says()).toEqual([]);
  });
});

test('the end of the system leaves no timer behind', async () => {
  const { actor, runtime, log } = desk();
  actor.hears(graceful);
  actor.stop();
  await runtime.clock.advance(60_000);
  expect([actor.says(), log]).toEqual([[], []]);
});
