/**
 * What a receiver stores comes out, whatever happens around it.
 *
 * A socket is fed pieces of text of any size at any time, while the order of messages is drawn by a seed, blocks are
 * cut at any interval, and the receiver may hold very little. The lines are numbered: their order tells what was lost.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Milliseconds, Receiver, SparkConf, StreamingContext } from '../../src/index.ts';
import { type TestRuntime, testRuntime } from '../../src/testing/index.ts';

interface Setting {
  readonly seed: number;
  readonly batchMs: number;
  readonly blockMs: number;
  readonly bufferMax: number;
  readonly pendingMax: number;
  readonly concurrentJobs: number;
}

const setting: fc.Arbitrary<Setting> = fc.record({
  seed: fc.nat(),
  batchMs: fc.constantFrom(100, 250, 1000),
  blockMs: fc.constantFrom(1, 50, 200, 333, 5000),
  bufferMax: fc.constantFrom(1, 10, 100, 1_000_000),
  pendingMax: fc.constantFrom(1, 2, 64),
  concurrentJobs: fc.constantFrom(1, 3),
});

/** What happens next: something is stored, or time passes. */
type Step = { readonly store: number } | { readonly passMs: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ store: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ passMs: fc.integer({ min: 0, max: 700 }) }),
);
const steps = fc.array(step, { maxLength: 25 });

interface World {
  readonly runtime: TestRuntime;
  readonly ssc: StreamingContext;
}

function worldOf({ seed, batchMs, blockMs, bufferMax, pendingMax, concurrentJobs }: Setting): World {
  const runtime = testRuntime({ seed });
  const conf = new SparkConf()
    .setMaster('local[2]')
    .setAppName('receiver')
    .set('spark.streaming.blockInterval', `${blockMs}ms`)
    .set('spark.streaming.concurrentJobs', String(concurrentJobs))
    .set('firesteel.receiver.bufferRowsMax', String(bufferMax))
    .set('firesteel.receiver.bufferBytesMax', String(bufferMax))
    .set('firesteel.batches.pendingMax', String(pendingMax));
  return { runtime, ssc: new StreamingContext(conf, Milliseconds(batchMs), { runtime }) };
}

/** Stops with grace. Virtual time passes until that has ended. */
async function stopGracefully({ runtime, ssc }: World): Promise<void> {
  let isOver = false;
  const stopped = ssc.stop({ stopGracefully: true }).then(() => {
    isOver = true;
  });
  for (let turns = 0; !isOver && turns < 100; turns += 1) await runtime.clock.advance(100);
  expect(isOver).toBe(true);
  await stopped;
  await ssc.awaitTermination();
}

/** Numbers are told in so many words each, so that lines differ in length. */
const lineOf = (n: number): string => `${n}${' word'.repeat(n % 5)}`;
const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

it('every line that a server sends comes out exactly once and in order, however it is cut', async () => {
  const cut = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  const runs = fc.asyncProperty(setting, steps, cut, async (drawn, taken, sizes) => {
    const world = worldOf(drawn);
    const { runtime, ssc } = world;
    const server = runtime.sockets.listen({ host: 'localhost', port: 9999 });
    const batches = new Map<number, readonly string[]>();
    ssc.socketTextStream('localhost', 9999).foreachRDD(async (rdd, { milliseconds }) => {
      batches.set(milliseconds, await rdd.collect());
    });
    ssc.start();
    await runtime.settle();
    let sent = 0;
    let pieces = 0;
    for (const next of taken) {
      if ('passMs' in next) await runtime.clock.advance(next.passMs);
      else {
        let text = upTo(next.store)
          .map((i) => `${lineOf(sent + i)}\n`)
          .join('');
        sent += next.store;
        for (; text !== ''; pieces += 1) {
          const size = sizes[pieces % sizes.length] ?? 1;
          server.send(text.slice(0, size));
          text = text.slice(size);
        }
      }
    }
    for (let turns = 0; server.connections[0]?.bufferedBytes !== 0 && turns < 2000; turns += 1) {
      await runtime.clock.advance(drawn.batchMs);
    }
    await stopGracefully(world);
    const rows = [...batches].sort(([a], [b]) => a - b).flatMap(([, lines]) => lines);
    expect(rows).toEqual(upTo(sent).map(lineOf));
  });
  await fc.assert(runs);
});

it('every row that a receiver stores while it is not held comes out in the batch whose beat follows it', async () => {
  class Quiet extends Receiver<number> {
    override onStart(): void {
      // The property stores.
    }

    override onStop(): void {
      // There is nothing to end.
    }
  }
  const unheld = setting.map((drawn) => ({ ...drawn, bufferMax: 1_000_000, pendingMax: 64 }));
  const runs = fc.asyncProperty(unheld, steps, async (drawn, taken) => {
    const world = worldOf(drawn);
    const { runtime, ssc } = world;
    const receiver = new Quiet();
    const found: (readonly [batchMs: number, row: number])[] = [];
    ssc.receiverStream(receiver).foreachRDD(async (rdd, { milliseconds }) => {
      for (const row of await rdd.collect()) found.push([milliseconds, row]);
    });
    ssc.start();
    await runtime.settle();
    const expected: (readonly [batchMs: number, row: number])[] = [];
    for (const next of taken) {
      if ('passMs' in next) await runtime.clock.advance(next.passMs);
      else {
        const batchMs = (Math.floor(runtime.clock.now() / drawn.batchMs) + 1) * drawn.batchMs;
        for (let i = 0; i < next.store; i += 1) {
          expected.push([batchMs, expected.length]);
          receiver.store(expected.length - 1);
        }
      }
    }
    await stopGracefully(world);
    expect([...found].sort(([a], [b]) => a - b)).toEqual(expected);
  });
  await fc.assert(runs);
});

it('a receiver that waits for room never holds more than it may, and loses nothing', async () => {
  class Counting extends Receiver<number> {
    readonly total: number;
    inside = 0;
    most = 0;

    constructor(total: number) {
      super();
      this.total = total;
    }

    override async onStart(): Promise<void> {
      for (let row = 0; row < this.total; row += 1) {
        this.inside += 1;
        this.most = Math.max(this.most, this.inside);
        if (!this.store(row)) await this.drained();
      }
    }

    override onStop(): void {
      // The loop has ended by then.
    }
  }
  const runs = fc.asyncProperty(setting, fc.integer({ min: 0, max: 200 }), async (drawn, total) => {
    const bufferMax = Math.min(drawn.bufferMax, 50);
    const world = worldOf({ ...drawn, bufferMax: Math.max(bufferMax, 5) });
    const { runtime, ssc } = world;
    const receiver = new Counting(total);
    const rows: number[] = [];
    ssc.receiverStream(receiver).foreachRDD(async (rdd) => {
      const batch = await rdd.collect();
      receiver.inside -= batch.length;
      rows.push(...batch);
    });
    ssc.start();
    for (let turns = 0; rows.length < total && turns < 500; turns += 1) await runtime.clock.advance(drawn.batchMs);
    await stopGracefully(world);
    expect([...rows].sort((a, b) => a - b)).toEqual(upTo(total));
    expect(receiver.most).toBeLessThanOrEqual(Math.max(bufferMax, 5));
  });
  await fc.assert(runs);
});
