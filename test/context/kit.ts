import {
  type ContextOptions,
  FiresteelError,
  InputDStream,
  type LogEntry,
  type RDD,
  type RDDMaker,
  Receiver,
  Seconds,
  SparkConf,
  SparkContext,
  StreamingContext,
  type StreamingContextOptions,
  type Time,
} from 'firesteel';
import { type TestRuntime, type TestRuntimeOptions, testRuntime } from 'firesteel/testing';

type Settings = Readonly<Record<string, string | number | boolean>>;

/** A world for one test: contexts made in it share its clock, and their log can be read. */
export interface Desk extends Required<Pick<ContextOptions, 'logSink'>> {
  readonly runtime: TestRuntime;
  readonly entries: LogEntry[];
  /** The log so far: `WARN StreamingContext: …` */
  log(): readonly string[];
  conf(settings?: Settings): SparkConf;
  sparkContext(settings?: Settings): SparkContext;
  /** With batches of one second, on a SparkContext of its own unless one is given. */
  streaming(on?: SparkContext | Settings, options?: StreamingContextOptions): StreamingContext;
}

export function desk(options: TestRuntimeOptions = {}): Desk {
  const runtime = testRuntime(options);
  const entries: LogEntry[] = [];
  const logSink = { log: (entry: LogEntry) => void entries.push(entry) };
  const conf = (settings: Settings = {}): SparkConf =>
    new SparkConf().setMaster('local[2]').setAppName('test').setAll(Object.entries(settings));
  return {
    runtime,
    logSink,
    entries,
    log: () => entries.map(({ level, logger, message }) => `${level} ${logger}: ${message}`),
    conf,
    sparkContext: (settings) => new SparkContext(conf(settings), { runtime, logSink }),
    streaming: (on = {}, more = {}) =>
      on instanceof SparkContext
        ? new StreamingContext(on, Seconds(1), more)
        : new StreamingContext(conf(on), Seconds(1), { runtime, logSink, ...more }),
  };
}

/** A source whose rows are what the test has put into `rows` by the time of a batch. */
export class Tray extends InputDStream<number> {
  readonly rows: number[] = [];
  readonly calls: string[] = [];

  override start(): void {
    this.calls.push('start');
  }

  override stop(): void | Promise<void> {
    this.calls.push('stop');
  }

  override compute(_time: Time, make: RDDMaker): RDD<number> {
    return make.rows(this.rows.splice(0));
  }
}

/** A receiver that stores what the test tells it to. */
export class Tap extends Receiver<number> {
  readonly calls: string[] = [];

  override onStart(): void {
    this.calls.push('onStart');
  }

  override onStop(): void | Promise<void> {
    this.calls.push('onStop');
  }
}

/** The code of what f throws; undefined when it returns. */
export function codeOf(f: () => unknown): string | undefined {
  try {
    f();
  } catch (error) {
    return codeOfError(error);
  }
  return undefined;
}

/** The code of what a promise rejects with; undefined when it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
  } catch (error) {
    return codeOfError(error);
  }
  return undefined;
}

/** What every error in a life cycle has: our code, or the text of the program's own error. */
export function codeOfError(error: unknown): string {
  if (error instanceof FiresteelError) return error.code;
  return error instanceof Error ? error.message : String(error);
}

/** Whether a promise has settled, seen at any time. */
export function watched<T>(promise: Promise<T>): { readonly promise: Promise<T>; outcome: string | undefined } {
  const seen = { promise, outcome: undefined as string | undefined };
  promise.then(
    () => {
      seen.outcome = 'resolved';
    },
    (error: unknown) => {
      seen.outcome = codeOfError(error);
    },
  );
  return seen;
}
