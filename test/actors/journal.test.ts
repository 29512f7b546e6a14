import { describe, expect, test } from 'vitest';
import { journal } from '../../src/actors/journal.ts';
import type { JournalMessage } from '../../src/actors/messages.ts';
import { type Block, blockOf } from '../../src/rdd/block.ts';
import { textChunk } from '../../src/rdd/chunk.ts';
import { type TestRuntime, testRuntime } from '../../src/testing/index.ts';
import { Alone } from './alone.ts';

interface Desk {
  readonly runtime: TestRuntime;
  readonly actor: Alone<JournalMessage>;
  /** What the log was given, in order. */
  readonly logged: readonly string[];
  /** Lets promises go on, and so much time pass. @returns what the journal has posted since the last look */
  saysAfter(ms: number): Promise<readonly string[]>;
}

/** @param takes how long the log takes for a block, or how it fails; none at all unless given */
function desk(takes: Readonly<Record<string, number | Error>> = {}): Desk {
  const runtime = testRuntime();
  const logged: string[] = [];
  const log = {
    add: async (source: string, block: Block): Promise<void> => {
      logged.push(`${source} ${block.id}`);
      const taken = takes[block.id] ?? 0;
      if (taken instanceof Error) throw taken;
      if (taken > 0) await runtime.clock.sleep(taken);
    },
    withdraw: async (source: string, ids: readonly string[]): Promise<void> => {
      logged.push(`${source} without ${ids.join(' ')}`);
      const [first = ''] = ids;
      if (takes[`without ${first}`] instanceof Error) throw takes[`without ${first}`];
    },
  };
  const ends = { receiver: 'receiver', supervisor: 'supervisor', input: 'input' };
  const options = { source: 'lines', name: 'Tap', site: 'tap (job.ts:3)', runtime, log, storeMsMax: 1000, ...ends };
  const actor = new Alone<JournalMessage>((post) => journal(options, post));
  const saysAfter = async (ms: number): Promise<readonly string[]> => {
    await runtime.clock.advance(ms);
    return actor.says();
  };
  return { runtime, actor, logged, saysAfter };
}

const blockOfRow = (id: string, row: unknown = id, meta?: unknown): Block =>
  blockOf(id, [{ kind: 'rows', rows: [row] }], meta);
/** A block of `storeBlock`. */
const sent = (id: string): JournalMessage => ({ type: 'block.stored', block: blockOfRow(id), isRepeatable: true });
/** A block of `store`. */
const gathered = (id: string): JournalMessage => ({ type: 'block.stored', block: blockOfRow(id), isRepeatable: false });
const sealed = (timeMs: number): JournalMessage => ({ type: 'block.sealed', timeMs });
const down = new Error('no room on the disk\nand no end of it');

describe('what is safe', () => {
  test('goes to the input when the log has it, then the receiver is told', async () => {
    const { actor, logged, saysAfter } = desk({ a: 300 });
    expect(actor.hears(gathered('a'))).toEqual([]);
    expect(logged).toEqual(['lines a']);
    expect(await saysAfter(299)).toEqual([]);
    expect(await saysAfter(1)).toEqual(['input block.stored a (1 rows)', 'receiver block.safe a (1 rows)']);
  });

  test('while one is written the next are given to the log, which may write them together', async () => {
    const { actor, logged, saysAfter } = desk({ a: 100, b: 100, c: 100 });
    for (const id of ['a', 'b', 'c']) actor.tell(sent(id));
    expect(logged).toEqual(['lines a', 'lines b', 'lines c']);
    expect(await saysAfter(100)).toHaveLength(6);
  });

  test('is handed on in the order in which it came, whichever the log has first', async () => {
    const { actor, saysAfter } = desk({ a: 300, b: 100, c: 200, d: 400 });
    for (const id of ['a', 'b', 'c', 'd']) actor.tell(gathered(id));
    expect(await saysAfter(299)).toEqual([]);
    expect(await saysAfter(1)).toEqual([
      'input block.stored a (1 rows)',
      'input block.stored b (1 rows)',
      'input block.stored c (1 rows)',
      'receiver block.safe a (1 rows) b (1 rows) c (1 rows)',
    ]);
    expect(await saysAfter(100)).toEqual(['input block.stored d (1 rows)', 'receiver block.safe d (1 rows)']);
  });

  test('a seal never overtakes a block before it, nor waits for one behind it', async () => {
    const { actor, saysAfter } = desk({ a: 100, b: 300 });
    actor.tell(gathered('a'));
    actor.tell(sealed(1000));
    actor.tell(gathered('b'));
    actor.tell(sealed(2000));
    expect(await saysAfter(100)).toEqual([
      'input block.stored a (1 rows)',
      'input block.sealed 1000',
      'receiver block.safe a (1 rows)',
    ]);
    expect(await saysAfter(200)).toEqual([
      'input block.stored b (1 rows)',
      'input block.sealed 2000',
      'receiver block.safe b (1 rows)',
    ]);
    expect(actor.hears(sealed(3000))).toEqual(['input block.sealed 3000']);
  });

  test('the end of the receiver comes after its last block', async () => {
    const { actor, saysAfter } = desk({ a: 100 });
    actor.tell(gathered('a'));
    expect(actor.hears({ type: 'receiver.closed' })).toEqual([]);
    expect(await saysAfter(100)).toContain('input receiver.closed');
  });

  test('the end of the system leaves no timer behind', async () => {
    const { actor, saysAfter } = desk({ a: 5000 });
    actor.tell(sent('a'));
    actor.stop();
    expect(await saysAfter(4000)).toEqual([]);
  });
});

describe('a block of storeBlock that the log does not take', () => {
  test('is refused and given to no batch, and so are those of the run behind it, wherever they are', async () => {
    const { actor, logged, saysAfter } = desk({ a: 500, b: 200, c: down, d: 300 });
    for (const id of ['a', 'b', 'c', 'd']) actor.tell(sent(id));
    expect(await saysAfter(0)).toEqual(['receiver block.refused c (1 rows) d (1 rows)']);
    expect(actor.hears(sent('e'))).toEqual(['receiver block.refused e (1 rows)']);
    actor.tell(sealed(1000));
    expect(await saysAfter(500)).toEqual([
      'input block.stored a (1 rows)',
      'input block.stored b (1 rows)',
      'input block.sealed 1000',
      'receiver block.safe a (1 rows) b (1 rows)',
    ]);
    expect(logged).toEqual(['lines a', 'lines b', 'lines c', 'lines d']);
  });

  test('is followed by those of the next run', async () => {
    const { actor, saysAfter } = desk({ a: down });
    actor.tell(sent('a'));
    await saysAfter(0);
    actor.tell({ type: 'receiver.started' });
    actor.tell(sent('b'));
    expect(await saysAfter(0)).toEqual(['input block.stored b (1 rows)', 'receiver block.safe b (1 rows)']);
  });

  test('does not take rows of store with it', async () => {
    const { actor, saysAfter } = desk({ a: down, b: 100 });
    actor.tell(sent('a'));
    actor.tell(gathered('b'));
    expect(await saysAfter(100)).toEqual([
      'receiver block.refused a (1 rows)',
      'input block.stored b (1 rows)',
      'receiver block.safe b (1 rows)',
    ]);
  });

  test('the receiver is told why, and that another try may mend it', async () => {
    const { actor, saysAfter, runtime } = desk({ a: down });
    actor.tell(sent('a'));
    await runtime.settle();
    const { error } = actor.takesOne('block.refused');
    expect(error).toMatchObject({ code: 'RECEIVER.BLOCK_NOT_SAFE', retryable: true, cause: down });
    expect(error.message).toMatchInlineSnapshot(`
      "[RECEIVER.BLOCK_NOT_SAFE] The block a of Tap (rows: 1) could not be made safe: no room on the disk
        why  A block that would not survive a crash is given to no batch; its source has not heard that it was taken.
        fix  Look after the storage of the checkpoint directory. The receiver starts again; its source can send it again.
        at   tap (job.ts:3)"
    `);
    expect(await saysAfter(5000)).toEqual([]);
  });

  test('within the time it has is given up, and is given to no batch when the log has it after all', async () => {
    const { actor, logged, saysAfter, runtime } = desk({ a: 1500, b: 100 });
    actor.tell(sent('a'));
    actor.tell(sent('b'));
    actor.tell(sealed(1000));
    await runtime.clock.advance(999);
    expect(actor.takes()).toEqual([]);
    await runtime.clock.advance(1);
    const [refused, next] = actor.takes();
    expect(refused?.message).toMatchObject({ type: 'block.refused', blocks: [{ id: 'a' }, { id: 'b' }] });
    expect(refused?.message).toMatchObject({ error: { message: expect.stringMatching(/taken longer than 1000 ms/) } });
    expect(next).toEqual({ to: 'input', message: sealed(1000) });
    expect(await saysAfter(5000)).toEqual([]);
    expect(logged).toEqual(['lines a', 'lines b', 'lines without a b']);
  });

  test('is taken back before anything is written that comes behind it', async () => {
    const { actor, logged, saysAfter } = desk({ a: 1500 });
    actor.tell(sent('a'));
    await saysAfter(1000);
    actor.tell({ type: 'receiver.started' });
    actor.tell(sent('a again'));
    expect(logged).toEqual(['lines a', 'lines without a', 'lines a again']);
  });

  test('is complained of where it cannot be taken back', async () => {
    const { actor, saysAfter } = desk({ a: 1500, 'without a': down });
    actor.tell(sent('a'));
    expect(await saysAfter(1000)).toEqual([
      'receiver block.refused a (1 rows)',
      "supervisor receiver.complained 'Blocks that took too long could not be taken back'",
    ]);
  });
});

describe('rows of store that the log does not take', () => {
  test('are lost, which is reported, and what comes after them is not', async () => {
    const { actor, saysAfter, runtime } = desk({ b: down });
    for (const id of ['a', 'b', 'c']) actor.tell(gathered(id));
    await runtime.settle();
    const posted = actor.takes();
    expect(posted.flatMap(({ message }) => (message.type === 'block.stored' ? message.block.id : []))).toEqual([
      'a',
      'c',
    ]);
    const reported = posted.flatMap(({ to, message }) =>
      message.type === 'error.reported' ? [[to, message.error]] : [],
    );
    const refused = posted.flatMap(({ message }) => (message.type === 'block.refused' ? message : []));
    expect(refused.map(({ blocks }) => blocks.map(({ id }) => id))).toEqual([['b']]);
    expect(reported).toEqual([['context', refused[0]?.error]]);
    expect(refused[0]?.error.message).toMatchInlineSnapshot(`
      "[RECEIVER.BLOCK_NOT_SAFE] The block b of Tap (rows: 1) could not be made safe: no room on the disk
        why  A block that would not survive a crash is given to no batch; rows of store and storeLines are lost with it.
        fix  Look after the storage of the checkpoint directory. With storeBlock the source could send the rows again.
        at   tap (job.ts:3)"
    `);
    expect(await saysAfter(5000)).toEqual([]);
  });

  test('within the time they have are complained of, and waited for', async () => {
    const { actor, saysAfter } = desk({ a: 1500 });
    actor.tell(gathered('a'));
    expect(await saysAfter(1000)).toEqual(["supervisor receiver.complained 'A block waits to be made safe'"]);
    expect(await saysAfter(500)).toEqual(['input block.stored a (1 rows)', 'receiver block.safe a (1 rows)']);
  });
});

describe('rows that are no plain data', () => {
  class Point {
    readonly x = 1;
  }

  test.each([
    ['a row', blockOfRow('b', { at: new Point() })],
    ['what is said of the block', blockOfRow('b', 1, new Point())],
  ])('are refused before the log has them: %s', async (_what, block) => {
    const { actor, logged, saysAfter } = desk();
    actor.tell({ type: 'block.stored', block, isRepeatable: true });
    const { error } = actor.takesOne('block.refused');
    expect(error).toMatchObject({ code: 'RECEIVER.ROW_NOT_PLAIN', name: 'UsageError' });
    expect(error.message).toMatch('Tap was given Point { x: 1 }');
    actor.tell(sent('c'));
    expect(await saysAfter(0)).toEqual(['receiver block.refused c (1 rows)']);
    expect(logged).toEqual([]);
  });

  test('text is not looked at', async () => {
    const { actor, saysAfter } = desk();
    const block = blockOf('a', [textChunk(Buffer.from([0xff, 0x0a]))]);
    actor.tell({ type: 'block.stored', block, isRepeatable: false });
    expect(await saysAfter(0)).toEqual(['input block.stored a (1 rows)', 'receiver block.safe a (1 rows)']);
  });
});
