import { describe, expect, test } from 'vitest';
import { Receiver } from '../../src/index.ts';
import { keepRows, type Play, type PlayOptions, play } from '../actors/play.ts';

/** A receiver that notes when it is called, and does what the test says. */
class Scripted extends Receiver<number> {
  readonly calls: (readonly [call: string, atMs: number])[] = [];
  starting: (run: number) => void | Promise<void> = () => undefined;
  stopping: () => void | Promise<void> = () => undefined;
  #runs = 0;

  override onStart(): void | Promise<void> {
    this.#runs += 1;
    this.calls.push(['onStart', this.runtime.clock.now()]);
    return this.starting(this.#runs);
  }

  override onStop(): void | Promise<void> {
    this.calls.push(['onStop', this.runtime.clock.now()]);
    return this.stopping();
  }
}

interface Received extends Play {
  readonly receiver: Scripted;
  readonly kept: ReturnType<typeof keepRows<number>>;
  readonly told: () => readonly string[];
}

/** A program with that receiver, that is not started. */
function receiving(options: PlayOptions = {}): Received {
  const stage = play(options);
  const receiver = new Scripted();
  const kept = keepRows(stage.ssc.receiverStream(receiver));
  const told = (): readonly string[] => stage.heard.filter((line) => line.startsWith('receiver.'));
  return { ...stage, receiver, kept, told };
}

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

describe('rows', () => {
  test('come out in the order in which they were stored, in the batch whose beat follows', async () => {
    const { ssc, runtime, receiver, kept } = receiving();
    ssc.start();
    await runtime.settle();
    for (const row of upTo(20)) {
      receiver.store(row);
      await runtime.clock.advance(130);
    }
    await runtime.clock.advance(1000);
    expect(kept).toEqual([
      [1000, upTo(8)],
      [2000, upTo(16).slice(8)],
      [3000, upTo(20).slice(16)],
    ]);
  });

  test('of a block interval are a block, which is a partition', async () => {
    const { ssc, runtime, receiver } = receiving();
    const partitions: (readonly (readonly unknown[])[])[] = [];
    const other = new Scripted();
    ssc.receiverStream(other).foreachRDD(async (rdd) => void partitions.push(await rdd.collectPartitions()));
    ssc.start();
    await runtime.settle();
    for (const row of upTo(6)) {
      other.store(row);
      receiver.store(row);
      await runtime.clock.advance(100);
    }
    await other.storeBlock([6, 7, 8]);
    await runtime.clock.advance(1000);
    expect(partitions).toEqual([
      [
        [0, 1],
        [2, 3],
        [4, 5],
        [6, 7, 8],
      ],
    ]);
  });

  test('that one loop stores, waiting for room, all come out, never more at a time than may be', async () => {
    const bound = 10;
    const { ssc, runtime, receiver, kept } = receiving({ conf: { 'firesteel.receiver.bufferRowsMax': String(bound) } });
    receiver.starting = async () => {
      for (const row of upTo(95)) if (!receiver.store(row)) await receiver.drained();
    };
    ssc.start();
    await runtime.clock.advance(11_000);
    expect(kept.flatMap(([, rows]) => rows)).toEqual(upTo(95));
    expect(kept.map(([, rows]) => rows.length)).toEqual([...Array.from({ length: 9 }, () => bound), 5]);
  });

  test('that several loops store at the same time are neither lost nor doubled', async () => {
    const { ssc, runtime, receiver, kept } = receiving({ conf: { 'firesteel.receiver.bufferRowsMax': '3000' } });
    receiver.starting = () => {
      for (const loop of upTo(10)) {
        void (async () => {
          for (const row of upTo(1000)) if (!receiver.store(loop * 1000 + row)) await receiver.drained();
        })();
      }
    };
    ssc.start();
    await runtime.clock.advance(6000);
    const rows = kept.flatMap(([, each]) => each);
    expect([...rows].sort((a, b) => a - b)).toEqual(upTo(10_000));
    for (const loop of upTo(10)) {
      const own = rows.filter((row) => Math.floor(row / 1000) === loop);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });

  test('stored as blocks are safe when the promise resolves, which waits while the receiver is full', async () => {
    const { ssc, runtime, receiver, kept } = receiving({ conf: { 'firesteel.receiver.bufferRowsMax': '4' } });
    const acknowledged: (readonly [block: number, atMs: number])[] = [];
    receiver.starting = async () => {
      for (const block of upTo(3)) {
        await receiver.storeBlock([block, block, block, block]);
        acknowledged.push([block, runtime.clock.now()]);
      }
    };
    ssc.start();
    await runtime.clock.advance(3000);
    expect(acknowledged).toEqual(upTo(3).map((block) => [block, block * 1000]));
    expect(kept).toEqual(upTo(3).map((block) => [(block + 1) * 1000, [block, block, block, block]]));
  });

  test('are counted for the listeners, lines of text too', async () => {
    const { ssc, runtime, receiver } = receiving();
    const records: number[] = [];
    ssc.addStreamingListener({ onBatchSubmitted: ({ numRecords }) => void records.push(numRecords) });
    ssc.start();
    await runtime.settle();
    receiver.store(1);
    receiver.storeLines(Buffer.from('two\nthree'));
    await receiver.storeBlock([4, 5]);
    await runtime.clock.advance(2000);
    expect(records).toEqual([5, 0]);
  });
});

describe('a receiver that asks', () => {
  test('for a restart after 100 ms is stopped, and started 100 ms later', async () => {
    const { ssc, runtime, receiver, told } = receiving();
    const messages: string[] = [];
    ssc.addStreamingListener({
      onReceiverStopped: ({ lastErrorMessage, lastError }) => void messages.push(`${lastErrorMessage}: ${lastError}`),
    });
    ssc.start();
    await runtime.clock.advance(700);
    receiver.restart('the broker moves', new Error('not leader'), 100);
    await runtime.clock.advance(300);
    expect(receiver.calls).toEqual([
      ['onStart', 0],
      ['onStop', 700],
      ['onStart', 800],
    ]);
    expect(told()).toEqual(['receiver.up 0', 'receiver.down 0', 'receiver.up 0']);
    expect(messages).toEqual(['the broker moves: not leader']);
  });

  test('for a restart loses none of the rows that it has stored', async () => {
    const { ssc, runtime, receiver, kept } = receiving();
    receiver.starting = (run) => void receiver.store(run);
    receiver.stopping = () => void receiver.store(-1);
    ssc.start();
    await runtime.clock.advance(100);
    receiver.restart('again', undefined, 50);
    await runtime.clock.advance(1000);
    expect(kept).toEqual([[1000, [1, -1, 2]]]);
  });

  test('to be stopped is stopped, and is started again', async () => {
    const { ssc, runtime, receiver, told } = receiving();
    ssc.start();
    await runtime.settle();
    receiver.stop('nothing to do', new Error('empty'));
    await runtime.clock.advance(3000);
    expect(receiver.calls.map(([call]) => call)).toEqual(['onStart', 'onStop', 'onStart']);
    expect(told()).toEqual(['receiver.up 0', 'receiver.down 0', 'receiver.up 0']);
  });

  test('to tell an error goes on, and listeners hear its message and its text', async () => {
    const { ssc, runtime, receiver } = receiving();
    const errors: unknown[] = [];
    ssc.addStreamingListener({ onReceiverError: (info) => void errors.push(info) });
    ssc.start();
    await runtime.clock.advance(300);
    receiver.reportError('a bad record', new Error('no number'));
    await runtime.settle();
    expect(receiver.calls).toEqual([['onStart', 0]]);
    expect(errors).toEqual([
      {
        streamId: 0,
        name: 'Scripted',
        isActive: true,
        lastErrorMessage: 'a bad record',
        lastError: 'no number',
        lastErrorTimeMs: 300,
      },
    ]);
  });

  test('for a restart in onStart is not started while it is up', async () => {
    const { ssc, runtime, receiver } = receiving();
    receiver.starting = (run) => {
      if (run <= 3) receiver.restart('not yet', undefined, 0);
    };
    ssc.start();
    await runtime.clock.advance(1000);
    const calls = ['onStart', 'onStop', 'onStart', 'onStop', 'onStart', 'onStop', 'onStart'];
    expect(receiver.calls.map(([call]) => call)).toEqual(calls);
  });
});

describe('a receiver that fails to start', () => {
  test('is stopped, told to listeners, and tried again after a delay', async () => {
    const { ssc, runtime, receiver, told, reported } = receiving();
    receiver.starting = (run) => {
      if (run === 1) throw new Error('no such queue');
    };
    ssc.start();
    await runtime.clock.advance(3000);
    expect(told()).toEqual(['receiver.up 0', 'receiver.trouble 0', 'receiver.down 0', 'receiver.up 0']);
    expect(receiver.calls.map(([call]) => call)).toEqual(['onStart', 'onStop', 'onStart']);
    expect(reported()).toBeUndefined();
  });
});

describe('a stop', () => {
  test('with grace works off what the receiver has stored up to the end of onStop', async () => {
    const { ssc, runtime, receiver, kept, stop, stoppedMs } = receiving();
    receiver.stopping = async () => {
      await runtime.clock.sleep(700);
      receiver.store(2);
    };
    ssc.start();
    await runtime.clock.advance(500);
    receiver.store(1);
    stop(true);
    await runtime.clock.advance(10_000);
    expect(kept).toEqual([
      [1000, [1]],
      [2000, [2]],
    ]);
    expect(stoppedMs()).toBe(2000);
    expect(() => receiver.store(3)).toThrow(expect.objectContaining({ code: 'RECEIVER.NOT_STARTED' }));
  });

  test('without grace waits ten seconds for an onStop that does not end', async () => {
    const { ssc, runtime, receiver, stop, stoppedMs } = receiving();
    receiver.stopping = () => new Promise(() => undefined);
    ssc.start();
    await runtime.clock.advance(500);
    stop(false);
    await runtime.clock.advance(20_000);
    expect(stoppedMs()).toBe(10_500);
  });

  test('comes in the middle of a loop that waits for room, and neither waits for the other', async () => {
    const { ssc, runtime, receiver, stop, stoppedMs, kept } = receiving({
      conf: { 'firesteel.receiver.bufferRowsMax': '5' },
    });
    let loop: Promise<void> | undefined;
    receiver.starting = () => {
      loop = (async () => {
        for (let row = 0; receiver.isStarted(); row += 1) if (!receiver.store(row)) await receiver.drained();
      })();
    };
    receiver.stopping = () => loop;
    ssc.start();
    await runtime.clock.advance(500);
    stop(true);
    await runtime.clock.advance(500);
    expect([stoppedMs(), kept]).toEqual([1000, [[1000, upTo(5)]]]);
  });
});
