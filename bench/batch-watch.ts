import type { StreamingContext } from 'firesteel';
import { nowMs } from './harness.ts';

/** A batch by the moments of its messages, in milliseconds since the epoch with fractions; NaN until they came. */
export interface WatchedBatch {
  readonly timeMs: number;
  readonly tickMs: number;
  submittedMs: number;
  startedMs: number;
  completedMs: number;
  sealedMs: number;
  /** Rows over all inputs. */
  records: number;
  /** The processor time of this process, all threads, when it had completed. */
  cpuMs: number;
}

/** Writes down when the batches of a program begin and end. */
export class BatchWatch {
  readonly #batches = new Map<number, WatchedBatch>();
  readonly #waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();
  #sealed = 0;

  constructor(ssc: StreamingContext) {
    ssc.onMessage = ({ message }) => this.#hear(message as Heard);
  }

  /** In order of time. */
  get batches(): readonly WatchedBatch[] {
    return [...this.#batches.values()];
  }

  /** Resolves when so many batches are sealed. */
  until(count: number): Promise<void> {
    return new Promise((resolve) => void this.#waiting.add({ count, resolve }));
  }

  #hear({ type, timeMs, info }: Heard): void {
    if (type === 'batch.tick') {
      const unknown = { submittedMs: NaN, startedMs: NaN, completedMs: NaN, sealedMs: NaN, records: 0, cpuMs: NaN };
      this.#batches.set(timeMs, { timeMs, tickMs: nowMs(), ...unknown });
    }
    const batch = this.#batches.get(info?.batchTimeMs ?? timeMs);
    if (batch === undefined) return;
    if (type === 'batch.submitted') batch.submittedMs = nowMs();
    if (type === 'batch.started') batch.startedMs = nowMs();
    if (type === 'batch.completed') {
      batch.completedMs = nowMs();
      batch.records = info?.numRecords ?? 0;
      const { user, system } = process.cpuUsage();
      batch.cpuMs = (user + system) / 1000;
    }
    // It is told to several.
    if (type === 'batch.sealed' && Number.isNaN(batch.sealedMs)) this.#seal(batch);
  }

  #seal(batch: WatchedBatch): void {
    batch.sealedMs = nowMs();
    this.#sealed += 1;
    for (const waiting of this.#waiting) {
      if (this.#sealed < waiting.count) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }
}

/** What is noted of the messages: beats carry their time, facts for listeners their batch. */
interface Heard {
  readonly type: string;
  readonly timeMs: number;
  readonly info?: { readonly batchTimeMs: number; readonly numRecords: number };
}
