/**
 * A receiver that does anything at any time, on the manual clock, judged by what an onlooker sees: when it was told to
 * start and to stop, and for how long to wait.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { testRuntime } from '../../src/core/test-runtime.ts';
import type { Lifecycle } from '../../src/lifecycle/lifecycle.ts';
import {
  type RestartCommand,
  type RestartFact,
  type RestartState,
  restartLifecycle,
} from '../../src/lifecycle/restart.ts';

type Message = RestartCommand | RestartFact;
type Seen = { readonly atMs: number } & (
  | { readonly what: 'start' | 'stop' | 'stopped' | 'told to stop' | 'gave up' }
  | { readonly what: 'scheduled'; readonly delayMs: number }
);

const policy = { restartDelayMs: 100, restartDelayMaxMs: 1_000, restartsMax: 2 };

const message = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Message>({ type: 'receiver.started' }) },
  { weight: 3, arbitrary: fc.constant<Message>({ type: 'receiver.stopped' }) },
  { weight: 2, arbitrary: fc.constant<Message>({ type: 'receiver.failed', error: 'refused', retryable: true }) },
  { weight: 1, arbitrary: fc.constant<Message>({ type: 'receiver.failed', error: 'unknown', retryable: false }) },
  { weight: 2, arbitrary: fc.nat(300).map((delayMs): Message => ({ type: 'receiver.restart', delayMs })) },
  { weight: 1, arbitrary: fc.constant<Message>({ type: 'receiver.restart' }) },
  { weight: 1, arbitrary: fc.constant<Message>({ type: 'receiver.stop' }) },
);
const step = fc.oneof(message, fc.constantFrom(1, 100, 250, 1_000, 1_500));

/** Takes the steps that may be taken, each message or stretch of time in turn, and tells what was seen. */
async function watch(steps: readonly (Message | number)[], seed: number): Promise<readonly Seen[]> {
  const { clock, random } = testRuntime({ seed });
  const seen: Seen[] = [];
  const note = (what: Exclude<Seen['what'], 'scheduled'>): void => {
    seen.push({ atMs: clock.now(), what });
  };
  const life: Lifecycle<RestartState, Message> = restartLifecycle({
    slots: {
      start: () => note('start'),
      stop: () => note('stop'),
      gaveUp: () => note('gave up'),
      scheduled: (delayMs) => seen.push({ atMs: clock.now(), what: 'scheduled', delayMs }),
    },
    policy,
    clock,
    random,
    onBug: (bug) => {
      throw bug;
    },
  });
  life.send({ type: 'receiver.start' });
  for (const next of steps) {
    if (typeof next === 'number') await clock.advance(next);
    else if (life.may(next)) {
      if (next.type === 'receiver.stop') note('told to stop');
      if (next.type === 'receiver.stopped') note('stopped');
      life.send(next);
    }
  }
  await clock.advance(10_000);
  return seen;
}

const law = (name: string, holds: (seen: readonly Seen[]) => void): void => {
  it(name, async () => {
    const runs = fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(), async (steps, seed) => {
      holds(await watch(steps, seed));
    });
    await fc.assert(runs);
  });
};

law('a receiver is never started while it may still be up', (seen) => {
  let isUp = false;
  for (const { what } of seen) {
    if (what === 'start') {
      expect(isUp).toBe(false);
      isUp = true;
    }
    if (what === 'stopped') isUp = false;
  }
});

law('a run is told to stop once at most, and only while it is up', (seen) => {
  let mayStop = false;
  for (const { what } of seen) {
    if (what === 'stop') {
      expect(mayStop).toBe(true);
      mayStop = false;
    }
    if (what === 'start') mayStop = true;
    if (what === 'stopped') mayStop = false;
  }
});

law('exactly the delay that was announced passes between a stop and the next start', (seen) => {
  let dueMs: number | undefined = 0;
  for (const event of seen) {
    if (event.what === 'scheduled') dueMs = event.atMs + event.delayMs;
    if (event.what === 'start') {
      expect(event.atMs).toBe(dueMs);
      dueMs = undefined;
    }
  }
});

law('a scheduled start comes, unless the receiver is told to stop meanwhile', (seen) => {
  seen.forEach(({ what }, i) => {
    const isFollowed = (next: Seen): boolean => next.what === 'start' || next.what === 'told to stop';
    if (what === 'scheduled') expect(seen.slice(i + 1).some(isFollowed)).toBe(true);
  });
});

law('no start comes after the receiver was told to stop or was given up', (seen) => {
  const end = seen.findIndex(({ what }) => what === 'told to stop' || what === 'gave up');
  const after = end < 0 ? [] : seen.slice(end + 1).filter(({ what }) => what === 'start' || what === 'scheduled');
  expect(after).toEqual([]);
});

law('no more restarts than allowed come in a row, where a row ends with a run as long as the longest delay', (seen) => {
  let restarts = 0;
  let upSinceMs = 0;
  for (const event of seen) {
    if (event.what === 'start') upSinceMs = event.atMs;
    if (event.what !== 'scheduled') continue;
    restarts = event.atMs - upSinceMs >= policy.restartDelayMaxMs ? 1 : restarts + 1;
    expect(restarts).toBeLessThanOrEqual(policy.restartsMax);
  }
});
