import { describe, expect, test } from 'vitest';
import { activity, type Behaviour, defineActor, type Post } from '../../src/actors/define-actor.ts';
import type { ActorMessage, ClockMessage } from '../../src/actors/messages.ts';
import { startActors } from '../../src/actors/system.ts';
import { Bus, type Message } from '../../src/core/bus.ts';
import { testRuntime } from '../../src/testing/index.ts';

interface Desk {
  /** What the context hears, in order. */
  readonly heard: ActorMessage[];
  /** Mistakes that found no other way. */
  readonly bugs: unknown[];
  /** Says something to the actor from outside. @returns what the context has heard since the last look */
  say(type: string): readonly ActorMessage[];
  stop(): void;
}

/** A bus and a running system of one actor, at the address `clock`. */
function desk(make: (post: Post) => Partial<Behaviour<ClockMessage>>): Desk {
  const calls: (() => void)[] = [];
  const bugs: unknown[] = [];
  const onBug = (error: unknown): void => void bugs.push(error);
  const bus = new Bus({ soon: (f) => void calls.push(f), choose: () => 0, onBug });
  const heard: ActorMessage[] = [];
  bus.register('context', (message) => void heard.push(message as ActorMessage));
  const unused = (): void => undefined;
  const known = { 'clock.start': unused, 'clock.stop': unused, 'batch.ended': unused };
  const logic = (post: Post): Behaviour<ClockMessage> => {
    const { on, ...rest } = make(post);
    return { ...rest, on: { ...known, ...on } };
  };
  const system = startActors([defineActor<ClockMessage>('clock', bus, logic)], onBug);
  return {
    heard,
    bugs,
    say: (type) => {
      bus.post('test', 'clock', { type } satisfies Message);
      for (let call = calls.shift(); call !== undefined; call = calls.shift()) call();
      return heard.splice(0);
    },
    stop: () => system.stop(),
  };
}

test('an actor is given its messages with their senders, and posts in its own name', () => {
  const got: string[] = [];
  const { say } = desk((post) => ({
    on: {
      'clock.start': ({ type }, from) => {
        got.push(`${type} from ${from}`);
        post('context', { type: 'context.drained' });
      },
    } as Behaviour<ClockMessage>['on'],
  }));
  expect(say('clock.start')).toEqual([{ type: 'context.drained' }]);
  expect(got).toEqual(['clock.start from test']);
});

describe('a mistake of ours', () => {
  test('a message that it does not know is found, before xstate drops it', () => {
    const { say, bugs } = desk(() => ({}));
    const [found] = say('clock.wind');
    expect(found?.type).toBe('bug.found');
    expect((found as { readonly error: Error }).error.message).toMatchInlineSnapshot(`
      "[BUG.UNKNOWN_MESSAGE] The actor clock was sent 'clock.wind', which it does not know.
        why  A message that nobody understands would be lost in silence.
        fix  Please report this with the text above: it is a mistake of firesteel, not of your program."
    `);
    expect(bugs).toEqual([]);
  });

  test('a throw of its own is found, and it lives on', () => {
    const error = new Error('broken spring');
    const { say, bugs } = desk((post) => ({
      on: {
        'clock.start': () => {
          throw error;
        },
        'clock.stop': () => post('context', { type: 'context.drained' }),
      } as unknown as Behaviour<ClockMessage>['on'],
    }));
    expect(say('clock.start')).toEqual([{ type: 'bug.found', error }]);
    expect(say('clock.stop')).toEqual([{ type: 'context.drained' }]);
    expect(bugs).toEqual([]);
  });
});

test('the end of the system runs the clean-up once; what comes later is dropped', () => {
  const calls: string[] = [];
  const { say, stop, bugs } = desk(() => ({
    on: { 'clock.start': () => void calls.push('started') } as unknown as Behaviour<ClockMessage>['on'],
    stop: () => void calls.push('stopped'),
  }));
  say('clock.start');
  stop();
  stop();
  expect(say('clock.start')).toEqual([]);
  expect([calls, bugs]).toEqual([['started', 'stopped'], []]);
});

describe('an activity', () => {
  test('is known to the runtime under its name while it is under way', async () => {
    const runtime = testRuntime();
    const names: string[] = [];
    const run = <R>(name: string, f: () => Promise<R>): Promise<R> => {
      names.push(name);
      return f();
    };
    const nothing = (): void => undefined;
    activity({ ...runtime, activities: { run } }, 'the work', nothing, async () => undefined);
    expect(names).toEqual(['the work']);
    let isDone = false;
    activity(
      runtime,
      'sleeping',
      () => undefined,
      async () => {
        await runtime.clock.sleep(100);
        isDone = true;
      },
    );
    await runtime.clock.advance(100);
    expect(isDone).toBe(true);
  });

  test('that throws is a mistake of ours', async () => {
    const runtime = testRuntime();
    const posted: unknown[] = [];
    const error = new Error('broken');
    activity(
      runtime,
      'the work',
      (to, message) => void posted.push([to, message]),
      () => Promise.reject(error),
    );
    await runtime.settle();
    expect(posted).toEqual([['context', { type: 'bug.found', error }]]);
  });
});
