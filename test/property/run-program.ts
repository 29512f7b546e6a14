import {
  type DStream,
  InputDStream,
  type RDDMaker,
  type Row,
  Seconds,
  SparkConf,
  StreamingContext,
  Time,
} from 'firesteel';
import { type TestRuntime, testRuntime } from 'firesteel/testing';
import { FiresteelError } from '../../src/core/errors.ts';
import { runPlainLoop } from '../../src/graph/plain-loop.ts';
import { planningOf } from '../../src/graph/planning-of.ts';
import { textChunk } from '../../src/rdd/chunk.ts';
import type { Engine } from '../../src/rdd/engine.ts';
import { dataPlan } from '../../src/rdd/make-plan.ts';
import { RDD } from '../../src/rdd/rdd.ts';
import * as oracle from '../../src/testing/oracle.ts';
import type { Operator } from './operator.ts';
import { type Expected, type OutputUse, outputUses } from './output-uses.ts';
import { type Input, type InputBatch, type Program, type Settings, type Sink, textOf } from './program.ts';
import { keepingNames, operators } from './programs.ts';
import { turns } from './transforms.ts';

// A random program in three ways: on the actors, on the plain loop, and in the oracle; and what tells them apart.

/** What was seen of a run. A job is named by its batch and output: `2000 ms, output 1`. */
export interface Seen {
  /** Jobs, in the order in which they began. */
  readonly began: string[];
  /** What the outputs said. */
  readonly said: Map<string, readonly unknown[]>;
  /** Why jobs failed. */
  readonly failed: Map<string, unknown>;
  /** Why batches were refused, by time. */
  readonly refused: Map<number, unknown>;
  /** Why state could not be brought to a batch; whatever reads it fails as well. */
  readonly stepsFailed: { readonly timeMs: number; readonly error: unknown }[];
  /** Errors of batches in which no job began: why they were refused, or why some state could not be brought to them. */
  readonly unclear: { readonly timeMs: number; readonly error: unknown }[];
  /** Whatever else went wrong. */
  /** Whether a batch failed behind those that are looked at. */
  hasFailedBehind: boolean;
  readonly bugs: unknown[];
}

/** Runs a program through the public API. */
export async function runProgram(program: Program, using: 'actors' | 'loop'): Promise<Seen> {
  const { settings } = program;
  const runtime = testRuntime({ seed: settings.seed });
  const logSink = { log: () => undefined };
  const ssc = new StreamingContext(confOf(program), Seconds(1), { runtime, logSink });
  const seen: Seen = {
    began: [],
    said: new Map(),
    failed: new Map(),
    refused: new Map(),
    stepsFailed: [],
    unclear: [],
    hasFailedBehind: false,
    bugs: [],
  };
  try {
    ssc.checkpoint('/checkpoint');
    const { stall } = settings;
    const sleep = (ms: number): Promise<void> => runtime.clock.sleep(ms);
    const outputs = build(program, ssc, seen, using === 'loop' ? undefined : stall && { ...stall, sleep });
    if (using === 'loop') {
      await runOnLoop(ssc, program.batchCount, seen);
    } else {
      if (settings.isSliced) ssc.remember(Seconds(60));
      watch(program, ssc, seen);
      ssc.start();
      const ms = program.batchCount * 1000;
      await (settings.isJumping ? runtime.clock.jump(ms) : runtime.clock.advance(ms));
      if (stall !== undefined) await runtime.clock.advance(program.batchCount * stall.ms);
      await checkWaiter(ssc, seen);
      if (settings.isSliced && !isKeeping(program)) await checkSlices(program, outputs, seen, runtime);
    }
  } finally {
    await ssc[Symbol.asyncDispose]();
  }
  return seen;
}

/** All that a run did otherwise than the oracle says, a line each. */
export function differences(program: Program, seen: Seen): readonly string[] {
  const found: string[] = seen.bugs.map((bug) => `a bug: ${String(bug)}`);
  const jobs: string[] = [];
  const all = streamsOf(program);
  const streams = program.sinks.map(({ of }) => all[of] as oracle.Stream<unknown>);
  const batches = oracle.batchesOf([...streams, ...stepsOf(program, all)]);
  const readAhead = program.readAhead();
  for (const { timeMs, error } of seen.unclear) {
    if (batches[timeMs / 1000 - 1] instanceof oracle.Failure) seen.refused.set(timeMs, error);
    else seen.stepsFailed.push({ timeMs, error });
  }
  found.push(...strayStepFailures(all, seen));
  for (const [i, batch] of batches.entries()) {
    const time = new Time((i + 1) * 1000);
    found.push(...differentRefusal(time, batch, seen));
    if (batch instanceof oracle.Failure) continue;
    for (const [output, rows] of batch.slice(0, streams.length).entries()) {
      if (rows === null) continue;
      const { name, args, of } = program.sinks[output] as Sink;
      const given = { rows, isOrdered: streams[output]?.isOrdered === true };
      const expected = (outputUses.get(name) as OutputUse<unknown>).oracle(args, given, time);
      const job = jobName(time.milliseconds, output);
      jobs.push(job);
      found.push(...differentJob(job, expected, seen, readAhead.has(of)));
    }
  }
  const began = program.settings.concurrentJobs === 1 ? seen.began : [...seen.began].sort();
  if (began.join('; ') !== jobs.join('; ')) found.push(`jobs began: ${began.join('; ')}; not: ${jobs.join('; ')}`);
  return found;
}

function confOf(program: Program): SparkConf {
  const { slots, parallelism, concurrentJobs, codegen, pendingMax }: Settings = program.settings;
  const conf = new SparkConf().setMaster(`local[${slots}]`).setAppName('program');
  conf.set('spark.streaming.concurrentJobs', String(concurrentJobs)).set('firesteel.executor.codegen', String(codegen));
  if (parallelism !== undefined) conf.set('spark.default.parallelism', String(parallelism));
  // State that waits for a batch which fails again and again stops the program when as many wait as may.
  const mayWait = isStuck(program) || (isKeeping(program) && program.settings.stall !== undefined);
  if (pendingMax !== undefined && !mayWait) conf.set('firesteel.batches.pendingMax', String(pendingMax));
  return conf;
}

/** Whether a batch that was refused may be asked again, and be whole then. */
function isKeeping({ nodes }: Program): boolean {
  return nodes.some(({ name }) => keepingNames.includes(name));
}

/** Whether some state never gets over one of its batches. */
function isStuck(program: Program): boolean {
  return streamsOf(program).some(({ batches }, i) => {
    const name = program.nodes[i - program.inputs.length]?.name;
    const isMissing = (row: unknown): boolean => row instanceof oracle.Thrown;
    const isFailing = batches.some((batch) => batch instanceof oracle.Failure || batch?.some(isMissing) === true);
    return name !== undefined && keepingNames.includes(name) && isFailing;
  });
}

interface Stall {
  readonly output: number;
  readonly ms: number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** @returns the streams of the outputs */
function build(
  program: Program,
  ssc: StreamingContext,
  { began, said }: Seen,
  stall: Stall | undefined,
): readonly DStream<Row>[] {
  const { engine } = ssc.sparkContext;
  const streams: DStream<Row>[] = program.inputs.map((input) => {
    const stream = ssc.inputStream(new ScriptedInput(input, engine));
    return input.form === 'text' ? stream.map(Number) : stream;
  });
  for (const { name, args, parents } of program.nodes) {
    const { build } = operators.get(name) as Operator<unknown>;
    const given = parents.map((parent) => streams[parent] as DStream<Row>);
    streams.push(build(args, given, ssc));
  }
  for (const [i, { name, args, of }] of program.sinks.entries()) {
    const use = outputUses.get(name) as OutputUse<unknown>;
    const say = (time: Time, rows: readonly unknown[]) => void said.set(jobName(time.milliseconds, i), rows);
    const output = use.build(args, say, ssc.sparkContext, i);
    streams[of]?.to({
      ...output,
      run: (rdd, time, world) => {
        // While outputs stall the clock beats on; what comes of that is not looked at.
        if (time.milliseconds > program.batchCount * 1000) return undefined;
        began.push(jobName(time.milliseconds, i));
        if (stall?.output !== i) return output.run(rdd, time, world);
        return stall.sleep(stall.ms).then(() => output.run(rdd, time, world));
      },
    });
  }
  return program.sinks.map(({ of }) => streams[of] as DStream<Row>);
}

async function runOnLoop(ssc: StreamingContext, batchCount: number, seen: Seen): Promise<void> {
  const { began, failed, stepsFailed, unclear } = seen;
  const early: { readonly timeMs: number; readonly error: unknown }[] = [];
  const { engine } = ssc.sparkContext;
  const timesMs = Array.from({ length: batchCount }, (_, i) => (i + 1) * 1000);
  const graph = ssc.freeze();
  const options = { engine, zeroTimeMs: 0, rememberMs: undefined, mayUnpersist: true, pendingMax: batchCount };
  await runPlainLoop(graph, planningOf(graph, options), timesMs, (error, timeMs) => {
    const job = began.at(-1);
    if (job?.startsWith(`${timeMs} ms`)) failed.set(job, error);
    else early.push({ timeMs, error });
  });
  for (const each of early) {
    const hasJobs = began.some((job) => job.startsWith(`${each.timeMs} ms`));
    (hasJobs ? stepsFailed : unclear).push(each);
  }
}

/** Listens to what the sinks tell the scheduler. */
function watch(program: Program, ssc: StreamingContext, seen: Seen): void {
  const { failed, refused, stepsFailed, bugs } = seen;
  const outputs = new Map(ssc.freeze().sinks.map(({ id, outputId }) => [id, outputId]));
  ssc.onMessage = ({ from, message }) => {
    const { type, timeMs, error } = message as {
      readonly type: string;
      readonly timeMs: number;
      readonly error: unknown;
    };
    const output = outputs.get(from);
    const isBehind = timeMs > program.batchCount * 1000;
    if (isBehind && (type === 'job.failed' || type === 'job.refused')) seen.hasFailedBehind = true;
    if (isBehind) return;
    if (type === 'job.failed' && output === undefined) stepsFailed.push({ timeMs, error });
    if (type === 'job.failed' && output !== undefined) failed.set(jobName(timeMs, output), error);
    if (type === 'job.refused') refused.set(timeMs, error);
    if (type === 'bug.found') bugs.push(error);
  };
}

/** Who waits for the end is told of an error exactly when there was one. */
async function checkWaiter(ssc: StreamingContext, seen: Seen): Promise<void> {
  const { failed, refused, stepsFailed, bugs } = seen;
  const wasTold = await ssc.awaitTerminationOrTimeout(0).then(
    () => false,
    () => true,
  );
  if (seen.hasFailedBehind) return;
  if (wasTold !== failed.size + refused.size + stepsFailed.length > 0)
    bugs.push(new Error(`awaitTermination told of an error: ${wasTold}`));
}

/** What was remembered is what there was; a batch that could not be planned cannot be sliced either. */
async function checkSlices(
  program: Program,
  outputs: readonly DStream<Row>[],
  { bugs }: Seen,
  runtime: TestRuntime,
): Promise<void> {
  const streams = streamsOf(program);
  for (const [i, { of }] of program.sinks.entries()) {
    const { batches, isOrdered } = streams[of] as (typeof streams)[number];
    const slice = outputs[i]?.slice(new Time(0), new Time(program.batchCount * 1000)) as Promise<RDD<Row>[]>;
    const isRefused = batches.some((batch) => batch instanceof oracle.Failure);
    const rdds = await slice.catch(() => undefined);
    if ((rdds === undefined) !== isRefused) bugs.push(new Error(`slice of output ${i} was ${rdds ? '' : 'not '}given`));
    if (rdds === undefined || isRefused) continue;
    const rows = Promise.all(rdds.map((rdd) => rdd.collect().catch(() => undefined)));
    await runtime.settle();
    const expected = batches.filter((batch) => batch !== null) as oracle.Rows<unknown>[];
    const isRight = (await rows).map((given, k) => isSameSlice(given, expected[k] ?? [], isOrdered));
    if (rdds.length !== expected.length || isRight.includes(false)) {
      bugs.push(new Error(`slice of output ${i} gave ${textOf(await rows)}; right is ${textOf(expected)}`));
    }
  }
}

/** @param given undefined where rows are missing */
function isSameSlice(given: readonly Row[] | undefined, rows: oracle.Rows<unknown>, isOrdered: boolean): boolean {
  const isMissing = rows.some((row) => row instanceof oracle.Thrown);
  return given === undefined || isMissing
    ? given === undefined && isMissing
    : oracle.haveSameRows(given, rows, isOrdered);
}

function jobName(timeMs: number, output: number): string {
  return `${timeMs} ms, output ${output}`;
}

/** All streams, by the oracle. */
export function streamsOf(program: Pick<Program, 'inputs' | 'nodes'>): readonly oracle.Stream<unknown>[] {
  const streams = program.inputs.map(({ batches }): oracle.Stream<unknown> => {
    const failure = new oracle.Failure([sourceError]);
    const rows = batches.map((batch) => (batch === 'throws' ? failure : batch === 'no partition' ? [] : batch));
    return { intervalMs: 1000, slideMs: 1000, batches: rows, isOrdered: true };
  });
  for (const { name, args, parents } of program.nodes) {
    const { oracle: compute } = operators.get(name) as Operator<unknown>;
    streams.push(
      compute(
        args,
        parents.map((parent) => streams[parent] as oracle.Stream<unknown>),
      ),
    );
  }
  return streams;
}

/** What is brought to every batch, before its outputs: where that is refused, the batch is. */
function stepsOf(program: Program, streams: readonly oracle.Stream<unknown>[]): readonly oracle.Stream<unknown>[] {
  const reached = program.reached();
  return streams.filter((_, i) => {
    const name = program.nodes[i - program.inputs.length]?.name ?? 'window';
    return reached.has(i) && keepingNames.includes(name) && name !== 'window';
  });
}

/** State is brought to a batch unless something is missing in that batch, or was in one before. */
function strayStepFailures(streams: readonly oracle.Stream<unknown>[], { stepsFailed }: Seen): readonly string[] {
  return stepsFailed.flatMap(({ timeMs, error }) => {
    const reasons = streams.flatMap(({ batches }) =>
      batches.slice(0, timeMs / 1000).flatMap((batch) => {
        if (batch instanceof oracle.Failure) return batch.errors;
        return (batch ?? []).flatMap((row) => (row instanceof oracle.Thrown ? [row.error] : []));
      }),
    );
    return isOneOf(error, reasons) ? [] : [`state at ${timeMs} ms failed: ${reasonOf(error)}; nothing was missing`];
  });
}

function differentRefusal(time: Time, batch: oracle.Failure | object, { refused }: Seen): readonly string[] {
  const timeMs = time.milliseconds;
  const isRefused = refused.has(timeMs);
  const said = `batch ${timeMs} ms was ${isRefused ? `refused: ${reasonOf(refused.get(timeMs))}` : 'not refused'}`;
  if (batch instanceof oracle.Failure) {
    const isRight = isRefused && isOneOf(refused.get(timeMs), batch.errors);
    return isRight ? [] : [`${said}; it must be: ${batch.errors.map(reasonOf).join(' or ')}`];
  }
  return isRefused ? [said] : [];
}

/** @param readsAhead whether it may meet what lies behind the rows that it reads */
function differentJob(job: string, expected: Expected, seen: Seen, readsAhead: boolean): readonly string[] {
  const { failed, said } = seen;
  const { rows, isOrdered, rowsMax = Number.POSITIVE_INFINITY, more } = expected;
  const rowsRead = more === undefined ? rowsMax : rowsMax + 1;
  const reach = isOrdered ? rows.slice(0, rowsRead) : rows;
  const thrown = reach.filter((row) => row instanceof oracle.Thrown);
  // Whoever reads no further than he must meets the first; whoever reads all, or what is made of all, may meet any.
  const isOfAll = rows.length === thrown.length;
  const met = isOrdered && rowsRead < Number.POSITIVE_INFINITY && !isOfAll ? thrown.slice(0, 1) : thrown;
  const errors = (readsAhead ? rows.filter((row) => row instanceof oracle.Thrown) : met).map(({ error }) => error);
  const mustFail = thrown.length > 0 && (isOrdered || rows.length - thrown.length < rowsRead);

  if (failed.has(job)) {
    const error = failed.get(job);
    const isRight = isOneOf(error, errors);
    const reasons = errors.length === 0 ? 'not fail' : `fail with ${errors.map(reasonOf).join(' or ')}`;
    return isRight ? [] : [`${job} failed: ${reasonOf(error)}; it must ${reasons}`];
  }
  if (mustFail) return [`${job} did not fail; it must, with ${errors.map(reasonOf).join(' or ')}`];
  const heard = said.get(job) ?? [];
  const end = more !== undefined && rows.length > rowsMax ? [more] : [];
  const shown = `${job} said ${textOf(heard)}; right is ${textOf(rows)}${isOrdered ? '' : ' in any order'}`;
  if (isOrdered) return oracle.haveSameRows(heard, [...rows.slice(0, rowsMax), ...end], true) ? [] : [shown];
  const count = Math.min(rows.length, rowsMax);
  const isRight =
    heard.length === count + end.length && heard.at(count) === end.at(0) && isAmong(heard.slice(0, count), rows);
  return isRight ? [] : [shown];
}

/** Whether each of these rows is there, as often as it is here. */
function isAmong(some: readonly unknown[], all: readonly unknown[]): boolean {
  if (some.length === all.length) return oracle.haveSameRows(some, all, false);
  const rest = [...all];
  return some.every((row) => {
    const at = rest.findIndex((other) => oracle.areEqual(row, other));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}

function isOneOf(error: unknown, errors: readonly unknown[]): boolean {
  return errors.some((each) => reasonOf(each) === reasonOf(error));
}

/** What went wrong, in the words of whoever made the error first. */
function reasonOf(error: unknown): string {
  if (!(error instanceof FiresteelError)) return error instanceof Error ? error.message : String(error);
  switch (error.code) {
    case 'STAGE.FUNCTION_THREW':
    case 'BATCH.PLAN_THREW':
    case 'OUTPUT.THREW':
    case 'STATE.STEP_FAILED':
      return reasonOf(error.cause);
    case 'STAGE.RETURNED_PROMISE':
      return 'returned-promise';
    case 'TRANSFORM.NO_RDD':
      return 'no-rdd';
    case 'BATCH.PARENT_WITHOUT_RDD':
      return 'parent-without-rdd';
    case 'STATE.MISSING':
    case 'STATE.UPDATE_REFUSED':
      return 'state';
    default:
      return error.message;
  }
}

const sourceError = new Error('the source throws');

/** A source that does as the program says. */
class ScriptedInput extends InputDStream<Row> {
  readonly #input: Input;
  readonly #engine: Engine;

  constructor(input: Input, engine: Engine) {
    super();
    this.#input = input;
    this.#engine = engine;
  }

  override compute(time: Time, make: RDDMaker): RDD<Row> | undefined | Promise<RDD<Row> | undefined> {
    const { batches, form } = this.#input;
    const batch = batches[time.milliseconds / 1000 - 1];
    if (form === 'late values') return turns(time).then(() => this.#make(batch, make));
    return this.#make(batch, make);
  }

  #make(batch: InputBatch | undefined, make: RDDMaker): RDD<Row> | undefined {
    if (batch === 'throws') throw sourceError;
    if (batch === 'no partition') return make.union([]);
    if (batch === null || batch === undefined) return undefined;
    const { partitions, form } = this.#input;
    if (form !== 'text') return make.rows(batch, partitions);
    const lines = Array.from({ length: partitions }, (_, i) =>
      batch.slice(edge(i, batch, partitions), edge(i + 1, batch, partitions)),
    );
    const chunks = lines.map((each) => [textChunk(Buffer.from(each.map((n) => `${n}\n`).join('')))]);
    return new RDD<Row>(dataPlan(chunks), this.#engine);
  }
}

function edge(i: number, rows: readonly number[], partitions: number): number {
  return Math.floor((i * rows.length) / partitions);
}
