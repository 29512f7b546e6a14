import { systemClock } from '../../../src/core/clock.ts';
import type { Driver } from './driver.ts';
import type { LifeModel } from './model.ts';
import type { RealLife } from './real.ts';
import { difference, type Tolerance } from './sight.ts';

/**
 * The time of the machine: when a batch runs, and when a graceful stop is over, is seen and not foretold. What outputs
 * and listeners have done is told to the model before anything else happens; whether the contexts do the same is asked
 * again and again, for a while.
 */
export function realTimeDriver(model: LifeModel, real: RealLife): Driver {
  const clock = systemClock();
  let limitMs: number | undefined;

  /** Every millisecond, until `done` returns undefined. */
  const next = (found: string | undefined): Promise<void> | undefined => {
    if (found === undefined) {
      limitMs = undefined;
      return undefined;
    }
    limitMs ??= clock.monotonicMs() + patienceMs;
    if (clock.monotonicMs() > limitMs) throw new Error(found);
    return clock.sleep(1);
  };

  const listen = (): void => {
    for (const happening of real.happenings.splice(0)) {
      const stream = model.streams[happening.stream];
      if (stream === undefined) continue;
      const output = happening.type === 'output' ? stream.outputs[happening.output] : undefined;
      if (output !== undefined) model.outputRan(stream, output);
      if (happening.type === 'batch') model.batchCompleted(stream);
    }
    for (const [index, stream] of model.streams.entries()) {
      if (stream.state === 'STOPPING' && real.streams[index]?.ssc.getState() === 'STOPPED') model.finish(stream);
    }
  };

  return {
    get nowMs() {
      return clock.now();
    },
    agree: () => {
      listen();
      return next(difference(model, real, atAnyTime));
    },
    settle: () => Promise.resolve(),
    advance: async (ms) => {
      const target = real.batchesCompleted + Math.ceil(ms / 1000);
      const missing = (): string | undefined => {
        listen();
        const isOver = model.active === undefined || real.batchesCompleted >= target;
        return isOver ? undefined : `batches: expected ${target}, seen ${real.batchesCompleted}`;
      };
      for (let wait = next(missing()); wait !== undefined; wait = next(missing())) await wait;
    },
  };
}

/** How long the machine may be busy with other things. */
const patienceMs = 10_000;

/** A time may be over before or after anything else, and of two failures either may be told. */
const atAnyTime: Tolerance = (wait, outcome) => {
  if (outcome === wait.outcome) return true;
  if (wait.dueMs !== undefined && outcome === 'false') return true;
  return wait.outcome !== undefined && 'failures' in wait.on && wait.on.failures.includes(String(outcome));
};
