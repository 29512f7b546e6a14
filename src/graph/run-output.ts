import { FiresteelError, JobError, messageOf } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import { Time } from '../core/time.ts';
import type { Engine } from '../rdd/engine.ts';
import type { JobScope } from '../rdd/job-scope.ts';
import type { RDD } from '../rdd/rdd.ts';
import { runInBatch } from './batch-scope.ts';
import type { SinkNode, StepNode } from './graph.ts';
import type { Output } from './output.ts';
import type { Planning } from './planning.ts';
import { siteOf } from './site-of.ts';

/**
 * Runs an output for one batch, and all the actions it began, awaited or not.
 *
 * @param abort ends the job when it is aborted
 * @param output what is run in the place of the output, where it is another
 * @throws FiresteelError what failed; an error of the user's own function is its cause
 */
export async function runOutput(
  node: SinkNode,
  rdd: RDD<Row>,
  timeMs: number,
  engine: Engine,
  abort: AbortController,
  output: Pick<Output<Row>, 'name' | 'run'> = node.output,
): Promise<void> {
  await asJob(node, timeMs, engine, abort, output.name, async (job) => {
    const world = { terminal: engine.runtime.terminal, signal: abort.signal };
    const failures: unknown[] = [];
    try {
      await output.run(rdd.boundTo(job), new Time(timeMs), world);
    } catch (error) {
      failures.push(error);
    }
    // Its actions are waited for in any case; what the output itself threw is what is told.
    await job.end().catch((error) => failures.push(error));
    const [failure] = failures;
    if (abort.signal.aborted && failure === abort.signal.reason) throw job.abortError();
    if (failures.length > 0) throw failure;
  });
}

/**
 * Brings the state of a stage to a batch.
 *
 * @param abort ends the job when it is aborted
 * @throws FiresteelError what failed
 */
export async function runStep(
  node: StepNode,
  timeMs: number,
  { engine, stores }: Planning,
  abort: AbortController,
): Promise<void> {
  await asJob(node, timeMs, engine, abort, node.label.name, async (job) => {
    await stores.get(node.parent)?.bring(timeMs, { engine, job });
  });
}

async function asJob(
  node: SinkNode | StepNode,
  timeMs: number,
  engine: Engine,
  abort: AbortController,
  output: string,
  run: (job: JobScope) => Promise<void>,
): Promise<void> {
  const name = `batch ${timeMs} ms, ${siteOf(node)}`;
  try {
    await runInBatch(name, () => engine.jobs.ofBatch(name, abort, run));
  } catch (error) {
    if (error instanceof FiresteelError) throw error;
    const facts = { output, timeMs, message: messageOf(error) };
    throw new JobError('OUTPUT.THREW', facts, { at: [siteOf(node)], cause: error });
  }
}
