import fc from 'fast-check';
import { FiresteelError, Milliseconds, type Runtime, SparkConf, SparkContext, StreamingContext } from 'firesteel';

// The life cycle as commands in any order, beside a model that is a few plain objects and knows no machine.

/** Where a run of commands takes place. */
export interface Place {
  readonly runtime: Runtime;
  readonly batchMs: number;
  /** Lets so many batches pass. */
  pass(batches: number): Promise<void>;
}

interface ModelSpark {
  isAlive: boolean;
}

interface ModelStreaming {
  readonly spark: ModelSpark;
  state: 'INITIALIZED' | 'ACTIVE' | 'STOPPED';
  outputs: number;
  hasFailed: boolean;
}

/** What ought to be. */
export interface Model {
  readonly sparks: ModelSpark[];
  readonly streamings: ModelStreaming[];
}

interface RealStreaming {
  readonly ssc: StreamingContext;
  /** Done once, inside the next batch. */
  inBatch: (() => unknown) | undefined;
  /** Done once, inside the next call of a listener. */
  inListener: (() => unknown) | undefined;
}

/** What is. */
export class Real {
  readonly sparks: SparkContext[] = [];
  readonly streamings: RealStreaming[] = [];
  readonly place: Place;

  constructor(place: Place) {
    this.place = place;
  }

  get options(): { readonly runtime: Runtime; readonly logSink: { log(): void } } {
    return { runtime: this.place.runtime, logSink: { log: () => undefined } };
  }

  add(ssc: StreamingContext): void {
    const streaming: RealStreaming = { ssc, inBatch: undefined, inListener: undefined };
    ssc.addStreamingListener({
      onBatchCompleted: () => {
        const { inListener } = streaming;
        streaming.inListener = undefined;
        return inListener?.();
      },
    });
    this.streamings.push(streaming);
  }

  /** Waits for a promise while time goes by. */
  async whilePassing<T>(promise: Promise<T>): Promise<T> {
    let isOver = false;
    const over = promise.finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    for (let batches = 0; !isOver && batches < 40; batches++) await this.place.pass(1);
    if (!isOver) throw new Error('A stop has not ended within 40 batches.');
    return over;
  }
}

const conf = (): SparkConf => new SparkConf().setMaster('local[2]').setAppName('commands');

/** The code of what f throws or rejects with; 'fine' when it does neither. */
async function outcome(f: () => unknown): Promise<string> {
  try {
    await f();
    return 'fine';
  } catch (error) {
    return error instanceof FiresteelError ? error.code : String(error);
  }
}

function same(what: string, is: unknown, ought: unknown): void {
  if (is !== ought) throw new Error(`${what}: is ${String(is)}, ought to be ${String(ought)}`);
}

/** What holds after every command. */
function checkAll(model: Model, real: Real): void {
  for (const [i, streaming] of model.streamings.entries()) {
    same(`state of context ${i}`, real.streamings[i]?.ssc.getState(), streaming.state);
  }
  for (const [i, spark] of model.sparks.entries()) {
    same(`SparkContext ${i} is stopped`, real.sparks[i]?.isStopped, !spark.isAlive);
  }
  const active = model.streamings.findIndex(({ state }) => state === 'ACTIVE');
  same('the active context', StreamingContext.getActive(real.options), real.streamings[active]?.ssc);
}

function stopSpark(model: Model, spark: ModelSpark): void {
  spark.isAlive = false;
  for (const streaming of model.streamings) {
    if (streaming.spark === spark && streaming.state === 'ACTIVE') streaming.state = 'STOPPED';
  }
}

function stopStreaming(model: Model, streaming: ModelStreaming, stopsSpark: boolean): void {
  streaming.state = 'STOPPED';
  if (stopsSpark) stopSpark(model, streaming.spark);
}

function startCode(model: Model, streaming: ModelStreaming): string {
  if (streaming.state === 'ACTIVE') return 'fine';
  if (streaming.state === 'STOPPED') return 'CONTEXT.ALREADY_STOPPED';
  if (!streaming.spark.isAlive) return 'CONTEXT.SPARK_CONTEXT_STOPPED';
  if (model.streamings.some(({ state }) => state === 'ACTIVE')) return 'CONTEXT.OTHER_ACTIVE';
  return streaming.outputs === 0 ? 'CONTEXT.NO_OUTPUTS' : 'fine';
}

type Command = fc.AsyncCommand<Model, Real>;

/** A command from its text, when it may be tried, and what it does to both. */
function command(
  text: string,
  may: (model: Model) => boolean,
  run: (model: Model, real: Real) => Promise<void>,
): Command {
  return {
    toString: () => text,
    check: may,
    run: async (model, real) => {
      const kind = text.replace(/ (on )?\d+$/, '');
      tally.set(kind, (tally.get(kind) ?? 0) + 1);
      await run(model, real);
      checkAll(model, real);
    },
  };
}

/** How often each command was run, over all runs. */
export const tally = new Map<string, number>();

const always = (): boolean => true;
const hasStreaming = (model: Model): boolean => model.streamings.length > 0;

/** The nth of those there are, counted round. */
function pick<T>(list: readonly T[], n: number): T {
  return list[n % list.length] as T;
}

function makeSpark(): Command {
  return command('new SparkContext', always, async (model, real) => {
    const isTaken = model.sparks.some(({ isAlive }) => isAlive);
    const code = await outcome(() => real.sparks.push(new SparkContext(conf(), real.options)));
    same('new SparkContext', code, isTaken ? 'CONTEXT.SPARK_CONTEXT_EXISTS' : 'fine');
    if (!isTaken) model.sparks.push({ isAlive: true });
  });
}

function makeStreaming(on: number | 'conf'): Command {
  const batch = (real: Real) => Milliseconds(real.place.batchMs);
  return command(`new StreamingContext on ${on}`, always, async (model, real) => {
    if (on === 'conf' || model.sparks.length === 0) {
      const isTaken = model.sparks.some(({ isAlive }) => isAlive);
      const code = await outcome(() => {
        const ssc = new StreamingContext(conf(), batch(real), real.options);
        real.sparks.push(ssc.sparkContext);
        real.add(ssc);
      });
      same('new StreamingContext', code, isTaken ? 'CONTEXT.SPARK_CONTEXT_EXISTS' : 'fine');
      if (isTaken) return;
      const spark = { isAlive: true };
      model.sparks.push(spark);
      model.streamings.push({ spark, state: 'INITIALIZED', outputs: 0, hasFailed: false });
      return;
    }
    const spark = pick(model.sparks, on);
    const code = await outcome(() => real.add(new StreamingContext(pick(real.sparks, on), batch(real), real.options)));
    same('new StreamingContext', code, spark.isAlive ? 'fine' : 'CONTEXT.SPARK_CONTEXT_STOPPED');
    if (spark.isAlive) model.streamings.push({ spark, state: 'INITIALIZED', outputs: 0, hasFailed: false });
  });
}

function defineOn(n: number, withOutput: boolean): Command {
  return command(`define ${withOutput ? 'an output' : 'a stream'} on ${n}`, hasStreaming, async (model, real) => {
    const streaming = pick(model.streamings, n);
    const actual = pick(real.streamings, n);
    const code = await outcome(() => {
      const stream = actual.ssc.queueStream<number>([]).map((row) => row + 1);
      if (!withOutput) return;
      stream.foreachRDD(async (rdd) => {
        await rdd.count();
        const { inBatch } = actual;
        actual.inBatch = undefined;
        await inBatch?.();
      });
    });
    const codes = { INITIALIZED: 'fine', ACTIVE: 'CONTEXT.DEFINE_AFTER_START', STOPPED: 'CONTEXT.DEFINE_AFTER_STOP' };
    same('define', code, codes[streaming.state]);
    if (code === 'fine' && withOutput) streaming.outputs += 1;
  });
}

/** A program on the SparkContext that is alive, or on a new one: the way most contexts come to be. */
function wholeProgram(): Command {
  return command('a whole program', always, async (model, real) => {
    const alive = model.sparks.findIndex(({ isAlive }) => isAlive);
    await makeStreaming(alive < 0 ? 'conf' : alive).run(model, real);
    const n = model.streamings.length - 1;
    await defineOn(n, true).run(model, real);
    await start(n).run(model, real);
  });
}

function start(n: number): Command {
  return command(`start ${n}`, hasStreaming, async (model, real) => {
    const streaming = pick(model.streamings, n);
    const ought = startCode(model, streaming);
    same('start', await outcome(() => pick(real.streamings, n).ssc.start()), ought);
    if (ought === 'fine') streaming.state = 'ACTIVE';
  });
}

/** How a stop is called. */
export interface StopCall {
  readonly stopSparkContext: boolean | undefined;
  readonly stopGracefully: boolean;
  readonly asOptions: boolean;
}

function callStop(ssc: StreamingContext, { stopSparkContext, stopGracefully, asOptions }: StopCall): Promise<void> {
  if (!asOptions) return ssc.stop(stopSparkContext, stopGracefully);
  return ssc.stop({ ...(stopSparkContext !== undefined && { stopSparkContext }), stopGracefully });
}

function stop(n: number, call: StopCall): Command {
  const text = `stop(${call.stopSparkContext}, ${call.stopGracefully})${call.asOptions ? ' by options' : ''}`;
  return command(`${text} ${n}`, hasStreaming, async (model, real) => {
    const { ssc } = pick(real.streamings, n);
    same('stop', await outcome(() => real.whilePassing(callStop(ssc, call))), 'fine');
    stopStreaming(model, pick(model.streamings, n), call.stopSparkContext ?? true);
  });
}

/** What may be done while a stop is under way, and a second stop, which may hurry the first. */
function stopTwiceAtOnce(n: number, first: StopCall, second: StopCall): Command {
  const isActive = (model: Model): boolean => hasStreaming(model) && pick(model.streamings, n).state === 'ACTIVE';
  return command(`stop twice at once ${n}`, isActive, async (model, real) => {
    const { ssc } = pick(real.streamings, n);
    const stopped = callStop(ssc, first);
    same('state while it stops', ssc.getState(), 'ACTIVE');
    same('start while it stops', await outcome(() => ssc.start()), 'CONTEXT.ALREADY_STOPPED');
    const both = Promise.all([stopped, callStop(ssc, second)]);
    same('stop twice', await outcome(() => real.whilePassing(both)), 'fine');
    const stopsSpark = (first.stopSparkContext ?? true) || (second.stopSparkContext ?? true);
    stopStreaming(model, pick(model.streamings, n), stopsSpark);
  });
}

function stopSparkContext(n: number): Command {
  return command(
    `SparkContext.stop ${n}`,
    (model) => model.sparks.length > 0,
    async (model, real) => {
      await real.whilePassing(pick(real.sparks, n).stop());
      stopSpark(model, pick(model.sparks, n));
    },
  );
}

function awaitBriefly(n: number): Command {
  return command(`awaitTerminationOrTimeout ${n}`, hasStreaming, async (model, real) => {
    const { state, hasFailed } = pick(model.streamings, n);
    const { ssc } = pick(real.streamings, n);
    let ended: boolean | undefined;
    const code = await outcome(async () => {
      ended = await real.whilePassing(ssc.awaitTerminationOrTimeout(real.place.batchMs));
    });
    same('await', code, hasFailed ? 'OUTPUT.THREW' : 'fine');
    if (!hasFailed) same('has ended', ended, state === 'STOPPED');
    if (state === 'STOPPED') {
      same('awaitTermination', await outcome(() => ssc.awaitTermination()), hasFailed ? 'OUTPUT.THREW' : 'fine');
    }
  });
}

function getOrCreate(): Command {
  return command('getActiveOrCreate, SparkContext.getOrCreate', always, async (model, real) => {
    const active = model.streamings.findIndex(({ state }) => state === 'ACTIVE');
    let isCalled = false;
    const create = (): StreamingContext => {
      isCalled = true;
      throw new Error('none is made');
    };
    const code = await outcome(() => StreamingContext.getActiveOrCreate(create, real.options));
    same('create is called', isCalled, active < 0);
    same('getActiveOrCreate', code, active < 0 ? 'Error: none is made' : 'fine');
    const alive = model.sparks.findIndex(({ isAlive }) => isAlive);
    if (alive < 0) return;
    same('getOrCreate', SparkContext.getOrCreate(conf(), real.options), real.sparks[alive]);
  });
}

function passTime(batches: number): Command {
  return command(`pass ${batches} batches`, always, (_model, real) => real.place.pass(batches));
}

/** Does something inside the next batch, or the next call of a listener, of the active context. */
function inside(where: 'inBatch' | 'inListener', what: 'stop' | 'throw'): Command {
  const isActive = (model: Model): boolean => model.streamings.some(({ state }) => state === 'ACTIVE');
  return command(`${what} ${where}`, isActive, async (model, real) => {
    const n = model.streamings.findIndex(({ state }) => state === 'ACTIVE');
    const streaming = model.streamings[n] as ModelStreaming;
    const actual = real.streamings[n] as RealStreaming;
    const done = new Promise<string>((resolve) => {
      actual[where] = async () => {
        if (what === 'throw') {
          resolve('threw');
          throw new Error('a failure in a batch');
        }
        resolve(await outcome(() => actual.ssc.stop()));
      };
    });
    const code = await real.whilePassing(done);
    if (what === 'throw') {
      await real.place.pass(1);
      if (where === 'inBatch') streaming.hasFailed = true;
    } else if (where === 'inListener') {
      same('stop in a listener', code, 'CONTEXT.STOP_INSIDE_LISTENER');
    } else {
      same('stop in a batch', code, 'CONTEXT.STOP_INSIDE_BATCH');
      // The stop that has begun is the one to wait for.
      await real.whilePassing(actual.ssc.stop());
      stopStreaming(model, streaming, true);
    }
  });
}

/** All commands, in any order. */
export function commandsArbitrary(): fc.Arbitrary<Iterable<Command>> {
  const n = fc.nat({ max: 3 });
  const stopCall: fc.Arbitrary<StopCall> = fc.record({
    stopSparkContext: fc.constantFrom(true, false, false, undefined),
    stopGracefully: fc.boolean(),
    asOptions: fc.boolean(),
  });
  return fc.commands(
    [
      ...Array.from({ length: 4 }, () => fc.constant(wholeProgram())),
      fc.constant(makeSpark()),
      fc.oneof(n, fc.constant('conf' as const)).map(makeStreaming),
      n.map((i) => defineOn(i, false)),
      n.map((i) => defineOn(i, true)),
      n.map((i) => defineOn(i, true)),
      n.map(start),
      n.map(start),
      fc.tuple(n, stopCall).map(([i, call]) => stop(i, call)),
      fc.tuple(n, stopCall, stopCall).map(([i, first, second]) => stopTwiceAtOnce(i, first, second)),
      n.map(stopSparkContext),
      n.map(awaitBriefly),
      fc.constant(getOrCreate()),
      fc.nat({ max: 3 }).map(passTime),
      fc.constantFrom('inBatch' as const, 'inListener' as const).map((where) => inside(where, 'stop')),
      fc.constantFrom('inBatch' as const, 'inListener' as const).map((where) => inside(where, 'throw')),
    ],
    { size: 'max', maxCommands: 30 },
  );
}

/** Runs commands in a place, and leaves nothing of it behind. */
export async function runCommands(place: Place, commands: Iterable<Command>): Promise<void> {
  const real = new Real(place);
  try {
    await fc.asyncModelRun(() => ({ model: { sparks: [], streamings: [] }, real }), commands);
  } finally {
    for (const spark of real.sparks) await real.whilePassing(spark.stop());
  }
}
