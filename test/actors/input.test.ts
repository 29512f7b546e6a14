import { describe, expect, test } from 'vitest';
import { askedInput, receiverInput } from '../../src/actors/input.ts';
import type { InputMessage } from '../../src/actors/messages.ts';
import type { RecoveredBlocks } from '../../src/graph/block-log.ts';
import { Receiver } from '../../src/graph/receiver.ts';
import { InputDStream, type RDD, type RDDMaker, type Row, type Time } from '../../src/index.ts';
import { type Block, blockOf } from '../../src/rdd/block.ts';
import { textChunk } from '../../src/rdd/chunk.ts';
import { Alone } from './alone.ts';
import { type Defined, defined } from './graph-kit.ts';

const addresses = { children: ['x', 'y'], scheduler: 'scheduler', drain: 'drain' };
const tick = (timeMs: number): InputMessage => ({ type: 'batch.tick', timeMs });

describe('an input with a receiver', () => {
  class Silent extends Receiver<string> {
    override onStart(): void {
      // Nothing comes of itself: the test tells the input of blocks.
    }

    override onStop(): void {
      // There is nothing to end.
    }
  }

  function received(recovered?: RecoveredBlocks): Alone<InputMessage> {
    const { graph, planning } = defined((ssc) => ssc.receiverStream(new Silent()).print());
    const [node] = graph.inputs;
    if (node === undefined) throw new Error('the program has no input');
    const options = { node, planning, ...addresses, receiver: 'receiver', supervisor: 'supervisor', recovered };
    return new Alone<InputMessage>((post) => receiverInput(options, post));
  }

  const block = (id: string, ...rows: readonly string[]): Block => blockOf(id, [{ kind: 'rows', rows }]);
  const stored = (of: Block): InputMessage => ({ type: 'block.stored', block: of, isRepeatable: false });
  const sealed = (timeMs: number): InputMessage => ({ type: 'block.sealed', timeMs });

  test('asks its receiver at each beat for what has come', () => {
    expect(received().hears(tick(1000))).toEqual(['receiver block.seal 1000']);
  });

  test('gives a batch the blocks that came before its seal, one partition each, in order', async () => {
    const actor = received();
    const lines = blockOf('b', [textChunk(Buffer.from('3\n4\n'))]);
    for (const each of [block('a', '1', '2'), lines]) expect(actor.hears(stored(each))).toEqual([]);
    actor.tell(sealed(1000));
    const { rdd } = actor.takesOne('rdd.ready');
    expect(await rdd.collectPartitions()).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    actor.hears(stored(block('c', '5')));
    actor.tell(sealed(2000));
    expect(await actor.takesOne('rdd.ready').rdd.collect()).toEqual(['5']);
  });

  test('tells the scheduler how many rows a batch has, and in which blocks, and each child once', () => {
    const actor = received();
    actor.tell(stored(block('a', '1', '2')));
    expect(actor.hears(sealed(1000))).toEqual([
      'scheduler input.planned 1000 stream 0 2 rows a',
      'x rdd.ready 1000',
      'y rdd.ready 1000',
    ]);
  });

  test('a batch for which nothing came is an RDD of no partition, which is not none', () => {
    const actor = received();
    actor.tell(sealed(1000));
    expect(actor.takesOne('rdd.ready').rdd.getNumPartitions()).toBe(0);
  });

  test('frees the blocks of a batch, and of those before it, when it is sealed, once', () => {
    const actor = received();
    for (const [timeMs, id] of [
      [1000, 'a'],
      [2000, 'b'],
    ] as const) {
      actor.hears(stored(block(id, id)));
      actor.hears(sealed(timeMs));
    }
    actor.hears(sealed(3000));
    expect(actor.hears({ type: 'batch.sealed', timeMs: 1000 })).toEqual(['receiver block.freed a (1 rows)']);
    expect(actor.hears({ type: 'batch.sealed', timeMs: 1000 })).toEqual([]);
    expect(actor.hears({ type: 'batch.sealed', timeMs: 3000 })).toEqual(['receiver block.freed b (1 rows)']);
    expect(actor.hears({ type: 'batch.sealed', timeMs: 3000 })).toEqual([]);
  });

  test('closes with its receiver, and says whether rows are left for a batch', () => {
    const actor = received();
    expect(actor.hears({ type: 'input.close' })).toEqual(['supervisor receiver.stop']);
    expect(actor.hears({ type: 'receiver.closed' })).toEqual(['drain input.closed has no more']);
    actor.tell(stored(block('a', '1')));
    expect(actor.hears({ type: 'receiver.closed' })).toEqual(['drain input.closed has more']);
  });

  describe('that comes back', () => {
    const nothing = { allocated: new Map(), unallocated: [], lost: new Map(), lastMeta: undefined, nextNumber: 0 };
    const twoBatches: RecoveredBlocks = {
      ...nothing,
      allocated: new Map([
        [1000, [block('a', '1'), block('b', '2')]],
        [3000, [block('c', '3')]],
      ]),
      unallocated: [block('d', '4')],
    };
    const rowsSaid = (actor: Alone<InputMessage>): Promise<readonly string[][]> =>
      actor.takesOne('rdd.ready').rdd.collectPartitions() as Promise<string[][]>;

    test('fact 65: gives a batch at once the blocks that it had, and the others to the first new one', async () => {
      const actor = received(twoBatches);
      actor.tell(stored(block('e', '5')));
      actor.tell(tick(1000));
      expect(await rowsSaid(actor)).toEqual([['1'], ['2']]);
      actor.tell(tick(2000));
      expect(await rowsSaid(actor)).toEqual([]);
      actor.tell(tick(3000));
      expect(await rowsSaid(actor)).toEqual([['3']]);
      expect(actor.hears(tick(4000))).toEqual(['receiver block.seal 4000']);
      actor.tell(sealed(4000));
      expect(await rowsSaid(actor)).toEqual([['4'], ['5']]);
    });

    test('fact 62: a time before the last that had blocks gets none of those that are of no batch', () => {
      const actor = received(twoBatches);
      expect(actor.hears(tick(2000))).toEqual([
        'scheduler input.planned 2000 stream 0 0 rows',
        'x rdd.ready 2000',
        'y rdd.ready 2000',
      ]);
    });

    test('tells again which blocks a batch has', () => {
      expect(received(twoBatches).hears(tick(1000))[0]).toBe('scheduler input.planned 1000 stream 0 2 rows a b');
    });

    test('frees these blocks too when their batch is sealed', () => {
      const actor = received(twoBatches);
      actor.hears(tick(1000));
      expect(actor.hears({ type: 'batch.sealed', timeMs: 1000 })).toEqual([
        'receiver block.freed a (1 rows) b (1 rows)',
      ]);
      expect(actor.hears({ type: 'batch.sealed', timeMs: 3000 })).toEqual(['receiver block.freed c (1 rows)']);
    });

    test('has something for one more batch when blocks are of none', () => {
      expect(received(twoBatches).hears({ type: 'receiver.closed' })).toEqual(['drain input.closed has more']);
      expect(received(nothing).hears({ type: 'receiver.closed' })).toEqual(['drain input.closed has no more']);
    });

    test('fact 69: without blocks a batch is empty; with lost ones it is refused (Spark: leaves them out)', () => {
      const lost = new Map([[2000, ['input-0-3', 'input-0-4']]]);
      const actor = received({ ...nothing, allocated: new Map([[1000, []]]), lost });
      actor.tell(tick(1000));
      expect(actor.takesOne('rdd.ready').rdd.getNumPartitions()).toBe(0);
      expect(actor.hears(tick(2000))).toEqual([
        'scheduler input.planned 2000 stream 0 0 rows input-0-3 input-0-4',
        'x rdd.failed 2000',
        'y rdd.failed 2000',
      ]);
      actor.tell(tick(2000));
      const { error } = actor.takesOne('rdd.failed');
      expect(error).toMatchObject({ code: 'RECEIVER.BLOCKS_LOST', name: 'SourceError' });
      expect(error.message).toMatch(
        /^\[RECEIVER.BLOCKS_LOST\] Batch 2000 ms has lost blocks .* Silent .*: input-0-3, input-0-4\./,
      );
      expect(actor.hears(tick(3000))).toEqual(['receiver block.seal 3000']);
    });
  });

  test('has nothing to let go of', () => {
    expect(received().hears({ type: 'input.stop' })).toEqual(['drain input.stopped']);
  });
});

describe('an input that is asked', () => {
  type Answer = ReturnType<InputDStream<number>['compute']>;

  class Asked extends InputDStream<number> {
    readonly answer: (timeMs: number, make: RDDMaker) => Answer;
    stopping: () => void | Promise<void> = () => undefined;
    at: Row = undefined;

    constructor(answer: Asked['answer']) {
      super();
      this.answer = answer;
    }

    override compute(time: Time, make: RDDMaker): Answer {
      return this.answer(time.milliseconds, make);
    }

    override position(): Row {
      return this.at;
    }

    override stop(): void | Promise<void> {
      return this.stopping();
    }
  }

  interface Desk extends Defined {
    readonly source: Asked;
    readonly actor: Alone<InputMessage>;
    settled(): Promise<readonly string[]>;
  }

  function asked(answer: Asked['answer'], pendingMax = 8): Desk {
    const source = new Asked(answer);
    const it = defined((ssc) => ssc.inputStream(source).print());
    const [node] = it.graph.inputs;
    if (node === undefined) throw new Error('the program has no input');
    const options = { node, planning: it.planning, runtime: it.runtime, pendingMax, ...addresses };
    const actor = new Alone<InputMessage>((post) => askedInput(options, post));
    const settled = async (): Promise<readonly string[]> => {
      await it.runtime.settle();
      return actor.says();
    };
    return { ...it, source, actor, settled };
  }

  test('is asked at each beat, and tells what came with how far it has read', async () => {
    const { source, actor } = asked((timeMs, make) => {
      source.at = { offset: timeMs };
      return make.rows([1, 2, 3], 2);
    });
    expect(actor.hears(tick(1000))).toEqual([
      'scheduler input.planned 1000 stream 0 3 rows',
      'x rdd.ready 1000',
      'y rdd.ready 1000',
    ]);
    actor.tell(tick(2000));
    expect(actor.takesOne('input.planned').info.position).toEqual({ offset: 2000 });
    actor.tell(tick(3000));
    expect(await actor.takesOne('rdd.ready').rdd.collectPartitions()).toEqual([[1], [2, 3]]);
  });

  test('may have no RDD, and may fail', async () => {
    const { actor, settled } = asked((timeMs) => {
      if (timeMs === 1000) return undefined;
      if (timeMs === 2000) throw new Error('no network');
      return Promise.reject(new Error('no network'));
    });
    const answers = ['rdd.none 1000', 'rdd.failed 2000', 'rdd.failed 3000'];
    const [first, second, third] = answers.map((answer) => {
      const timeMs = answer.slice(-4);
      return [`scheduler input.planned ${timeMs} stream 0 0 rows`, `x ${answer}`, `y ${answer}`];
    });
    expect(actor.hears(tick(1000))).toEqual(first);
    expect(actor.hears(tick(2000))).toEqual(second);
    actor.tell(tick(3000));
    expect(await settled()).toEqual(third);
  });

  test('names the source and the batch when it fails', () => {
    const { actor } = asked(() => {
      throw new Error('no network');
    });
    actor.tell(tick(1000));
    expect(actor.takesOne('rdd.failed').error.message.replaceAll(/\.ts:\d+/g, '.ts:1')).toMatchInlineSnapshot(`
      "[BATCH.PLAN_THREW] Asked threw while batch 1000 ms was planned: no network
        why  Functions of transform, and sources that are asked, run on the driver before the batch does; without them it cannot be.
        fix  Look at the cause below. Later batches go on; the outputs of this one did not run.
        at   Asked (input.test.ts:1)"
    `);
  });

  test.each([
    ['rows', [1, 2]],
    ['a promise of rows', Promise.resolve([1, 2])],
  ])('that gives %s instead of an RDD fails, and is told how to make one', async (_what, rows) => {
    const { actor, runtime } = asked(() => rows as unknown as RDD<number>);
    actor.tell(tick(1000));
    await runtime.settle();
    expect(actor.takesOne('rdd.failed').error.message.replaceAll(/\.ts:\d+/g, '.ts:1')).toMatchInlineSnapshot(`
      "[INPUT.NOT_AN_RDD] The Asked gave [ 1, 2 ] as the data of batch 1000 ms.
        why  compute() gives an RDD, or undefined where there is none: rows alone are in no partition.
        fix  Make an RDD of them with its second argument: compute(time, make) { return make.rows(rows); }
        at   Asked (input.test.ts:1)"
    `);
  });

  test('is asked for the next batch when it has answered for the one before', async () => {
    const calls: number[] = [];
    const it = asked(async (timeMs, make) => {
      calls.push(timeMs);
      await it.runtime.clock.sleep(timeMs === 1000 ? 700 : 10);
      return make.rows([timeMs]);
    });
    for (const timeMs of [1000, 2000, 3000]) it.actor.tell(tick(timeMs));
    await it.runtime.clock.advance(699);
    expect([calls, it.actor.says()]).toEqual([[1000], []]);
    await it.runtime.clock.advance(100);
    expect(calls).toEqual([1000, 2000, 3000]);
    expect(it.actor.says().filter((line) => line.startsWith('x'))).toEqual(
      [1000, 2000, 3000].map((timeMs) => `x rdd.ready ${timeMs}`),
    );
  });

  test('a mixture of answers at once and late ones keeps the order', async () => {
    const it = asked((timeMs, make) => {
      const rdd: RDD<number> = make.rows([timeMs]);
      return timeMs === 1000 ? it.runtime.clock.sleep(100).then(() => rdd) : rdd;
    });
    for (const timeMs of [1000, 2000, 3000]) it.actor.tell(tick(timeMs));
    expect(it.actor.says()).toEqual([]);
    await it.runtime.clock.advance(100);
    expect(it.actor.says().filter((line) => line.startsWith('scheduler'))).toEqual(
      [1000, 2000, 3000].map((timeMs) => `scheduler input.planned ${timeMs} stream 0 1 rows`),
    );
  });

  test('is closed at once: what has come by the next beat still counts', () => {
    const { actor } = asked((_timeMs, make) => make.rows([]));
    expect(actor.hears({ type: 'input.close' })).toEqual(['drain input.closed has more']);
  });

  test('lets go when its stop() has ended', async () => {
    const { actor, source, runtime, settled } = asked((_timeMs, make) => make.rows([]));
    source.stopping = () => runtime.clock.sleep(100);
    actor.tell({ type: 'input.stop' });
    expect(await settled()).toEqual([]);
    await runtime.clock.advance(100);
    expect(actor.says()).toEqual(['drain input.stopped']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('busy');
      },
    ],
    ['rejects', () => Promise.reject(new Error('busy'))],
  ])('a stop() that %s is reported, and it lets go', async (_how, stopping) => {
    const { actor, source, settled } = asked((_timeMs, make) => make.rows([]));
    source.stopping = stopping;
    actor.tell({ type: 'input.stop' });
    expect(await settled()).toEqual(['context error.reported', 'drain input.stopped']);
  });

  test('the end of a batch means nothing to it', () => {
    const { actor } = asked((_timeMs, make) => make.rows([]));
    expect(actor.hears({ type: 'batch.sealed', timeMs: 1000 })).toEqual([]);
  });

  test('messages of a receiver, and more beats than batches may be under way, are mistakes of ours', () => {
    const { actor } = asked(() => new Promise(() => undefined), 2);
    for (const type of ['receiver.closed', 'block.sealed', 'block.stored'] as const) {
      expect(() => actor.tell({ type } as InputMessage)).toThrow(TypeError);
    }
    for (const timeMs of [1000, 2000, 3000]) actor.tell(tick(timeMs));
    expect(() => actor.tell(tick(4000))).toThrow(expect.objectContaining({ code: 'BUG.ASSERTION' }));
  });
});
