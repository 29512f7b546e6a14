import { describe, expect, test } from 'vitest';
import { SourceError, UsageError } from '../../src/core/errors.ts';
import { type Block, blockOf } from '../../src/rdd/block.ts';
import { type Desk, desk, isOver, rowsOf, started } from './receiver-kit.ts';

describe('blocks that are made safe', () => {
  const refusal = new SourceError(
    'RECEIVER.BLOCK_NOT_SAFE',
    { receiver: 'Puppet', block: 'input-7-0', rowCount: 1, isRepeatable: true, reason: 'no room' },
    { retryable: true },
  );

  test('storeBlock resolves when its block is safe, and only its own', async () => {
    const it = started({ underWay: 10 });
    const first = it.receiver.storeBlock([1]);
    const second = it.receiver.storeBlock([2]);
    expect(await isOver(it, first)).toBe(false);
    const [block] = it.blocks();
    if (block === undefined) throw new Error('there is no block');
    it.actor.tell({ type: 'block.safe', blocks: [block] });
    expect([await isOver(it, first), await isOver(it, second)]).toEqual([true, false]);
  });

  test('storeBlock rejects when its block is refused; the receiver has failed, and its memory is free', async () => {
    const it = started({ rows: 1, underWay: 10 });
    const stored = expect(it.receiver.storeBlock([1, 2])).rejects.toBe(refusal);
    const drained = it.receiver.drained();
    await it.runtime.settle();
    it.actor.tell({ type: 'block.refused', blocks: it.blocks(), error: refusal });
    await stored;
    expect(await isOver(it, drained)).toBe(true);
    expect(it.actor.takesOne('receiver.failed')).toMatchObject({ error: refusal, retryable: true });
  });

  test('a mistake of the program is not tried again', async () => {
    const it = started({ underWay: 10 });
    const error = new UsageError('RECEIVER.ROW_NOT_PLAIN', { receiver: 'Puppet', value: 'x' });
    it.receiver.store(1);
    it.actor.tell({ type: 'block.seal', timeMs: 1000 });
    it.actor.tell({ type: 'block.refused', blocks: it.blocks(), error });
    expect(it.actor.takesOne('receiver.failed')).toMatchObject({ error, retryable: false });
  });

  test('of several storeBlock that wait for room each takes what the one before has left', async () => {
    const it = started({ rows: 2, underWay: 10 });
    for (const rows of [[1, 2], [3], [4], [5]]) void it.receiver.storeBlock(rows);
    await it.runtime.settle();
    const [first] = it.blocks();
    expect(rowsOf(first as Block)).toEqual([1, 2]);
    it.actor.tell({ type: 'block.freed', blocks: [first as Block] });
    await it.runtime.settle();
    expect(it.blocks().map(rowsOf)).toEqual([[3], [4]]);
  });

  test('what its source can send again is told apart from what it cannot', async () => {
    const it = started({ underWay: 10 });
    it.receiver.store(1);
    void it.receiver.storeBlock([2]);
    await it.runtime.settle();
    const stored = it.actor.takes().flatMap(({ message }) => (message.type === 'block.stored' ? message : []));
    expect(stored.map(({ block, isRepeatable }) => [rowsOf(block), isRepeatable])).toEqual([
      [[1], false],
      [[2], true],
    ]);
  });

  test('no more blocks are under way than may be: store says so, storeBlock waits', async () => {
    const it = started({ underWay: 2 });
    it.receiver.store(1);
    await it.runtime.clock.advance(200);
    expect(it.receiver.store(2)).toBe(true);
    await it.runtime.clock.advance(200);
    const blocks = it.blocks();
    expect(it.receiver.store(3)).toBe(false);
    const [drained, stored] = [it.receiver.drained(), it.receiver.storeBlock([4])];
    expect([await isOver(it, drained), it.blocks()]).toEqual([false, []]);
    it.actor.tell({ type: 'block.safe', blocks: blocks.slice(0, 1) });
    expect(await isOver(it, drained)).toBe(true);
    expect(it.blocks().map(rowsOf)).toEqual([[3], [4]]);
    expect(await isOver(it, stored)).toBe(false);
  });

  test('rows that are safe count until their batch has ended', async () => {
    const it = started({ rows: 1, underWay: 10 });
    it.receiver.store(1);
    await it.runtime.clock.advance(200);
    const drained = it.receiver.drained();
    const blocks = it.blocks();
    it.actor.tell({ type: 'block.safe', blocks });
    expect(await isOver(it, drained)).toBe(false);
    it.actor.tell({ type: 'block.freed', blocks });
    expect(await isOver(it, drained)).toBe(true);
  });

  test('a run has stopped when all of its blocks are safe or refused; no row is taken after onStop', async () => {
    const it = started({ underWay: 10 });
    const { receiver, actor, settled } = it;
    receiver.store(0);
    const stored = receiver.storeBlock([1]).catch((error: unknown) => error);
    await it.runtime.settle();
    const [gathered, sent] = it.blocks();
    if (gathered === undefined || sent === undefined) throw new Error('there are no two blocks');
    actor.tell({ type: 'receiver.stop' });
    expect(await settled()).toEqual([]);
    expect(() => receiver.store(2)).toThrow(expect.objectContaining({ code: 'RECEIVER.NOT_STARTED' }));
    actor.tell({ type: 'block.safe', blocks: [gathered] });
    expect(await settled()).toEqual([]);
    actor.tell({ type: 'block.refused', blocks: [sent], error: refusal });
    expect(await settled()).toEqual(["supervisor receiver.stopped 'Stopped by driver'"]);
    expect(await stored).toBe(refusal);
  });
});

describe('how far the source is', () => {
  const restart = async ({ actor, settled }: Desk): Promise<void> => {
    actor.tell({ type: 'receiver.stop' });
    await settled();
    actor.tell({ type: 'receiver.start' });
  };

  test('a start is told what was said of the last block that is safe', async () => {
    const it = started({ underWay: 10 });
    const outcomes = ['a', 'b', undefined].map((meta) => it.receiver.storeBlock([1], meta).catch(() => 'refused'));
    await it.runtime.settle();
    const blocks = it.blocks();
    it.actor.tell({ type: 'block.safe', blocks: [blocks[0], blocks[2]] as Block[] });
    it.actor.tell({
      type: 'block.refused',
      blocks: [blocks[1]] as Block[],
      error: new UsageError('RECEIVER.NOT_STARTED', { receiver: 'x' }),
    });
    expect(await Promise.all(outcomes)).toEqual([undefined, 'refused', undefined]);
    await restart(it);
    expect(it.receiver.behind).toEqual([undefined, 'a']);
  });

  test('where nothing makes blocks safe, of the last one', async () => {
    const it = started();
    await it.receiver.storeBlock([1], { offset: 1 });
    await it.receiver.storeBlock([2], { offset: 2 });
    it.receiver.store(3);
    await restart(it);
    expect(it.receiver.behind).toEqual([undefined, { offset: 2 }]);
  });

  test('the first start is told what an earlier process has left, and numbers of blocks go on', async () => {
    const recovered = { allocated: new Map(), unallocated: [], lost: new Map(), lastMeta: 'z', nextNumber: 40 };
    const it = started({ recovered });
    await it.receiver.storeBlock([1]);
    expect(it.receiver.behind).toEqual(['z']);
    expect(it.blocks().map(({ id }) => id)).toEqual(['input-7-40']);
  });

  test('what an earlier process has left counts until its batch has ended', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => blockOf(id, [{ kind: 'rows', rows: [id] }])) as [Block, Block, Block];
    const allocated = new Map([
      [1000, [a]],
      [2000, [b]],
    ]);
    const it = started({
      rows: 2,
      recovered: { allocated, unallocated: [c], lost: new Map(), lastMeta: undefined, nextNumber: 3 },
    });
    const drained = it.receiver.drained();
    it.actor.tell({ type: 'block.freed', blocks: [a] });
    expect(await isOver(it, drained)).toBe(false);
    it.actor.tell({ type: 'block.freed', blocks: [b] });
    expect(await isOver(it, drained)).toBe(true);
    expect([it.receiver.store(1), it.receiver.store(2)]).toEqual([false, false]);
  });
});

describe('fact 97: the rate of a receiver (Spark: store waits; here it says so)', () => {
  test('rows and lines are counted, and room is there again when they have had their time', async () => {
    const it = started({ rate: 10 });
    expect(it.receiver.store(1)).toBe(false);
    expect(it.receiver.storeLines(Buffer.from('a\nb\n'))).toBe(false);
    const drained = it.receiver.drained();
    await it.runtime.clock.advance(299);
    expect(await isOver(it, drained)).toBe(false);
    await it.runtime.clock.advance(1);
    expect(await isOver(it, drained)).toBe(true);
  });

  test('a source that waits for room sends so many a second', async () => {
    const it = desk({ rate: 100 });
    let count = 0;
    it.receiver.starting = async () => {
      for (; it.receiver.isStarted(); count += 1) if (!it.receiver.store(count)) await it.receiver.drained();
    };
    it.actor.tell({ type: 'receiver.start' });
    await it.runtime.clock.advance(5000);
    expect(count).toBe(500);
  });

  test('does not limit storeBlock, and none limits anything', async () => {
    const limited = started({ rate: 1 });
    await limited.receiver.storeBlock([1, 2, 3]);
    await limited.receiver.storeBlock([4, 5, 6]);
    expect(limited.receiver.store(7)).toBe(false);
    await limited.receiver.storeBlock([8]);
    for (const rate of [0, -1]) expect(started({ rate }).receiver.store(1)).toBe(true);
  });

  test('a run that ends waits for no rate', async () => {
    const it = started({ rate: 1 });
    it.receiver.store(1);
    const drained = it.receiver.drained();
    it.actor.tell({ type: 'receiver.stop' });
    expect(await isOver(it, drained)).toBe(true);
  });

  test.each([
    ['nobody waits for room', false, 0],
    ['one waits for room', true, 1],
    ['one waits, and the system ends', true, 0],
  ])('there is a timer only while it is of use: %s', async (_when, isWaiting, timers) => {
    const it = started({ rate: 1 });
    it.receiver.store(1);
    await it.runtime.clock.advance(200);
    const { clock } = it.runtime;
    const fired: number[] = [];
    const at = clock.at.bind(clock);
    clock.at = (deadlineMs, f) => {
      const noted = (): void => {
        fired.push(deadlineMs);
        f();
      };
      return at(deadlineMs, noted);
    };
    if (isWaiting) void it.receiver.drained();
    await it.runtime.settle();
    if (timers === 0) it.actor.stop();
    await clock.advance(10_000);
    expect(fired).toHaveLength(timers);
  });
});
