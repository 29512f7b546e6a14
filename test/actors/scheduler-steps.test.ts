import { describe, expect, test } from 'vitest';
import type { SchedulerMessage } from '../../src/actors/messages.ts';
import { scheduler } from '../../src/actors/scheduler.ts';
import { JobError } from '../../src/core/errors.ts';
import { Feed, type TestRuntime } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';
import { defined } from './graph-kit.ts';

interface Desk {
  readonly runtime: TestRuntime;
  readonly actor: Alone<SchedulerMessage>;
  /** The input, both steps and the sink say what there is for a batch. @returns what the scheduler posts in answer */
  plans(timeMs: number, said?: Partial<Record<'one' | 'two' | 'out', SchedulerMessage['type']>>): readonly string[];
  /** A job has ended. @returns what the scheduler posts in answer */
  ends(timeMs: number, from: string, error?: JobError): readonly string[];
}

const [input, one, two, out] = ['input:0:feed', 'step:2:updateStateByKey', 'step:3:countByWindow', 'sink:4:out'];
const failure = new JobError('STATE.STEP_FAILED', { operator: 'updateStateByKey', timeMs: 1000, message: 'no' });
const aborted = new JobError('JOB.ABORTED', { job: 'a' });

/** A scheduler of a program with one input, two states and an output that reads the second. */
function desk(concurrentJobs = 1): Desk {
  const { graph, runtime } = defined((ssc) => {
    const pairs = ssc.inputStream(new Feed<[string, number]>([])).map((pair) => pair);
    const counts = pairs.updateStateByKey((values) => values.length).countByWindow('2 seconds', '1 second');
    counts.to({ name: 'out', code: [], run: () => undefined });
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
    plans: (timeMs, { one: first = 'job.ready', two: second = 'job.ready', out: third = 'job.ready' } = {}) => {
      const info = { streamId: 0, name: 'feed', numRecords: 5, position: undefined };
      actor.tell({ type: 'input.planned', timeMs, info, plan: {} }, input);
      actor.tell(says(second, timeMs), two);
      actor.tell(says(third, timeMs), out);
      actor.tell(says(first, timeMs), one);
      return actor.says();
    },
    ends: (timeMs, from, error) => {
      if (error === undefined) return actor.hears({ type: 'job.done', timeMs }, from);
      return actor.hears({ type: 'job.failed', timeMs, error, stopsContext: false }, from);
    },
  };
}

const submitted = (timeMs: number): string => `listeners batch.submitted ${timeMs} 5 rows`;
const begins = (timeMs: number): string => `listeners batch.started ${timeMs} 5 rows`;
const completed = (timeMs: number): string => `listeners batch.completed ${timeMs} 5 rows`;
const runs = (timeMs: number, step: string): string => `${step} job.run ${timeMs}`;
const runsOutput = (timeMs: number): readonly string[] => [
  `listeners output.started ${timeMs} output 0`,
  runs(timeMs, out),
];
const outputEnds = (timeMs: number): string => `listeners output.completed ${timeMs} output 0`;
const ended = (timeMs: number): string => `clock batch.ended ${timeMs}`;
const sealed = (timeMs: number): string => `${input} batch.sealed ${timeMs}`;

test('the names of the steps are those of the graph', () => {
  const { graph } = defined((ssc) => {
    const pairs = ssc.inputStream(new Feed<[string, number]>([])).map((pair) => pair);
    pairs
      .updateStateByKey((values) => values.length)
      .countByWindow('2 seconds', '1 second')
      .print();
  });
  expect(graph.steps.map(({ id }) => id)).toEqual([one, two]);
});

describe('the steps of a batch', () => {
  test('run before its outputs, in the order of the program, and listeners hear nothing of them', () => {
    const { plans, ends } = desk();
    expect(plans(1000)).toEqual([submitted(1000), begins(1000), runs(1000, one)]);
    expect(ends(1000, one)).toEqual([runs(1000, two)]);
    expect(ends(1000, two)).toEqual(runsOutput(1000));
    expect(ends(1000, out)).toEqual([outputEnds(1000), completed(1000), ended(1000), sealed(1000)]);
  });

  test('run one at a time, however many jobs may run', () => {
    const { plans, ends } = desk(4);
    expect(plans(1000)).toEqual([submitted(1000), begins(1000), runs(1000, one)]);
    expect(plans(2000)).toEqual([submitted(2000)]);
    expect(ends(1000, one)).toEqual([runs(1000, two)]);
    expect(ends(1000, two)).toEqual([...runsOutput(1000), begins(2000), runs(2000, one)]);
    expect(ends(2000, one)).toEqual([runs(2000, two)]);
  });

  test('of the next batch wait for all jobs of this one where there is one at a time', () => {
    const { plans, ends } = desk();
    plans(1000);
    plans(2000);
    ends(1000, one);
    expect(ends(1000, two)).toEqual(runsOutput(1000));
    expect(ends(1000, out)).toContain(runs(2000, one));
  });

  test('run where no output has a job, and listeners hear nothing of the batch', () => {
    const { plans, ends } = desk();
    expect(plans(1000, { out: 'job.none' })).toEqual([runs(1000, one)]);
    expect(ends(1000, one)).toEqual([runs(1000, two)]);
    expect(ends(1000, two)).toEqual([ended(1000), sealed(1000)]);
  });

  test('that have nothing to do are left out', () => {
    const { plans, ends } = desk();
    expect(plans(1000, { one: 'job.none' })).toEqual([submitted(1000), begins(1000), runs(1000, two)]);
    expect(ends(1000, two)).toEqual(runsOutput(1000));
    expect(ends(1000, out)).toEqual([outputEnds(1000), completed(1000), ended(1000), sealed(1000)]);
  });

  test('are none where nobody has a job: the batch ends at once', () => {
    const none = { one: 'job.none', two: 'job.none', out: 'job.none' } as const;
    expect(desk().plans(1000, none)).toEqual([ended(1000), sealed(1000)]);
  });
});

describe('a step that fails', () => {
  test('is reported, and stops neither the others nor the outputs', () => {
    const { plans, ends } = desk();
    plans(1000);
    expect(ends(1000, one, failure)).toEqual(['context error.reported', runs(1000, two)]);
    expect(ends(1000, two)).toEqual(runsOutput(1000));
  });

  test('is told once, where an output fails with the same error', () => {
    const { plans, ends } = desk();
    plans(1000);
    ends(1000, one, failure);
    ends(1000, two);
    expect(ends(1000, out, failure)).toEqual([outputEnds(1000), completed(1000), ended(1000)]);
  });

  test('is told beside another error of an output', () => {
    const { plans, ends } = desk();
    plans(1000);
    ends(1000, one, failure);
    ends(1000, two);
    expect(ends(1000, out, aborted)).toEqual([
      outputEnds(1000),
      'context error.reported',
      completed(1000),
      ended(1000),
    ]);
  });

  test('keeps its batch, and those behind it, from being sealed until it has been made', () => {
    const { plans, ends } = desk();
    plans(1000);
    ends(1000, one, failure);
    ends(1000, two);
    expect(ends(1000, out)).toEqual([outputEnds(1000), completed(1000), ended(1000)]);
    plans(2000);
    expect(ends(2000, one)).toEqual([sealed(1000), runs(2000, two)]);
    ends(2000, two);
    expect(ends(2000, out)).toEqual([outputEnds(2000), completed(2000), ended(2000), sealed(2000)]);
  });

  test('in several batches has them sealed together, in order of time', () => {
    const { plans, ends } = desk();
    for (const timeMs of [1000, 2000]) {
      plans(timeMs);
      ends(timeMs, one, failure);
      ends(timeMs, two);
      expect(ends(timeMs, out)).not.toContain(sealed(timeMs));
    }
    plans(3000);
    expect(ends(3000, one)).toEqual([sealed(1000), sealed(2000), runs(3000, two)]);
  });

  test('is not done by the other step', () => {
    const { plans, ends } = desk();
    plans(1000);
    ends(1000, one, failure);
    ends(1000, two);
    ends(1000, out);
    plans(2000, { one: 'job.none' });
    ends(2000, two);
    expect(ends(2000, out)).toEqual([outputEnds(2000), completed(2000), ended(2000)]);
  });
});

describe('a refused batch', () => {
  test('runs none of its steps, and is sealed when a later batch has made them', () => {
    const { plans, ends } = desk();
    expect(plans(1000, { one: 'job.refused' })).toEqual(['context error.reported', ended(1000)]);
    plans(2000);
    expect(ends(2000, one)).toEqual([runs(2000, two)]);
    expect(ends(2000, two)).toEqual([sealed(1000), ...runsOutput(2000)]);
  });

  test('that only an output refused keeps the steps that it owes, too', () => {
    const { plans, ends } = desk();
    expect(plans(1000, { out: 'job.refused' })).toEqual(['context error.reported', ended(1000)]);
    plans(2000);
    ends(2000, one);
    expect(ends(2000, two)).toContain(sealed(1000));
  });

  test('of which no step has anything to make is sealed at once', () => {
    const { plans } = desk();
    expect(plans(1000, { one: 'job.none', two: 'job.none', out: 'job.refused' })).toEqual([
      ...['context error.reported', ended(1000), sealed(1000)],
    ]);
  });
});

describe('a finish', () => {
  test('ends, though a step fails for ever and its batches are never sealed', () => {
    const { actor, plans, ends } = desk();
    plans(1000);
    actor.tell({ type: 'jobs.finish', lastTimeMs: 2000 });
    ends(1000, one, failure);
    ends(1000, two);
    ends(1000, out);
    plans(2000);
    ends(2000, one, failure);
    ends(2000, two);
    expect(ends(2000, out)).toEqual([outputEnds(2000), completed(2000), ended(2000), 'drain jobs.finished']);
  });

  test('waits for the steps of a batch without outputs', () => {
    const { actor, plans, ends } = desk();
    plans(1000, { out: 'job.none' });
    expect(actor.hears({ type: 'jobs.finish', lastTimeMs: 1000 })).toEqual([]);
    expect(ends(1000, one)).toEqual([runs(1000, two)]);
    expect(ends(1000, two)).toEqual([ended(1000), sealed(1000), 'drain jobs.finished']);
  });
});

describe('a stop', () => {
  const stop: SchedulerMessage = { type: 'jobs.stop' };

  test('lets a batch whose step has begun end', () => {
    const { actor, plans, ends } = desk();
    plans(1000);
    plans(2000);
    expect(actor.hears(stop)).toEqual([]);
    expect(ends(1000, one)).toEqual([runs(1000, two)]);
    ends(1000, two);
    expect(ends(1000, out).slice(-2)).toEqual([sealed(1000), 'drain jobs.finished']);
  });

  test('does not wait for what is owed', () => {
    const { actor, plans, ends } = desk();
    plans(1000);
    ends(1000, one, failure);
    ends(1000, two);
    ends(1000, out);
    expect(actor.hears(stop)).toEqual([sealed(1000), 'drain jobs.finished']);
  });

  test('tells steps too to give up, after two seconds, and reports nothing of that', async () => {
    const { actor, runtime, plans, ends } = desk();
    plans(1000);
    actor.hears(stop);
    await runtime.clock.advance(2000);
    expect(actor.says()).toEqual([`${one} job.abort`, `${two} job.abort`, `${out} job.abort`]);
    expect(ends(1000, one, aborted)).toEqual(['drain jobs.finished']);
  });
});
