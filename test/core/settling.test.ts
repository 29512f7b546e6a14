import { describe, expect, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { Settling } from '../../src/core/settling.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';

const never = (): Promise<void> => new Promise(() => undefined);

describe('settle', () => {
  test('runs what is queued, and what that queues, first in first out', async () => {
    const { soon, settle } = testRuntime();
    const order: string[] = [];
    soon(() => {
      order.push('first');
      soon(() => order.push('third'));
    });
    soon(() => order.push('second'));
    await settle();
    expect(order).toEqual(['first', 'second', 'third']);
  });

  test('waits for an activity that the event loop has to finish', async () => {
    const { activities, settle } = testRuntime();
    let isDone = false;
    void activities.run('reads', async () => {
      for (let turn = 0; turn < 20; turn += 1) await eventLoopTurn();
      isDone = true;
    });
    await settle();
    expect(isDone).toBe(true);
  });

  test('waits for all that the end of an activity sets going', async () => {
    const { activities, soon, slices, settle } = testRuntime();
    const order: string[] = [];
    const job = (name: string): Promise<void> =>
      activities.run(name, async () => {
        await slices.pause();
        order.push(name);
      });
    void job('first').then(() => soon(() => void job('second')));
    await settle();
    expect(order).toEqual(['first', 'second']);
  });

  test('lets the promises of the test itself go on before it ends', async () => {
    const { activities, settle } = testRuntime();
    const order: string[] = [];
    const test = async (): Promise<void> => {
      await activities.run('job', eventLoopTurn);
      for (let i = 0; i < 50; i += 1) await undefined;
      order.push('test went on');
    };
    void test();
    await settle();
    expect(order).toEqual(['test went on']);
  });

  test('does not wait for an activity that sleeps, and waits again when it has woken', async () => {
    const { activities, clock, settle } = testRuntime();
    const order: string[] = [];
    void activities.run('retry', async () => {
      await clock.sleep(100);
      for (let turn = 0; turn < 20; turn += 1) await eventLoopTurn();
      order.push('done');
    });
    await settle();
    expect(order).toEqual([]);
    await clock.advance(100);
    expect(order).toEqual(['done']);
  });

  test('does not wait longer when an activity falls asleep while it waits', async () => {
    const { activities, clock, settle } = testRuntime();
    void activities.run('polls', async () => {
      for (let turn = 0; turn < 20; turn += 1) await eventLoopTurn();
      await clock.sleep(100);
    });
    await settle();
  });

  test('an activity that awaits a sleeping one sleeps too', async () => {
    const { activities, clock, settle } = testRuntime();
    let isDone = false;
    void activities.run('outer', async () => {
      await activities.run('middle', () => activities.run('inner', () => clock.sleep(100)));
      isDone = true;
    });
    await settle();
    expect(isDone).toBe(false);
    await clock.advance(100);
    expect(isDone).toBe(true);
  });

  test('the sleep of another activity does not excuse a busy one', async () => {
    const { activities, clock, settle } = testRuntime();
    let isDone = false;
    void activities.run('sleeps', () => clock.sleep(100));
    void activities.run('works', async () => {
      for (let turn = 0; turn < 20; turn += 1) await eventLoopTurn();
      isDone = true;
    });
    await settle();
    expect(isDone).toBe(true);
  });

  test('a sleep that an inner activity left behind does not excuse the outer one', async () => {
    const { activities, clock, settle } = testRuntime();
    let isDone = false;
    void activities.run('outer', async () => {
      await activities.run('inner', async () => {
        void clock.sleep(100);
      });
      for (let turn = 0; turn < 20; turn += 1) await eventLoopTurn();
      isDone = true;
    });
    await settle();
    expect(isDone).toBe(true);
    await clock.advance(200);
  });

  test('the end of a sleep that an inner activity left behind does not wake the outer one', async () => {
    const { activities, clock } = testRuntime();
    let isDone = false;
    void activities.run('outer', async () => {
      await activities.run('inner', async () => {
        void clock.sleep(100);
      });
      await clock.sleep(150);
      for (let turn = 0; turn < 20; turn += 1) await eventLoopTurn();
      isDone = true;
    });
    await clock.advance(149);
    expect(isDone).toBe(false);
    await clock.advance(1);
    expect(isDone).toBe(true);
  });

  test('leaves no timer of the machine behind', async () => {
    const timeouts = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const { activities, settle } = testRuntime();
    const before = timeouts();
    void activities.run('job', async () => {
      for (let turn = 0; turn < 20; turn += 1) await eventLoopTurn();
    });
    await settle();
    expect(timeouts()).toBe(before);
  });

  test('a sleep that is aborted makes its activity busy again', async () => {
    const { activities, clock, settle } = testRuntime();
    const controller = new AbortController();
    let isDone = false;
    void activities.run('waits', async () => {
      await clock.sleep(100, controller.signal).catch(() => undefined);
      for (let turn = 0; turn < 20; turn += 1) await eventLoopTurn();
      isDone = true;
    });
    await settle();
    controller.abort();
    await settle();
    expect(isDone).toBe(true);
  });

  test('calls at the same time share one wait, and the later one sees its own work done', async () => {
    const { soon, slices, settle } = testRuntime();
    const order: string[] = [];
    const first = settle();
    soon(() => {
      void slices.pause().then(() => order.push('done'));
    });
    expect(settle()).toBe(first);
    await first;
    expect(order).toEqual(['done']);
  });
});

describe('activities', () => {
  test('give what they run gives, and throw what it throws', async () => {
    const { activities, settle } = testRuntime();
    expect(await activities.run('gives', async () => 7)).toBe(7);
    const failing = activities.run('throws', () => {
      throw new Error('at once');
    });
    await expect(failing).rejects.toThrow('at once');
    await settle();
  });
});

describe('slices', () => {
  test('count rows: a slice is spent after 1000', () => {
    const { slices } = testRuntime();
    slices.begin();
    expect([slices.isSpent(600), slices.isSpent(399), slices.isSpent(1)]).toEqual([false, false, true]);
    slices.begin();
    expect(slices.isSpent(999)).toBe(false);
  });

  test('go on one in a turn of the event loop, first in first out', async () => {
    const { slices, settle } = testRuntime();
    const order: string[] = [];
    const work = async (name: string): Promise<void> => {
      for (let slice = 1; slice <= 2; slice += 1) {
        await slices.pause();
        order.push(`${name}${slice}`);
        void Promise.resolve().then(() => order.push('|'));
      }
    };
    void work('a');
    void work('b');
    await settle();
    expect(order).toEqual(['a1', '|', 'b1', '|', 'a2', '|', 'b2', '|']);
  });

  test('go on by themselves when nobody settles', async () => {
    const { slices } = testRuntime();
    await Promise.all([slices.pause(), slices.pause(), slices.pause()]);
    await slices.pause();
  });
});

describe('what never rests', () => {
  test('is named', async () => {
    const settling = new Settling(20);
    void settling.activities.run('batch 3000 ms, foreachRDD (job.ts:14)', never);
    void settling.activities.run('batch 4000 ms, print (job.ts:15)', never);
    const ended = settling.activities.run('ended', async () => undefined);
    await expect(settling.settle()).rejects.toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [RUNTIME.NOT_SETTLED] The program under test did not come to rest within 20 ms. Still busy: batch 3000 ms, foreachRDD (job.ts:14); batch 4000 ms, print (job.ts:15).
        why  A test waits until everything has ended or sleeps on its clock; real time does not stop for it.
        fix  Sleep on the runtime's clock instead of setTimeout, and let no promise stay open that nothing will resolve.]
    `);
    await ended;
  });

  test('is named as well when it is not an activity', async () => {
    const settling = new Settling(20);
    let isGivenUp = false;
    const turning = (): void => {
      if (!isGivenUp) void eventLoopTurn().then(() => settling.soon(turning));
    };
    turning();
    await expect(settling.settle()).rejects.toThrow('Still busy: calls or slices, each of which sets going the next.');
    isGivenUp = true;
    const pausing = async (): Promise<void> => {
      for (isGivenUp = false; !isGivenUp; ) await settling.slices.pause();
    };
    void pausing();
    await expect(settling.settle()).rejects.toThrow('Still busy: calls or slices, each of which sets going the next.');
    isGivenUp = true;
    await settling.settle();
  });

  test('can be waited for again', async () => {
    const settling = new Settling(20);
    let end = (): void => undefined;
    const job = settling.activities.run(
      'job',
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    await expect(settling.settle()).rejects.toMatchObject({ code: 'RUNTIME.NOT_SETTLED' });
    end();
    await settling.settle();
    await job;
  });
});
