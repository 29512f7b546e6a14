import { RDD, SparkConf, SparkContext } from 'firesteel';
import { testRuntime } from 'firesteel/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { textChunk } from '../../src/rdd/chunk.ts';
import { dataPlan } from '../../src/rdd/make-plan.ts';

/** A world in which work takes as long as it says. */
interface PacedWorld {
  readonly sc: SparkContext;
  /** Time passes. */
  pass(ms: number): void;
  /** The rows of each piece since the last call. */
  takePieces(): number[];
  readonly warnings: string[];
}

function pacedWorld(): PacedWorld {
  const runtime = testRuntime();
  let nowMs = 0;
  const clock: Clock = {
    now: () => runtime.clock.now(),
    monotonicMs: () => nowMs,
    at: (deadlineMs, f) => runtime.clock.at(deadlineMs, f),
    sleep: (ms, signal) => runtime.clock.sleep(ms, signal),
  };
  let pieces: number[] = [];
  const slices = { ...runtime.slices, isSpent: (rows: number) => pieces.push(rows) < 0 };
  const warnings: string[] = [];
  const conf = new SparkConf().setMaster('local[1]').setAppName('pace');
  const logSink = { log: ({ message }: { readonly message: string }) => void warnings.push(message) };
  const sc = new SparkContext(conf, { runtime: { ...runtime, clock, slices }, logSink });
  onTestFinished(() => sc.stop());
  return {
    sc,
    warnings,
    pass: (ms) => {
      nowMs += ms;
    },
    takePieces: () => {
      const taken = pieces;
      pieces = [];
      return taken;
    },
  };
}

const upTo = (count: number): number[] => [...Array(count).keys()];

/** Rows that take so long each. */
const taking =
  ({ pass }: PacedWorld, ms: (n: number) => number) =>
  (n: number): number => {
    pass(ms(n));
    return n;
  };

describe('a piece of rows', () => {
  test('begins with eight, and doubles while it takes less than half a millisecond', async () => {
    const world = pacedWorld();
    await world.sc
      .parallelize(upTo(200), 1)
      .map(taking(world, () => 0.004))
      .count();
    expect(world.takePieces()).toEqual([8, 16, 32, 64, 80]);
  });

  test('is halved when it takes more than two, down to one row', async () => {
    const world = pacedWorld();
    await world.sc
      .parallelize(upTo(18), 1)
      .map(taking(world, () => 10))
      .count();
    expect(world.takePieces()).toEqual([8, 4, 2, 1, 1, 1, 1]);
  });

  test('stays as it is in between', async () => {
    const world = pacedWorld();
    await world.sc
      .parallelize(upTo(32), 1)
      .map(taking(world, () => 0.1))
      .count();
    expect(world.takePieces()).toEqual([8, 8, 8, 8]);
  });

  test('has at most 16384 rows', async () => {
    const world = pacedWorld();
    await world.sc.parallelize(upTo(100_000), 1).count();
    expect(Math.max(...world.takePieces())).toBe(16_384);
  });

  test('of the next partition begins with what is known to be slow, and finds out again what is fast', async () => {
    const world = pacedWorld();
    const slow = world.sc.parallelize(upTo(34), 2).map(taking(world, () => 2));
    await slow.count();
    expect(world.takePieces()).toEqual([8, 4, 2, 1, 1, 1, ...Array(17).fill(1)]);
    const fast = world.sc.parallelize(upTo(48), 2).map(taking(world, () => 0));
    await fast.count();
    expect(world.takePieces()).toEqual([8, 16, 8, 16]);
  });

  test('counts the lines that there were, not those that it had room for', async () => {
    const world = pacedWorld();
    const chunks = [3, 3, 3, 40].map((count) => textChunk(Buffer.from('line\n'.repeat(count))));
    const lines = new RDD<string>(dataPlan([chunks]), world.sc.engine);
    await lines.map((line) => line.length).count();
    expect(world.takePieces()).toEqual([3, 3, 3, 8, 16, 16]);
    // A kernel takes a chunk at a time.
    await lines.count();
    expect(world.takePieces()).toEqual([3, 3, 3, 40]);
  });

  test('of lines that turn slow is halved from as many as there were', async () => {
    const world = pacedWorld();
    const lines = (count: number, text: string) => textChunk(Buffer.from(`${text}\n`.repeat(count)));
    const chunks = [lines(504, 'fast'), lines(10, 'slow'), lines(20, 'slow')];
    const rdd = new RDD<string>(dataPlan([chunks]), world.sc.engine);
    await rdd.map((line) => taking(world, () => (line === 'slow' ? 0.5 : 0))(line.length)).count();
    expect(world.takePieces()).toEqual([8, 16, 32, 64, 128, 256, 10, 5, 2, 2, 2, 2, 2, 2, 2, 1]);
  });
});

describe('an iterator of mapPartitions', () => {
  test('that turns slow is left after eight rows more, however long its pieces were', async () => {
    const world = pacedWorld();
    const rdd = world.sc.parallelize([0], 1).mapPartitions(function* turning() {
      for (let n = 0; n < 300; n += 1) {
        world.pass(n < 248 ? 0 : 5);
        yield n;
      }
    });
    await rdd.count();
    expect(world.takePieces()).toEqual([8, 16, 32, 64, 128, 8, 4, 2, ...Array(38).fill(1)]);
  });

  test('has rows computed one at a time where they are slow, up to 64 ahead where they are not', async () => {
    const ahead = async (ms: number): Promise<number> => {
      const world = pacedWorld();
      let made = 0;
      let most = 0;
      const step = taking(world, () => ms);
      const before = world.sc.parallelize(upTo(500), 1).map((n) => {
        made += 1;
        return step(n);
      });
      const rdd = before.mapPartitions(function* watch(rows) {
        let read = 0;
        for (const row of rows) {
          read += 1;
          most = Math.max(most, made - read);
          yield row;
        }
      });
      await rdd.count();
      return most;
    };
    expect([await ahead(0.2), await ahead(0.001)]).toEqual([0, 63]);
  });

  test('is asked for twice as many rows each time that a take has not found enough among them', async () => {
    const world = pacedWorld();
    const endless = world.sc.parallelize([0], 1).mapPartitions(function* count() {
      for (let n = 0; ; n += 1) yield n;
    });
    expect(await endless.filter((n) => n === 50).take(1)).toEqual([50]);
    expect(world.takePieces()).toEqual([1, 2, 4, 8, 16]);
  });
});

describe('a call that holds the event loop for more than 50 ms', () => {
  test('is warned of once for each operator, also where its RDD is made anew in every batch', async () => {
    const world = pacedWorld();
    const makeSlow = (): RDD<number> => world.sc.parallelize(upTo(20), 1).map(taking(world, () => 60));
    const slow = makeSlow();
    await slow.count();
    await slow.count();
    await makeSlow().count();
    await slow.filter(() => true).count();
    expect(world.warnings.map((text) => text.replace(/:\d+/, ''))).toMatchInlineSnapshot(`
      [
        "One row took 60 ms on its way parallelize → map (pace.test.ts); nothing else could run.",
        "One row took 60 ms on its way parallelize → map → filter (pace.test.ts); nothing else could run.",
      ]
    `);
  });

  test('is not warned of when it takes less, nor when several together took as long', async () => {
    const world = pacedWorld();
    await world.sc
      .parallelize(upTo(20), 1)
      .map(taking(world, () => 50))
      .count();
    expect(world.warnings).toEqual([]);
  });
});
