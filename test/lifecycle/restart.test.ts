import { describe, expect, it } from 'vitest';
import { testRuntime } from '../../src/core/test-runtime.ts';
import type { Lifecycle } from '../../src/lifecycle/lifecycle.ts';
import {
  type RestartCommand,
  type RestartFact,
  type RestartState,
  restartLifecycle,
  restartMachine,
} from '../../src/lifecycle/restart.ts';
import { guardsOf, type Model, pathsOf, type Suite, statesOf, violation, withGuard } from './laws.ts';

type Message = RestartCommand | RestartFact | typeof delayIsOver | typeof stayedUp;

const delayIsOver = { type: 'xstate.after.delayMs.restart.waiting' } as const;
const stayedUp = { type: 'xstate.after.stayUpMs.restart.up.running' } as const;

const restartsMax = 1;
const backOffMs = (restart: number): number => restart * 1_000;

/** One receiver, in the plainest words. */
class RestartModel implements Model<Message> {
  state: RestartState = 'idle';
  restarts = 0;
  mayRetry = true;
  error: unknown;
  askedMs: number | undefined;

  may({ type }: Message): boolean {
    if (type === 'receiver.start') return this.state === 'idle';
    if (type === 'receiver.stop') return this.state !== 'ending' && this.state !== 'stopped';
    if (type === delayIsOver.type) return this.state === 'waiting';
    if (type === stayedUp.type) return this.state === 'running';
    return true;
  }

  take(message: Message): readonly string[] {
    const isUp = this.state === 'starting' || this.state === 'running';
    switch (message.type) {
      case 'receiver.start':
      case delayIsOver.type:
        return this.#run();
      case stayedUp.type:
        this.restarts = 0;
        return [];
      case 'receiver.started':
        if (this.state === 'starting') this.state = 'running';
        return [];
      case 'receiver.failed':
        return isUp ? this.#bringDown(message.error, message.retryable, undefined) : [];
      case 'receiver.restart':
        return isUp ? this.#bringDown(message.error, true, message.delayMs) : [];
      case 'receiver.stopped':
        if (isUp || this.state === 'stopping') return this.#isDown();
        if (this.state === 'ending') this.state = 'stopped';
        return [];
      case 'receiver.stop':
        this.state = isUp || this.state === 'stopping' ? 'ending' : 'stopped';
        return isUp ? ['stop'] : [];
    }
  }

  #run(): readonly string[] {
    this.state = 'starting';
    [this.error, this.mayRetry, this.askedMs] = [undefined, true, undefined];
    return ['start'];
  }

  #bringDown(error: unknown, mayRetry: boolean, askedMs: number | undefined): readonly string[] {
    this.state = 'stopping';
    [this.error, this.mayRetry, this.askedMs] = [error, mayRetry, askedMs];
    return ['stop'];
  }

  #isDown(): readonly string[] {
    if (!this.mayRetry || this.restarts === restartsMax) {
      this.state = 'givenUp';
      return [this.error === undefined ? 'gaveUp' : `gaveUp(${this.error})`];
    }
    this.state = 'waiting';
    this.restarts += 1;
    return [`scheduled(${this.askedMs ?? backOffMs(this.restarts)})`];
  }
}

const suite: Suite<Message> = {
  messages: [
    { type: 'receiver.start' },
    { type: 'receiver.restart' },
    { type: 'receiver.restart', delayMs: 0, error: 'no more data' },
    { type: 'receiver.stop' },
    { type: 'receiver.started' },
    { type: 'receiver.failed', error: 'refused', retryable: true },
    { type: 'receiver.failed', error: 'no such host', retryable: false },
    { type: 'receiver.stopped' },
    delayIsOver,
    stayedUp,
  ],
  first: [],
  orders: ['start', 'stop', 'gaveUp', 'scheduled'],
  model: () => new RestartModel(),
  input: { restartsMax, stayUpMs: 30_000, backOffMs },
  // Counted no further than it matters, so that a machine without a limit has an end as well.
  place: ({ value, context }) =>
    JSON.stringify([value, Math.min(context.restarts, restartsMax + 1), context.ending.isRetryable]),
};

describe('the machine of a receiver', () => {
  it('does on every simple path what the model does', () => {
    expect(violation(restartMachine, suite)).toBeUndefined();
  });

  it('is walked through all of its states', () => {
    const ends = pathsOf(restartMachine, suite).map((path) => {
      const model = new RestartModel();
      for (const message of path) model.take(message);
      return model.state;
    });
    expect(new Set(ends)).toEqual(new Set(statesOf(restartMachine)));
  });

  const guards = guardsOf(restartMachine);

  it('comes again if the error allows it and the limit is not reached', () => {
    expect(guards).toEqual(['hasRestartsLeft', 'isRetryable']);
  });

  it.each(guards)('breaks a law when %s is taken away', (guard) => {
    expect(violation(withGuard(restartMachine, guard, true), suite)).toBeDefined();
  });

  it.each(guards)('breaks a law when %s always refuses', (guard) => {
    expect(violation(withGuard(restartMachine, guard, false), suite)).toBeDefined();
  });
});

/** A receiver on a clock of its own, with a log of the orders it was given and when. */
function receiver({ isPrompt = true, restarts = 3 }: { readonly isPrompt?: boolean; readonly restarts?: number } = {}) {
  const { clock, random } = testRuntime({ seed: 7 });
  const log: string[] = [];
  const note = (order: string): void => {
    log.push(`${clock.now()} ${order}`);
  };
  const life: Lifecycle<RestartState, RestartCommand | RestartFact> = restartLifecycle({
    slots: {
      start: () => {
        note('start');
        if (isPrompt) life.send({ type: 'receiver.started' });
      },
      stop: () => {
        note('stop');
        if (isPrompt) life.send({ type: 'receiver.stopped' });
      },
      gaveUp: (error) => note(`gave up: ${error}`),
      scheduled: (delayMs) => note(`scheduled in ${delayMs}`),
    },
    policy: { restartDelayMs: 2_000, restartDelayMaxMs: 30_000, restartsMax: restarts },
    clock,
    random,
    onBug: (bug) => {
      throw bug;
    },
  });
  const fail = (error: string, retryable = true): void => life.send({ type: 'receiver.failed', error, retryable });
  return { life, clock, log, fail };
}

describe('a receiver', () => {
  it('that asks for a restart in 100 ms is stopped, and started exactly 100 ms later', async () => {
    const { life, clock, log } = receiver();
    life.send({ type: 'receiver.start' });
    await clock.advance(500);
    life.send({ type: 'receiver.restart', delayMs: 100 });
    await clock.advance(1_000);
    expect(log).toEqual(['0 start', '500 stop', '500 scheduled in 100', '600 start']);
    expect(life.state).toBe('running');
  });

  it('waits its delay from the moment it has stopped, however long the stopping took', async () => {
    const { life, clock, log } = receiver({ isPrompt: false });
    life.send({ type: 'receiver.start' });
    life.send({ type: 'receiver.restart', delayMs: 100 });
    await clock.advance(5_000);
    life.send({ type: 'receiver.stopped' });
    await clock.advance(1_000);
    expect(log).toEqual(['0 start', '0 stop', '5000 scheduled in 100', '5100 start']);
  });

  it('that asks for no delay is started again at once', async () => {
    const { life, clock, log } = receiver();
    life.send({ type: 'receiver.start' });
    life.send({ type: 'receiver.restart', delayMs: 0 });
    await clock.advance(0);
    expect(log).toEqual(['0 start', '0 stop', '0 scheduled in 0', '0 start']);
  });

  it('waits twice as long, and a little by chance, for each restart in a row, up to the longest delay', async () => {
    const { life, clock, log, fail } = receiver({ restarts: 0 });
    life.send({ type: 'receiver.start' });
    for (let i = 0; i < 6; i++) {
      fail('refused');
      while (life.state !== 'running') await clock.advance(1_000);
    }
    const delays = log.filter((line) => line.includes('scheduled')).map((line) => Number(line.split(' ').at(-1)));
    expect(delays).toMatchInlineSnapshot(`
      [
        2391,
        4725,
        9116,
        17381,
        30000,
        30000,
      ]
    `);
  });

  it('that ended by itself is started again', async () => {
    const { life, clock, log } = receiver();
    life.send({ type: 'receiver.start' });
    life.send({ type: 'receiver.stopped' });
    await clock.advance(3_000);
    expect(log.map((line) => line.split(' ')[1])).toEqual(['start', 'scheduled', 'start']);
  });

  it('is given up, stopped, after three restarts in a row, with its last error', async () => {
    const { life, clock, log, fail } = receiver();
    life.send({ type: 'receiver.start' });
    for (const error of ['first', 'second', 'third', 'fourth']) {
      fail(error);
      await clock.advance(20_000);
    }
    expect(log.filter((line) => line.includes('start'))).toHaveLength(4);
    expect(log.slice(-2)).toEqual(['60000 stop', '60000 gave up: fourth']);
    expect(life.state).toBe('givenUp');
  });

  it('is given up at once when its error is not one to try again', () => {
    const { life, log, fail } = receiver();
    life.send({ type: 'receiver.start' });
    fail('no such host', false);
    expect(log).toEqual(['0 start', '0 stop', '0 gave up: no such host']);
    expect(life.state).toBe('givenUp');
  });

  it('that may restart without limit is never given up', async () => {
    const { life, clock, log, fail } = receiver({ restarts: 0 });
    life.send({ type: 'receiver.start' });
    for (let i = 0; i < 20; i++) {
      fail('refused');
      while (life.state !== 'running') await clock.advance(1_000);
    }
    expect(log.filter((line) => line.endsWith(' start'))).toHaveLength(21);
  });

  it('counts its restarts anew once it stayed up for the longest delay, not a millisecond earlier', async () => {
    const twice = async (upMs: number): Promise<string> => {
      const { life, clock, fail } = receiver({ restarts: 1 });
      life.send({ type: 'receiver.start' });
      life.send({ type: 'receiver.restart', delayMs: 100 });
      await clock.advance(100 + upMs);
      fail('refused');
      return life.state;
    };
    expect([await twice(29_999), await twice(30_000)]).toEqual(['givenUp', 'waiting']);
  });
});

describe('a receiver that is told to stop', () => {
  it('while it waits is stopped at once, and never started again', async () => {
    const { life, clock, log, fail } = receiver();
    life.send({ type: 'receiver.start' });
    fail('refused');
    const before = [...log];
    life.send({ type: 'receiver.stop' });
    await life.whenStopped;
    await clock.advance(100_000);
    expect([life.state, log]).toEqual(['stopped', before]);
  });

  it('while it starts is told so at once, and may still say that it has started', async () => {
    const { life, log } = receiver({ isPrompt: false });
    life.send({ type: 'receiver.start' });
    life.send({ type: 'receiver.stop' });
    expect([life.state, log]).toEqual(['ending', ['0 start', '0 stop']]);
    life.send({ type: 'receiver.started' });
    expect(life.state).toBe('ending');
    life.send({ type: 'receiver.stopped' });
    await life.whenStopped;
    expect([life.state, log]).toEqual(['stopped', ['0 start', '0 stop']]);
  });

  it('while it is being restarted is not told twice', async () => {
    const { life, clock, log } = receiver({ isPrompt: false });
    life.send({ type: 'receiver.start' });
    life.send({ type: 'receiver.restart', delayMs: 10 });
    life.send({ type: 'receiver.stop' });
    life.send({ type: 'receiver.stopped' });
    await life.whenStopped;
    await clock.advance(1_000);
    expect(log).toEqual(['0 start', '0 stop']);
  });

  it('may report what it likes after its end: nothing follows', async () => {
    const { life, clock, log, fail } = receiver();
    life.send({ type: 'receiver.start' });
    life.send({ type: 'receiver.stop' });
    await life.whenStopped;
    const before = [...log];
    life.send({ type: 'receiver.started' });
    life.send({ type: 'receiver.restart', delayMs: 1 });
    life.send({ type: 'receiver.stopped' });
    fail('connection reset');
    await clock.advance(100_000);
    expect([life.state, log]).toEqual(['stopped', before]);
  });

  it('after it was given up, or before its first start, has nothing left to do', async () => {
    const [givenUp, idle] = [receiver(), receiver()];
    givenUp.life.send({ type: 'receiver.start' });
    givenUp.fail('no such host', false);
    for (const { life } of [givenUp, idle]) {
      life.send({ type: 'receiver.stop' });
      await life.whenStopped;
    }
    expect([givenUp.log.at(-1), idle.log]).toEqual(['0 gave up: no such host', []]);
  });
});
