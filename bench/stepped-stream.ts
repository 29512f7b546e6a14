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
import type { Graph } from '../src/graph/graph.ts';
import { runPlainLoop } from '../src/graph/plain-loop.ts';
import type { Planning } from '../src/graph/planning.ts';
import { planningOf } from '../src/graph/planning-of.ts';
import { collectGarbage, Meter } from './harness.ts';

/**
 * A program that goes on running on a clock of its own: each call of `batch` is one batch of it, and nothing runs
 * between them. Its batches are run by the plain loop, which writes nothing down: what that adds is a row of its own.
 */
export class SteppedStream<T extends Row> {
  readonly #runtime: TestRuntime = { ...testRuntime(), slices: systemRuntime().slices };
  readonly #ssc: StreamingContext;
  readonly #given = new Given<T>();
  readonly #graph: Graph;
  readonly #planning: Planning;
  #timeMs = 0;

  /** @param program ends in outputs */
  constructor(program: (input: DStream<T>, ssc: StreamingContext) => void) {
    const conf = new SparkConf().setMaster('local[2]').setAppName('SteppedStream').set('spark.log.level', 'ERROR');
    this.#ssc = new StreamingContext(conf, Seconds(1), { runtime: this.#runtime });
    program(this.#ssc.inputStream(this.#given), this.#ssc);
    this.#graph = this.#ssc.freeze();
    const { engine } = this.#ssc.sparkContext;
    const memory = { rememberMs: undefined, mayUnpersist: true, pendingMax: 64 };
    this.#planning = planningOf(this.#graph, { engine, zeroTimeMs: 0, ...memory });
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
    for (let i = 0; i < count; i++) {
      this.#timeMs += 1000;
      await runPlainLoop(this.#graph, this.#planning, [this.#timeMs], (error) => {
        throw error;
      });
    }
    meter.stop();
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
