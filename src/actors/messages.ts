import type { FiresteelError } from '../core/errors.ts';
import type { Answer } from '../graph/answer.ts';
import type { BatchPlan, InputPlan } from '../graph/batch-log.ts';
import type { DurableId } from '../graph/durable-ids.ts';
import type {
  BatchInfo,
  OutputOperationInfo,
  ReceiverInfo,
  StoppingInfo,
  StreamInputInfo,
  WaitingBatchInfo,
} from '../graph/streaming-listener.ts';
import type { Block } from '../rdd/block.ts';

// The vocabulary of the actors, read like the script of a play: first the orders, then the facts, then who hears what.
// Commands order, facts report; a batch is named by its time.

/** To the batch clock. */
type ClockCommand =
  /** Beat from the first multiple of the interval after zero time on. */
  | { readonly type: 'clock.start' }
  /** Beat no more; once more where `isOnceMore`. */
  | { readonly type: 'clock.stop'; readonly isOnceMore: boolean };

/** To an input. */
type InputCommand =
  /** Take in nothing more. */
  | { readonly type: 'input.close' }
  /** All batches have ended: let go of everything. */
  | { readonly type: 'input.stop' };

/** To a receiver, or to the supervisor that passes it on. */
type ReceiverCommand =
  | { readonly type: 'receiver.start' }
  /** End this run; another may follow. */
  | { readonly type: 'receiver.stop' }
  /** No run will follow: hand over what is in the open block. */
  | { readonly type: 'receiver.close' }
  /** Hand over what has come up to this batch. */
  | { readonly type: 'block.seal'; readonly timeMs: number }
  /** Too many batches wait: take in no more for now. */
  | { readonly type: 'source.hold' }
  | { readonly type: 'source.release' };

/** To a sink. */
type SinkCommand =
  | { readonly type: 'job.run'; readonly timeMs: number }
  /** Whatever runs, give up. */
  | { readonly type: 'job.abort' };

/** To the scheduler. */
type SchedulerCommand =
  /** Report when all batches up to this one have ended. */
  | { readonly type: 'jobs.finish'; readonly lastTimeMs: number }
  /** Tell the drain what has not ended. */
  | { readonly type: 'jobs.list' }
  /** Begin no further batch; give those that run a little time. */
  | { readonly type: 'jobs.stop' };

/** To the checkpointer. */
type CheckpointCommand =
  /** Write down what a batch is made of. */
  | { readonly type: 'batch.planned'; readonly plan: BatchPlan }
  /** Write down what became of a batch; all before it are over too. */
  | { readonly type: 'batch.over'; readonly timeMs: number; readonly failed: readonly DurableId[] }
  /** Write what is left, and let others have the directory. */
  | { readonly type: 'checkpoint.close' };

/** What the checkpointer reports. */
type CheckpointFact =
  /** The plan of a batch would survive a crash: its outputs may run. */
  { readonly type: 'batch.logged'; readonly timeMs: number } | { readonly type: 'checkpoint.closed' };

/** To the drain: end everything, with the work that is left or without. */
type StopCommand = { readonly type: 'context.stop'; readonly isGraceful: boolean };

/** The batch clock has beaten: the batch of this time begins. */
type ClockFact = { readonly type: 'batch.tick'; readonly timeMs: number };

/** What receivers report of their blocks. */
type BlockFact =
  /** Repeatable is what its source sends again when it hears that it was refused. */
  | { readonly type: 'block.stored'; readonly block: Block; readonly isRepeatable: boolean }
  /** They would survive a crash. */
  | { readonly type: 'block.safe'; readonly blocks: readonly Block[] }
  /** They would not survive a crash, and are given to no batch. */
  | { readonly type: 'block.refused'; readonly blocks: readonly Block[]; readonly error: FiresteelError }
  /** All that came up to this batch has been handed over. */
  | { readonly type: 'block.sealed'; readonly timeMs: number }
  /** The batch of these blocks has ended; their memory is free. */
  | { readonly type: 'block.freed'; readonly blocks: readonly Block[] };

/** What receivers report of themselves. */
type ReceiverFact =
  | { readonly type: 'receiver.started' }
  | { readonly type: 'receiver.failed'; readonly message: string; readonly error: unknown; readonly retryable: boolean }
  /** It asks to be stopped and started again. */
  | {
      readonly type: 'receiver.restart';
      readonly message: string;
      readonly error: unknown;
      readonly delayMs: number | undefined;
    }
  /** It goes on, and wants an error known. */
  | { readonly type: 'receiver.complained'; readonly message: string; readonly error: unknown }
  | { readonly type: 'receiver.stopped'; readonly message: string; readonly error: unknown };

/** The last of a receiver: nothing comes after it. */
type ReceiverEnd = { readonly type: 'receiver.closed' };

/** What an input gave to a batch. */
type InputFact = {
  readonly type: 'input.planned';
  readonly timeMs: number;
  readonly info: StreamInputInfo;
  /** Enough to give it again. */
  readonly plan: Omit<InputPlan, 'source'>;
};

/** What sinks report. */
type JobFact =
  | { readonly type: 'job.ready'; readonly timeMs: number }
  /** Nothing to do for this batch. */
  | { readonly type: 'job.none'; readonly timeMs: number }
  /** There is no RDD to work on: the batch cannot be. */
  | { readonly type: 'job.refused'; readonly timeMs: number; readonly error: FiresteelError }
  | { readonly type: 'job.done'; readonly timeMs: number }
  | {
      readonly type: 'job.failed';
      readonly timeMs: number;
      readonly error: FiresteelError;
      /** The failure policy of the output ends the program with it. */
      readonly stopsContext: boolean;
    };

/** How a batch ends. */
type BatchEnd =
  /** Its jobs have ended, whatever became of them. */
  | { readonly type: 'batch.ended'; readonly timeMs: number }
  /** Every batch up to this one has ended, and would survive a crash where there is a checkpoint. */
  | { readonly type: 'batch.sealed'; readonly timeMs: number };

/** What the parts report to the drain while everything ends. */
type DrainFact =
  | { readonly type: 'input.closed'; readonly hasMore: boolean }
  | { readonly type: 'clock.stopped'; readonly lastTimeMs: number }
  | { readonly type: 'jobs.listed'; readonly batches: readonly WaitingBatchInfo[] }
  | { readonly type: 'jobs.finished' }
  | { readonly type: 'input.stopped' }
  | Extract<CheckpointFact, { type: 'checkpoint.closed' }>;

/** What listeners hear, by the names of Spark's events. */
export type ListenerFact =
  | { readonly type: 'streaming.started'; readonly info: { readonly timeMs: number } }
  | { readonly type: 'batch.submitted'; readonly info: BatchInfo }
  | { readonly type: 'batch.started'; readonly info: BatchInfo }
  | { readonly type: 'batch.completed'; readonly info: BatchInfo }
  | { readonly type: 'output.started'; readonly info: OutputOperationInfo }
  | { readonly type: 'output.completed'; readonly info: OutputOperationInfo }
  | { readonly type: 'receiver.up'; readonly info: ReceiverInfo }
  | { readonly type: 'receiver.trouble'; readonly info: ReceiverInfo }
  | { readonly type: 'receiver.down'; readonly info: ReceiverInfo }
  | { readonly type: 'streaming.stopping'; readonly info: StoppingInfo };

/** What the context hears. */
export type ContextFact =
  /** What awaitTermination rejects with. */
  | { readonly type: 'error.reported'; readonly error: unknown }
  /** It has failed for good: no batch begins any more. */
  | { readonly type: 'program.failed' }
  /** A mistake of ours. */
  | { readonly type: 'bug.found'; readonly error: unknown }
  /** All parts have ended. */
  | { readonly type: 'context.drained' };

export type ClockMessage = ClockCommand | Extract<BatchEnd, { type: 'batch.ended' }>;
export type InputMessage =
  | InputCommand
  | ClockFact
  | Extract<BlockFact, { type: 'block.stored' | 'block.sealed' }>
  | ReceiverEnd
  | Extract<BatchEnd, { type: 'batch.sealed' }>;
export type StageMessage = Answer | Extract<BatchEnd, { type: 'batch.sealed' }>;
export type SinkMessage = Answer | SinkCommand;
export type SchedulerMessage =
  | JobFact
  | InputFact
  | SchedulerCommand
  | Extract<CheckpointFact, { type: 'batch.logged' }>;
export type CheckpointerMessage = CheckpointCommand;
export type ReceiverMessage =
  | ReceiverCommand
  | Extract<BlockFact, { type: 'block.safe' | 'block.refused' | 'block.freed' }>;
export type JournalMessage =
  | Extract<BlockFact, { type: 'block.stored' | 'block.sealed' }>
  | Extract<ReceiverFact, { type: 'receiver.started' }>
  | ReceiverEnd;
export type SupervisorMessage = Extract<ReceiverCommand, { type: 'receiver.start' | 'receiver.stop' }> | ReceiverFact;
export type DrainMessage = StopCommand | DrainFact;
export type ListenerMessage = ListenerFact;

/** Everything that is said. */
export type ActorMessage =
  | ClockMessage
  | InputMessage
  | StageMessage
  | SinkMessage
  | SchedulerMessage
  | CheckpointerMessage
  | ReceiverMessage
  | JournalMessage
  | SupervisorMessage
  | DrainMessage
  | ListenerMessage
  | ContextFact;
