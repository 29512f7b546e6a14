import type { Address } from '../core/bus.ts';
import { assert, type FiresteelError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { Runtime } from '../core/runtime.ts';
import type { SinkNode, StepNode } from '../graph/graph.ts';
import type { Planning } from '../graph/planning.ts';
import { type Failed, runByPolicy } from '../graph/run-by-policy.ts';
import { runStep } from '../graph/run-output.ts';
import type { RDD } from '../rdd/rdd.ts';
import { activity, type Behaviour, type Post } from './define-actor.ts';
import type { SinkMessage } from './messages.ts';

/** What a sink is made of. */
export interface SinkOptions {
  readonly node: SinkNode | StepNode;
  readonly planning: Planning;
  readonly runtime: Runtime;
  readonly scheduler: Address;
}

/** An output, or the step of a state, at work: makes a job of each RDD, and runs it when the scheduler says so. */
export function sink(options: SinkOptions, post: Post): Behaviour<SinkMessage> {
  const { node, planning, runtime, scheduler } = options;
  const waiting = new Map<number, RDD<Row>>();
  const running = new Set<AbortController>();
  const abortAll = (): void => {
    for (const abort of running) abort.abort();
  };

  const run = (timeMs: number): void => {
    const rdd = waiting.get(timeMs);
    assert(rdd !== undefined, `${node.id} has a job for ${timeMs} ms when it is told to run it`);
    // Jobs are run in order of time: what waits from before belongs to a batch that was refused.
    for (const earlierMs of waiting.keys()) if (earlierMs <= timeMs) waiting.delete(earlierMs);
    const abort = new AbortController();
    running.add(abort);
    activity(runtime, `${node.id} at ${timeMs} ms`, post, async () => {
      const failure = await runJob(node, rdd, timeMs, planning, abort);
      running.delete(abort);
      post(
        scheduler,
        failure === undefined ? { type: 'job.done', timeMs } : { type: 'job.failed', timeMs, ...failure },
      );
    });
  };

  return {
    on: {
      'rdd.ready': ({ timeMs, rdd }) => {
        waiting.set(timeMs, rdd);
        post(scheduler, { type: 'job.ready', timeMs });
      },
      'rdd.none': ({ timeMs }) => post(scheduler, { type: 'job.none', timeMs }),
      'rdd.failed': ({ timeMs, error }) => post(scheduler, { type: 'job.refused', timeMs, error }),
      'job.run': ({ timeMs }) => run(timeMs),
      'job.abort': abortAll,
    },
    stop: abortAll,
  };
}

/** A step has no policy: the next batch tries it again. */
async function runJob(
  node: SinkNode | StepNode,
  rdd: RDD<Row>,
  timeMs: number,
  planning: Planning,
  abort: AbortController,
): Promise<Failed | undefined> {
  if (node.kind === 'sink') return await runByPolicy(node, rdd, timeMs, planning.engine, abort);
  try {
    await runStep(node, timeMs, planning, abort);
    return undefined;
  } catch (error) {
    return { error: error as FiresteelError, stopsContext: false };
  }
}
