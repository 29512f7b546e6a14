import { describe, expect, test } from 'vitest';
import { type Clock, eventLoopTurn } from '../../src/core/clock.ts';
import { currentScope, runInScope } from '../../src/core/scope.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';

/** A clock that beats on a grid and never skips: each beat asks for the next deadline, not for the next time. */
function beatEvery(clock: Clock, intervalMs: number, onBeat: (deadlineMs: number) => void): void {
  const beatAt = (deadlineMs: number): void => {
    clock.at(deadlineMs, () => {
      onBeat(deadlineMs);
      beatAt(deadlineMs + intervalMs);
    });
  };
  beatAt(clock.now() + intervalMs);
}

describe('advance', () => {
  test('visits every deadline in order, with now() equal to it, and ends at the target', async () => {
    const { clock } = testRuntime();
    const fired: string[] = [];
    for (const ms of [300, 100, 200]) clock.at(ms, () => fired.push(`${ms} at ${clock.now()}`));
    await clock.advance(250);
    expect(fired).toEqual(['100 at 100', '200 at 200']);
    expect(clock.now()).toBe(250);
    await clock.advance(50);
    expect(fired.at(-1)).toBe('300 at 300');
  });

  test('fires equal deadlines in the order of asking', async () => {
    const { clock } = testRuntime();
    const fired: string[] = [];
    for (const name of ['a', 'b', 'c']) clock.at(100, () => fired.push(name));
    clock.at(50, () => fired.push('early'));
    await clock.advance(100);
    expect(fired).toEqual(['early', 'a', 'b', 'c']);
  });

  test('a beat of 1000 ms over 5000 ms comes at 1000, 2000, 3000, 4000 and 5000', async () => {
    const { clock } = testRuntime();
    const beats: number[] = [];
    beatEvery(clock, 1_000, () => beats.push(clock.now()));
    await clock.advance(5_000);
    expect(beats).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  test('settles before the first deadline and after each', async () => {
    const runtime = testRuntime();
    const order: string[] = [];
    const work = (name: string): void => {
      void runtime.activities.run(name, async () => {
        await runtime.slices.pause();
        await runtime.slices.pause();
        order.push(`${name} done at ${runtime.clock.now()}`);
      });
    };
    runtime.clock.at(100, () => work('first'));
    runtime.clock.at(200, () => order.push('second'));
    runtime.clock.at(300, () => work('third'));
    work('before');
    await runtime.clock.advance(1_000);
    expect(order).toEqual(['before done at 0', 'first done at 100', 'second', 'third done at 300']);
  });

  test('sees deadlines that a settling program asks for on the way', async () => {
    const { clock } = testRuntime();
    const woken: number[] = [];
    const program = async (): Promise<void> => {
      for (let i = 0; i < 3; i += 1) {
        await clock.sleep(70);
        woken.push(clock.now());
      }
    };
    void program();
    await clock.advance(1_000);
    expect(woken).toEqual([70, 140, 210]);
  });

  test('by 0 ms settles and stays', async () => {
    const { clock, soon } = testRuntime({ startMs: 500 });
    let isCalled = false;
    soon(() => {
      isCalled = true;
    });
    await clock.advance(0);
    expect([isCalled, clock.now()]).toEqual([true, 500]);
  });
});

describe('jump', () => {
  test('a beat of 1000 ms over 5500 ms comes five times, in order, all with now() at the target', async () => {
    const { clock } = testRuntime();
    const beats: string[] = [];
    beatEvery(clock, 1_000, (deadlineMs) => beats.push(`${deadlineMs} at ${clock.now()}`));
    await clock.jump(5_500);
    expect(beats).toEqual(['1000 at 5500', '2000 at 5500', '3000 at 5500', '4000 at 5500', '5000 at 5500']);
  });

  test('keeps the order of deadlines between timers, also those asked for meanwhile', async () => {
    const { clock } = testRuntime();
    const fired: string[] = [];
    beatEvery(clock, 1_000, (deadlineMs) => fired.push(`beat ${deadlineMs}`));
    clock.at(2_500, () => fired.push('timer 2500'));
    await clock.jump(3_000);
    expect(fired).toEqual(['beat 1000', 'beat 2000', 'timer 2500', 'beat 3000']);
  });

  test('does not wait between the timers, and settles at the end', async () => {
    const { clock, soon } = testRuntime();
    const order: string[] = [];
    for (const ms of [1, 2]) {
      clock.at(ms, () => {
        order.push(`timer ${ms}`);
        soon(() => order.push(`after ${ms}`));
      });
    }
    await clock.jump(10);
    expect(order).toEqual(['timer 1', 'timer 2', 'after 1', 'after 2']);
  });

  test('ends when the work that it set going has ended', async () => {
    const { activities, clock } = testRuntime();
    let isDone = false;
    clock.at(100, () => {
      void activities.run('job', async () => {
        for (let turn = 0; turn < 20; turn += 1) await eventLoopTurn();
        isDone = true;
      });
    });
    await clock.jump(100);
    expect(isDone).toBe(true);
  });
});

describe('timers', () => {
  test('a deadline that has passed is called soon, but not inside the call', async () => {
    const { clock, settle } = testRuntime({ startMs: 500 });
    const fired: number[] = [];
    clock.at(400, () => fired.push(400));
    clock.at(300, () => fired.push(300));
    expect(fired).toEqual([]);
    await settle();
    expect(fired).toEqual([300, 400]);
  });

  test('a cancelled timer does not fire, also when it is due', async () => {
    const { clock } = testRuntime();
    const fired: string[] = [];
    const later = clock.at(100, () => fired.push('later'));
    const due = clock.at(0, () => fired.push('due'));
    clock.at(100, () => fired.push('kept'));
    later.cancel();
    due.cancel();
    await clock.advance(200);
    later.cancel();
    expect(fired).toEqual(['kept']);
  });

  test('a fraction of a millisecond is rounded up', async () => {
    const { clock } = testRuntime();
    const fired: number[] = [];
    clock.at(99.2, () => fired.push(clock.now()));
    await clock.advance(99);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect(fired).toEqual([100]);
  });

  test('what a timer throws is thrown by the move', async () => {
    const { clock } = testRuntime();
    clock.at(100, () => {
      throw new Error('from the timer');
    });
    await expect(clock.advance(200)).rejects.toThrow('from the timer');
    expect(clock.now()).toBe(100);
    await clock.advance(100);
    expect(clock.now()).toBe(200);
  });

  test('time does not run backwards for a timer that an error has kept waiting', async () => {
    const { clock } = testRuntime();
    const fired: number[] = [];
    clock.at(50, () => {
      throw new Error('from the timer');
    });
    clock.at(100, () => fired.push(clock.now()));
    await expect(clock.jump(200)).rejects.toThrow('from the timer');
    await clock.advance(0);
    expect(fired).toEqual([200]);
  });

  test('belong to no scope, whoever moves the clock', async () => {
    const { clock } = testRuntime();
    const scopes: unknown[] = [];
    clock.at(100, () => scopes.push(currentScope()));
    await runInScope({ kind: 'job', name: 'batch 0 ms' }, () => clock.jump(100));
    expect(scopes).toEqual([undefined]);
  });

  test('sleep ends with the reason of an abort', async () => {
    const { clock } = testRuntime();
    const controller = new AbortController();
    const slept = clock.sleep(1_000, controller.signal);
    controller.abort('enough');
    await expect(slept).rejects.toBe('enough');
  });

  test('measured time stands still within a moment', async () => {
    const { clock } = testRuntime({ startMs: 40 });
    const fromMs = clock.monotonicMs();
    await clock.advance(2);
    expect(clock.monotonicMs() - fromMs).toBe(2);
  });
});

describe('refuses', () => {
  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('to move by %d ms', async (ms) => {
    const { clock } = testRuntime();
    await expect(clock.advance(ms)).rejects.toMatchObject({ code: 'CLOCK.BAD_STEP' });
    await expect(clock.jump(ms)).rejects.toMatchObject({ code: 'CLOCK.BAD_STEP' });
    expect(clock.now()).toBe(0);
  });

  test('two moves at once, and goes on afterwards', async () => {
    const { clock } = testRuntime({ startMs: 1_000 });
    const first = clock.advance(100);
    await expect(clock.advance(100)).rejects.toThrowErrorMatchingInlineSnapshot(`
      [UsageError: [CLOCK.ALREADY_MOVING] The clock of the test was told to move while it was moving, at 1000 ms.
        why  Two moves at once have no order, so that the test would not repeat.
        fix  Await the first: await clock.advance(1000). What a timer or a job calls must not move the clock.]
    `);
    await expect(clock.jump(100)).rejects.toMatchObject({ code: 'CLOCK.ALREADY_MOVING' });
    await first;
    await clock.jump(100);
    expect(clock.now()).toBe(1_200);
  });
});
