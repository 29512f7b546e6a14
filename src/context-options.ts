import type { FailurePolicy } from './graph/failure-policy.ts';
import type { ContextOptions } from './spark-context.ts';

/** How a StreamingContext is stopped. */
export interface StopOptions {
  /** Whether its SparkContext ends too; spark.streaming.stopSparkContextByDefault (true) unless given. */
  readonly stopSparkContext?: boolean;
  /** Whether what has been received is worked off first; false unless given. */
  readonly stopGracefully?: boolean;
}

/** What a StreamingContext is made with. */
export interface StreamingContextOptions extends ContextOptions {
  /** What the failure of an output means that says nothing itself; `fail` unless given. */
  readonly onFailure?: FailurePolicy;
}

/** What a call that waits may be given. */
export interface WaitOptions {
  /** Ends the waiting, with the signal's reason as the error; the context goes on. */
  readonly signal?: AbortSignal;
}

/** How a context is made from a checkpoint directory. */
export interface RecoveryOptions extends Pick<ContextOptions, 'runtime'> {
  /**
   * Whether the program begins anew where what the directory has cannot be read, which is set aside then; false unless
   * given.
   */
  readonly createOnError?: boolean;
  /** Whether state and sources that the program no longer has may be left behind; false unless given. */
  readonly allowNonRestoredState?: boolean;
}
