import { type Batch, defineOp, type Op, type RDD, type Row, SparkConf, SparkContext, Time } from 'firesteel';
import { Feed, testRuntime } from 'firesteel/testing';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { JobError, UsageError } from '../../src/core/errors.ts';
import type { Answer } from '../../src/graph/answer.ts';
import { GraphBuilder, type StageNode } from '../../src/graph/graph.ts';
import { InputDStream } from '../../src/graph/input-dstream.ts';
import { blocksToAnswer, type Planning, stepInput, stepStage } from '../../src/graph/planning.ts';
import { blockOf } from '../../src/rdd/block.ts';
import { textChunk } from '../../src/rdd/chunk.ts';

let sc: SparkContext;
let planning: Planning;

beforeEach(() => {
  sc = new SparkContext(new SparkConf().setMaster('local[3]').setAppName('test'), { runtime: testRuntime() });
  planning = {
    engine: sc.engine,
    zeroTimeMs: 10_000,
    startMs: 10_000,
    given: () => undefined,
    memories: new Map(),
    stores: new Map(),
  };
  onTestFinished(() => sc.stop());
});

type Plan = (batch: Batch) => RDD<Row> | Promise<RDD<Row>>;
const parentRows: Plan = (batch) => batch.input();

/** A stage of a batch length of a second, with so many parents. */
function stageOf(op: Partial<Op<Row>> & { readonly plan: Plan }, parents = 1): StageNode {
  const builder = new GraphBuilder(1000);
  const inputs = Array.from({ length: parents }, () => builder.input('feed', new Feed<Row>([])));
  return builder.stage(defineOp<Row>({ name: 'op', code: [], ...op }), inputs);
}

const ready = (timeMs: number, ...rows: Row[]): Answer => ({ type: 'rdd.ready', timeMs, rdd: sc.parallelize(rows, 1) });
const none = (timeMs: number): Answer => ({ type: 'rdd.none', timeMs });
const failure = new JobError('BATCH.PLAN_THREW', { operator: 'map', timeMs: 11_000, message: 'no' });
const failed = (timeMs: number): Answer => ({ type: 'rdd.failed', timeMs, error: failure });

/** An answer, with the rows for the RDD and the text for the error. */
async function told(answer: Answer | Promise<Answer>): Promise<unknown> {
  const said = await answer;
  if (said.type === 'rdd.ready') return { ...said, rdd: await said.rdd.collect() };
  return said.type === 'rdd.failed' ? { ...said, error: textOf(said.error) } : said;
}

const textOf = (error: unknown): string => String(error).replaceAll(/\.test\.ts:\d+/g, '.test.ts');

describe('the answer of a stage', () => {
  const first = 11_000;

  test.each<[string, Op<Row>['withoutParent'], ((timeMs: number) => Answer)[], Answer['type']]>([
    ['all parents are ready', 'none', [ready, ready], 'rdd.ready'],
    ['all parents are ready', 'fail', [ready, ready], 'rdd.ready'],
    ['one has none', 'none', [ready, none], 'rdd.none'],
    ['one has none', 'fail', [ready, none], 'rdd.failed'],
    ['all have none', 'none', [none, none], 'rdd.none'],
    ['all have none', 'fail', [none, none], 'rdd.failed'],
    ['one failed', 'none', [ready, failed], 'rdd.failed'],
    ['one failed', 'fail', [failed, ready], 'rdd.failed'],
    ['one has none and one failed', 'none', [none, failed], 'rdd.failed'],
    ['one has none and one failed', 'fail', [none, failed], 'rdd.failed'],
  ])('when %s, and without a parent it says %s', async (_when, withoutParent, parents, type) => {
    const stage = stageOf({ withoutParent, plan: parentRows }, parents.length);
    const answer = await stepStage(
      stage,
      first,
      parents.map((parent) => parent(first)),
      planning,
    );
    expect([answer.type, answer.timeMs]).toEqual([type, first]);
  });

  test('is a parent’s own failure, where one failed', async () => {
    const stage = stageOf({ withoutParent: 'fail', plan: parentRows }, 2);
    expect(await stepStage(stage, first, [none(first), failed(first)], planning)).toEqual(failed(first));
  });

  test('names the parent that has no RDD, where it needs one', async () => {
    const stage = stageOf({ withoutParent: 'fail', plan: parentRows }, 2);
    expect(await told(stepStage(stage, first, [ready(first), none(first)], planning))).toMatchInlineSnapshot(`
      {
        "error": "JobError: [BATCH.PARENT_WITHOUT_RDD] op has nothing to work on in batch 11000 ms: feed made no RDD for it.
        why  op needs an RDD of every parent in every batch; no RDD is not the same as an empty one.
        fix  Let the source return an empty RDD for a batch without data, or give both streams the same slide.
        at   op (planning.test.ts), feed (planning.test.ts)",
        "timeMs": 11000,
        "type": "rdd.failed",
      }
    `);
  });

  test.each([ready, none, failed])(
    'is none at times that are no multiple of its slide, whatever its parent says',
    async (parent) => {
      const stage = stageOf({ slideMs: 3000, withoutParent: 'fail', plan: parentRows });
      const types: string[] = [];
      for (let timeMs = 9000; timeMs <= 16_000; timeMs += 1000) {
        types.push((await stepStage(stage, timeMs, [parent(timeMs)], planning)).type);
      }
      const there = (await stepStage(stage, 13_000, [parent(13_000)], planning)).type;
      const none = 'rdd.none';
      expect(types).toEqual([none, none, none, none, there, none, none, there]);
      expect(there).toBe({ ready: 'rdd.ready', none: 'rdd.failed', failed: 'rdd.failed' }[parent.name]);
    },
  );

  test('is what its plan makes of the RDDs of its parents, in order', async () => {
    const stage = stageOf(
      { plan: ({ inputs: [a, b], time }) => b?.union(a as never).map((row) => [row, time.milliseconds]) as never },
      2,
    );
    expect(await told(stepStage(stage, first, [ready(first, 'a'), ready(first, 'b')], planning))).toMatchObject({
      rdd: [
        ['b', first],
        ['a', first],
      ],
    });
  });

  test('is a promise only where the plan makes one', async () => {
    const plan: Plan = async (batch) => batch.rows(['late']);
    expect(stepStage(stageOf({ plan: parentRows }), first, [ready(first)], planning)).not.toBeInstanceOf(Promise);
    const late = stepStage(stageOf({ plan }), first, [ready(first)], planning);
    expect(late).toBeInstanceOf(Promise);
    expect(await told(late)).toMatchObject({ rdd: ['late'] });
  });

  test.each<[string, Plan]>([
    [
      'throws',
      () => {
        throw new TypeError('no such table');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('no such table'))],
  ])('is a failure when its plan %s', async (_how, plan) => {
    const answer = await stepStage(stageOf({ plan }), first, [ready(first)], planning);
    expect(answer).toMatchObject({ type: 'rdd.failed', error: { cause: new TypeError('no such table') } });
    expect(textOf((answer as { readonly error?: unknown }).error)).toMatchInlineSnapshot(`
      "JobError: [BATCH.PLAN_THREW] op threw while batch 11000 ms was planned: no such table
        why  Functions of transform, and sources that are asked, run on the driver before the batch does; without them it cannot be.
        fix  Look at the cause below. Later batches go on; the outputs of this one did not run.
        at   op (planning.test.ts)"
    `);
  });

  test('passes an error of ours on as it is', async () => {
    const error = new UsageError('TRANSFORM.NO_RDD', { operator: 'transform', returned: '7' });
    const plan: Plan = () => Promise.reject(error);
    expect(await stepStage(stageOf({ plan }), first, [ready(first)], planning)).toMatchObject({ error });
  });

  test('gives its plan the time, the default parallelism, and RDDs of rows at hand', async () => {
    let seen: unknown[] = [];
    const plan: Plan = (batch) => {
      seen = [batch.time, batch.defaultParallelism, batch.inputs.length];
      return batch.rows([1, 2]);
    };
    const answer = await stepStage(stageOf({ plan }, 2), first, [ready(first), ready(first)], planning);
    expect(seen).toEqual([new Time(first), 3, 2]);
    expect(answer.type === 'rdd.ready' && (await answer.rdd.collectPartitions())).toEqual([[1, 2]]);
  });

  test('bears the name of its operator in all that the plan makes, not in what the program makes', async () => {
    const bad = (): never => {
      throw new Error('no');
    };
    const failureOf = async (plan: Plan): Promise<string> => {
      const answer = await stepStage(stageOf({ name: 'myOp', plan }), first, [ready(first, 1)], planning);
      return answer.type === 'rdd.ready' ? textOf(await answer.rdd.collect().catch((error) => error)) : answer.type;
    };
    expect(
      await failureOf((batch) =>
        batch
          .input()
          .map((row) => row)
          .filter(bad),
      ),
    ).toContain('The function of myOp threw');
    const made = await failureOf((batch) =>
      batch.driver(() =>
        batch
          .input()
          .map((row) => row)
          .filter(bad),
      ),
    );
    expect(made).toContain('The function of filter threw');
  });
});

describe('the answer of a source that is asked', () => {
  class Source extends InputDStream<number> {
    #reads = 0;
    readonly make: InputDStream<number>['compute'];
    constructor(make: InputDStream<number>['compute']) {
      super();
      this.make = make;
    }
    override compute(
      ...given: Parameters<InputDStream<number>['compute']>
    ): ReturnType<InputDStream<number>['compute']> {
      this.#reads += 1;
      return this.make(...given);
    }
    override position(): number {
      return this.#reads;
    }
  }
  const step = async (make: InputDStream<number>['compute']): Promise<unknown> => {
    const node = new GraphBuilder(1000).input('source', new Source(make));
    const { answer, position } = await stepInput(node, 11_000, planning);
    return { answer: await told(answer), position };
  };

  test('is its RDD, at once or later, and how far it has read then', async () => {
    const expected = { answer: { type: 'rdd.ready', timeMs: 11_000, rdd: [11_000, 1, 2] }, position: 1 };
    expect(await step((time, make) => make.rows([time.milliseconds, 1, 2], 2))).toEqual(expected);
    expect(await step(async (time, make) => make.rows([time.milliseconds, 1, 2], 2))).toEqual(expected);
  });

  test('is none where it makes no RDD, and ready where it makes one of no partition', async () => {
    expect(await step(() => undefined)).toEqual({ answer: none(11_000), position: 1 });
    expect(await step((_time, make) => make.union<number>([]))).toMatchObject({ answer: { rdd: [] } });
  });

  test('is a failure where it throws', async () => {
    const failed = await step(() => {
      throw new Error('disk full');
    });
    expect(failed).toMatchInlineSnapshot(`
      {
        "answer": {
          "error": "JobError: [BATCH.PLAN_THREW] source threw while batch 11000 ms was planned: disk full
        why  Functions of transform, and sources that are asked, run on the driver before the batch does; without them it cannot be.
        fix  Look at the cause below. Later batches go on; the outputs of this one did not run.
        at   source (planning.test.ts)",
          "timeMs": 11000,
          "type": "rdd.failed",
        },
        "position": undefined,
      }
    `);
    expect(await step(() => Promise.reject(new Error('disk full')))).toEqual(failed);
  });
});

describe('the answer of a source that blocks were received for', () => {
  test('has a partition for each block, and is ready without blocks too', async () => {
    const node = new GraphBuilder(1000).input('socketTextStream', new Feed<Row>([]));
    const blocks = ['a\nb\n', 'c\n'].map((text, i) => blockOf(`input-0-${i}`, [textChunk(Buffer.from(text))]));
    const partitions = async (answer: Answer): Promise<unknown> =>
      answer.type === 'rdd.ready' && (await answer.rdd.collectPartitions());
    expect(await partitions(blocksToAnswer(node, 11_000, blocks, planning))).toEqual([['a', 'b'], ['c']]);
    expect(await partitions(blocksToAnswer(node, 12_000, [], planning))).toEqual([]);
  });
});
