import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  InputDStream,
  type RDD,
  type RDDMaker,
  Seconds,
  SparkConf,
  type State,
  StateSpec,
  StreamingContext,
  systemRuntime,
  type Time,
} from 'firesteel';
import type { Clock, Timer } from '../src/core/clock.ts';
import { eventLoopTurn } from '../src/core/clock.ts';
import type { Storage } from '../src/core/storage.ts';
import { collectGarbage, Meter } from './harness.ts';

export type Counts = [string, number];

/** What was seen of one batch, and of the snapshot that it brought about. */
export interface SealedBatch {
  /** From its beat until its output was done. */
  readonly completed: Meter;
  /** From its beat until its outcome was written. */
  readonly sealed: Meter;
  /** While the batch was worked on. */
  readonly delays: Delays;
  readonly snapshot: { readonly tookMs: number; readonly delays: Delays } | undefined;
}

/** How late timers were, in milliseconds. */
interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

/** A folder on the disk that the package is on; those for temporary files may be in memory. */
export function withFolder<R>(f: (folder: string) => Promise<R>): Promise<R> {
  mkdirSync('.tmp', { recursive: true });
  const folder = mkdtempSync(join('.tmp', 'bench-'));
  return f(folder).finally(() => rmSync(folder, { recursive: true }));
}

/** A storage that takes what is written and keeps none of it, but for the names that a directory is locked by. */
export function discarding(storage: Storage): Storage {
  const nothing = async (): Promise<void> => undefined;
  return {
    ...storage,
    append: nothing,
    sync: nothing,
    rename: nothing,
    createExclusive: (path, bytes) => (path.includes('/lock-') ? storage.createExclusive(path, bytes) : nothing()),
  };
}

/**
 * A program that keeps a sum for each key, run by its actors, on a real disk; its clock beats when `batch` is called.
 */
export class SealingStream {
  readonly #clock: SteppedClock;
  readonly #given = new Given();
  readonly #storage: WatchedStorage;
  readonly #ssc: StreamingContext;
  #heard: (type: string, timeMs: number) => void = () => undefined;

  private constructor(clock: SteppedClock, storage: WatchedStorage, given: Given, ssc: StreamingContext) {
    this.#clock = clock;
    this.#storage = storage;
    this.#given = given;
    this.#ssc = ssc;
    ssc.onMessage = ({ message }) => {
      const { timeMs, info } = message as { timeMs?: number; info?: { batchTimeMs: number } };
      this.#heard(message.type, info?.batchTimeMs ?? timeMs ?? 0);
    };
    ssc.start();
  }

  /** @param nowMs what its clock shows, whole seconds */
  static async open(folder: string, nowMs: number, storage: Storage = systemRuntime().storage): Promise<SealingStream> {
    const clock = new SteppedClock(nowMs);
    const watched = new WatchedStorage(storage);
    const runtime = { ...systemRuntime(), clock, storage: watched.storage };
    const given = new Given();
    const ssc = await StreamingContext.getOrCreate(
      folder,
      () => {
        const conf = new SparkConf().setMaster('local[2]').setAppName('SealingStream').set('spark.log.level', 'ERROR');
        const made = new StreamingContext(conf, Seconds(1), { runtime });
        made
          .inputStream(given)
          .mapWithState(sum)
          .foreachRDD(async (rdd) => void (await rdd.count()));
        return made;
      },
      { runtime },
    );
    return new SealingStream(clock, watched, given, ssc);
  }

  /** Runs a batch of these rows, and waits until nothing is under way. */
  async batch(rows: readonly Counts[]): Promise<SealedBatch> {
    const timeMs = this.#clock.now() + 1000;
    this.#given.next.set(timeMs, rows);
    const [completed, sealed] = [new Meter(), new Meter()];
    const ofBatch = monitorEventLoopDelay({ resolution: 1 });
    const ofSnapshot = monitorEventLoopDelay({ resolution: 1 });
    let sealedMs = 0;
    const isSealed = new Promise<void>((resolve) => {
      this.#heard = (type, ofMs) => {
        if (ofMs !== timeMs) return;
        if (type === 'batch.completed') completed.stop();
        if (type !== 'batch.sealed') return;
        this.#heard = () => undefined;
        sealed.stop();
        sealedMs = performance.now();
        ofSnapshot.enable();
        resolve();
      };
    });
    collectGarbage();
    ofBatch.enable();
    await eventLoopTurn();
    completed.start();
    sealed.start();
    this.#clock.advance(1000);
    await isSealed;
    // The turn in which it was sealed is over now.
    await eventLoopTurn();
    ofBatch.disable();
    this.#given.next.delete(timeMs);
    const snapshot = await this.#snapshot(sealedMs, ofSnapshot);
    return { completed, sealed, delays: delaysOf(ofBatch), snapshot };
  }

  stop(): Promise<void> {
    return this.#ssc.stop();
  }

  /** Waits until a snapshot is written, where there is one. */
  async #snapshot(sealedMs: number, histogram: IntervalHistogram): Promise<SealedBatch['snapshot']> {
    const before = this.#storage.snapshots;
    const tookMs = await this.#storage.rest().then((endedMs) => endedMs - sealedMs);
    // The turn in which it ended is over when a timer has run.
    await sleep(2);
    histogram.disable();
    if (this.#storage.snapshots === before) return undefined;
    return { tookMs, delays: delaysOf(histogram) };
  }
}

function delaysOf(histogram: IntervalHistogram): Delays {
  const ms = (ns: number): number => ns / 1e6;
  return { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), longest: ms(histogram.max) };
}

const sum = StateSpec.function((key: string, one: number | undefined, kept: State<number>): Counts => {
  const next = (kept.getOption() ?? 0) + (one ?? 0);
  kept.update(next);
  return [key, next];
});

class Given extends InputDStream<Counts> {
  /** By batch time; what is gone through again needs no rows. */
  readonly next = new Map<number, readonly Counts[]>();

  override compute({ milliseconds }: Time, make: RDDMaker): RDD<Counts> {
    return make.rows(this.next.get(milliseconds) ?? [], 2);
  }
}

/** Beats when it is told to; what it measures is measured by the machine's clock. */
class SteppedClock implements Clock {
  #nowMs: number;
  readonly #waiting = new Set<{ readonly deadlineMs: number; readonly f: () => void }>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return performance.now();
  }

  at(deadlineMs: number, f: () => void): Timer {
    const waiting = { deadlineMs, f };
    this.#waiting.add(waiting);
    if (deadlineMs <= this.#nowMs) setImmediate(() => this.#wake());
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.at(this.#nowMs + ms, resolve));
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    this.#wake();
  }

  #wake(): void {
    for (const waiting of [...this.#waiting].sort((a, b) => a.deadlineMs - b.deadlineMs)) {
      if (waiting.deadlineMs > this.#nowMs || !this.#waiting.delete(waiting)) continue;
      waiting.f();
    }
  }
}

/** Knows whether anything of a storage is under way. */
class WatchedStorage {
  readonly storage: Storage;
  /** How many were written. */
  snapshots = 0;
  #underWay = 0;
  #endedMs = 0;

  constructor(storage: Storage) {
    const watched = Object.entries(storage).map(([name, call]) => [name, this.#watch(name, call as Call)]);
    this.storage = Object.fromEntries(watched) as Storage;
  }

  /** Resolves when nothing has been under way for a while. @returns when the last call ended */
  async rest(): Promise<number> {
    for (let turns = 0; turns < restTurns; turns++) {
      await eventLoopTurn();
      if (this.#underWay > 0) turns = 0;
    }
    return this.#endedMs;
  }

  #watch(name: string, call: Call): Call {
    return async (...args) => {
      this.#underWay += 1;
      try {
        return await call(...args);
      } finally {
        this.#underWay -= 1;
        this.#endedMs = performance.now();
        if (name === 'rename' && String(args[1]).includes('/snapshot-')) this.snapshots += 1;
      }
    };
  }
}

type Call = (...args: readonly unknown[]) => Promise<unknown>;

/** Between two calls of a program there are fewer. */
const restTurns = 50;
