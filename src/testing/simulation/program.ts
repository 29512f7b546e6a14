import type { SparkConf } from '../../core/spark-conf.ts';
import type { StreamingContext } from '../../streaming-context.ts';
import type { SimulatedWorld } from './world.ts';

/** A program under simulation. */
export interface SimulatedProgram {
  /** Defines it, on a new context in each process. */
  readonly define: (ssc: StreamingContext, world: SimulatedWorld) => void;
  readonly conf: SparkConf;
  readonly batchMs: number;
}
