import { describe, expect, test } from 'vitest';
import type { StageMessage } from '../../src/actors/messages.ts';
import { stage } from '../../src/actors/stage.ts';
import { JobError } from '../../src/core/errors.ts';
import type { DStream } from '../../src/dstream.ts';
import { defineOp } from '../../src/ops/define.ts';
import type { RDD } from '../../src/rdd/rdd.ts';
import { Feed } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';
import { type Defined, defined } from './graph-kit.ts';

type Numbers = DStream<number>;

interface Staged extends Defined {
  readonly actor: Alone<StageMessage>;
  /** Lets promises go on. @returns what the actor has posted since the last look */
  settled(): Promise<readonly string[]>;
  /** A parent says that it has an RDD of one row, which is its time and a letter of its own. */
  ready(parent: string, timeMs: number): StageMessage;
}

/** The last stage of a program over two inputs, with two children, alone. */
function staged(define: (a: Numbers, b: Numbers) => Numbers): Staged {
  const it = defined((ssc) => define(ssc.inputStream(new Feed([])), ssc.inputStream(new Feed([]))).print());
  const node = it.graph.stages.at(-1);
  if (node === undefined) throw new Error('the program has no stage');
  const options = { node, planning: it.planning, runtime: it.runtime, children: ['x', 'y'], pendingMax: 2 };
  const actor = new Alone<StageMessage>((post) => stage(options, post));
  return {
    ...it,
    actor,
    settled: async () => {
      await it.runtime.settle();
      return actor.says();
    },
    ready: (parent, timeMs) => {
      const rdd = it.ssc.sparkContext.parallelize([`${parent} ${timeMs}`], 1) as unknown as RDD<never>;
      return { type: 'rdd.ready', timeMs, rdd };
    },
  };
}

const [a, b] = ['input:0:feed', 'input:1:feed'];
const union = (one: Numbers, other: Numbers): Numbers => one.union(other);
const mapped = (one: Numbers): Numbers => one.map((n) => n);
const failure = new JobError('BATCH.PLAN_THREW', { operator: 'a', timeMs: 1000, message: 'no' });
const none = (timeMs: number): StageMessage => ({ type: 'rdd.none', timeMs });

test('answers a time once, to each child, when all its parents have spoken of it', () => {
  const { actor, ready } = staged(union);
  expect(actor.hears(ready('a', 1000), a)).toEqual([]);
  expect(actor.hears(ready('b', 1000), b)).toEqual(['x rdd.ready 1000', 'y rdd.ready 1000']);
});

test('parents may speak at different paces: times are answered in order', () => {
  const { actor, ready } = staged(union);
  actor.hears(ready('b', 1000), b);
  actor.hears(ready('b', 2000), b);
  expect(actor.hears(ready('a', 1000), a)).toEqual(['x rdd.ready 1000', 'y rdd.ready 1000']);
  expect(actor.hears(ready('a', 2000), a)).toEqual(['x rdd.ready 2000', 'y rdd.ready 2000']);
});

test('takes its parents in the order of the program, whichever spoke first', async () => {
  const { actor, ready } = staged(union);
  actor.tell(ready('b', 1000), b);
  actor.tell(ready('a', 1000), a);
  expect(await actor.takesOne('rdd.ready').rdd.collect()).toEqual(['a 1000', 'b 1000']);
});

test('a parent that it has twice speaks once', async () => {
  const { actor, ready } = staged((one) => one.union(one));
  actor.tell(ready('a', 1000), a);
  expect(await actor.takesOne('rdd.ready').rdd.collect()).toEqual(['a 1000', 'a 1000']);
});

describe('a parent without an RDD', () => {
  test('leaves a stage that can do without it without one', () => {
    expect(staged(mapped).actor.hears(none(1000), a)).toEqual(['x rdd.none 1000', 'y rdd.none 1000']);
  });

  test('refuses the batch of a stage that cannot', () => {
    const { actor, ready } = staged(union);
    actor.tell(ready('a', 1000), a);
    actor.tell(none(1000), b);
    expect(actor.takesOne('rdd.failed').error.message).toMatchInlineSnapshot(`
      "[BATCH.PARENT_WITHOUT_RDD] union has nothing to work on in batch 1000 ms: feed made no RDD for it.
        why  union needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
        fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
        at   union (stage.test.ts:44), feed (stage.test.ts:24)"
    `);
    actor.tell(ready('a', 2000), a);
    expect(actor.hears(ready('b', 2000), b)).toEqual(['x rdd.ready 2000', 'y rdd.ready 2000']);
  });
});

test('a failure of a parent is passed on as it is, and the next time is answered', () => {
  const { actor, ready } = staged(union);
  actor.tell(none(1000), a);
  actor.tell({ type: 'rdd.failed', timeMs: 1000, error: failure }, b);
  expect(actor.takesOne('rdd.failed')).toEqual({ type: 'rdd.failed', timeMs: 1000, error: failure });
  actor.tell(ready('a', 2000), a);
  expect(actor.hears(ready('b', 2000), b)).toEqual(['x rdd.ready 2000', 'y rdd.ready 2000']);
});

test('a throw of the plan is the failure of its time alone, and names the operator', () => {
  const cause = new Error('not today');
  const { actor, ready } = staged((one) =>
    one.transform((rdd, time) => {
      if (time.milliseconds === 1000) throw cause;
      return rdd;
    }),
  );
  actor.tell(ready('a', 1000), a);
  const { error } = actor.takesOne('rdd.failed');
  expect([error.code, error.cause]).toEqual(['BATCH.PLAN_THREW', cause]);
  expect(actor.hears(ready('a', 2000), a)).toEqual(['x rdd.ready 2000', 'y rdd.ready 2000']);
});

test('has an RDD at multiples of its slide, and none in between', () => {
  const everyOther = defineOp<number>({ name: 'slow', slideMs: 2000, code: [], plan: (batch) => batch.input() });
  const { actor, ready } = staged((one) => one.via(everyOther));
  expect(actor.hears(ready('a', 1000), a)).toEqual(['x rdd.none 1000', 'y rdd.none 1000']);
  expect(actor.hears(ready('a', 2000), a)).toEqual(['x rdd.ready 2000', 'y rdd.ready 2000']);
});

describe('a plan that waits', () => {
  test('keeps the next time waiting, until it is there', async () => {
    const calls: string[] = [];
    const it = staged((one) =>
      one.transform(async (rdd, { milliseconds }) => {
        calls.push(`begins ${milliseconds}`);
        await it.runtime.clock.sleep(milliseconds === 1000 ? 500 : 10);
        calls.push(`ends ${milliseconds}`);
        return rdd;
      }),
    );
    it.actor.tell(it.ready('a', 1000), a);
    it.actor.tell(it.ready('a', 2000), a);
    await it.runtime.clock.advance(499);
    expect(it.actor.says()).toEqual([]);
    await it.runtime.clock.advance(1);
    expect(it.actor.says()).toEqual(['x rdd.ready 1000', 'y rdd.ready 1000']);
    await it.runtime.clock.advance(10);
    expect(it.actor.says()).toEqual(['x rdd.ready 2000', 'y rdd.ready 2000']);
    expect(calls).toEqual(['begins 1000', 'ends 1000', 'begins 2000', 'ends 2000']);
  });

  test('refuses its batch when it rejects, and the next follows', async () => {
    const { actor, ready, settled } = staged((one) =>
      one.transform(async (rdd, { milliseconds }) => {
        if (milliseconds === 1000) throw new Error('not today');
        return rdd;
      }),
    );
    actor.tell(ready('a', 1000), a);
    actor.tell(ready('a', 2000), a);
    expect(await settled()).toEqual(
      [1000, 2000].flatMap((timeMs) =>
        ['x', 'y'].map((child) => `${child} ${timeMs === 1000 ? 'rdd.failed' : 'rdd.ready'} ${timeMs}`),
      ),
    );
  });
});

test('a parent that runs further ahead than batches may be under way is a mistake of ours', () => {
  const { actor, ready } = staged(union);
  actor.tell(ready('a', 1000), a);
  actor.tell(ready('a', 2000), a);
  expect(() => actor.tell(ready('a', 3000), a)).toThrow(expect.objectContaining({ code: 'BUG.ASSERTION' }));
});
