/**
 * What a crash leaves of received blocks: a program runs on a log in a storage that loses what was not synced, and goes
 * down at any moment.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockFromBytes, blockToBytes } from '../../src/checkpoint/block-record.ts';
import { Log } from '../../src/checkpoint/log.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { BlockLog } from '../../src/graph/block-log.ts';
import { Receiver } from '../../src/graph/receiver.ts';
import type { Row } from '../../src/index.ts';
import type { Block } from '../../src/rdd/block.ts';
import type { TestRuntime } from '../../src/testing/index.ts';
import { openLog } from '../checkpoint/kit.ts';
import { countWords, keepRows, type Play, play } from './play.ts';

/** A receiver of numbers from 0 on, some at a time; it notes those that its source has heard of as taken. */
class Counting extends Receiver<number> {
  readonly acknowledged: number[] = [];
  readonly #atATime: number;

  constructor(atATime: number) {
    super();
    this.#atATime = atATime;
  }

  override async onStart(lastMeta: Row): Promise<void> {
    let next = lastMeta === undefined ? 0 : Number(lastMeta) + 1;
    while (this.isStarted()) {
      const rows = Array.from({ length: this.#atATime }, (_, i) => next + i);
      next += rows.length;
      await Promise.all(rows.map((row) => this.#send(row)));
    }
  }

  override onStop(): void {
    // The loop ends by itself.
  }

  async #send(row: number): Promise<void> {
    await this.storeBlock([row], row);
    this.acknowledged.push(row);
  }
}

/** A log that takes its time before it syncs, and takes nothing in `outage`. */
async function slowLog({ random, clock, storage }: TestRuntime, outage: Outage): Promise<BlockLog> {
  const { log } = await openLog(storage);
  return {
    add: async (source: string, block: Block): Promise<void> => {
      const nowMs = clock.now();
      if (nowMs >= outage.fromMs && nowMs < outage.toMs) throw new Error('no room on the disk');
      await log.append([{ kind: 1, payload: blockToBytes({ source, block }) }]);
      await clock.sleep(random.below(200));
      await log.sync();
    },
    withdraw: () => Promise.reject(new Error('no block takes that long here')),
  };
}

interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The rows that the log of a storage holds, in order. */
async function rowsInLog({ storage }: TestRuntime): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  await Log.open({
    storage,
    folder: '/log',
    onRecord: ({ payload }) => {
      for (const chunk of blockFromBytes(payload).block.chunks) if (chunk.kind === 'rows') rows.push(...chunk.rows);
    },
    tell: () => undefined,
  });
  return rows;
}

/** A program up to the moment before it goes down. */
async function running(seed: number, outage: Outage): Promise<{ stage: Play; receiver: Counting; done: number[] }> {
  const stage = play({ seed, conf: { 'spark.streaming.receiverRestartDelay': '100 ms' } });
  const receiver = new Counting(1 + (seed % 5));
  const batches = keepRows(stage.ssc.receiverStream(receiver));
  stage.ssc.blockLog = await slowLog(stage.runtime, outage);
  stage.ssc.start();
  await stage.runtime.clock.advance(3000 + (seed % 1000));
  return { stage, receiver, done: batches.flatMap(([, rows]) => rows) };
}

test('fact 67: without a log nothing stands between a receiver and its input', async () => {
  const journals: string[][] = [];
  for (const blockLog of [undefined, { add: () => Promise.resolve(), withdraw: () => Promise.resolve() }]) {
    const stage = play();
    const { ssc, runtime } = stage;
    countWords(stage);
    ssc.blockLog = blockLog;
    const seen = new Set<string>();
    ssc.onMessage = ({ to }) => seen.add(to);
    ssc.start();
    await runtime.clock.advance(1000);
    journals.push([...seen].filter((address) => address.startsWith('journal')));
  }
  expect(journals).toEqual([[], ['journal:0']]);
});

test.each([
  ['a log that works', { fromMs: 0, toMs: 0 }, 1],
  ['one that takes nothing for a while', { fromMs: 800, toMs: 1700 }, 2],
])('after a crash, %s has all that was acknowledged or in a batch, in order and once', async (_log, outage, runs) => {
  const anySeed = fc.asyncProperty(fc.nat(), async (seed) => {
    const { stage, receiver, done } = await running(seed, outage);
    const acknowledged = [...receiver.acknowledged].sort((a, b) => a - b);
    const { runtime, heard } = stage;
    runtime.storage.crash({ random: seededRandom(seed) });
    const safe = await rowsInLog(runtime);
    expect(safe).toEqual(safe.map((_, at) => at));
    expect(acknowledged).toEqual(safe.slice(0, acknowledged.length));
    expect(done).toEqual(safe.slice(0, done.length));
    expect(done.length).toBeGreaterThan(5);
    expect(heard.filter((line) => line === 'receiver.up 0').length).toBeGreaterThanOrEqual(runs);
  });
  await fc.assert(anySeed, { numRuns: 20 });
});
