import fc from 'fast-check';
import type { StreamingContext } from 'firesteel';
import { codeOf, Tap } from '../kit.ts';
import type { Driver } from './driver.ts';
import type { LifeModel, Output, Source, Stop, StreamModel } from './model.ts';
import type { RealLife } from './real.ts';

/** The contexts, and how time passes for them. */
interface Life {
  readonly real: RealLife;
  readonly driver: Driver;
}

type Command = fc.AsyncCommand<LifeModel, Life>;

/** Something that a program does in one go: called when both sides agree, and not interrupted. */
type Act = (model: LifeModel, real: RealLife, driver: Driver) => void | Promise<void>;

/** How often something was seen to happen, over all runs. */
export const tally: Map<string, number> = new Map();

function told(what: string, got: string | undefined, expected: string | undefined): void {
  const seen = `${what}: ${expected ?? 'done'}`;
  tally.set(seen, (tally.get(seen) ?? 0) + 1);
  if (got !== expected) throw new Error(`${what}: expected ${expected ?? 'no error'}, seen ${got ?? 'no error'}`);
}

function command(text: string, may: (model: LifeModel) => boolean, act: Act): Command {
  return {
    check: may,
    run: async (model, { real, driver }) => {
      for (let wait = driver.agree(); wait !== undefined; wait = driver.agree()) await wait;
      // In real time a stream may have ended since the check.
      if (may(model)) await act(model, real, driver);
      await driver.settle();
    },
    toString: () => text,
  };
}

const always = (): boolean => true;

/** One of those that there are, counted from the last one, so that a short program is about few. */
const fromLast = (list: readonly unknown[], back: number): number => Math.max(0, list.length - 1 - back);

/** A command about one of the streams: the one that is active, if any, or one counted from the last. */
function onStream(text: string, whose: 'active' | number, act: StreamAct): Command {
  return command(
    `${text} ${whose === 'active' ? 'the active' : `#-${whose}`}`,
    ({ streams, active }) => (whose === 'active' ? active !== undefined : streams.length > 0),
    (model, real, driver) => {
      const { streams, active } = model;
      const stream = (whose === 'active' ? active : streams[fromLast(streams, whose)]) as StreamModel;
      act(streams.indexOf(stream), stream, model, real, driver);
    },
  );
}

type StreamAct = (index: number, stream: StreamModel, ...rest: Parameters<Act>) => void;

const back = fc.oneof({ weight: 7, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.constant(1) }, fc.nat(3));
const whose = fc.oneof({ weight: 3, arbitrary: fc.constant('active' as const) }, { weight: 2, arbitrary: back });
const stopArbitrary: fc.Arbitrary<Stop> = fc.record({
  stopsSparkContext: fc.constantFrom(undefined, true, false, false),
  isGraceful: fc.boolean(),
});
const form = fc.constantFrom('booleans' as const, 'options' as const);
const output: fc.Arbitrary<Output> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Output>('quiet') },
  { weight: 1, arbitrary: fc.constant<Output>('throws') },
  { weight: 1, arbitrary: fc.record({ stop: stopArbitrary, isAwaited: fc.boolean() }) },
);
const source = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Source>('asked') },
  { weight: 3, arbitrary: fc.constant<Source>('receiver') },
  { weight: 1, arbitrary: fc.constant<Source>('broken') },
);

const makeSpark = fc.constant(
  command('new SparkContext', always, (model, real) => {
    told('new SparkContext', real.makeSpark(), model.makeSpark());
  }),
);

const getOrCreateSpark = fc.constant(
  command('SparkContext.getOrCreate', always, (model, real) => {
    model.getOrCreateSpark();
    told('SparkContext.getOrCreate', real.getOrCreateSpark(), undefined);
  }),
);

const makeStreamOnConf = fc.constant(
  command('new StreamingContext(conf)', always, (model, real) => {
    const expected = model.makeStream('own', real.signals.length);
    told('new StreamingContext(conf)', real.makeStream('own'), expected);
  }),
);

const makeStreamOnSpark = back.map((n) =>
  command(
    `new StreamingContext(sc #-${n})`,
    ({ sparks }) => sparks.length > 0,
    (model, real) => {
      const spark = fromLast(model.sparks, n);
      const expected = model.makeStream(spark, real.signals.length);
      told('new StreamingContext(sc)', real.makeStream(spark), expected);
    },
  ),
);

const getActiveOrCreate = fc.constant(
  command('getActiveOrCreate', always, async (model, real, driver) => {
    const { active } = model;
    const on = model.alive ?? 'own';
    const expected = active === undefined ? model.makeStream(on, real.signals.length) : undefined;
    const index = active === undefined ? model.streams.length - 1 : model.streams.indexOf(active);
    const given = real.getActiveOrCreate(on);
    await driver.settle();
    const got: StreamingContext | string = await given;
    told('getActiveOrCreate', typeof got === 'string' ? got : undefined, expected);
    if (expected === undefined && got !== real.streams[index]?.ssc) throw new Error('another context was given');
  }),
);

const defineSource = fc.tuple(whose, source).map(([n, kind]) =>
  onStream(`${kind} source`, n, (index, stream, model, real) => {
    told('define a source', real.defineSource(index, kind), model.defineSource(stream, kind));
  }),
);

const defineOutput = fc.tuple(whose, back, output).map(([n, m, does]) =>
  onStream(`output ${JSON.stringify(does)} of source #-${m}`, n, (index, stream, model, real) => {
    const of = stream.sources[fromLast(stream.sources, m)];
    if (of === undefined) return;
    const expected = model.defineOutput(stream, of, does);
    told('define an output', real.defineOutput(index, stream.sources.indexOf(of), does), expected);
  }),
);

/** A context with a program, on the SparkContext that is alive or on one of its own; most can be started. */
const makeProgram = fc
  .tuple(fc.array(fc.tuple(source, fc.array(output, { maxLength: 2 })), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([program, isStarted]) =>
    command(`new program ${JSON.stringify(program)}${isStarted ? ', start' : ''}`, always, (model, real) => {
      const on = model.alive ?? 'own';
      const refusal = model.makeStream(on, real.signals.length);
      told('new program', real.makeStream(on), refusal);
      const index = model.streams.length - 1;
      const stream = model.streams[index] as StreamModel;
      for (const [i, [kind, outputs]] of program.entries()) {
        told('new program', real.defineSource(index, kind), model.defineSource(stream, kind));
        for (const does of outputs) {
          const expected = model.defineOutput(stream, stream.sources[i] as StreamModel['sources'][number], does);
          told('new program', real.defineOutput(index, i, does), expected);
        }
      }
      if (isStarted) told('start', real.start(index), model.start(stream));
    }),
  );

const addListener = whose.map((n) =>
  onStream('a listener that stops', n, (index, stream, _, real) => {
    stream.hasListener = true;
    const life = real.streams[index];
    if (life !== undefined) life.hasListener = true;
  }),
);

const start = back.map((n) =>
  onStream('start', n, (index, stream, model, real) => told('start', real.start(index), model.start(stream))),
);

const startAndStop = fc.tuple(back, stopArbitrary, form).map(([n, how, by]) =>
  onStream(`start, stop ${JSON.stringify(how)}`, n, (index, stream, model, real) => {
    told('start, and at once stop', real.start(index), model.start(stream));
    stopOnce(index, stream, model, real, how, by);
  }),
);

const stop = fc
  .tuple(whose, fc.array(fc.tuple(stopArbitrary, form), { minLength: 1, maxLength: 2 }))
  .map(([n, calls]) =>
    onStream(`stop ${JSON.stringify(calls)}`, n, (index, stream, model, real) => {
      for (const [how, by] of calls) stopOnce(index, stream, model, real, how, by);
    }),
  );

function stopOnce(
  index: number,
  stream: StreamModel,
  model: LifeModel,
  real: RealLife,
  how: Stop,
  by: 'booleans' | 'options',
): void {
  told(`stop (${stream.state})`, undefined, undefined);
  real.stop(index, how, by);
  model.stop(stream, how);
  model.wait(stream, 'stop');
}

const stopSpark = back.map((n) =>
  command(
    `sc.stop #-${n}`,
    ({ sparks }) => sparks.length > 0,
    (model, real) => {
      const index = fromLast(model.sparks, n);
      const spark = model.sparks[index];
      if (spark === undefined) return;
      told(`sc.stop (${model.active?.spark === index ? 'serving' : spark.state})`, undefined, undefined);
      real.stopSpark(index);
      model.stopSpark(index);
      model.wait(spark, 'stop');
    },
  ),
);

const abort = whose.map((n) =>
  onStream('abort', n, (_, stream, model, real) => {
    if (stream.signal === undefined) return;
    told(`abort (${stream.state})`, undefined, undefined);
    model.abort(stream.signal);
    real.signals[stream.signal]?.abort();
  }),
);

const store = whose.map((n) =>
  onStream('store a row', n, (index, stream, _, real) => {
    const isOpen = stream.state === 'ACTIVE';
    for (const [i, { kind, starts }] of stream.sources.entries()) {
      const source = real.streams[index]?.sources[i]?.source;
      if (kind !== 'receiver' || starts === 0 || !(source instanceof Tap)) continue;
      told(
        'store',
        codeOf(() => source.store(1)),
        isOpen ? undefined : 'RECEIVER.NOT_STARTED',
      );
      stream.hasRows = isOpen;
    }
  }),
);

const wait = whose.map((n) =>
  onStream('awaitTermination', n, (index, stream, model, real) => {
    real.awaitTermination(index, undefined);
    model.wait(stream, 'termination');
  }),
);

/** Never for as long as would end on a beat. */
const waitOrTimeout = fc.tuple(whose, fc.constantFrom(50, 1250, 2750)).map(([n, timeoutMs]) =>
  onStream(`awaitTerminationOrTimeout(${timeoutMs})`, n, (index, stream, model, real, { nowMs }) => {
    real.awaitTermination(index, timeoutMs);
    model.wait(stream, 'termination', nowMs + timeoutMs);
  }),
);

const advance = fc.constantFrom(100, 300, 1000, 1000, 2500).map((ms) =>
  command(`advance ${ms} ms`, always, (model, _real, driver) => {
    told(`advance (${model.active?.state ?? 'idle'})`, undefined, undefined);
    return driver.advance(ms);
  }),
);

/** Programs about the life of contexts, in any order; those that bring a context to work come more often. */
export function lifeCommands(maxCommands: number): fc.Arbitrary<Iterable<Command>> {
  const often = [makeProgram, makeProgram, start, start, advance, advance, advance, advance];
  const some = [
    store,
    wait,
    waitOrTimeout,
    stop,
    startAndStop,
    addListener,
    stop,
    stopSpark,
    abort,
    defineSource,
    defineOutput,
  ];
  const rare = [makeSpark, getOrCreateSpark, getActiveOrCreate, makeStreamOnConf, makeStreamOnSpark];
  return fc.commands([...often, ...often, ...some, ...rare], { maxCommands, size: 'max' });
}
