import { type AnyStateMachine, and, assign, setup } from 'xstate';
import type { Clock } from '../core/clock.ts';
import type { BugError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { backoffMs } from '../core/retry.ts';
import type { Lifecycle } from './lifecycle.ts';
import { MachineLifecycle } from './machine-lifecycle.ts';

/** Where a receiver stands. */
export type RestartState =
  | 'idle'
  | 'starting'
  | 'running'
  | 'stopping' // to come again, if it may
  | 'waiting'
  | 'givenUp'
  | 'ending' // for good
  | 'stopped';

/** Orders about one receiver. */
export type RestartCommand =
  | { readonly type: 'receiver.start' }
  // Asked for by the receiver itself, perhaps with its own delay and a reason; dropped unless it is up.
  | { readonly type: 'receiver.restart'; readonly delayMs?: number | undefined; readonly error?: unknown }
  | { readonly type: 'receiver.stop' };

/**
 * What one receiver reports. A fact that comes too late is dropped; those of one run have to end with
 * `receiver.stopped`, since a fact does not say which run it is of.
 */
export type RestartFact =
  | { readonly type: 'receiver.started' }
  | { readonly type: 'receiver.failed'; readonly error: unknown; readonly retryable: boolean }
  // It has let go of everything, because it was told to or by itself.
  | { readonly type: 'receiver.stopped' };

/** What carries out the machine's orders. */
export interface RestartSlots {
  start(): void;
  /** Comes once for each run at most; the answer is `receiver.stopped`. */
  stop(): void;
  /** There will be no further run. The error is the last one, if there was any. */
  gaveUp(error: unknown): void;
  /** The next run begins in so many milliseconds. */
  scheduled(delayMs: number): void;
}

/** When to try again. */
export interface RestartPolicy {
  /** Before the first restart in a row; doubled for each that follows. */
  readonly restartDelayMs: number;
  /** The longest of these delays; a receiver that stayed up so long begins to count anew. */
  readonly restartDelayMaxMs: number;
  /** Restarts in a row before it gives up; 0 for no limit. */
  readonly restartsMax: number;
}

interface RestartInput {
  readonly restartsMax: number;
  readonly stayUpMs: number;
  /** How long to wait before the nth restart in a row, n from 1. */
  readonly backOffMs: (restart: number) => number;
}

interface RestartContext extends RestartInput {
  /** In a row, so far. */
  readonly restarts: number;
  readonly delayMs: number;
  readonly ending: Ending;
}

/** How the current run comes to its end. */
interface Ending {
  readonly isRetryable: boolean;
  readonly error?: unknown;
  /** The delay that the receiver asked for. */
  readonly delayMs?: number | undefined;
}

/** The machine of one receiver. */
export const restartMachine: AnyStateMachine = setup({
  types: {} as { context: RestartContext; events: RestartCommand | RestartFact; input: RestartInput },
  guards: {
    isRetryable: ({ context }) => context.ending.isRetryable,
    hasRestartsLeft: ({ context }) => context.restartsMax === 0 || context.restarts < context.restartsMax,
  },
  delays: {
    delayMs: ({ context }) => context.delayMs,
    stayUpMs: ({ context }) => context.stayUpMs,
  },
  actions: {
    start: () => undefined,
    stop: () => undefined,
    gaveUp: (_, _error: unknown) => undefined,
    scheduled: (_, _delayMs: number) => undefined,
    beginRun: assign({ ending: { isRetryable: true } }),
    noteFailure: assign({
      ending: ({ context, event }) =>
        event.type === 'receiver.failed' ? { error: event.error, isRetryable: event.retryable } : context.ending,
    }),
    noteRestart: assign({
      ending: ({ context, event }) =>
        event.type === 'receiver.restart'
          ? { error: event.error, isRetryable: true, delayMs: event.delayMs }
          : context.ending,
    }),
    planRestart: assign(({ context }) => {
      const restarts = context.restarts + 1;
      return { restarts, delayMs: context.ending.delayMs ?? context.backOffMs(restarts) };
    }),
    forgetRestarts: assign({ restarts: 0 }),
    dropLate: () => undefined,
  },
}).createMachine({
  id: 'restart',
  description:
    'A receiver that fails or asks for it is stopped and started again, after a delay that grows until it stays up. ' +
    'It is given up when its error cannot be mended by trying again, or when it was restarted too often in a row.',
  context: ({ input }) => ({ ...input, restarts: 0, delayMs: 0, ending: { isRetryable: true } }),
  initial: 'idle',
  on: {
    'receiver.restart': { actions: 'dropLate' },
    'receiver.started': { actions: 'dropLate' },
    'receiver.failed': { actions: 'dropLate' },
    'receiver.stopped': { actions: 'dropLate' },
  },
  states: {
    idle: {
      on: { 'receiver.start': 'up', 'receiver.stop': 'stopped' },
    },
    up: {
      entry: ['beginRun', 'start'],
      initial: 'starting',
      on: {
        'receiver.failed': { target: 'stopping', actions: ['noteFailure', 'stop'] },
        'receiver.restart': { target: 'stopping', actions: ['noteRestart', 'stop'] },
        'receiver.stopped': [{ guard: 'hasRestartsLeft', target: 'waiting' }, { target: 'givenUp' }],
        'receiver.stop': { target: 'ending', actions: 'stop' },
      },
      states: {
        starting: {
          on: { 'receiver.started': 'running' },
        },
        running: {
          after: { stayUpMs: { actions: 'forgetRestarts' } },
        },
      },
    },
    stopping: {
      on: {
        'receiver.stopped': [
          { guard: and(['isRetryable', 'hasRestartsLeft']), target: 'waiting' },
          { target: 'givenUp' },
        ],
        'receiver.stop': 'ending',
      },
    },
    waiting: {
      entry: ['planRestart', { type: 'scheduled', params: ({ context }) => context.delayMs }],
      after: { delayMs: 'up' },
      on: { 'receiver.stop': 'stopped' },
    },
    givenUp: {
      entry: { type: 'gaveUp', params: ({ context }: { readonly context: RestartContext }) => context.ending.error },
      on: { 'receiver.stop': 'stopped' },
    },
    ending: {
      on: { 'receiver.stopped': 'stopped' },
    },
    stopped: { type: 'final' },
  },
});

/** The life of one receiver, from before its first start. */
export function restartLifecycle(options: {
  readonly slots: RestartSlots;
  readonly policy: RestartPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly onBug: (bug: BugError) => void;
}): Lifecycle<RestartState, RestartCommand | RestartFact> {
  const { policy, random, ...rest } = options;
  const { restartDelayMs: firstMs, restartDelayMaxMs: maxMs, restartsMax } = policy;
  const input: RestartInput = {
    restartsMax,
    stayUpMs: maxMs,
    backOffMs: (restart) => backoffMs({ firstMs, factor: 2, maxMs, jitter: 0.2 }, restart, random),
  };
  return new MachineLifecycle({ machine: restartMachine, input, ...rest });
}
