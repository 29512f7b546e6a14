import { Receiver, Seconds, SparkConf, StreamingContext } from 'firesteel';
import { type Form, forms } from './functions.ts';
import { collectGarbage, Meter } from './harness.ts';

/** What is told of one batch. */
export interface CountedBatch {
  readonly counts: ReadonlyMap<string, number>;
  /** From the first byte given to the receiver to the counts, without the wait for the beat between. */
  readonly meter: Meter;
}

/** Whom to tell while a batch is counted. */
export interface BatchWatcher {
  began(): void;
  ended(): void;
}

/**
 * A program that counts words and goes on running, as a service would: each call of `count` is one batch of it. So its
 * loops are compiled once, and the later calls show what a batch costs in the long run.
 */
export class WordCountStream {
  readonly #ssc: StreamingContext;
  readonly #text = new GivenText();
  #batch:
    | { meter: Meter; isBegun: boolean; counts: ReadonlyMap<string, number>; watcher: BatchWatcher | undefined }
    | undefined;
  #completed: (batchTimeMs: number, rows: number) => void = () => undefined;

  constructor({ functions: { split, pair, add }, mayUseKernels }: Form = forms.recognised) {
    const conf = new SparkConf().setMaster('local[2]').setAppName('WordCountStream');
    conf.set('firesteel.executor.kernels', mayUseKernels);
    this.#ssc = new StreamingContext(conf, batchInterval);
    this.#ssc
      .receiverStream(this.#text)
      .flatMap(split)
      .map(pair)
      .reduceByKey(add)
      .foreachRDD(async (rdd) => {
        const rows = await rdd.collect();
        if (this.#batch !== undefined && rows.length > 0) this.#batch.counts = new Map(rows);
      });
    this.#ssc.onMessage = ({ message }) => {
      if (message.type === 'batch.tick') this.#begin();
    };
    this.#ssc.addStreamingListener({
      onBatchCompleted: ({ batchTimeMs, numRecords }) => this.#completed(batchTimeMs, numRecords),
    });
    this.#ssc.start();
  }

  /** Counts the words of this text, as one batch. */
  async count(blocks: readonly Buffer[], watcher?: BatchWatcher): Promise<CountedBatch> {
    await this.#rest();
    collectGarbage();
    const meter = new Meter();
    const batch = { meter, isBegun: false, counts: new Map<string, number>(), watcher };
    meter.start();
    this.#text.give(blocks);
    meter.stop();
    this.#batch = batch;
    await this.#hear((_, rows) => rows > 0);
    this.#batch = undefined;
    return batch;
  }

  stop(): Promise<void> {
    return this.#ssc.stop();
  }

  /** The first beat after the text was given takes it; later ones come while it is counted. */
  #begin(): void {
    const batch = this.#batch;
    if (batch === undefined || batch.isBegun) return;
    batch.isBegun = true;
    batch.watcher?.began();
    batch.meter.start();
  }

  /** Waits until no beat is behind: what ran before may have held the process for seconds. */
  #rest(): Promise<void> {
    return this.#hear((batchTimeMs) => Date.now() < batchTimeMs + batchInterval.milliseconds / 2);
  }

  #hear(isMine: (batchTimeMs: number, rows: number) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#completed = (batchTimeMs, rows) => {
        if (!isMine(batchTimeMs, rows)) return;
        this.#completed = () => undefined;
        this.#batch?.meter.stop();
        this.#batch?.watcher?.ended();
        resolve();
      };
    });
  }
}

const batchInterval = Seconds(1);

/** Text that is given by calls. */
class GivenText extends Receiver<string> {
  override onStart(): void {
    // Nothing to open.
  }

  override onStop(): void {
    // Nothing to close.
  }

  give(blocks: readonly Buffer[]): void {
    for (const block of blocks) this.storeLines(block);
  }
}
