import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { desk, isOver, Puppet, rowsOf, started } from './receiver-kit.ts';

describe('blocks', () => {
  test('a block is cut at the end of its interval, on the grid of intervals', async () => {
    const { runtime, receiver, actor } = started();
    await runtime.clock.advance(350);
    receiver.store('a');
    receiver.store('b');
    await runtime.clock.advance(49);
    expect(actor.says()).toEqual([]);
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual(['input block.stored input-7-0 (2 rows)']);
  });

  test('an interval without rows makes no block', async () => {
    const { runtime, receiver, actor } = started();
    receiver.store('a');
    await runtime.clock.advance(1000);
    receiver.store('b');
    await runtime.clock.advance(1000);
    expect(actor.says()).toEqual(['input block.stored input-7-0 (1 rows)', 'input block.stored input-7-1 (1 rows)']);
  });

  test('a seal hands over what is in the open block, then says so', async () => {
    const { runtime, receiver, actor } = started();
    receiver.store('a');
    expect(actor.hears({ type: 'block.seal', timeMs: 1000 })).toEqual([
      'input block.stored input-7-0 (1 rows)',
      'input block.sealed 1000',
    ]);
    expect(actor.hears({ type: 'block.seal', timeMs: 2000 })).toEqual(['input block.sealed 2000']);
    await runtime.clock.advance(1000);
    expect(actor.says()).toEqual([]);
  });

  test('rows that come after a seal begin a block of their own', async () => {
    const { runtime, receiver, actor, blocks } = started();
    receiver.store('a');
    actor.hears({ type: 'block.seal', timeMs: 1000 });
    receiver.store('b');
    await runtime.clock.advance(200);
    expect(blocks().map(rowsOf)).toEqual([['b']]);
  });

  test('values and lines keep their order inside a block, and lines their bytes', () => {
    const { receiver, actor, blocks } = started();
    receiver.store(1);
    receiver.storeLines(Buffer.from('two\nthree\r\n'));
    receiver.storeLines(Buffer.from('four'));
    receiver.store(5);
    actor.tell({ type: 'block.seal', timeMs: 1000 });
    const [block] = blocks();
    expect(rowsOf(block)).toEqual([1, 'two\nthree\r\nfour\n', 5]);
    expect(block).toMatchObject({ rowCount: 5, valueCount: 2, sizeBytes: 16 });
  });

  test('the end hands over what is left, then says so', () => {
    const { receiver, actor } = started();
    receiver.store('a');
    expect(actor.hears({ type: 'receiver.close' })).toEqual([
      'input block.stored input-7-0 (1 rows)',
      'input receiver.closed',
    ]);
  });

  test('the end of the system leaves no timer behind', async () => {
    const { runtime, receiver, actor } = started();
    receiver.store('a');
    actor.stop();
    await runtime.clock.advance(1000);
    expect(actor.says()).toEqual([]);
  });
});

describe('bounds', () => {
  test('store and storeLines take in any case, and say whether there is room for more', () => {
    const rows = started({ rows: 2 }).receiver;
    expect([rows.store(1), rows.store(2), rows.store(3)]).toEqual([true, false, false]);
    const lines = started({ bytes: 6 }).receiver;
    expect(lines.storeLines(Buffer.from('ab\n'))).toBe(true);
    expect(lines.storeLines(Buffer.from('cd'))).toBe(false);
  });

  test('rows count until their batch has ended, in whichever block they are', async () => {
    const it = started({ rows: 2 });
    it.receiver.store(1);
    it.receiver.store(2);
    const drained = it.receiver.drained();
    it.actor.tell({ type: 'block.seal', timeMs: 1000 });
    const blocks = it.blocks();
    expect(await isOver(it, drained)).toBe(false);
    it.actor.tell({ type: 'block.freed', blocks });
    expect(await isOver(it, drained)).toBe(true);
    expect([it.receiver.store(3), it.receiver.store(4)]).toEqual([true, false]);
  });

  test('bytes and rows are counted apart, and either is enough', async () => {
    const it = started({ rows: 2, bytes: 4 });
    it.receiver.storeLines(Buffer.from('abc\n'));
    const drained = it.receiver.drained();
    it.receiver.store(1);
    it.actor.tell({ type: 'block.seal', timeMs: 1000 });
    const blocks = it.blocks();
    expect(await isOver(it, drained)).toBe(false);
    it.receiver.store(2);
    it.receiver.store(3);
    it.actor.tell({ type: 'block.freed', blocks });
    expect(await isOver(it, drained)).toBe(false);
    await it.runtime.clock.advance(200);
    it.actor.tell({ type: 'block.freed', blocks: it.blocks() });
    expect(await isOver(it, drained)).toBe(true);
  });

  test('drained() resolves at once while there is room, and to all who wait', async () => {
    const it = started({ rows: 1 });
    expect(await isOver(it, it.receiver.drained())).toBe(true);
    it.receiver.store(1);
    const waiting = [it.receiver.drained(), it.receiver.drained()];
    await it.runtime.clock.advance(200);
    it.actor.tell({ type: 'block.freed', blocks: it.blocks() });
    expect(await Promise.all(waiting.map((promise) => isOver(it, promise)))).toEqual([true, true]);
  });

  test('a source that is held has no room, until it is released', async () => {
    const it = started();
    it.actor.tell({ type: 'source.hold' });
    expect(it.receiver.store(1)).toBe(false);
    const drained = it.receiver.drained();
    await it.runtime.clock.advance(200);
    it.actor.tell({ type: 'block.freed', blocks: it.blocks() });
    expect(await isOver(it, drained)).toBe(false);
    it.actor.tell({ type: 'source.release' });
    expect(await isOver(it, drained)).toBe(true);
    expect(it.receiver.store(2)).toBe(true);
  });
});

describe('storeBlock', () => {
  test('makes a block of its own, after what is in the open one, with what the source tells of it', async () => {
    const it = started();
    it.receiver.store('a');
    await it.receiver.storeBlock(new Set(['b', 'c']), { offset: 3 });
    await it.receiver.storeBlock(Buffer.from('d\ne\n'));
    const blocks = it.blocks();
    expect(blocks.map(rowsOf)).toEqual([['a'], ['b', 'c'], ['d\ne\n']]);
    expect(blocks.map(({ id, rowCount, meta }) => [id, rowCount, meta])).toEqual([
      ['input-7-0', 1, undefined],
      ['input-7-1', 2, { offset: 3 }],
      ['input-7-2', 2, undefined],
    ]);
  });

  test('resolves when the block has been handed over', async () => {
    const it = started();
    const stored = it.receiver.storeBlock(['a']);
    expect(it.actor.says()).toEqual([]);
    await stored;
    expect(it.actor.says()).toEqual(['input block.stored input-7-0 (1 rows)']);
  });

  test('waits while the receiver holds as much as it may', async () => {
    const it = started({ rows: 2 });
    await it.receiver.storeBlock(['a', 'b', 'c']);
    const blocks = it.blocks();
    const second = it.receiver.storeBlock(['d']);
    expect(await isOver(it, second)).toBe(false);
    expect(it.blocks()).toEqual([]);
    it.actor.tell({ type: 'block.freed', blocks });
    expect(await isOver(it, second)).toBe(true);
    expect(it.blocks().map(rowsOf)).toEqual([['d']]);
  });

  test('takes the block when the receiver is told to stop meanwhile, and no other afterwards', async () => {
    const it = started({ rows: 1 });
    it.receiver.store('a');
    const stored = it.receiver.storeBlock(['b']);
    it.actor.tell({ type: 'receiver.stop' });
    await stored;
    expect(it.blocks().map(rowsOf)).toEqual([['a'], ['b']]);
    await expect(it.receiver.storeBlock(['c'])).rejects.toMatchObject({ code: 'RECEIVER.NOT_STARTED' });
  });
});

describe('runs', () => {
  test('the start is told when the call of onStart has returned', () => {
    const { receiver, actor, blocks } = desk();
    let said: readonly string[] = ['not called'];
    receiver.starting = () => {
      said = actor.says();
      receiver.store('from inside onStart');
    };
    expect(actor.hears({ type: 'receiver.start' })).toEqual(['supervisor receiver.started']);
    expect(said).toEqual([]);
    expect(receiver.streamId).toBe(7);
    actor.tell({ type: 'block.seal', timeMs: 1000 });
    expect(blocks().map(rowsOf)).toEqual([['from inside onStart']]);
  });

  test.each([
    [
      'thrown',
      () => {
        throw new Error('no such topic');
      },
    ],
    [
      'rejected',
      async () => {
        throw new Error('no such topic');
      },
    ],
  ])('a failure of onStart that is %s is told after the start', async (_how, starting) => {
    const { receiver, actor, settled } = desk();
    receiver.starting = starting;
    expect(actor.hears({ type: 'receiver.start' })).toEqual(['supervisor receiver.started']);
    expect(await settled()).toEqual(["supervisor receiver.failed 'Error starting receiver 7'"]);
  });

  test('a failure can be gone the next time, unless it is a mistake of the program', async () => {
    for (const error of [new Error('down'), new UsageError('SOCKET.BAD_HOST', { host: '' })]) {
      const { receiver, actor, runtime } = desk();
      receiver.starting = () => Promise.reject(error);
      actor.hears({ type: 'receiver.start' });
      await runtime.settle();
      expect(actor.takesOne('receiver.failed')).toMatchObject({ error, retryable: !(error instanceof UsageError) });
    }
  });

  test('a failure of an earlier run is told to nobody', async () => {
    const { receiver, actor, settled } = desk();
    let fail: (error: Error) => void = () => undefined;
    receiver.starting = () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    actor.hears({ type: 'receiver.start' });
    actor.hears({ type: 'receiver.stop' });
    await settled();
    receiver.starting = () => undefined;
    actor.hears({ type: 'receiver.start' });
    fail(new Error('late'));
    expect(await settled()).toEqual([]);
  });

  test('a failure that onStop brings about is told to nobody', async () => {
    const { receiver, actor, settled } = desk();
    let fail: (error: Error) => void = () => undefined;
    receiver.starting = () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    receiver.stopping = () => fail(new Error('closed while connecting'));
    actor.hears({ type: 'receiver.start' });
    actor.hears({ type: 'receiver.stop' });
    expect(await settled()).toEqual(["supervisor receiver.stopped 'Stopped by driver'"]);
  });

  test('it is started from the call of onStart to that of onStop, and stopped from there to the next', async () => {
    const { receiver, actor, settled } = desk();
    const seen: [boolean, boolean][] = [];
    const look = (): void => void seen.push([receiver.isStarted(), receiver.isStopped()]);
    Object.assign(receiver, { starting: look, stopping: look });
    look();
    actor.tell({ type: 'receiver.start' });
    look();
    actor.tell({ type: 'receiver.stop' });
    await settled();
    look();
    actor.tell({ type: 'receiver.start' });
    const [before, up, down] = [
      [false, false],
      [true, false],
      [false, true],
    ];
    expect(seen).toEqual([before, up, up, down, down, up]);
    const unused = new Puppet();
    expect([unused.isStarted(), unused.isStopped()]).toEqual(before);
  });

  test('the stop is told when onStop has ended; rows are taken until then', async () => {
    const it = started();
    const { runtime, receiver, actor } = it;
    receiver.stopping = async () => {
      await runtime.clock.sleep(100);
      receiver.store('the last');
    };
    expect(actor.hears({ type: 'receiver.stop' })).toEqual([]);
    await runtime.clock.advance(99);
    expect(actor.says()).toEqual([]);
    await runtime.clock.advance(1);
    expect(actor.says()).toEqual(["supervisor receiver.stopped 'Stopped by driver'"]);
    expect(() => receiver.store('too late')).toThrow(expect.objectContaining({ code: 'RECEIVER.NOT_STARTED' }));
    expect(() => receiver.storeLines(Buffer.from('too late'))).toThrow(UsageError);
    await runtime.clock.advance(100);
    expect(it.blocks().map(rowsOf)).toEqual([['the last']]);
  });

  test('a run is stopped once, whoever wants it', async () => {
    const { receiver, actor, settled } = started();
    receiver.stop('enough', new Error('of this'));
    receiver.stop('once more');
    actor.hears({ type: 'receiver.stop' });
    expect(await settled()).toEqual(["supervisor receiver.stopped 'enough'"]);
    actor.hears({ type: 'receiver.stop' });
    expect(await settled()).toEqual([]);
    expect(receiver.calls).toEqual(['onStart', 'onStop']);
  });

  test('a failure of onStop is told with the stop', async () => {
    const { receiver, actor, runtime } = started();
    const error = new Error('still busy');
    receiver.stopping = () => Promise.reject(error);
    actor.hears({ type: 'receiver.stop' });
    await runtime.settle();
    expect(actor.takes().map(({ message }) => message)).toEqual([
      { type: 'receiver.stopped', message: 'onStop failed', error },
    ]);
  });

  test('a loop that waits for room sees that its run ends, so that onStop may wait for the loop', async () => {
    const { receiver, actor, settled } = desk({ rows: 3 });
    let loop: Promise<void> | undefined;
    receiver.starting = () => {
      loop = (async () => {
        for (let row = 0; receiver.isStarted(); row += 1) if (!receiver.store(row)) await receiver.drained();
      })();
    };
    receiver.stopping = () => loop;
    actor.tell({ type: 'receiver.start' });
    expect(await settled()).toEqual(['supervisor receiver.started']);
    actor.tell({ type: 'receiver.stop' });
    expect(await settled()).toEqual(["supervisor receiver.stopped 'Stopped by driver'"]);
  });

  test('blocks of one run are followed by those of the next', async () => {
    const { receiver, actor, blocks, settled } = started();
    receiver.store('a');
    actor.tell({ type: 'receiver.stop' });
    await settled();
    actor.tell({ type: 'receiver.start' });
    receiver.store('b');
    actor.tell({ type: 'block.seal', timeMs: 1000 });
    expect(blocks().map((block) => [block.id, rowsOf(block)])).toEqual([['input-7-0', ['a', 'b']]]);
  });
});

describe('what a receiver asks for', () => {
  test('a restart goes to the supervisor, with its delay', () => {
    const { receiver, actor } = started();
    receiver.restart('no more', undefined, 100);
    expect(actor.says()).toEqual(["supervisor receiver.restart in 100 ms 'no more'"]);
  });

  test('a restart outside of a run goes nowhere', async () => {
    const { receiver, actor, settled } = desk();
    receiver.restart('not yet');
    expect(actor.says()).toEqual([]);
    actor.hears({ type: 'receiver.start' });
    actor.hears({ type: 'receiver.stop' });
    await settled();
    receiver.restart('no longer');
    expect(actor.says()).toEqual([]);
  });

  test('an error it reports goes to the supervisor, itself', () => {
    const { receiver, actor } = started();
    const error = new Error('no number');
    receiver.reportError('a bad line', error);
    expect(actor.takes().map(({ message }) => message)).toEqual([
      { type: 'receiver.complained', message: 'a bad line', error },
    ]);
  });
});
