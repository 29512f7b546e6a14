import type { TestRuntime } from 'firesteel/testing';
import { Clockwork } from './clockwork.ts';
import type { LifeModel } from './model.ts';
import type { RealLife } from './real.ts';
import { difference } from './sight.ts';

/** How time passes for the model and the contexts together. */
export interface Driver {
  /** The time now, as far as the model knows it. */
  readonly nowMs: number;
  /** Returns, in the same turn, when both agree; else waits, or throws the difference. */
  agree(): Promise<void> | undefined;
  /** Lets everything happen that needs no more time. */
  settle(): Promise<void>;
  /** Lets time pass. */
  advance(ms: number): Promise<void>;
}

/** Time that the test moves: what happens is known beforehand, to the millisecond. */
export function virtualDriver(model: LifeModel, real: RealLife, runtime: TestRuntime): Driver {
  const clockwork = new Clockwork(model);
  return {
    get nowMs() {
      return clockwork.nowMs;
    },
    agree: () => {
      const found = difference(model, real);
      if (found !== undefined) throw new Error(found);
      return undefined;
    },
    settle: () => {
      clockwork.settle();
      return runtime.settle();
    },
    advance: (ms) => {
      clockwork.advance(ms);
      return runtime.clock.advance(ms);
    },
  };
}
