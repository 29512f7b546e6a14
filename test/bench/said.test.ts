import { describe, expect, test } from 'vitest';
import type { WatchedBatch } from '../../bench/batch-watch.ts';
import { type RunOptions, saidOf } from '../../bench/spark/said.ts';

/** Batches of 1 s that take so long each, one behind the other; each is planned in 1 ms and sealed 5 ms later. */
function batchesOf(...times: readonly number[]): WatchedBatch[] {
  let endMs = 0;
  return times.map((ms, index) => {
    const timeMs = index * 1000;
    const startedMs = Math.max(endMs, timeMs) + 1;
    endMs = startedMs + ms;
    return {
      timeMs,
      tickMs: timeMs,
      submittedMs: timeMs + 1,
      startedMs,
      completedMs: endMs,
      sealedMs: endMs + 5,
      records: 1000,
      cpuMs: index * 100,
    };
  });
}

const options: RunOptions = { warm: 1, batches: 2, records: undefined, intervalMs: 1000, time: 'processed' };

describe('what a run says', () => {
  test('is of the counted batches, without the warm ones and those behind', () => {
    expect(saidOf(batchesOf(999, 10, 30, 999), options)).toEqual({
      batches: 2,
      throughput: 2000 / 1000 / 40,
      taken: 2000 / 1000 / 2000,
      batchMs: 20,
      batchMsP50: 20,
      batchMsP99: 29.8,
      batchMsMax: 30,
      growingMs: 0,
      cpuSeconds: 0.2,
    });
  });

  test('counts the planning of a batch where it is asked to', () => {
    expect(saidOf(batchesOf(0, 10, 30), { ...options, time: 'planned' })).toMatchObject({ batchMs: 21 });
  });

  test('counts all the time from one sealed batch to the next where it is asked to', () => {
    expect(saidOf(batchesOf(0, 1500, 1500), { ...options, time: 'sealed' })).toMatchObject({
      // The warm one was sealed at 6 ms; the first begins at 1,001 ms, the second 1 ms behind it.
      batchMs: (995 + 1500 + 5 + (1 + 1500)) / 2,
    });
  });

  test('tells that batches wait longer and longer', () => {
    expect(saidOf(batchesOf(1000, 1500, 1500), options)['growingMs']).toBeCloseTo(501, 5);
  });

  test('is of all batches behind the warm ones where no number is given, and of as many records as are said', () => {
    const running = { ...(batchesOf(1).at(-1) as WatchedBatch), completedMs: Number.NaN };
    const said = saidOf([...batchesOf(1, 2, 3, 4), running], { ...options, batches: undefined, records: 6 });
    expect(said).toMatchObject({ batches: 3, throughput: 18 / 1000 / 9 });
  });

  test('is that there was no batch, where none has ended', () => {
    expect(saidOf(batchesOf(1), options)).toEqual({ batches: 0 });
  });
});
