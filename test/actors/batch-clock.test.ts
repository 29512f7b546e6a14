import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchClock } from '../../src/actors/batch-clock.ts';
import type { ClockMessage } from '../../src/actors/messages.ts';
import { type TestRuntime, testRuntime } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';

interface Beating {
  readonly runtime: TestRuntime;
  readonly clock: Alone<ClockMessage>;
}

/** A clock of batches of a second, with one input and one receiver, that has been started. */
function beating({ nowMs = 0, pendingMax = 64 }: { nowMs?: number; pendingMax?: number } = {}): Beating {
  const runtime = testRuntime({ startMs: nowMs });
  const startMs = Math.floor(nowMs / 1000) * 1000;
  const options = {
    startMs,
    plannedMs: startMs,
    batchMs: 1000,
    pendingMax,
    inputs: ['input'],
    receivers: ['receiver'],
    drain: 'drain',
  };
  const clock = new Alone<ClockMessage>((post) => batchClock({ clock: runtime.clock, ...options }, post));
  expect(clock.hears({ type: 'clock.start' })).toEqual([]);
  return { runtime, clock };
}

const tick = (timeMs: number): string => `input batch.tick ${timeMs}`;
const ended = (timeMs: number): ClockMessage => ({ type: 'batch.ended', timeMs });

describe('the grid', () => {
  test('beats at every multiple of the interval after zero time, at that very time', async () => {
    const { runtime, clock } = beating({ nowMs: 12_345 });
    await runtime.clock.advance(654);
    expect(clock.says()).toEqual([]);
    await runtime.clock.advance(1);
    expect(clock.says()).toEqual([tick(13_000)]);
    await runtime.clock.advance(2999);
    expect(clock.says()).toEqual([tick(14_000), tick(15_000)]);
  });

  test('a start exactly on the grid begins one interval later', async () => {
    const { runtime, clock } = beating({ nowMs: 5000 });
    await runtime.clock.advance(1000);
    expect(clock.says()).toEqual([tick(6000)]);
  });

  test('tells every input of a beat, in their order', async () => {
    const runtime = testRuntime();
    const options = {
      startMs: 0,
      plannedMs: 0,
      batchMs: 500,
      pendingMax: 1,
      inputs: ['b', 'a'],
      receivers: [],
      drain: 'drain',
    };
    const clock = new Alone<ClockMessage>((post) => batchClock({ clock: runtime.clock, ...options }, post));
    clock.hears({ type: 'clock.start' });
    await runtime.clock.advance(500);
    expect(clock.says()).toEqual(['b batch.tick 500', 'a batch.tick 500']);
  });
});

test('after a stall the missed beats follow each other at once, each with its own time', async () => {
  const { runtime, clock } = beating();
  await runtime.clock.jump(5500);
  expect(clock.says()).toEqual([1000, 2000, 3000, 4000, 5000].map(tick));
  await runtime.clock.advance(500);
  expect(clock.says()).toEqual([tick(6000)]);
});

describe('when as many batches are under way as may be', () => {
  test('holds the receivers, keeps the missed beats, and catches up as batches end', async () => {
    const { runtime, clock } = beating({ pendingMax: 2 });
    await runtime.clock.advance(1000);
    expect(clock.says()).toEqual([tick(1000)]);
    await runtime.clock.advance(3500);
    expect(clock.says()).toEqual([tick(2000), 'receiver source.hold']);
    expect(clock.hears(ended(1000))).toEqual([tick(3000)]);
    expect(clock.hears(ended(2000))).toEqual([tick(4000)]);
    expect(clock.hears(ended(3000))).toEqual(['receiver source.release']);
    await runtime.clock.advance(500);
    expect(clock.says()).toEqual([tick(5000), 'receiver source.hold']);
  });

  test('a batch that ends before the next beat is due releases them', async () => {
    const { runtime, clock } = beating({ pendingMax: 1 });
    await runtime.clock.advance(1200);
    expect(clock.says()).toEqual([tick(1000), 'receiver source.hold']);
    expect(clock.hears(ended(1000))).toEqual(['receiver source.release']);
    await runtime.clock.advance(800);
    expect(clock.says()).toEqual([tick(2000), 'receiver source.hold']);
  });
});

describe('a stop', () => {
  test('at once beats no more, and tells the last time', async () => {
    const { runtime, clock } = beating();
    await runtime.clock.advance(2500);
    clock.says();
    expect(clock.hears({ type: 'clock.stop', isOnceMore: false })).toEqual(['drain clock.stopped 2000']);
    await runtime.clock.advance(5000);
    expect(clock.says()).toEqual([]);
  });

  test('once more beats at the next time, and then no more', async () => {
    const { runtime, clock } = beating();
    await runtime.clock.advance(2500);
    clock.says();
    expect(clock.hears({ type: 'clock.stop', isOnceMore: true })).toEqual([]);
    await runtime.clock.advance(5000);
    expect(clock.says()).toEqual([tick(3000), 'drain clock.stopped 3000']);
  });

  test('once more, right behind a restart, beats behind what an earlier process had planned', async () => {
    const runtime = testRuntime({ startMs: 5500 });
    const ways = { inputs: ['input'], receivers: [], drain: 'drain' };
    const options = { startMs: 2000, plannedMs: 5000, batchMs: 1000, pendingMax: 64, ...ways };
    const clock = new Alone<ClockMessage>((post) => batchClock({ clock: runtime.clock, ...options }, post));
    expect(clock.hears({ type: 'clock.stop', isOnceMore: true })).toEqual([3000, 4000, 5000].map(tick));
    await runtime.clock.advance(5000);
    expect(clock.says()).toEqual([tick(6000), 'drain clock.stopped 6000']);
  });

  test('before the first beat tells zero time as the last', () => {
    expect(beating({ nowMs: 7500 }).clock.hears({ type: 'clock.stop', isOnceMore: false })).toEqual([
      'drain clock.stopped 7000',
    ]);
  });

  test('at once releases the receivers it holds, and gives up the beats it has only counted', async () => {
    const { runtime, clock } = beating({ pendingMax: 1 });
    await runtime.clock.advance(4500);
    clock.says();
    const said = clock.hears({ type: 'clock.stop', isOnceMore: false });
    expect(said).toEqual(['receiver source.release', 'drain clock.stopped 1000']);
    expect(clock.hears(ended(1000))).toEqual([]);
  });

  test('once more makes up for the beats it has only counted, and for none after them', async () => {
    const { runtime, clock } = beating({ pendingMax: 1 });
    await runtime.clock.advance(3500);
    clock.says();
    expect(clock.hears({ type: 'clock.stop', isOnceMore: true })).toEqual([]);
    await runtime.clock.advance(5000);
    expect(clock.hears(ended(1000))).toEqual([tick(2000)]);
    expect(clock.hears(ended(2000))).toEqual([tick(3000), 'receiver source.release', 'drain clock.stopped 3000']);
    expect(clock.hears(ended(3000))).toEqual([]);
  });

  test('at once hurries one that would beat once more', async () => {
    const { runtime, clock } = beating();
    await runtime.clock.advance(1500);
    clock.says();
    clock.hears({ type: 'clock.stop', isOnceMore: true });
    expect(clock.hears({ type: 'clock.stop', isOnceMore: false })).toEqual(['drain clock.stopped 1000']);
    await runtime.clock.advance(5000);
    expect(clock.says()).toEqual([]);
  });

  test('that overtakes the start is the end', async () => {
    const runtime = testRuntime({ startMs: 300 });
    const options = {
      startMs: 0,
      plannedMs: 0,
      batchMs: 1000,
      pendingMax: 2,
      inputs: ['input'],
      receivers: [],
      drain: 'drain',
    };
    const clock = new Alone<ClockMessage>((post) => batchClock({ clock: runtime.clock, ...options }, post));
    expect(clock.hears({ type: 'clock.stop', isOnceMore: false })).toEqual(['drain clock.stopped 0']);
    expect(clock.hears({ type: 'clock.start' })).toEqual([]);
    await runtime.clock.advance(5000);
    expect(clock.says()).toEqual([]);
  });

  test('of the system ends the waiting', async () => {
    const { runtime, clock } = beating();
    clock.stop();
    await runtime.clock.advance(5000);
    expect(clock.says()).toEqual([]);
  });
});

test('whatever the stalls and the length of batches, no beat is skipped, early or out of order', async () => {
  const step = fc.oneof(
    fc.record({ advance: fc.integer({ min: 0, max: 3000 }) }),
    fc.record({ jump: fc.integer({ min: 0, max: 9000 }) }),
    fc.constant('a batch ends' as const),
  );
  const runs = fc.asyncProperty(
    fc.array(step, { maxLength: 30 }),
    fc.integer({ min: 1, max: 4 }),
    async (steps, max) => {
      const { runtime, clock } = beating({ pendingMax: max });
      let lastMs = 0;
      let underWay = 0;
      let isHeld = false;
      const check = (said: readonly string[]): void => {
        for (const line of said) {
          if (line === 'receiver source.hold') isHeld = true;
          else if (line === 'receiver source.release') isHeld = false;
          else {
            lastMs += 1000;
            underWay += 1;
            expect(line).toBe(tick(lastMs));
          }
        }
        expect(lastMs).toBeLessThanOrEqual(runtime.clock.now());
        expect(underWay).toBeLessThanOrEqual(max);
        expect(isHeld).toBe(underWay === max);
        if (underWay < max) expect(lastMs).toBe(Math.floor(runtime.clock.now() / 1000) * 1000);
      };
      for (const next of steps) {
        if (next === 'a batch ends') {
          if (underWay === 0) continue;
          underWay -= 1;
          check(clock.hears(ended(lastMs)));
        } else {
          if ('advance' in next) await runtime.clock.advance(next.advance);
          else await runtime.clock.jump(next.jump);
          check(clock.says());
        }
      }
    },
  );
  await fc.assert(runs);
});
