import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockFromBytes } from '../../src/checkpoint/block-record.ts';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { type Directory, openDirectory } from '../../src/checkpoint/directory.ts';
import { Logger } from '../../src/core/logger.ts';
import { seededRandom } from '../../src/core/random.ts';
import { type TestRuntime, testRuntime } from '../../src/core/test-runtime.ts';
import { blockOf } from '../../src/rdd/block.ts';

function begun(runtime = testRuntime(), directory = directoryOf(runtime)): Checkpoint {
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
    goesOn: false,
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

/** A block, or how many of the last ones are taken back; and how many turns of the microtasks pass behind it. */
interface Step {
  readonly back: number;
  readonly turns: number;
}

/** What a receiver and its journal do: blocks are numbered in order, and `meta` says how far the source is. */
async function written(checkpoint: Checkpoint, steps: readonly Step[]): Promise<readonly Promise<void>[]> {
  const writes: Promise<void>[] = [];
  let standing: number[] = [];
  let sent = 0;
  for (const [at, { back, turns }] of steps.entries()) {
    const taken = standing.slice(standing.length - back);
    if (back > 0 && taken.length > 0) {
      standing = standing.slice(0, -taken.length);
      writes.push(checkpoint.withdraw('words', taken.map(idOf)));
      sent = standing.length;
    } else {
      sent += 1;
      standing.push(at);
      writes.push(checkpoint.add('words', blockOf(idOf(at), [{ kind: 'rows', rows: [sent] }], sent)));
    }
    for (let turn = 0; turn < turns; turn += 1) await undefined;
  }
  return writes;
}

const idOf = (number: number): string => `input-0-${number}`;
const someSteps = fc.array(fc.record({ back: fc.integer({ min: -3, max: 3 }), turns: fc.nat({ max: 30 }) }), {
  minLength: 1,
  maxLength: 12,
});

/** How far the source was with each block that is there, and with the newest one. */
function metasIn({ blocks, counts }: Directory['history']): readonly [standing: readonly unknown[], last: unknown] {
  const known = [...(blocks.get('words')?.values() ?? [])];
  const metas = known.map(({ bytes }) => bytes && blockFromBytes(bytes).block.meta);
  return [metas, counts.get('words')?.lastMeta];
}

function upTo(last: number): ReturnType<typeof metasIn> {
  return [Array.from({ length: last }, (_, i) => i + 1), last === 0 ? undefined : last];
}

test('blocks that are taken back count as never written, also where another is there in their place', async () => {
  await fc.assert(
    fc.asyncProperty(someSteps, async (steps) => {
      const runtime = testRuntime();
      const directory = directoryOf(runtime);
      const checkpoint = begun(runtime, directory);
      await Promise.all(await written(checkpoint, steps));
      await checkpoint.close();
      const { history } = await directory;
      const live = [[...(history.blocks.get('words')?.keys() ?? [])], history.counts.get('words')];
      const { history: read } = await directoryOf(runtime);
      expect([[...(read.blocks.get('words')?.keys() ?? [])], read.counts.get('words')]).toEqual(live);
      const [metas] = metasIn(read);
      expect(metasIn(read)).toEqual(upTo(metas.length));
    }),
  );
});

test('whatever a loss of power leaves of them, the source goes on behind it, and nothing is there twice', async () => {
  await fc.assert(
    fc.asyncProperty(someSteps, fc.nat(), async (steps, seed) => {
      const runtime = testRuntime();
      const writes = await written(begun(runtime), steps);
      for (const write of writes) write.catch(() => undefined); // The process ends under it.
      runtime.kill();
      runtime.storage.crash({ random: seededRandom(seed) });
      const { history } = await directoryOf(testRuntime({ after: runtime }));
      const [metas] = metasIn(history);
      expect(metasIn(history)).toEqual(upTo(metas.length));
    }),
  );
});
