import { describe, expect, test } from 'vitest';
import { drain } from '../../src/actors/drain.ts';
import type { ActorMessage, DrainMessage } from '../../src/actors/messages.ts';
import { Logger } from '../../src/core/logger.ts';
import type { StoppingInfo, WaitingBatchInfo } from '../../src/graph/streaming-listener.ts';
import { type TestRuntime, testRuntime } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';

interface Desk {
  readonly runtime: TestRuntime;
  readonly actor: Alone<DrainMessage>;
  readonly log: string[];
  closed(input: string, hasMore?: boolean): readonly string[];
  stopped(input: string): readonly string[];
  /** The scheduler says which batches have not ended. @returns what the drain tells listeners */
  listed(...batches: readonly WaitingBatchInfo[]): readonly StoppingInfo[];
}

/** The drain of a program with two inputs, where a graceful stop may take twelve seconds. */
function desk(level: 'INFO' | 'WARN' = 'WARN'): Desk {
  const runtime = testRuntime();
  const { clock, terminal } = runtime;
  const log: string[] = [];
  const sink = {
    log: ({ level, message }: { level: string; message: string }) => void log.push(`${level} ${message}`),
  };
  const logger = new Logger('drain', { sink, clock, terminal, level });
  const addresses = { batchClock: 'clock', scheduler: 'scheduler', listeners: 'listeners', checkpointer: undefined };
  const inputs = new Map([
    ['a', 'socketTextStream (job.ts:3)'],
    ['b', 'textFileStream (job.ts:4)'],
  ]);
  const actor = new Alone<DrainMessage>((post) =>
    drain({ clock, logger, inputs, ...addresses, graceMs: 12_000 }, post),
  );
  return {
    runtime,
    actor,
    log,
    closed: (input, hasMore = false) => actor.hears({ type: 'input.closed', hasMore }, input),
    stopped: (input) => actor.hears({ type: 'input.stopped' }, input),
    listed: (...batches) => {
      actor.tell({ type: 'jobs.listed', batches }, 'scheduler');
      return actor.takes().map(({ to, message }) => {
        expect([to, message.type]).toEqual(['listeners', 'streaming.stopping']);
        return (message as Extract<ActorMessage, { type: 'streaming.stopping' }>).info;
      });
    },
  };
}

const graceful: DrainMessage = { type: 'context.stop', isGraceful: true };
const hard: DrainMessage = { type: 'context.stop', isGraceful: false };
const clockStopped: DrainMessage = { type: 'clock.stopped', lastTimeMs: 3000 };
const jobsFinished: DrainMessage = { type: 'jobs.finished' };
const toClose = ['a input.close', 'b input.close'];
const toStop = ['a input.stop', 'b input.stop'];
const toList = 'scheduler jobs.list';
const atOnce = ['clock clock.stop at once', 'scheduler jobs.stop'];

describe('with grace', () => {
  test('one step follows the other, and none comes before what it waits for', async () => {
    const { actor, closed, stopped, log, runtime } = desk();
    expect(actor.hears(graceful)).toEqual([...toClose, toList]);
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
    const { actor, runtime, log, closed, listed } = desk();
    actor.hears(graceful);
    closed('a');
    closed('b', true);
    actor.hears(clockStopped);
    await runtime.clock.advance(11_999);
    expect(actor.says()).toEqual([toList, toList]);
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual([toList, ...atOnce]);
    expect(listed({ batchTimeMs: 3000, jobs: ['print (job.ts:14)'] })).toEqual([]);
    expect(log).toMatchInlineSnapshot(`
      [
        "WARN The graceful stop has waited 12000 ms; what is left is given up: the batch of 3000 ms: print (job.ts:14).",
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
    await runtime.clock.advance(8999);
    expect(actor.says()).toEqual([toList, toList]);
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual([toList, ...atOnce]);
  });

  test('all its waits are within one limit, where Spark lets receivers take as long as they like', async () => {
    const { actor, runtime, closed } = desk();
    actor.hears(graceful);
    await runtime.clock.advance(5000);
    for (const input of ['a', 'b']) closed(input, true);
    await runtime.clock.advance(3000);
    actor.hears(clockStopped);
    await runtime.clock.advance(3999);
    actor.says();
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual([toList, ...atOnce]);
  });

  test('what it gives up are receivers too, and batches without end', async () => {
    const { actor, runtime, log, closed, listed } = desk();
    actor.hears(graceful);
    closed('b');
    await runtime.clock.advance(12_000);
    actor.says();
    const batches = Array.from({ length: 8 }, (_, i) => ({ batchTimeMs: i * 1000, jobs: i === 0 ? ['a', 'b'] : [] }));
    listed(...batches);
    expect(log).toMatchInlineSnapshot(`
      [
        "WARN The graceful stop has waited 12000 ms; what is left is given up: socketTextStream (job.ts:3) to stop; the batch of 0 ms: a, b; the batch of 1000 ms: its plan; the batch of 2000 ms: its plan; the batch of 3000 ms: its plan; the batch of 4000 ms: its plan; 3 more batches.",
      ]
    `);
    expect(listed()).toEqual([]);
    expect(log).toHaveLength(1);
  });
});

describe('a graceful stop says what it waits for', () => {
  test('when it begins, and every five seconds, whatever the step', async () => {
    const { actor, runtime, log, closed, stopped, listed } = desk('INFO');
    const plan = { batchTimeMs: 1000, jobs: [] };
    const batch = { batchTimeMs: 1000, jobs: ['updateStateByKey (job.ts:8)', 'print (job.ts:14)'] };
    actor.hears(graceful);
    closed('b', true);
    const inputs = ['socketTextStream (job.ts:3)'];
    const times = { startTimeMs: 0, deadlineMs: 12_000 };
    expect(listed(plan)).toEqual([{ ...times, timeMs: 0, inputs, batches: [plan] }]);
    await runtime.clock.advance(5000);
    expect(actor.says()).toEqual([toList]);
    expect(listed(batch)).toEqual([{ ...times, timeMs: 5000, inputs, batches: [batch] }]);
    closed('a');
    await runtime.clock.advance(5000);
    expect(actor.says()).toEqual([toList]);
    expect(listed()).toEqual([{ ...times, timeMs: 10_000, inputs: [], batches: [] }]);
    for (const message of [clockStopped, jobsFinished]) actor.hears(message);
    stopped('a');
    await runtime.clock.advance(5000);
    expect(actor.says()).toEqual([toList]);
    const left = ['textFileStream (job.ts:4)'];
    expect(listed()).toEqual([{ startTimeMs: 0, deadlineMs: 20_000, timeMs: 15_000, inputs: left, batches: [] }]);
    expect(log).toMatchInlineSnapshot(`
      [
        "INFO The graceful stop waits for socketTextStream (job.ts:3) to stop; the batch of 1000 ms: its plan; for 12000 ms more at most.",
        "INFO The graceful stop waits for socketTextStream (job.ts:3) to stop; the batch of 1000 ms: updateStateByKey (job.ts:8), print (job.ts:14); for 7000 ms more at most.",
        "INFO The graceful stop waits for the last beat; for 2000 ms more at most.",
        "INFO The graceful stop waits for textFileStream (job.ts:4) to let go; for 5000 ms more at most.",
      ]
    `);
    stopped('b');
    expect(listed(batch)).toEqual([]);
    expect(log).toHaveLength(4);
  });

  test('not once it is hurried', async () => {
    const { actor, runtime, log, listed } = desk('INFO');
    actor.hears(graceful);
    actor.hears(hard);
    expect(listed({ batchTimeMs: 1000, jobs: [] })).toEqual([]);
    await runtime.clock.advance(9999);
    expect([actor.says(), log]).toEqual([[], []]);
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
    const { actor, closed, runtime, log } = desk();
    actor.hears(hard);
    closed('a');
    actor.hears(clockStopped);
    actor.hears(jobsFinished);
    await runtime.clock.advance(9999);
    expect(actor.says()).toEqual([]);
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual(toStop);
    expect(closed('b')).toEqual([]);
    expect(log).toMatchInlineSnapshot(`
      [
        "WARN Not stopped within 10000 ms, and waited for no longer: textFileStream (job.ts:4).",
      ]
    `);
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
  const { actor, closed, stopped, runtime, log } = desk();
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
  expect(log).toMatchInlineSnapshot(`
    [
      "WARN Not let go within 10000 ms, and waited for no longer: textFileStream (job.ts:4).",
    ]
  `);
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
