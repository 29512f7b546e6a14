import { expect, test } from 'vitest';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { openDirectory } from '../../src/checkpoint/directory.ts';
import { Logger } from '../../src/core/logger.ts';
import { testRuntime } from '../../src/core/test-runtime.ts';
import { blockOf } from '../../src/rdd/block.ts';

function begun(): Checkpoint {
  const runtime = testRuntime();
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
  return new Checkpoint(openDirectory({ runtime, folder, tell: () => undefined }), options);
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
