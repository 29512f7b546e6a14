import { describe, expect, test } from 'vitest';
import type { ActorMessage, SchedulerMessage } from '../../src/actors/messages.ts';
import { scheduler } from '../../src/actors/scheduler.ts';
import { JobError } from '../../src/core/errors.ts';
import { Feed, type TestRuntime } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';
import { defined } from './graph-kit.ts';

interface Desk {
  readonly runtime: TestRuntime;
  readonly actor: Alone<SchedulerMessage>;
  /** The input and both sinks say what there is for a batch. @returns what the scheduler posts in answer */
  plans(timeMs: number, first?: SchedulerMessage['type'], second?: SchedulerMessage['type']): readonly string[];
  /** A sink says that its job has ended. @returns what the scheduler posts in answer */
  ends(timeMs: number, sink: string, error?: JobError): readonly string[];
}

const [input, a, b] = ['input:0:feed', 'sink:1:a', 'sink:2:b'];
const failure = new JobError('OUTPUT.THREW', { output: 'a', timeMs: 1000, message: 'no room' });
const aborted = new JobError('JOB.ABORTED', { job: 'a' });

/** A scheduler of a program with one input and two outputs. */
function desk(concurrentJobs = 1): Desk {
  const { graph, runtime } = defined((ssc) => {
    const numbers = ssc.inputStream(new Feed<number>([]));
    for (const name of ['a', 'b']) numbers.to({ name, code: [], run: () => undefined });
  });
  const { inputs, steps, sinks } = graph;
  const addresses = { batchClock: 'clock', listeners: 'listeners', drain: 'drain', memories: [input] };
  const options = {
    clock: runtime.clock,
    startMs: 0,
    inputs,
    steps,
    sinks,
    concurrentJobs,
    writing: undefined,
    ...addresses,
  };
  const actor = new Alone<SchedulerMessage>((post) => scheduler(options, post));
  const says = (type: SchedulerMessage['type'], timeMs: number): SchedulerMessage =>
    ({ type, timeMs, ...(type === 'job.refused' && { error: failure }) }) as SchedulerMessage;
  return {
    runtime,
    actor,
    plans: (timeMs, first = 'job.ready', second = 'job.ready') => {
      const info = { streamId: 0, name: 'feed', numRecords: 5, position: undefined };
      actor.tell({ type: 'input.planned', timeMs, info, plan: {} }, input);
      actor.tell(says(first, timeMs), a);
      actor.tell(says(second, timeMs), b);
      return actor.says();
    },
    ends: (timeMs, sink, error) => {
      if (error === undefined) return actor.hears({ type: 'job.done', timeMs }, sink);
      return actor.hears({ type: 'job.failed', timeMs, error, stopsContext: false }, sink);
    },
  };
}

const submitted = (timeMs: number): string => `listeners batch.submitted ${timeMs} 5 rows`;
const begins = (timeMs: number): string => `listeners batch.started ${timeMs} 5 rows`;
const completed = (timeMs: number): string => `listeners batch.completed ${timeMs} 5 rows`;
const runs = (timeMs: number, sink: string): readonly string[] => [
  `listeners output.started ${timeMs} output ${sink === a ? 0 : 1}`,
  `${sink} job.run ${timeMs}`,
];
const outputEnds = (timeMs: number, sink: string): string =>
  `listeners output.completed ${timeMs} output ${sink === a ? 0 : 1}`;
const closes = (timeMs: number): readonly string[] => [
  `clock batch.ended ${timeMs}`,
  `${input} batch.sealed ${timeMs}`,
];

describe('a batch', () => {
  test('is submitted when its inputs and all sinks have spoken of it, in whatever order', () => {
    const { actor } = desk();
    const info = { streamId: 0, name: 'feed', numRecords: 5, position: undefined };
    expect(actor.hears({ type: 'job.ready', timeMs: 1000 }, b)).toEqual([]);
    expect(actor.hears({ type: 'input.planned', timeMs: 1000, info, plan: {} }, input)).toEqual([]);
    expect(actor.hears({ type: 'job.ready', timeMs: 1000 }, a)).toEqual([
      submitted(1000),
      begins(1000),
      ...runs(1000, a),
    ]);
  });

  test('runs its outputs in the order of the program, one after the other, and then is over', () => {
    const { plans, ends } = desk();
    expect(plans(1000)).toEqual([submitted(1000), begins(1000), ...runs(1000, a)]);
    expect(ends(1000, a)).toEqual([outputEnds(1000, a), ...runs(1000, b)]);
    expect(ends(1000, b)).toEqual([outputEnds(1000, b), completed(1000), ...closes(1000)]);
  });

  test('waits for those before it', () => {
    const { plans, ends } = desk();
    plans(1000);
    expect(plans(2000)).toEqual([submitted(2000)]);
    ends(1000, a);
    expect(ends(1000, b)).toEqual([
      ...[outputEnds(1000, b), completed(1000), ...closes(1000)],
      ...[begins(2000), ...runs(2000, a)],
    ]);
  });

  test('with a job for one output alone keeps the number of that output', () => {
    const { plans, ends } = desk();
    expect(plans(1000, 'job.none', 'job.ready')).toEqual([submitted(1000), begins(1000), ...runs(1000, b)]);
    expect(ends(1000, b)).toEqual([outputEnds(1000, b), completed(1000), ...closes(1000)]);
  });

  test('without a job ends at once, and listeners hear nothing of it', () => {
    expect(desk().plans(1000, 'job.none', 'job.none')).toEqual(closes(1000));
  });

  test.each([
    ['first', 'job.refused', 'job.ready'],
    ['second', 'job.ready', 'job.refused'],
  ] as const)(
    'whose %s output is refused runs none of them, is reported once, and later ones go on',
    (_which, x, y) => {
      const { plans } = desk();
      expect(plans(1000, x, y)).toEqual(['context error.reported', ...closes(1000)]);
      expect(plans(2000)).toEqual([submitted(2000), begins(2000), ...runs(2000, a)]);
    },
  );

  test('refused by both outputs is reported once', () => {
    const { actor, plans } = desk();
    expect(plans(1000, 'job.refused', 'job.refused')).toEqual(['context error.reported', ...closes(1000)]);
    plans(2000, 'job.none', 'job.none');
    actor.tell({ type: 'job.refused', timeMs: 3000, error: failure }, a);
    actor.tell({ type: 'job.refused', timeMs: 3000, error: aborted }, b);
    const info = { streamId: 0, name: 'feed', numRecords: 5, position: undefined };
    actor.tell({ type: 'input.planned', timeMs: 3000, info, plan: {} }, input);
    expect(actor.takesOne('error.reported').error).toBe(failure);
  });

  test('whose output fails for good goes on with the others, and none begins behind it', () => {
    const { actor, plans, ends } = desk();
    plans(1000);
    plans(2000);
    const failed: SchedulerMessage = { type: 'job.failed', timeMs: 1000, error: failure, stopsContext: true };
    expect(actor.hears(failed, a)).toEqual([
      outputEnds(1000, a),
      'context error.reported',
      ...runs(1000, b),
      'context program.failed',
    ]);
    expect(ends(1000, b)).toEqual([outputEnds(1000, b), completed(1000), ...closes(1000)]);
    expect(plans(3000)).toEqual([submitted(3000)]);
    expect(actor.hears({ type: 'jobs.stop' }, 'drain')).toEqual(['drain jobs.finished']);
  });

  test('whose output fails goes on with the others, is completed, and the failure is reported', () => {
    const { actor, plans, ends } = desk();
    plans(1000);
    expect(ends(1000, a, failure)).toEqual([outputEnds(1000, a), 'context error.reported', ...runs(1000, b)]);
    actor.tell({ type: 'job.done', timeMs: 1000 }, b);
    const { info } = actor.takesOne('batch.completed');
    expect([...info.outputOperationInfos.values()].map(({ failureReason }) => failureReason)).toEqual([
      failure.message,
      undefined,
    ]);
  });
});

describe('what listeners are told', () => {
  test('of a batch: delays are known when what they measure is over', async () => {
    const { actor, runtime, plans } = desk();
    plans(1000);
    await runtime.clock.advance(300);
    actor.tell({ type: 'job.done', timeMs: 1000 }, a);
    actor.tell({ type: 'job.ready', timeMs: 2000 }, b);
    actor.tell({ type: 'job.ready', timeMs: 2000 }, a);
    const info = { streamId: 0, name: 'feed', numRecords: 7, position: 'at 7' };
    actor.tell({ type: 'input.planned', timeMs: 2000, info, plan: {} }, input);
    const before = actor.takesOne('batch.submitted').info;
    await runtime.clock.advance(50);
    actor.tell({ type: 'job.done', timeMs: 1000 }, b);
    const begun = actor.takesOne('batch.started').info;
    await runtime.clock.advance(400);
    actor.tell({ type: 'job.done', timeMs: 2000 }, a);
    actor.tell({ type: 'job.done', timeMs: 2000 }, b);
    const over = actor.takesOne('batch.completed').info;
    const unknown = { processingDelayMs: undefined, totalDelayMs: undefined, processingEndTimeMs: undefined };
    expect(before).toMatchObject({ batchTimeMs: 2000, submissionTimeMs: 300, processingStartTimeMs: undefined });
    expect(before).toMatchObject({ schedulingDelayMs: undefined, numRecords: 7, ...unknown });
    expect(before.streamIdToInputInfo).toEqual(new Map([[0, info]]));
    expect(begun).toMatchObject({ processingStartTimeMs: 350, schedulingDelayMs: 50, ...unknown });
    expect(over).toMatchObject({ submissionTimeMs: 300, processingStartTimeMs: 350, processingEndTimeMs: 750 });
    expect(over).toMatchObject({ schedulingDelayMs: 50, processingDelayMs: 400, totalDelayMs: 450 });
  });

  test('of an output: its name, its place in the program, and when it began and ended', async () => {
    const { actor, runtime, plans } = desk();
    plans(1000);
    await runtime.clock.advance(300);
    actor.tell({ type: 'job.failed', timeMs: 1000, error: failure, stopsContext: false }, a);
    expect(actor.takesOne('output.completed').info).toEqual({
      batchTimeMs: 1000,
      id: 0,
      name: expect.stringMatching(/^a \(scheduler\.test\.ts:\d+\)$/),
      startTimeMs: 0,
      endTimeMs: 300,
      failureReason: failure.message,
    });
  });
});

describe('with several jobs at a time', () => {
  test('outputs of one batch run together, and so do those of the next', () => {
    const { plans, ends } = desk(3);
    expect(plans(1000)).toEqual([submitted(1000), begins(1000), ...runs(1000, a), ...runs(1000, b)]);
    expect(plans(2000)).toEqual([submitted(2000), begins(2000), ...runs(2000, a)]);
    expect(ends(1000, b)).toEqual([outputEnds(1000, b), ...runs(2000, b)]);
  });

  test('batches may end out of order, and are sealed in order', () => {
    const { plans, ends } = desk(4);
    plans(1000);
    plans(2000);
    ends(1000, a);
    ends(2000, a);
    expect(ends(2000, b)).toEqual([outputEnds(2000, b), completed(2000), 'clock batch.ended 2000']);
    expect(ends(1000, b)).toEqual([
      ...[outputEnds(1000, b), completed(1000), 'clock batch.ended 1000'],
      ...[`${input} batch.sealed 1000`, `${input} batch.sealed 2000`],
    ]);
  });

  test('nothing overtakes a batch that is still being planned', () => {
    const { actor, plans } = desk(4);
    actor.tell({ type: 'job.ready', timeMs: 1000 }, a);
    expect(plans(2000)).toEqual([submitted(2000)]);
    const info = { streamId: 0, name: 'feed', numRecords: 5, position: undefined };
    actor.tell({ type: 'input.planned', timeMs: 1000, info, plan: {} }, input);
    expect(actor.hears({ type: 'job.ready', timeMs: 1000 }, b)).toEqual([
      ...[submitted(1000), begins(1000), ...runs(1000, a), ...runs(1000, b)],
      ...[begins(2000), ...runs(2000, a), ...runs(2000, b)],
    ]);
  });
});

describe('a finish', () => {
  test('is told when all batches up to the last time have ended', () => {
    const { actor, plans, ends } = desk();
    plans(1000);
    expect(actor.hears({ type: 'jobs.finish', lastTimeMs: 2000 })).toEqual([]);
    ends(1000, a);
    ends(1000, b);
    plans(2000);
    ends(2000, a);
    expect(ends(2000, b)).toContain('drain jobs.finished');
  });

  test('is told at once where nothing is left, and where there never was a batch', () => {
    const { actor, plans } = desk();
    expect(actor.hears({ type: 'jobs.finish', lastTimeMs: 0 })).toEqual(['drain jobs.finished']);
    plans(1000, 'job.none', 'job.none');
    expect(actor.hears({ type: 'jobs.finish', lastTimeMs: 1000 })).toEqual(['drain jobs.finished']);
  });
});

describe('a list of what has not ended', () => {
  const site = expect.stringMatching(/^[ab] \(.+:\d+\)$/);
  const listed = (actor: Alone<SchedulerMessage>) => {
    actor.tell({ type: 'jobs.list' });
    return actor.takesOne('jobs.listed').batches;
  };

  test('has each batch with its jobs, and those that are planned without', () => {
    const { actor, plans, ends } = desk();
    expect(listed(actor)).toEqual([]);
    plans(1000);
    plans(2000);
    actor.tell({ type: 'job.ready', timeMs: 3000 }, a);
    expect(listed(actor)).toEqual([
      { batchTimeMs: 1000, jobs: [site, site] },
      { batchTimeMs: 2000, jobs: [site, site] },
      { batchTimeMs: 3000, jobs: [] },
    ]);
    ends(1000, a);
    expect(listed(actor)[0]?.jobs.map((job) => job[0])).toEqual(['b']);
    ends(1000, b);
    expect(listed(actor).map(({ batchTimeMs }) => batchTimeMs)).toEqual([2000, 3000]);
  });

  test('has the last batch although nobody has spoken of it, until it has ended', () => {
    const { actor, plans, ends } = desk();
    actor.hears({ type: 'jobs.finish', lastTimeMs: 1000 });
    expect(listed(actor)).toEqual([{ batchTimeMs: 1000, jobs: [] }]);
    plans(1000, 'job.ready', 'job.none');
    expect(listed(actor)).toEqual([{ batchTimeMs: 1000, jobs: [site] }]);
    ends(1000, a);
    expect(listed(actor)).toEqual([]);
  });
});

describe('a stop', () => {
  const stop: SchedulerMessage = { type: 'jobs.stop' };

  test('lets the batch that has begun end, and gives up those behind it', () => {
    const { actor, plans, ends } = desk();
    plans(1000);
    plans(2000);
    expect(actor.hears(stop)).toEqual([]);
    expect(ends(1000, a)).toEqual([outputEnds(1000, a), ...runs(1000, b)]);
    const [ended, sealed] = closes(1000);
    expect(ends(1000, b)).toEqual([outputEnds(1000, b), completed(1000), ended, sealed, 'drain jobs.finished']);
  });

  test('seals a batch that had ended before it, and none that it gives up', () => {
    const { actor, plans, ends } = desk();
    plans(1000);
    expect(plans(2000, 'job.none', 'job.none')).toEqual(['clock batch.ended 2000']);
    expect(plans(3000, 'job.refused')).toEqual(['context error.reported', 'clock batch.ended 3000']);
    plans(4000);
    actor.hears(stop);
    ends(1000, a);
    expect(ends(1000, b).slice(3)).toEqual([
      ...[1000, 2000, 3000].map((timeMs) => `${input} batch.sealed ${timeMs}`),
      'drain jobs.finished',
    ]);
  });

  test('that is over tells nobody to give up', async () => {
    const { actor, runtime, plans, ends } = desk();
    plans(1000);
    actor.hears(stop);
    ends(1000, a);
    ends(1000, b);
    await runtime.clock.advance(10_000);
    expect(actor.says()).toEqual([]);
  });

  test('is told at once where no batch has begun', () => {
    expect(desk().actor.hears(stop)).toEqual(['drain jobs.finished']);
  });

  test('waits for a batch that is being planned, and gives it up', () => {
    const { actor, plans } = desk();
    actor.tell({ type: 'job.ready', timeMs: 1000 }, a);
    expect(actor.hears(stop)).toEqual([]);
    actor.tell({ type: 'job.ready', timeMs: 1000 }, b);
    const info = { streamId: 0, name: 'feed', numRecords: 5, position: undefined };
    expect(actor.hears({ type: 'input.planned', timeMs: 1000, info, plan: {} }, input)).toEqual([
      'drain jobs.finished',
    ]);
    expect(plans(2000)).toEqual([]);
  });

  test('after two seconds tells what runs to give up, begins nothing more, and ends when that has ended', async () => {
    const { actor, runtime, plans, ends } = desk();
    plans(1000);
    actor.hears(stop);
    await runtime.clock.advance(1999);
    expect(actor.says()).toEqual([]);
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual([`${a} job.abort`, `${b} job.abort`]);
    expect(ends(1000, a, aborted)).toEqual([outputEnds(1000, a), 'drain jobs.finished']);
    await runtime.clock.advance(10_000);
    expect(actor.says()).toEqual([]);
  });

  test('does not wait for a job that goes on all the same for more than half a second', async () => {
    const { actor, runtime, plans, ends } = desk();
    plans(1000);
    actor.hears(stop);
    await runtime.clock.advance(2000);
    actor.says();
    await runtime.clock.advance(499);
    expect(actor.says()).toEqual([]);
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual(['drain jobs.finished']);
    expect(ends(1000, a)).toEqual([]);
  });

  test('does not wait for a plan that never comes', async () => {
    const { actor, runtime } = desk();
    actor.tell({ type: 'job.ready', timeMs: 1000 }, a);
    actor.hears(stop);
    await runtime.clock.advance(2000);
    expect(actor.says()).toEqual([`${a} job.abort`, `${b} job.abort`, 'drain jobs.finished']);
  });

  test('reports what fails meanwhile, but not that it told it to give up', async () => {
    const { actor, plans, ends } = desk(2);
    plans(1000);
    actor.hears(stop);
    expect(ends(1000, a, failure)).toEqual([outputEnds(1000, a), 'context error.reported']);
    expect(ends(1000, b, aborted)).not.toContain('context error.reported');
  });

  test('hurries a finish', () => {
    const { actor, plans, ends } = desk();
    plans(1000);
    plans(2000);
    actor.hears({ type: 'jobs.finish', lastTimeMs: 2000 });
    actor.hears(stop);
    ends(1000, a);
    expect(ends(1000, b)).toContain('drain jobs.finished');
  });

  test('twice is once', async () => {
    const { actor, runtime, plans } = desk();
    plans(1000);
    actor.hears(stop);
    await runtime.clock.advance(1500);
    actor.hears(stop);
    await runtime.clock.advance(500);
    expect(actor.says()).toEqual([`${a} job.abort`, `${b} job.abort`]);
    await runtime.clock.advance(10_000);
    expect(actor.says()).toEqual(['drain jobs.finished']);
  });

  test('of the system leaves no timer behind', async () => {
    const { actor, runtime, plans } = desk();
    plans(1000);
    actor.hears(stop);
    actor.stop();
    await runtime.clock.advance(10_000);
    expect(actor.says()).toEqual([]);
  });
});

test('a job that it has not begun, or a sink it does not know, is a mistake of ours', () => {
  const { actor } = desk();
  const wrong: readonly (readonly [ActorMessage['type'], string])[] = [
    ['job.done', a],
    ['job.ready', 'sink:9:unknown'],
  ];
  for (const [type, from] of wrong) {
    const message = { type, timeMs: 1000 } as SchedulerMessage;
    expect(() => actor.tell(message, from)).toThrow(expect.objectContaining({ code: 'BUG.ASSERTION' }));
  }
});
