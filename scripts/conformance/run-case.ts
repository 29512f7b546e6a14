import { type DStream, Milliseconds, type Row, SparkConf, StreamingContext } from 'firesteel';
import { type TestRuntime, testRuntime } from 'firesteel/testing';
import { type Case, CaseMistake, NotThereYet } from './cases.ts';
import type { Saved } from './operators.ts';
import { define, type Program } from './program.ts';

/** What came out for one batch. */
export interface Output {
  readonly timeMs: number;
  readonly rows: readonly unknown[];
  readonly partitions: number;
}

/** An error, and when it was seen; `batch` counts from 1. */
export interface SeenError {
  readonly phase: 'build' | 'start' | 'run';
  readonly batch?: number;
  readonly error: unknown;
}

/** What was seen of one run of a case. */
export interface Seen {
  /** The outputs of each stream that is observed, in order of time. */
  readonly outputs: readonly (readonly Output[])[];
  readonly counters: Readonly<Record<string, number>>;
  readonly errors: readonly SeenError[];
}

/** A program, and the world it runs in. */
export interface Stage {
  readonly runtime: TestRuntime;
  readonly ssc: StreamingContext;
}

/** The context that a case runs on. */
export function contextFor({ batchMs }: Case, runtime: TestRuntime): StreamingContext {
  const conf = new SparkConf().setMaster('local[2]').setAppName('conformance');
  return new StreamingContext(conf, Milliseconds(batchMs), { runtime });
}

/** Runs what is given on a context of its own, which ends with it. */
export async function onStage<R>(given: Case, seed: number, play: (stage: Stage) => Promise<R>): Promise<R> {
  const runtime = testRuntime({ seed });
  const ssc = contextFor(given, runtime);
  try {
    return await play({ runtime, ssc });
  } finally {
    await ssc[Symbol.asyncDispose]();
  }
}

/** Where programs are written down. */
export const checkpointFolder = '/checkpoint';

/** How many batch intervals the clock is advanced. */
export function batchesOf({ run, streams = [] }: Case): number {
  return run?.batches ?? Math.max(0, ...streams.map(({ batches }) => batches.length));
}

/** Builds the program of a case and runs it. @throws CaseMistake, NotThereYet */
export function runCase(given: Case, seed: number): Promise<Seen> {
  return onStage(given, seed, async (stage) => {
    const watch = new Watch(given, stage);
    const isBuilt = watch.attempt('build', () => watch.build());
    if (isBuilt && watch.attempt('start', () => stage.ssc.start())) await watch.runBatches(1, batchesOf(given));
    return watch.seen();
  });
}

/** Looks at one life of the program of a case. */
export class Watch {
  readonly #case: Case;
  readonly #stage: Stage;
  readonly #errors: SeenError[] = [];
  readonly #counters: Record<string, number> = {};
  readonly #watched: (() => Promise<readonly Output[]>)[] = [];

  constructor(given: Case, stage: Stage) {
    this.#case = given;
    this.#stage = stage;
  }

  attempt(phase: 'build' | 'start', f: () => void): boolean {
    try {
      f();
      return true;
    } catch (error) {
      if (error instanceof CaseMistake || error instanceof NotThereYet) throw error;
      this.#errors.push({ phase, error });
      return false;
    }
  }

  build(): void {
    const { ssc } = this.#stage;
    if (!isAboutMissingDirectory(this.#case)) ssc.checkpoint(checkpointFolder);
    const program = define(ssc, this.#case);
    const observed = this.#case.observe ?? [{}];
    for (const { of } of observed) this.#watch(of === undefined ? program.last : program.stream(of));
    this.#count(program);
  }

  /** Runs the batches from the first of these numbers to the last, or until the process dies. */
  async runBatches(first: number, last: number): Promise<void> {
    const { runtime, ssc } = this.#stage;
    let known: unknown;
    for (let batch = first; batch <= last; batch++) {
      await runtime.clock.advance(this.#case.batchMs);
      if (runtime.isDead) return;
      try {
        await unlessDead(runtime, () => ssc.awaitTerminationOrTimeout(0));
      } catch (error) {
        // The last error is thrown again and again.
        if (error !== known) this.#errors.push({ phase: 'run', batch, error });
        known = error;
      }
    }
  }

  async seen(): Promise<Seen> {
    const outputs: (readonly Output[])[] = [];
    for (const read of this.#watched) outputs.push((await unlessDead(this.#stage.runtime, read)) ?? []);
    return { outputs, counters: this.#counters, errors: this.#errors };
  }

  #watch(made: Program['last']): void {
    if ('prefix' in made) {
      this.#watched.push(() => this.#saved(made));
      return;
    }
    const outputs: Output[] = [];
    this.#watched.push(async () => outputs);
    made.foreachRDD(async (rdd, time) => {
      const rows = await rdd.collect();
      outputs.push({ timeMs: time.milliseconds, rows, partitions: rdd.getNumPartitions() });
    });
  }

  /** What has been written, read back: one output for each folder, a row for each line. */
  async #saved({ prefix, suffix }: Saved): Promise<readonly Output[]> {
    const { storage } = this.#stage.runtime;
    const outputs: Output[] = [];
    for (let batch = 1; batch <= batchesOf(this.#case); batch++) {
      const timeMs = batch * this.#case.batchMs;
      const folder = `${prefix === '' ? '' : `${prefix}-`}${timeMs}${suffix === '' ? '' : `.${suffix}`}`;
      const files = (await storage.list(folder)).map(({ name }) => name);
      if (!files.includes('_SUCCESS')) continue;
      const parts = files.filter((name) => name.startsWith('part-'));
      const rows: string[] = [];
      for (const name of parts) rows.push(...linesOf(String(await storage.read(`${folder}/${name}`))));
      outputs.push({ timeMs, rows, partitions: parts.length });
    }
    return outputs;
  }

  /** Side effects on the source: how many batches, and how many records, an output operation has seen. */
  #count({ source }: Program): void {
    const { expectCounters } = this.#case;
    if (expectCounters === undefined) return;
    const unknown = Object.keys(expectCounters).find((name) => name !== 'batchesSeen' && name !== 'recordsSeen');
    if (unknown !== undefined) throw new CaseMistake(`there is no counter named ${unknown}`);
    this.#counters['batchesSeen'] = 0;
    this.#counters['recordsSeen'] = 0;
    countInto(this.#counters, source);
  }
}

function countInto(counters: Record<string, number>, source: DStream<Row>): void {
  const add = (name: string): void => {
    counters[name] = (counters[name] ?? 0) + 1;
  };
  source.foreachRDD(async (rdd) => {
    add('batchesSeen');
    await rdd.foreach(() => add('recordsSeen'));
  });
}

/** What comes of a call; undefined where the process dies first. */
export async function unlessDead<R>(runtime: TestRuntime, call: () => Promise<R>): Promise<R | undefined> {
  if (runtime.isDead) return undefined;
  let outcome: { readonly value: R } | undefined;
  const made = runtime.activities.run('what the reader waits for', async () => {
    outcome = { value: await call() };
  });
  made.catch(() => undefined); // It is awaited below, unless nobody can throw it any more.
  await runtime.settle();
  if (!runtime.isDead) await made;
  return outcome?.value;
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Whether a case is about a checkpoint directory that was not set: only then none is set. */
function isAboutMissingDirectory({ expectError }: Case): boolean {
  return expectError?.phase === 'start' && /\bcheckpoint (director|folder)/i.test(expectError.messageGist ?? '');
}
