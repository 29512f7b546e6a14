import { InputDStream, type RDD, type StreamingContext } from 'firesteel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventLoopTurn } from '../../src/core/clock.ts';
import { codeOf, type Desk, desk, rejectionOf, Tray, watched } from './kit.ts';

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});

afterEach(async () => {
  await eventLoopTurn();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** Where a program may call stop(): `f` is called in the first batch, and what it returns belongs to that work. */
type Inside = (ssc: StreamingContext, f: () => void | Promise<void>) => void;

const once = (f: () => void | Promise<void>): (() => void | Promise<void>) => {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    return f();
  };
};

const inOutput: Inside = (ssc, f) => ssc.inputStream(new Tray()).foreachRDD(once(f));

const inTransform: Inside = (ssc, f) => {
  const first = once(f);
  const stream = ssc.inputStream(new Tray()).transform(async (rdd) => {
    await first();
    return rdd;
  });
  stream.foreachRDD(() => undefined);
};

const inInput: Inside = (ssc, f) => {
  const first = once(f);
  const source = new (class extends InputDStream<number> {
    override async compute(): Promise<undefined> {
      await first();
    }
  })();
  ssc.inputStream(source).foreachRDD(() => undefined);
};

const inAction: Inside = (ssc, f) => {
  const first = once(f);
  const slowly = (rdd: RDD<number>): RDD<number> =>
    rdd.mapPartitions(async function* (rows) {
      await first();
      yield* rows;
    });
  ssc.inputStream(new Tray()).foreachRDD((rdd) => slowly(rdd).count());
};

const places: readonly (readonly [where: string, inside: Inside])[] = [
  ['an output', inOutput],
  ['a transform', inTransform],
  ['an input that is asked', inInput],
  ['a function over rows', inAction],
];

const started = (d: Desk, inside: Inside, f: (ssc: StreamingContext) => void | Promise<void>): StreamingContext => {
  const ssc = d.streaming();
  inside(ssc, () => f(ssc));
  ssc.start();
  return ssc;
};

describe.each(places)('stop() inside %s', (_, inside) => {
  test('begins at once, and is silent where nobody waits for it', async () => {
    const d = desk();
    const ssc = started(d, inside, (own) => void own.stop());
    const ended = watched(ssc.awaitTermination());
    await d.runtime.clock.advance(1000);
    expect([ssc.getState(), ssc.sparkContext.isStopped, ended.outcome]).toEqual(['STOPPED', true, 'resolved']);
    expect(d.log()).toEqual([]);
  });

  test('begins, and fails the batch that waits for it, which holds nothing up', async () => {
    const d = desk();
    const seen: unknown[] = [];
    const ssc = started(d, inside, async (own) => {
      const code = await rejectionOf(own.stop());
      seen.push(code, own.getState());
      await own.stop();
    });
    await d.runtime.clock.advance(1000);
    expect([ssc.getState(), seen]).toEqual(['STOPPED', ['CONTEXT.STOP_INSIDE_BATCH', 'ACTIVE']]);
  });

  test('is known after an await as well', async () => {
    const d = desk();
    const seen: unknown[] = [];
    const ssc = started(d, inside, async (own) => {
      await d.runtime.clock.sleep(300);
      seen.push(await rejectionOf(own.stop()));
    });
    await d.runtime.clock.advance(1300);
    expect([ssc.getState(), seen]).toEqual(['STOPPED', ['CONTEXT.STOP_INSIDE_BATCH']]);
  });

  test('with grace runs the batches that are left', async () => {
    const d = desk();
    const ssc = started(d, inside, (own) => void own.stop(true, true));
    const times: number[] = [];
    ssc.addStreamingListener({ onBatchCompleted: ({ batchTimeMs }) => void times.push(batchTimeMs) });
    await d.runtime.clock.advance(1999);
    expect(ssc.getState()).toBe('ACTIVE');
    await d.runtime.clock.advance(1);
    expect(ssc.getState()).toBe('STOPPED');
    // An input that returns no RDD leaves its batch without a job, of which listeners hear nothing.
    expect(times).toEqual(inside === inInput ? [] : [1000, 2000]);
  });

  test('is outside for what the batch began and did not wait for', async () => {
    const d = desk();
    let stopped: { outcome: string | undefined } | undefined;
    const ssc = started(d, inside, (own) => {
      const later = async (): Promise<void> => {
        await d.runtime.clock.sleep(1300);
        await own.stop();
      };
      stopped = watched(later());
    });
    await d.runtime.clock.advance(2300);
    expect([ssc.getState(), stopped?.outcome]).toEqual(['STOPPED', 'resolved']);
  });
});

test('an output that waits for stop() is told so by awaitTermination()', async () => {
  const d = desk();
  const ssc = started(d, inOutput, (own) => own.stop());
  const ended = watched(ssc.awaitTermination());
  await d.runtime.clock.advance(1000);
  expect(ended.outcome).toBe('CONTEXT.STOP_INSIDE_BATCH');
});

test('the main program that an output wakes is outside of it', async () => {
  const d = desk();
  let wake = (): void => undefined;
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const ssc = started(d, inOutput, () => wake());
  const main = async (): Promise<void> => {
    await woken;
    await ssc.stop();
  };
  const stopped = watched(main());
  await d.runtime.clock.advance(1000);
  expect([ssc.getState(), stopped.outcome]).toEqual(['STOPPED', 'resolved']);
});

test('stop() of the SparkContext inside an output is refused alike, and silent where nobody waits', async () => {
  for (const isAwaited of [true, false]) {
    const d = desk();
    const ssc = started(d, inOutput, (own) => {
      const stopped = own.sparkContext.stop();
      return isAwaited ? stopped : undefined;
    });
    const ended = watched(ssc.awaitTermination());
    await d.runtime.clock.advance(1000);
    expect([ssc.getState(), ssc.sparkContext.isStopped]).toEqual(['STOPPED', true]);
    expect(ended.outcome).toBe(isAwaited ? 'CONTEXT.STOP_INSIDE_BATCH' : 'resolved');
  }
});

test('another, idle context may be stopped inside an output, as long as the SparkContext stays', async () => {
  const d = desk();
  const seen: unknown[] = [];
  const ssc = started(d, inOutput, async (own) => {
    const other = d.streaming(own.sparkContext);
    seen.push(await rejectionOf(other.stop(false)), other.getState());
  });
  await d.runtime.clock.advance(1000);
  expect(seen).toEqual([undefined, 'STOPPED']);
  await ssc.stop();
});

describe('stop() inside a listener', () => {
  const asking = (d: Desk, f: (ssc: StreamingContext) => unknown): StreamingContext => {
    const ssc = d.streaming();
    ssc.inputStream(new Tray()).foreachRDD(() => undefined);
    ssc.addStreamingListener({ onBatchCompleted: () => f(ssc) as undefined });
    ssc.start();
    return ssc;
  };

  test('is thrown at the listener, and the context goes on', async () => {
    const d = desk();
    const seen: unknown[] = [];
    const ssc = asking(d, (own) => seen.push(codeOf(() => own.stop())));
    await d.runtime.clock.advance(2000);
    expect(seen).toEqual(['CONTEXT.STOP_INSIDE_LISTENER', 'CONTEXT.STOP_INSIDE_LISTENER']);
    expect([ssc.getState(), d.log()]).toEqual(['ACTIVE', []]);
    await ssc.stop();
  });

  test('is logged where the listener lets it through', async () => {
    const d = desk();
    const ssc = asking(d, (own) => own.stop());
    await d.runtime.clock.advance(1000);
    expect(d.entries.map(({ message, error }) => [message, (error as { readonly code?: string }).code])).toEqual([
      ['A streaming listener failed', 'CONTEXT.STOP_INSIDE_LISTENER'],
    ]);
    expect(ssc.getState()).toBe('ACTIVE');
    await ssc.stop();
    expect(await rejectionOf(ssc.awaitTermination())).toBe(undefined);
  });

  test('is outside once an asynchronous listener has returned', async () => {
    const d = desk();
    const ssc = asking(d, async (own) => {
      await Promise.resolve();
      await own.stop();
    });
    await d.runtime.clock.advance(1000);
    expect([ssc.getState(), d.log()]).toEqual(['STOPPED', []]);
  });
});
