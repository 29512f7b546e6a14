import { type AnyStateMachine, and, setup } from 'xstate';
import type { BugError } from '../core/errors.ts';
import type { Lifecycle } from './lifecycle.ts';
import { MachineLifecycle } from './machine-lifecycle.ts';

/** Where a StreamingContext stands. */
export type StreamingContextState = 'INITIALIZED' | 'ACTIVE' | 'STOPPING' | 'STOPPED';

/** Orders to a StreamingContext. */
export type StreamingContextCommand = DefineCommand | StartCommand | { readonly type: 'context.stop' };

/** Something is added or set: an input, a transformation, an output, persist, checkpoint, remember. */
interface DefineCommand {
  readonly type: 'context.define';
}

/** The order to start, with all that decides whether it may. */
export interface StartCommand {
  readonly type: 'context.start';
  readonly isSparkContextAlive: boolean;
  /** Where another context of this world was started that is still active. */
  readonly activeElsewhere: string | undefined;
  readonly outputs: number;
  /** Mistakes found in the graph, whatever they are; their texts are the context's affair. */
  readonly mistakes: number;
}

/** What the moving parts of a StreamingContext report. */
export type StreamingContextFact =
  // It cannot go on: a start that got half-way, or trouble nobody can mend. What was started has to be stopped.
  | { readonly type: 'context.failed' }
  // All moving parts have ended.
  | { readonly type: 'context.stopped' };

type Message = StreamingContextCommand | StreamingContextFact;

/** What carries out the machine's orders. */
export interface StreamingContextSlots {
  /** Takes the place of the one active context. */
  claimPlace(): void;
  /** Gives it back. */
  releasePlace(): void;
}

/** Why a command may not happen. */
export type Denial =
  | 'already-active'
  | 'already-stopping'
  | 'already-stopped'
  | 'spark-context-stopped'
  | 'other-context-active'
  | 'no-outputs'
  | 'mistakes-in-graph';

/** What has to hold at start; the guards of the machine, and the reasons of {@link denialOf}, most telling first. */
const conditions = {
  sparkContextIsAlive: { holds: (start) => start.isSparkContextAlive, otherwise: 'spark-context-stopped' },
  hasFreePlace: { holds: (start) => start.activeElsewhere === undefined, otherwise: 'other-context-active' },
  hasOutputs: { holds: (start) => start.outputs > 0, otherwise: 'no-outputs' },
  isWithoutMistakes: { holds: (start) => start.mistakes === 0, otherwise: 'mistakes-in-graph' },
} satisfies Record<string, Condition>;

interface Condition {
  readonly holds: (start: StartCommand) => boolean;
  readonly otherwise: Denial;
}

const guardOf =
  ({ holds }: Condition) =>
  ({ event }: { readonly event: Message }): boolean =>
    event.type === 'context.start' && holds(event);

/** The machine of a StreamingContext. */
export const streamingContextMachine: AnyStateMachine = setup({
  types: {} as { events: Message },
  guards: {
    sparkContextIsAlive: guardOf(conditions.sparkContextIsAlive),
    hasFreePlace: guardOf(conditions.hasFreePlace),
    hasOutputs: guardOf(conditions.hasOutputs),
    isWithoutMistakes: guardOf(conditions.isWithoutMistakes),
  },
  actions: {
    claimPlace: () => undefined,
    releasePlace: () => undefined,
  },
}).createMachine({
  id: 'streaming-context',
  description:
    'A StreamingContext is defined, runs once, and stops for good. ' +
    'A start that is refused leaves it as it was; one that fails half-way stops it.',
  initial: 'INITIALIZED',
  states: {
    INITIALIZED: {
      on: {
        'context.define': 'INITIALIZED',
        'context.start': {
          guard: and(['sparkContextIsAlive', 'hasFreePlace', 'hasOutputs', 'isWithoutMistakes']),
          target: 'ACTIVE',
        },
        'context.stop': 'STOPPED',
      },
    },
    ACTIVE: {
      entry: 'claimPlace',
      on: { 'context.stop': 'STOPPING', 'context.failed': 'STOPPING' },
    },
    STOPPING: {
      on: { 'context.stopped': 'STOPPED' },
      exit: 'releasePlace',
    },
    STOPPED: { type: 'final' },
  },
});

/** The life of one StreamingContext, from now. */
export function streamingContextLifecycle(options: {
  readonly slots: StreamingContextSlots;
  readonly onBug: (bug: BugError) => void;
}): Lifecycle<StreamingContextState, Message> {
  return new MachineLifecycle({ machine: streamingContextMachine, ...options });
}

/** The state as Spark shows it: a context that is stopping is still active. */
export function visibleState(state: StreamingContextState): 'INITIALIZED' | 'ACTIVE' | 'STOPPED' {
  return state === 'STOPPING' ? 'ACTIVE' : state;
}

/** Why the command may not happen in this state; undefined when it may. */
export function denialOf(state: StreamingContextState, command: StreamingContextCommand): Denial | undefined {
  if (streamingContextMachine.resolveState({ value: state, context: {} }).can(command)) return undefined;
  if (state !== 'INITIALIZED') return beyondInitialized[state];
  const isBroken = (condition: Condition): boolean => !guardOf(condition)({ event: command });
  return Object.values<Condition>(conditions).find(isBroken)?.otherwise;
}

const beyondInitialized = {
  ACTIVE: 'already-active',
  STOPPING: 'already-stopping',
  STOPPED: 'already-stopped',
} as const;
