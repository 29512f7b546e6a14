import {
  type DStream,
  InputDStream,
  type RDD,
  type Row,
  Seconds,
  SparkConf,
  StreamingContext,
  systemRuntime,
} from 'firesteel';
import { type TestRuntime, testRuntime } from 'firesteel/testing';
import { collectGarbage, Meter } from './harness.ts';

/**
 * A program that goes on running on a clock of its own: each call of `batch` is one batch of it, and nothing runs
 * between them. All but the clock is as in production.
 */
export class SteppedStream<T extends Row> {
  readonly #runtime: TestRuntime = { ...testRuntime(), slices: systemRuntime().slices };
  readonly #ssc: StreamingContext;
  readonly #given = new Given<T>();

  /** @param program ends in outputs */
  constructor(program: (input: DStream<T>, ssc: StreamingContext) => void) {
    const conf = new SparkConf().setMaster('local[2]').setAppName('SteppedStream').set('spark.log.level', 'ERROR');
    this.#ssc = new StreamingContext(conf, Seconds(1), { runtime: this.#runtime });
    this.#ssc.checkpoint('checkpoint');
    program(this.#ssc.inputStream(this.#given), this.#ssc);
    this.#ssc.start();
  }

  /** Rows for a batch, in so many partitions. */
  rows(rows: readonly T[], partitions = 2): RDD<T> {
    return this.#ssc.sparkContext.parallelize(rows, partitions);
  }

  /** Runs so many batches of these rows. @returns what they took, from the first beat on */
  async batch(rdd: RDD<T>, count = 1): Promise<Meter> {
    this.#given.next = rdd;
    collectGarbage();
    const meter = new Meter();
    meter.start();
    await this.#runtime.clock.advance(1000 * count);
    meter.stop();
    await this.#ssc.awaitTerminationOrTimeout(0);
    return meter;
  }

  stop(): Promise<void> {
    return this.#ssc.stop();
  }
}

class Given<T extends Row> extends InputDStream<T> {
  next: RDD<T> | undefined;

  override compute(): RDD<T> | undefined {
    return this.next;
  }
}
