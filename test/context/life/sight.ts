import { isDeepStrictEqual } from 'node:util';
import { codeOfError, Tap, type Tray } from '../kit.ts';
import type { LifeModel, StreamModel, WaitModel } from './model.ts';
import type { RealLife } from './real.ts';

/** What an onlooker sees of a program. */
interface Sight {
  readonly states: readonly string[];
  readonly stoppedSparks: readonly boolean[];
  readonly active: number;
  readonly outcomes: readonly (string | undefined)[];
  /** Of each stream that is not stopping: how often each source was started and stopped. */
  readonly sources: readonly (readonly string[])[];
  readonly refusals: readonly number[];
  readonly warnings: readonly string[];
  /** A line for every failure, and no other: none about a mistake of firesteel. */
  readonly errors: readonly string[];
  readonly unhandled: readonly string[];
}

/** Whether a promise may have settled so, or be pending. */
export type Tolerance = (wait: WaitModel, outcome: string | undefined) => boolean;

const exactly: Tolerance = (wait, outcome) => wait.outcome === outcome;

/** What the contexts show that the model does not expect; undefined where they agree. */
export function difference(model: LifeModel, real: RealLife, isTolerable: Tolerance = exactly): string | undefined {
  const expected = expectedOf(model);
  const seen = seenOf(model, real, isTolerable);
  const parts = (Object.keys(expected) as (keyof Sight)[]).filter(
    (key) => !isDeepStrictEqual(expected[key], seen[key]),
  );
  if (parts.length === 0) return undefined;
  const show = (key: keyof Sight): string =>
    `${key}: expected ${JSON.stringify(expected[key])}, seen ${JSON.stringify(seen[key])}`;
  return parts.map(show).join('\n');
}

function expectedOf(model: LifeModel): Sight {
  const { streams, sparks, waits, warnings, active } = model;
  return {
    states: streams.map(({ state }) => (state === 'STOPPING' ? 'ACTIVE' : state)),
    stoppedSparks: sparks.map(({ state }) => state === 'STOPPED'),
    active: active === undefined ? -1 : streams.indexOf(active),
    outcomes: waits.map(({ outcome }) => outcome),
    sources: streams.map((stream) =>
      sourcesOf(stream, ({ kind, starts, stops }) =>
        kind === 'receiver' ? ofTap(starts, stops) : `${starts}/${stops}`,
      ),
    ),
    refusals: streams.map(({ refusals }) => refusals),
    warnings,
    errors: streams.flatMap(({ failures }) => failures.map(() => 'A batch or a source failed')),
    unhandled: [],
  };
}

function seenOf(model: LifeModel, real: RealLife, isTolerable: Tolerance): Sight {
  const active = real.getActive();
  return {
    states: real.streams.map(({ ssc }) => ssc.getState()),
    stoppedSparks: real.sparks.map(({ isStopped }) => isStopped),
    active: real.streams.findIndex(({ ssc }) => ssc === active),
    outcomes: model.waits.map((wait, i) => (isTolerable(wait, real.outcomes[i]) ? wait.outcome : real.outcomes[i])),
    sources: model.streams.map((stream, i) =>
      sourcesOf(stream, (_, j) => callsOf(real.streams[i]?.sources[j]?.source as Tray | Tap)),
    ),
    refusals: real.streams.map(({ refusals }) => refusals),
    warnings: messagesOf(real, 'WARN'),
    errors: messagesOf(real, 'ERROR'),
    unhandled: real.unhandled.map(codeOfError),
  };
}

function messagesOf({ entries }: RealLife, level: string): string[] {
  return entries.filter((entry) => entry.level === level).map(({ message }) => message);
}

function sourcesOf(stream: StreamModel, show: (source: StreamModel['sources'][number], i: number) => string): string[] {
  return stream.state === 'STOPPING' ? [] : stream.sources.map(show);
}

function callsOf(source: Tray | Tap): string {
  const count = (...names: readonly string[]): number => source.calls.filter((call) => names.includes(call)).length;
  return source instanceof Tap ? ofTap(count('onStart'), count('onStop')) : `${count('start')}/${count('stop')}`;
}

/** A receiver that is stopped before it has begun need not begin. */
function ofTap(starts: number, stops: number): string {
  return starts > 1 ? 'started again' : `${starts - stops} open`;
}
