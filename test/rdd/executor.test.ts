import { describe, expect, onTestFinished, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { currentScope, runInScope } from '../../src/core/scope.ts';
import type { Slices } from '../../src/core/slices.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';
import { Executor, type Task } from '../../src/rdd/executor.ts';
import { abortableJob, anyJob, deferred, errorOf, never, turnCounter } from './jobs.ts';

/** Under test a slice is so many rows. */
const sliceRows = 1000;

function executor(slots: number): Executor {
  return new Executor(testRuntime(), slots);
}

/** A task of so many slices that says when each begins. */
function* slicesOf(name: string, count: number, said: string[]): Task<string> {
  for (let slice = 1; slice <= count; slice += 1) {
    said.push(`${name}${slice}`);
    yield sliceRows;
  }
  return name;
}

function* waitsFor<R>(promise: Promise<R>, said: string[] = [], name = 'task'): Task<R> {
  said.push(`${name} begins`);
  try {
    return (yield promise) as R;
  } finally {
    said.push(`${name} ends`);
  }
}

describe('tasks', () => {
  test('give their results in the order in which they were given, whichever ends first', async () => {
    const { promise, resolve } = deferred<string>();
    const said: string[] = [];
    const results = executor(2).run<string>([waitsFor(promise), slicesOf('b', 2, said)], anyJob());
    await eventLoopTurn();
    await eventLoopTurn();
    await eventLoopTurn();
    expect(said).toEqual(['b1', 'b2']);
    resolve('a');
    expect(await results).toEqual(['a', 'b']);
  });

  test('that are none have no results', async () => {
    expect(await executor(1).run([], anyJob())).toEqual([]);
  });

  test('get the milliseconds back that the rows took which they yield', async () => {
    const runtime = testRuntime();
    let nowMs = 5;
    const clock = { ...runtime.clock, monotonicMs: () => nowMs };
    function* task(): Task<unknown> {
      nowMs += 3;
      const first = yield 10;
      nowMs += 0.5;
      return [first, yield 10];
    }
    const world = { clock, slices: runtime.slices, soon: runtime.soon };
    expect(await new Executor(world as never, 1).run([task()], anyJob())).toEqual([[3, 0.5]]);
  });

  test('get the value of a promise that they yield, or its failure as a throw', async () => {
    function* task(): Task<unknown> {
      const value = yield Promise.resolve(7);
      try {
        return yield Promise.reject(new Error('no'));
      } catch (error) {
        return [value, (error as Error).message];
      }
    }
    expect(await executor(1).run([task()], anyJob())).toEqual([[7, 'no']]);
  });

  test('begin only when a slot is free', async () => {
    const said: string[] = [];
    const first = deferred<number>();
    const tasks = [
      waitsFor(first.promise, said, 'first'),
      waitsFor(never(), said, 'second'),
      waitsFor(never(), said, 'third'),
    ];
    void executor(2).run(tasks, anyJob());
    await eventLoopTurn();
    expect(said).toEqual(['first begins', 'second begins']);
    first.resolve(1);
    await eventLoopTurn();
    expect(said).toEqual(['first begins', 'second begins', 'first ends', 'third begins']);
  });

  test('of several jobs share the slots, first come, first served', async () => {
    const said: string[] = [];
    const shared = executor(1);
    const job = (name: string): Promise<unknown> => shared.run([slicesOf(name, 2, said)], anyJob());
    await Promise.all([job('a'), job('b')]);
    expect(said).toEqual(['a1', 'a2', 'b1', 'b2']);
  });
});

describe('slices', () => {
  test('are taken in turns by the tasks under way', async () => {
    const said: string[] = [];
    await executor(2).run([slicesOf('a', 3, said), slicesOf('b', 2, said), slicesOf('c', 1, said)], anyJob());
    expect(said).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'c1']);
  });

  test('are followed by a turn of the event loop each', async () => {
    const counter = turnCounter();
    const turns: number[] = [];
    function* task(): Task<void> {
      for (let slice = 0; slice < 4; slice += 1) {
        turns.push(counter.turns);
        yield sliceRows / 2;
        turns.push(counter.turns);
        yield sliceRows / 2;
      }
    }
    await executor(1).run([task()], anyJob());
    expect(turns).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  test('go on over promises that need no turn, so that a chain of them cannot hold the event loop', async () => {
    const counter = turnCounter();
    function* task(): Task<number> {
      for (let row = 0; row < 10 * sliceRows; row += 1) {
        yield Promise.resolve();
        yield 1;
      }
      return counter.turns;
    }
    const [turns] = await executor(1).run([task()], anyJob());
    expect(turns).toBe(10);
  });

  test('go on from one job to the next, so that many small ones cannot hold the event loop', async () => {
    const counter = turnCounter();
    const shared = executor(1);
    function* task(): Task<void> {
      yield sliceRows / 10;
    }
    for (let job = 0; job < 40; job += 1) await shared.run([task()], anyJob());
    expect(counter.turns).toBe(4);
  });

  test('begin anew when the event loop has turned, and are never asked about a promise', async () => {
    const { clock, soon } = testRuntime();
    const calls: string[] = [];
    const slices: Slices = {
      begin: () => void calls.push('begin'),
      isSpent: (work) => calls.push(`spent after ${work}?`) > 0 && work === 3,
      pause: async () => void calls.push('pause'),
    };
    function* task(): Task<void> {
      yield 1;
      yield Promise.resolve();
      yield 3;
      yield 2;
    }
    await new Executor({ clock, slices, soon }, 1).run([task()], anyJob());
    expect(calls).toEqual(['spent after 1?', 'spent after 3?', 'pause', 'begin', 'spent after 2?']);
  });
});

describe('the first failure', () => {
  test('ends the other tasks, whose clean-up has run when it is told', async () => {
    const said: string[] = [];
    const error = new Error('no');
    const failing = deferred<never>();
    function* busy(): Task<void> {
      try {
        for (;;) yield sliceRows;
      } finally {
        said.push('busy ends');
      }
    }
    const tasks: Task<unknown>[] = [
      waitsFor(failing.promise, said, 'failing'),
      waitsFor(never(), said, 'waiting'),
      busy(),
      waitsFor(never(), said, 'queued'),
    ];
    const results = executor(3).run(tasks, anyJob());
    await eventLoopTurn();
    failing.reject(error);
    expect(await errorOf(results)).toBe(error);
    expect(said).toEqual(['failing begins', 'waiting begins', 'failing ends', 'busy ends', 'waiting ends']);
  });

  test('is the one that is told, whatever the clean-up of the others throws', async () => {
    const error = new Error('first');
    function* failing(): Task<void> {
      yield 1;
      throw error;
    }
    function* untidy(): Task<void> {
      try {
        yield never();
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what a user's clean-up may do
        throw new Error('second');
      }
    }
    expect(await errorOf(executor(2).run([untidy(), failing()], anyJob()))).toBe(error);
  });

  test('leaves the tasks of others alone, and its slots to them', async () => {
    const shared = executor(1);
    function* failing(): Task<void> {
      yield Promise.reject(new Error('no'));
    }
    const job = anyJob();
    const failed = errorOf(shared.run([failing(), failing()], job));
    const said: string[] = [];
    expect(await shared.run([slicesOf('a', 2, said)], job)).toEqual(['a']);
    expect((await failed).message).toBe('no');
  });
});

describe('an abort', () => {
  test('ends a task that waits for what never comes, and runs its clean-up', async () => {
    const { job, abort } = abortableJob();
    const said: string[] = [];
    const results = executor(1).run([waitsFor(never(), said)], job);
    await eventLoopTurn();
    abort();
    await expect(results).rejects.toThrowErrorMatchingInlineSnapshot(`
      [JobError: [JOB.ABORTED] The job of the test was aborted.
        why  It was cancelled, its context was stopped, or its signal aborted, before it ended.
        fix  Nothing, if you meant it. stop({ stopGracefully: true }) lets the batches under way end first.]
    `);
    expect(said).toEqual(['task begins', 'task ends']);
  });

  test('tells its reason as the cause', async () => {
    const { job, abort } = abortableJob();
    const results = executor(1).run([waitsFor(never())], job);
    abort();
    await expect(results).rejects.toMatchObject({ cause: new Error('enough') });
  });

  test('ends a task between two of its slices', async () => {
    const { job, abort } = abortableJob();
    let rows = 0;
    function* task(): Task<void> {
      for (;;) {
        rows += sliceRows;
        if (rows === 3 * sliceRows) abort();
        yield sliceRows;
      }
    }
    await expect(executor(1).run([task()], job)).rejects.toMatchObject({ code: 'JOB.ABORTED' });
    expect(rows).toBe(3 * sliceRows);
  });

  test('that the task itself makes before it waits ends the waiting', async () => {
    const { job, abort } = abortableJob();
    function* task(): Task<void> {
      abort();
      yield never();
    }
    await expect(executor(1).run([task()], job)).rejects.toMatchObject({ code: 'JOB.ABORTED' });
  });

  test('is told at once to tasks that are queued, whatever holds the slots, and they never begin', async () => {
    const { job, abort } = abortableJob();
    const said: string[] = [];
    const shared = executor(1);
    void shared.run([waitsFor(never(), said, 'another')], anyJob());
    const results = shared.run([waitsFor(never(), said, 'queued')], job);
    await eventLoopTurn();
    abort();
    await expect(results).rejects.toMatchObject({ code: 'JOB.ABORTED' });
    expect(said).toEqual(['another begins']);
  });

  test('that came before leaves nothing to begin', async () => {
    const { job, abort } = abortableJob();
    const said: string[] = [];
    abort();
    await expect(executor(1).run([waitsFor(never(), said)], job)).rejects.toMatchObject({ code: 'JOB.ABORTED' });
    expect(said).toEqual([]);
  });

  test('is told as what the clean-up threw, where that threw', async () => {
    const { job, abort } = abortableJob();
    const error = new Error('cannot close');
    function* untidy(): Task<void> {
      try {
        yield never();
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what a user's clean-up may do
        throw error;
      }
    }
    const results = executor(1).run([untidy()], job);
    await eventLoopTurn();
    abort();
    expect(await errorOf(results)).toBe(error);
  });

  test('changes nothing for tasks that have ended', async () => {
    const { job, abort } = abortableJob();
    const said: string[] = [];
    const results = executor(1).run([slicesOf('a', 1, said)], job);
    await results;
    let told = 0;
    job.abortError = () => {
      told += 1;
      throw new Error('nobody listens any more');
    };
    abort();
    expect([await results, told]).toEqual([['a'], 0]);
  });

  test('gives the slots to those who wait for one', async () => {
    const { job, abort } = abortableJob();
    const shared = executor(1);
    const first = errorOf(shared.run([waitsFor(never())], job));
    const said: string[] = [];
    const second = shared.run([slicesOf('b', 1, said)], anyJob());
    await eventLoopTurn();
    expect(said).toEqual([]);
    abort();
    expect(await second).toEqual(['b']);
    await first;
  });

  test('is listened to once, however many tasks wait, and without a warning', async () => {
    const { job } = abortableJob();
    const warnings: Error[] = [];
    const listener = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listener);
    onTestFinished(() => void process.off('warning', listener));
    let listeners = 0;
    const add = job.signal.addEventListener.bind(job.signal);
    job.signal.addEventListener = (...args: Parameters<typeof add>): void => {
      listeners += 1;
      add(...args);
    };
    const shared = executor(40);
    const promises = Array.from({ length: 40 }, () => deferred<void>());
    function* patient(promise: Promise<void>): Task<void> {
      for (let i = 0; i < 100; i += 1) yield promise;
    }
    const runs = promises.map(({ promise }) => shared.run([patient(promise), patient(promise)], job));
    await eventLoopTurn();
    for (const { resolve } of promises) resolve();
    await Promise.all(runs);
    await eventLoopTurn();
    expect({ listeners, warnings }).toEqual({ listeners: 1, warnings: [] });
  });
});

describe('slots', () => {
  test('that are reserved are not computed with until they are given back', async () => {
    const said: string[] = [];
    const shared = executor(3);
    const giveBack = shared.reserve(2);
    const tasks = ['first', 'second', 'third', 'fourth'].map((name) => waitsFor(never(), said, name));
    void shared.run(tasks, anyJob());
    await eventLoopTurn();
    expect(said).toEqual(['first begins']);
    giveBack();
    await eventLoopTurn();
    expect(said).toEqual(['first begins', 'second begins', 'third begins']);
  });

  test('are given back once', async () => {
    const said: string[] = [];
    const shared = executor(2);
    const giveBack = shared.reserve(1);
    giveBack();
    giveBack();
    void shared.run(
      ['first', 'second', 'third'].map((name) => waitsFor(never(), said, name)),
      anyJob(),
    );
    await eventLoopTurn();
    expect(said).toEqual(['first begins', 'second begins']);
  });

  test('that are taken while tasks run are missed when those have ended', async () => {
    const said: string[] = [];
    const shared = executor(2);
    const first = deferred<void>();
    void shared.run(
      [first.promise, never(), never()].map((promise, i) => waitsFor(promise, said, `task ${i}`)),
      anyJob(),
    );
    shared.reserve(1);
    first.resolve();
    await eventLoopTurn();
    expect(said).toEqual(['task 0 begins', 'task 1 begins', 'task 0 ends']);
  });

  test('are never all taken, nor none', () => {
    expect(() => executor(2).reserve(2)).toThrowErrorMatchingInlineSnapshot(`
      [BugError: [BUG.ASSERTION] An invariant does not hold: a slot is left to compute with.
        why  Firesteel checks itself while it runs and has found itself wrong.
        fix  Please report this with the text above: it is a mistake of firesteel, not of your program.]
    `);
    expect(() => executor(0)).toThrowErrorMatchingInlineSnapshot(`
      [BugError: [BUG.ASSERTION] An invariant does not hold: an executor has a slot.
        why  Firesteel checks itself while it runs and has found itself wrong.
        fix  Please report this with the text above: it is a mistake of firesteel, not of your program.]
    `);
  });
});

test('each task runs in the scope of its caller, from its first step to its clean-up', async () => {
  const shared = executor(2);
  const { job, abort } = abortableJob();
  const seen: string[] = [];
  function* task(): Task<void> {
    const look = (at: string): void => void seen.push(`${currentScope()?.name} ${at}`);
    try {
      look('begins');
      yield sliceRows;
      look('goes on');
      yield Promise.resolve();
      look('has waited');
      yield never();
    } finally {
      look('cleans up');
    }
  }
  const scoped = (name: string): Promise<Error> =>
    errorOf(runInScope({ kind: 'job', name }, () => shared.run([task()], job)));
  const both = Promise.all([scoped('first'), scoped('second')]);
  await eventLoopTurn();
  await eventLoopTurn();
  await eventLoopTurn();
  runInScope({ kind: 'job', name: 'who aborts' }, abort);
  await both;
  expect(seen.toSorted()).toEqual([
    'first begins',
    'first cleans up',
    'first goes on',
    'first has waited',
    'second begins',
    'second cleans up',
    'second goes on',
    'second has waited',
  ]);
});
