import { type AnyStateMachine, assign, setup } from 'xstate';
import type { BugError } from '../core/errors.ts';
import type { Lifecycle } from './lifecycle.ts';
import { MachineLifecycle } from './machine-lifecycle.ts';

/** Where a SparkContext stands; all but STOPPED are alive. */
export type SparkContextState = 'IDLE' | 'SERVING' | 'STOPPING' | 'STOPPED';

/** Orders to a SparkContext. */
export type SparkContextCommand =
  // A streaming context starts on it.
  | { readonly type: 'streaming.attach'; readonly id: string }
  // The streaming context that is attached has stopped.
  | { readonly type: 'streaming.detach'; readonly id: string }
  | { readonly type: 'context.stop' };

/** What carries out the machine's orders. */
export interface SparkContextSlots {
  /** Takes the place of the one SparkContext; comes at once, while the lifecycle is being made. */
  claimPlace(): void;
  /** Gives it back. */
  releasePlace(): void;
  /** Stops the streaming context of that id, which will then detach. */
  stopStreaming(id: string): void;
}

interface Served {
  /** The streaming context that was attached last. */
  readonly attached: string | undefined;
}

/** The machine of a SparkContext. */
export const sparkContextMachine: AnyStateMachine = setup({
  types: {} as { context: Served; events: SparkContextCommand },
  guards: {
    isTheAttached: ({ context, event }) => 'id' in event && event.id === context.attached,
  },
  actions: {
    attach: assign({ attached: ({ event }) => ('id' in event ? event.id : undefined) }),
    claimPlace: () => undefined,
    releasePlace: () => undefined,
    stopStreaming: (_, _id: string | undefined) => undefined,
  },
}).createMachine({
  id: 'spark-context',
  description:
    'A SparkContext serves one active StreamingContext at a time, and another after that. ' +
    'Stopped while it serves, it stops the streaming context first and ends when that has let go.',
  context: { attached: undefined },
  initial: 'ACTIVE',
  states: {
    ACTIVE: {
      entry: 'claimPlace',
      exit: 'releasePlace',
      initial: 'IDLE',
      states: {
        IDLE: {
          on: {
            'streaming.attach': { target: 'SERVING', actions: 'attach' },
            'context.stop': '#spark-context.STOPPED',
          },
        },
        SERVING: {
          on: {
            'streaming.detach': { guard: 'isTheAttached', target: 'IDLE' },
            'context.stop': {
              target: 'STOPPING',
              actions: { type: 'stopStreaming', params: ({ context }) => context.attached },
            },
          },
        },
        STOPPING: {
          on: {
            'streaming.detach': { guard: 'isTheAttached', target: '#spark-context.STOPPED' },
          },
        },
      },
    },
    STOPPED: { type: 'final' },
  },
});

/** The life of one SparkContext, from now. */
export function sparkContextLifecycle(options: {
  readonly slots: SparkContextSlots;
  readonly onBug: (bug: BugError) => void;
}): Lifecycle<SparkContextState, SparkContextCommand> {
  return new MachineLifecycle({ machine: sparkContextMachine, ...options });
}
