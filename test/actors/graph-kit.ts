import type { Graph } from '../../src/graph/graph.ts';
import type { Planning } from '../../src/graph/planning.ts';
import { Seconds, SparkConf, StreamingContext } from '../../src/index.ts';
import { type TestRuntime, testRuntime } from '../../src/testing/index.ts';

/** A program of batches of a second that is only defined: its nodes, and what they are planned with. */
export interface Defined {
  readonly graph: Graph;
  readonly planning: Planning;
  readonly runtime: TestRuntime;
  readonly ssc: StreamingContext;
}

export function defined(define: (ssc: StreamingContext) => void): Defined {
  const runtime = testRuntime();
  const conf = new SparkConf().setMaster('local[2]').setAppName('defined');
  const ssc = new StreamingContext(conf, Seconds(1), { runtime });
  define(ssc);
  return {
    graph: ssc.freeze(),
    planning: {
      engine: ssc.sparkContext.engine,
      zeroTimeMs: 0,
      startMs: 0,
      given: () => undefined,
      memories: new Map(),
      stores: new Map(),
    },
    runtime,
    ssc,
  };
}
