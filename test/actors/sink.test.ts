import { expect, test } from 'vitest';
import type { SinkMessage } from '../../src/actors/messages.ts';
import { sink } from '../../src/actors/sink.ts';
import { JobError } from '../../src/core/errors.ts';
import type { Output } from '../../src/graph/output.ts';
import type { RDD } from '../../src/rdd/rdd.ts';
import { Feed } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';
import { type Defined, defined } from './graph-kit.ts';

interface Sunk extends Defined {
  readonly actor: Alone<SinkMessage>;
  /** Lets promises go on. @returns what the actor has posted since the last look */
  settled(): Promise<readonly string[]>;
  ready(timeMs: number): SinkMessage;
}

/** The output of a program, alone. */
function sunk(run: Output<number>['run']): Sunk {
  const it = defined((ssc) => ssc.inputStream(new Feed<number>([])).to({ name: 'writing', code: [], run }));
  const [node] = it.graph.sinks;
  if (node === undefined) throw new Error('the program has no output');
  const options = { node, planning: it.planning, runtime: it.runtime, scheduler: 'scheduler' };
  const actor = new Alone<SinkMessage>((post) => sink(options, post));
  return {
    ...it,
    actor,
    settled: async () => {
      await it.runtime.settle();
      return actor.says();
    },
    ready: (timeMs) => {
      const rdd = it.ssc.sparkContext.parallelize([timeMs], 1) as unknown as RDD<never>;
      return { type: 'rdd.ready', timeMs, rdd };
    },
  };
}

test('makes a job of an RDD, runs it when it is told to, and tells when it has ended', async () => {
  const written: unknown[] = [];
  const { actor, ready, settled } = sunk(async (rdd, time) => {
    written.push([time.milliseconds, ...(await rdd.collect())]);
  });
  expect(actor.hears(ready(1000))).toEqual(['scheduler job.ready 1000']);
  expect(actor.hears(ready(2000))).toEqual(['scheduler job.ready 2000']);
  expect(await settled()).toEqual([]);
  expect(written).toEqual([]);
  actor.tell({ type: 'job.run', timeMs: 1000 });
  expect(await settled()).toEqual(['scheduler job.done 1000']);
  actor.tell({ type: 'job.run', timeMs: 2000 });
  expect(await settled()).toEqual(['scheduler job.done 2000']);
  expect(written).toEqual([
    [1000, 1000],
    [2000, 2000],
  ]);
});

test('has no job where there is no RDD, and refuses where there cannot be one', () => {
  const { actor } = sunk(() => undefined);
  const error = new JobError('BATCH.PLAN_THREW', { operator: 'a', timeMs: 2000, message: 'no' });
  expect(actor.hears({ type: 'rdd.none', timeMs: 1000 })).toEqual(['scheduler job.none 1000']);
  actor.tell({ type: 'rdd.failed', timeMs: 2000, error });
  expect(actor.takesOne('job.refused')).toEqual({ type: 'job.refused', timeMs: 2000, error });
});

test('a job that fails is told with its error, and the next one runs', async () => {
  const cause = new Error('no room on the disk');
  const { actor, ready, runtime, settled } = sunk((_rdd, time) => {
    if (time.milliseconds === 1000) throw cause;
  });
  actor.hears(ready(1000));
  actor.hears(ready(2000));
  actor.tell({ type: 'job.run', timeMs: 1000 });
  await runtime.settle();
  const failed = actor.takesOne('job.failed');
  expect([failed.timeMs, failed.error.code, failed.error.cause]).toEqual([1000, 'OUTPUT.THREW', cause]);
  actor.tell({ type: 'job.run', timeMs: 2000 });
  expect(await settled()).toEqual(['scheduler job.done 2000']);
});

test('jobs may run at the same time', async () => {
  const { actor, ready, runtime } = sunk((_rdd, time) => runtime.clock.sleep(time.milliseconds === 1000 ? 200 : 100));
  for (const timeMs of [1000, 2000]) actor.hears(ready(timeMs));
  for (const timeMs of [1000, 2000]) actor.tell({ type: 'job.run', timeMs });
  await runtime.clock.advance(200);
  expect(actor.says()).toEqual(['scheduler job.done 2000', 'scheduler job.done 1000']);
});

test.each([
  ['told to give up', (actor: Alone<SinkMessage>) => actor.tell({ type: 'job.abort' })],
  ['the system stops', (actor: Alone<SinkMessage>) => actor.stop()],
])('what runs is aborted when it is %s', async (_when, abort) => {
  const { actor, ready, runtime, settled } = sunk((_rdd, _time, { signal }) => runtime.clock.sleep(10_000, signal));
  actor.hears(ready(1000));
  actor.tell({ type: 'job.run', timeMs: 1000 });
  expect(await settled()).toEqual([]);
  abort(actor);
  expect(await settled()).toEqual(['scheduler job.failed 1000']);
});

test('a job that it has no RDD for is a mistake of ours', () => {
  const { actor, ready } = sunk(() => undefined);
  const run: SinkMessage = { type: 'job.run', timeMs: 1000 };
  expect(() => actor.tell(run)).toThrow(expect.objectContaining({ code: 'BUG.ASSERTION' }));
  actor.tell(ready(1000));
  actor.tell(run);
  expect(() => actor.tell(run)).toThrow(expect.objectContaining({ code: 'BUG.ASSERTION' }));
});
