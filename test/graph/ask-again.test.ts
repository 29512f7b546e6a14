import { type DStream, type RDD, Seconds, type Time } from 'firesteel';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Answer } from '../../src/graph/answer.ts';
import type { StreamNode } from '../../src/graph/graph.ts';
import { InputDStream, type RDDMaker } from '../../src/graph/input-dstream.ts';
import { askAgain, type Planning, stepInput, stepStage } from '../../src/graph/planning.ts';
import { planningOf } from '../../src/graph/planning-of.ts';
import { sealNode } from '../../src/graph/sealing.ts';
import { defined } from '../actors/graph-kit.ts';

type Pair = [string, number];

/** Says which second it is, as the value of one key; fails for as long as it is told to. */
class Clockwork extends InputDStream<Pair> {
  readonly failing = new Set<number>();
  readonly asked: number[] = [];

  override get name(): string {
    return 'seconds';
  }

  override compute(time: Time, make: RDDMaker): RDD<Pair> {
    const second = time.milliseconds / 1000;
    this.asked.push(second);
    if (this.failing.has(second)) throw new Error(`no ${second}`);
    return make.rows([['a', second]]);
  }
}

interface Loop {
  readonly source: Clockwork;
  readonly planning: Planning;
  /** The last stage of the program. */
  readonly last: StreamNode;
  readonly input: StreamNode;
  /** Plans a batch, as the engines do. @returns what the last stage says */
  plan(second: number): Promise<Answer>;
  seal(second: number): void;
}

function loopOf(define: (input: DStream<Pair>) => DStream<Pair>): Loop {
  const source = new Clockwork();
  const { graph, ssc } = defined((context) => define(context.inputStream(source)).print());
  onTestFinished(() => ssc[Symbol.asyncDispose]());
  const { engine } = ssc.sparkContext;
  const options = { engine, zeroTimeMs: 0, rememberMs: undefined, mayUnpersist: true, pendingMax: 3 };
  const planning = planningOf(graph, options);
  const last = graph.stages.at(-1) as StreamNode;
  return {
    source,
    planning,
    last,
    input: graph.inputs[0] as StreamNode,
    plan: async (second) => {
      const answers = new Map<StreamNode, Answer>();
      for (const node of graph.inputs) answers.set(node, (await stepInput(node, second * 1000, planning)).answer);
      for (const stage of graph.stages) {
        const parents = stage.parents.map((parent) => answers.get(parent) as Answer);
        answers.set(stage, await stepStage(stage, second * 1000, parents, planning));
      }
      return answers.get(last) as Answer;
    },
    seal: (second) => {
      for (const node of [...graph.inputs, ...graph.stages]) sealNode(node, second * 1000, planning);
    },
  };
}

/** What an answer says: its rows, or the text of its error. */
async function told(answer: Answer | Promise<Answer>): Promise<unknown> {
  const said = await answer;
  if (said.type === 'rdd.ready') return said.rdd.collect();
  return said.type === 'rdd.failed' ? said.error.message.split('\n')[0] : said.type;
}

const sum = (values: number[], so = 0): number => values.reduce((a, b) => a + b, so);

describe('a node that is asked again', () => {
  test('says what it said, for as long as it is remembered', async () => {
    const { planning, last, source, plan } = loopOf((input) => input.map((pair) => pair));
    const said = await plan(1);
    expect(await askAgain(last, 1000, planning)).toBe(said);
    expect(source.asked).toEqual([1]);
  });

  test('plans again what it has forgotten, from what its parents remember', async () => {
    const { planning, last, input, plan, seal } = loopOf((seconds) => seconds.map((pair) => pair).window(Seconds(2)));
    for (const second of [1, 2, 3]) await plan(second);
    seal(2);
    expect(planning.memories.get(last)?.at(2000)).toBeUndefined();
    expect(await told(askAgain(last, 2000, planning))).toEqual([
      ['a', 1],
      ['a', 2],
    ]);
    seal(3);
    await expect(askAgain(input, 1000, planning)).rejects.toMatchObject({ code: 'SLICE.NOT_REMEMBERED' });
    await expect(askAgain(last, 1000, planning)).rejects.toMatchObject({ code: 'SLICE.NOT_REMEMBERED' });
  });

  test('has none at a time that is none of its own', async () => {
    const { planning, last } = loopOf((input) => input.window(Seconds(2), Seconds(2)));
    expect(await askAgain(last, 3000, planning)).toEqual({ type: 'rdd.none', timeMs: 3000 });
    expect(await askAgain(last, 0, planning)).toEqual({ type: 'rdd.none', timeMs: 0 });
  });

  test('asks a source that failed once more, and no other', async () => {
    const { planning, input, source, plan } = loopOf((seconds) => seconds.map((pair) => pair));
    source.failing.add(1);
    expect(await told(plan(1))).toContain('no 1');
    await plan(2);
    source.failing.clear();
    expect(await told(askAgain(input, 1000, planning))).toEqual([['a', 1]]);
    expect(await told(askAgain(input, 2000, planning))).toEqual([['a', 2]]);
    expect(source.asked).toEqual([1, 2, 1]);
    await expect(askAgain(input, 3000, planning)).rejects.toMatchObject({ code: 'SLICE.NOT_REMEMBERED' });
  });
});

describe('a state', () => {
  test('answers first for a batch that was refused, and once', async () => {
    const { source, plan } = loopOf((input) => input.map((pair) => pair).updateStateByKey(sum));
    source.failing.add(1);
    expect(await told(plan(1))).toContain('no 1');
    expect(await told(plan(2))).toContain('no 1');
    source.failing.clear();
    const answer = await plan(3);
    expect(await told(answer)).toEqual([['a', 6]]);
    expect(source.asked).toEqual([1, 2, 1, 3, 1]);
    expect(await told(plan(4))).toEqual([['a', 10]]);
  });

  test('tells that too many batches wait', async () => {
    const { source, plan } = loopOf((input) => input.updateStateByKey(sum));
    source.failing.add(1);
    const said: unknown[] = [];
    for (let second = 1; second <= 5; second++) {
      const answer = await plan(second);
      said.push(answer.type === 'rdd.failed' ? answer.error.code : answer.type);
    }
    expect(said).toEqual([
      'BATCH.PLAN_THREW',
      'BATCH.PLAN_THREW',
      'BATCH.PLAN_THREW',
      'STATE.STEPS_WAIT',
      'STATE.STEPS_WAIT',
    ]);
  });

  test('says what it said, when it is asked for a time that it has answered', async () => {
    const { planning, last, plan, seal } = loopOf((input) => input.updateStateByKey(sum));
    const answer = await plan(1);
    expect(await askAgain(last, 1000, planning)).toBe(answer);
    seal(1);
    await expect(askAgain(last, 1000, planning)).rejects.toMatchObject({ code: 'SLICE.NOT_REMEMBERED' });
  });

  test('plans two times that are asked for at once one after the other', async () => {
    const { planning, last, source, plan } = loopOf((input) => input.updateStateByKey(sum));
    source.failing.add(1);
    await plan(1);
    source.failing.clear();
    const [early, late] = await Promise.all([askAgain(last, 1000, planning), plan(2)]);
    expect([await told(late), await told(early)]).toEqual([[['a', 3]], [['a', 1]]]);
    expect(source.asked.filter((second) => second === 1)).toHaveLength(2);
  });
});

describe('a window', () => {
  test('without an inverse gets over a refused batch when that has left it', async () => {
    const { source, plan, seal } = loopOf((input) => input.groupByKeyAndWindow(Seconds(2)).mapValues(([n = 0]) => n));
    source.failing.add(1);
    expect(await told(plan(1))).toContain('no 1');
    expect(await told(plan(2))).toContain('no 1');
    expect(await told(plan(3))).toEqual([['a', 2]]);
    seal(1);
    expect(await told(plan(4))).toEqual([['a', 3]]);
  });

  test('with an inverse does not', async () => {
    const { source, plan } = loopOf((input) =>
      input.reduceByKeyAndWindow(
        (a, b) => a + b,
        (a, b) => a - b,
        Seconds(2),
      ),
    );
    source.failing.add(1);
    for (const second of [1, 2, 3, 4]) expect(await told(plan(second))).toContain(second < 4 ? 'no 1' : 'catch up');
    source.failing.clear();
    expect(await told(plan(5))).toEqual([['a', 9]]);
  });
});
