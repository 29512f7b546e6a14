import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockFromBytes } from '../../src/checkpoint/block-record.ts';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { type Directory, openDirectory } from '../../src/checkpoint/directory.ts';
import { Logger } from '../../src/core/logger.ts';
import { seededRandom } from '../../src/core/random.ts';
import { type TestRuntime, testRuntime } from '../../src/core/test-runtime.ts';
import { blockOf } from '../../src/rdd/block.ts';

function begun(runtime = testRuntime(), directory = directoryOf(runtime), goesOn = false): Checkpoint {
  const sink = { log: () => undefined };
  const logger = new Logger('test', { sink, clock: runtime.clock, terminal: runtime.terminal, level: 'WARN' });
  const folder = '/checkpoint';
  const program = { batchMs: 1000, zeroTimeMs: 0, parallelism: 2, sources: ['words'], outputs: [], states: [] };
  const options = {
    folder,
    runtime,
    logger,
    program,
    rememberMs: 0,
    goesOn,
    snapshots: [],
    snapshotBytesMin: 1,
  };
  return new Checkpoint(directory, options);
}

function directoryOf(runtime: TestRuntime): Promise<Directory> {
  return openDirectory({ runtime, folder: '/checkpoint', tell: () => undefined });
}

test('what comes at any moment of a write is written, also while it ends', async () => {
  for (let turns = 0; turns < 120; turns += 1) {
    const checkpoint = begun();
    const blocks = [0, 1].map((n) => blockOf(`input-0-${n}`, [{ kind: 'rows', rows: [n] }]));
    const first = checkpoint.add('words', blocks[0] as (typeof blocks)[number]);
    for (let turn = 0; turn < turns; turn += 1) await undefined;
    const second = checkpoint.add('words', blocks[1] as (typeof blocks)[number]);
    expect(await Promise.all([first, second])).toEqual([undefined, undefined]);
  }
});

/** What happens, and how many turns of the microtasks pass behind it. */
interface Move {
  /**
   * A block is stored, or one of rows that cannot be sent again; so many of the last blocks that are on their way are
   * taken back; a batch gets what is safe, and ends; the process ends, and another goes on.
   */
  readonly what: 'store' | 'rows' | 1 | 2 | 3 | 'batch' | 'restart';
  readonly turns: number;
}

const someMoves = fc.array(
  fc.record({
    what: fc.constantFrom<Move['what'][]>('store', 'store', 'store', 'rows', 1, 2, 3, 'batch', 'restart'),
    turns: fc.nat({ max: 30 }),
  }),
  { minLength: 1, maxLength: 20 },
);

/** A receiver, its journal and the batches: `meta` says how many blocks the source has sent, this one included. */
class Words {
  readonly runtime: TestRuntime = testRuntime();
  sent = 0;
  #checkpoint: Checkpoint;
  #history: Directory['history'] | undefined;
  #count = 0;
  #timeMs = 0;
  readonly #underWay = new Map<string, Promise<void>>();
  #safe: string[] = [];

  constructor() {
    this.#checkpoint = this.#begin(false);
  }

  async move({ what, turns }: Move): Promise<void> {
    if (what === 'store') this.#add(++this.sent);
    else if (what === 'rows') this.#add(undefined);
    else if (what === 'batch') await this.#batch();
    else if (what === 'restart') {
      await this.close();
      this.#checkpoint = this.#begin(true);
    } else this.#takeBack(what);
    for (let turn = 0; turn < turns; turn += 1) await undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.#underWay.values());
    await this.#checkpoint.close();
  }

  /** The process is dead: what it waits for never comes, or fails. */
  leave(): void {
    for (const write of this.#underWay.values()) write.catch(() => undefined);
  }

  #begin(goesOn: boolean): Checkpoint {
    const directory = directoryOf(this.runtime);
    void directory.then(({ history }) => {
      this.#history = history;
    });
    return begun(this.runtime, directory, goesOn);
  }

  #add(meta: number | undefined): void {
    const id = `${meta === undefined ? 'rows' : 'input'}-0-${this.#count}`;
    this.#count += 1;
    const added = this.#checkpoint.add('words', blockOf(id, [{ kind: 'rows', rows: [meta] }], meta));
    const safe = added.then(() => {
      if (this.#underWay.delete(id)) this.#safe.push(id);
    });
    this.#underWay.set(id, safe);
  }

  #takeBack(count: number): void {
    // What is safe is heard of before any timer can say that it took too long.
    const isSafe = (id: string): boolean => this.#history?.blocks.get('words')?.has(id) === true;
    const ids = [...this.#underWay.keys()].filter((id) => id.startsWith('input') && !isSafe(id)).slice(-count);
    if (ids.length === 0) return;
    for (const id of ids) this.#underWay.delete(id);
    this.sent -= ids.length;
    const name = `without ${ids.join(' ')}`;
    const isBack = this.#checkpoint.withdraw('words', ids).then(() => void this.#underWay.delete(name));
    this.#underWay.set(name, isBack);
  }

  async #batch(): Promise<void> {
    const blocks = this.#safe;
    this.#safe = [];
    this.#timeMs += 1000;
    await this.#checkpoint.planned({ timeMs: this.#timeMs, inputs: [{ source: 'words', blocks }] });
    await this.#checkpoint.sealed({ timeMs: this.#timeMs, failed: [], changes: [] });
  }
}

/** How far the source was with each block that is there, and with the newest one of all. */
async function metasIn(runtime: TestRuntime): Promise<{ readonly metas: readonly unknown[]; readonly last: unknown }> {
  const { blocks, counts } = (await directoryOf(runtime)).history;
  const known = [...(blocks.get('words')?.values() ?? [])];
  const all = known.map(({ bytes }) => bytes && blockFromBytes(bytes).block.meta);
  const metas = all.filter((meta) => meta !== undefined);
  return { metas, last: counts.get('words')?.lastMeta ?? 0 };
}

/** Those that the source sent last, as many as are there. */
const lastOf = (last: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => last - count + 1 + i);

test('blocks that are taken back count as never written, whatever was cleaned away around them', async () => {
  await fc.assert(
    fc.asyncProperty(someMoves, async (moves) => {
      const words = new Words();
      for (const move of moves) await words.move(move);
      await words.close();
      const { metas, last } = await metasIn(words.runtime);
      expect({ metas, last }).toEqual({ metas: lastOf(words.sent, metas.length), last: words.sent });
    }),
  );
});

test('whatever a loss of power leaves of them, the source goes on behind it, and nothing is there twice', async () => {
  await fc.assert(
    fc.asyncProperty(someMoves, fc.nat(), async (moves, seed) => {
      const words = new Words();
      for (const move of moves) await words.move(move);
      words.leave();
      words.runtime.kill();
      words.runtime.storage.crash({ random: seededRandom(seed) });
      const { metas, last } = await metasIn(testRuntime({ after: words.runtime }));
      expect(metas).toEqual(lastOf(last as number, metas.length));
    }),
  );
});

test('how far the source is comes from a plan where the block that said it was cleaned away', async () => {
  const words = new Words();
  for (const what of ['store', 'batch', 'restart', 'rows', 'batch', 'batch', 'batch'] as const) {
    await words.move({ what, turns: 50 });
  }
  await words.close();
  expect(await metasIn(words.runtime)).toEqual({ metas: [], last: 1 });
});

test('a block that cannot be made bytes says nothing of how far the source is', async () => {
  const runtime = testRuntime();
  const checkpoint = begun(runtime);
  const rowsOf = (row: unknown) => [{ kind: 'rows' as const, rows: [row] }];
  await expect(
    checkpoint.add(
      'words',
      blockOf(
        'input-0-0',
        rowsOf(() => 1),
        7,
      ),
    ),
  ).rejects.toThrow('could not be cloned');
  const late = checkpoint.add('words', blockOf('input-0-1', rowsOf('a'), 8));
  await Promise.all([late, checkpoint.withdraw('words', ['input-0-1'])]);
  await checkpoint.close();
  expect(await metasIn(runtime)).toEqual({ metas: [], last: 0 });
});
