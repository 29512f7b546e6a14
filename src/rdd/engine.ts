import type { Logger } from '../core/logger.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Executor } from './executor.ts';
import type { Loops } from './fuse.ts';
import type { JobScope } from './job-scope.ts';
import type { Jobs } from './jobs.ts';

/** What runs the RDDs of one SparkContext. */
export interface Engine {
  readonly runtime: Runtime;
  readonly executor: Executor;
  readonly loops: Loops;
  /** Whether functions that the engine understands run over bytes. */
  readonly mayUseKernels: boolean;
  readonly logger: Logger;
  /** How many partitions a shuffle or `parallelize` makes unless told otherwise. */
  readonly defaultParallelism: number;
  /** spark.default.parallelism, where the program set it: how many partitions an RDD's own shuffle makes. */
  readonly shufflePartitions: number | undefined;
  /** The job of an action that begins now: that of the batch it is in, or else of the job group that is set. */
  currentJob(): JobScope;
  /** A folder for partitions that are kept on disk; removed when the SparkContext stops. */
  nextCacheFolder(): string;
  /** Jobs that run, so that they can be cancelled. */
  readonly jobs: Jobs;
  /** A single row held the event loop; told once for each path. */
  warnSlow(path: string, tookMs: number): void;
  /** What the program should know, told the first time. */
  warnOnce(message: string): void;
  /** @throws UsageError (CONTEXT.SPARK_CONTEXT_STOPPED) once the SparkContext is stopped */
  checkAlive(): void;
}
