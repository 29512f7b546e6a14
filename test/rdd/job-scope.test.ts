import { describe, expect, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { JobScope } from '../../src/rdd/job-scope.ts';
import { abortableJob, anyJob, deferred, errorOf, unhandledRejections } from './jobs.ts';

const fails = async (): Promise<never> => {
  throw new Error('no');
};

describe('a job', () => {
  test('ends when every action has ended, awaited or not', async () => {
    const job = anyJob();
    const order: string[] = [];
    const { promise, resolve } = deferred<void>();
    void job.action(async () => {
      await promise;
      order.push('action');
    });
    const end = job.end().then(() => order.push('job'));
    await eventLoopTurn();
    expect(order).toEqual([]);
    resolve();
    await end;
    expect(order).toEqual(['action', 'job']);
  });

  test('waits for actions that its actions begin', async () => {
    const job = anyJob();
    const order: string[] = [];
    void job.action(async () => {
      await eventLoopTurn();
      void job.action(async () => {
        await eventLoopTurn();
        order.push('inner');
      });
      order.push('outer');
    });
    await job.end();
    expect(order).toEqual(['outer', 'inner']);
  });

  test('waits for what is chained to its actions, and for what that waits for', async () => {
    const job = anyJob();
    const order: string[] = [];
    void job
      .action(async () => 'rows')
      .then(async (rows) => {
        await eventLoopTurn();
        return `${rows} sent`;
      })
      .then((said) => order.push(said));
    await job.end();
    expect(order).toEqual(['rows sent']);
  });

  test('without actions ends at once', async () => {
    await anyJob().end();
  });

  test('begins an action after the call has returned, and turns what it throws then into a rejection', async () => {
    const job = anyJob();
    const order: string[] = [];
    const action = job.action(() => {
      order.push('begun');
      throw new Error('at once');
    });
    order.push('returned');
    expect((await errorOf(action)).message).toBe('at once');
    expect(order).toEqual(['returned', 'begun']);
    await job.end();
  });

  test('says who was aborted, and why', () => {
    const { job, abort } = abortableJob('batch 3000 ms, print (job.ts:14)');
    abort();
    expect(job.abortError()).toMatchInlineSnapshot(`
      [JobError: [JOB.ABORTED] The job of batch 3000 ms, print (job.ts:14) was aborted.
        why  It was cancelled, its context was stopped, or its signal aborted, before it ended.
        fix  Nothing, if you meant it. stop({ stopGracefully: true }) lets the batches under way end first.]
    `);
    expect(job.abortError().cause).toEqual(new Error('enough'));
  });
});

describe('the failure of an action', () => {
  test('fails the job when nobody looked at it', async () => {
    const unhandled = unhandledRejections();
    const job = anyJob();
    void job.action(fails);
    expect((await errorOf(job.end())).message).toBe('no');
    await eventLoopTurn();
    expect(unhandled).toEqual([]);
  });

  test('that came first is the one that is told', async () => {
    const job = anyJob();
    void job.action(async () => {
      await eventLoopTurn();
      throw new Error('second');
    });
    void job.action(async () => {
      throw new Error('first');
    });
    expect((await errorOf(job.end())).message).toBe('first');
  });

  test.each<[string, (action: Promise<unknown>) => unknown]>([
    ['await', async (action) => errorOf(action)],
    ['catch', (action) => action.catch(() => 'seen')],
    ['a second handler of then', (action) => action.then(undefined, () => 'seen')],
    ['a catch at the end of its chain', (action) => action.then((rows) => rows).catch(() => 'seen')],
    ['a catch behind finally', (action) => action.finally(() => undefined).catch(() => 'seen')],
    ['Promise.allSettled', (action) => Promise.allSettled([action])],
  ])('is the program’s own affair once it is seen by %s', async (_way, look) => {
    const unhandled = unhandledRejections();
    const job = anyJob();
    const action = job.action(fails);
    await look(action);
    await job.end();
    await eventLoopTurn();
    expect(unhandled).toEqual([]);
  });

  test('may be looked at late, as long as the job has not ended', async () => {
    const unhandled = unhandledRejections();
    const job = anyJob();
    const action = job.action(fails);
    void job.action(async () => {
      for (let turn = 0; turn < 5; turn += 1) await eventLoopTurn();
      await errorOf(action);
    });
    await job.end();
    expect(unhandled).toEqual([]);
  });

  test.each<[string, (action: Promise<unknown>) => unknown]>([
    ['then', (action) => action.then(() => 'sent')],
    ['finally', (action) => action.finally(() => undefined)],
    ['then after then', (action) => action.then(() => 'sent').then(() => 'logged')],
  ])('fails the job from behind %s, where nobody looks either', async (_way, chain) => {
    const unhandled = unhandledRejections();
    const job = anyJob();
    void chain(job.action(fails));
    expect((await errorOf(job.end())).message).toBe('no');
    await eventLoopTurn();
    expect(unhandled).toEqual([]);
  });

  test('of what is chained to one that succeeds fails the job too', async () => {
    const unhandled = unhandledRejections();
    const job = anyJob();
    void job
      .action(async () => 1)
      .then(() => {
        throw new Error('cannot send');
      });
    expect((await errorOf(job.end())).message).toBe('cannot send');
    await eventLoopTurn();
    expect(unhandled).toEqual([]);
  });

  test('seen by one of two chains still fails the job through the other', async () => {
    const job = anyJob();
    const action = job.action(fails);
    void action.catch(() => 'seen');
    void action.then(() => 'sent');
    expect((await errorOf(job.end())).message).toBe('no');
  });
});

describe('an action outside of any job', () => {
  const unhandledOf = async (scope: JobScope): Promise<unknown[]> => {
    const unhandled = unhandledRejections();
    void scope.action(fails);
    await eventLoopTurn();
    return unhandled;
  };

  test('of the endless scope is an ordinary promise, whose failure nobody may overlook', async () => {
    const scope = JobScope.endless('the SparkContext', new AbortController().signal);
    expect(await scope.action(async () => 7)).toBe(7);
    expect(scope.action(async () => 7).constructor).toBe(Promise);
    expect(await unhandledOf(scope)).toEqual([new Error('no')]);
  });

  test('begun when the job has ended is one too', async () => {
    const job = anyJob();
    await job.end();
    expect(await job.action(async () => 7)).toBe(7);
    expect(await unhandledOf(job)).toEqual([new Error('no')]);
  });

  test('chained when the job has ended is one too', async () => {
    const unhandled = unhandledRejections();
    const job = anyJob();
    const action = job.action(async () => 1);
    await job.end();
    void action.then(fails);
    await eventLoopTurn();
    expect(unhandled).toEqual([new Error('no')]);
  });
});
