import { type FiresteelError, JobError } from '../core/errors.ts';
import { retry } from '../core/retry.ts';
import type { Row } from '../core/row.ts';
import type { Time } from '../core/time.ts';
import type { Engine } from '../rdd/engine.ts';
import type { RDD } from '../rdd/rdd.ts';
import type { LastPolicy } from './failure-policy.ts';
import type { SinkNode } from './graph.ts';
import { runOutput } from './run-output.ts';
import { siteOf } from './site-of.ts';

/** How an output has failed. */
export interface Failed {
  readonly error: FiresteelError;
  /** Whether the program ends with it: no later batch begins. */
  readonly stopsContext: boolean;
}

/**
 * Runs an output for one batch as its failure policy says: the one place where policies do something.
 *
 * @param abort ends the job, and the wait for another attempt, when it is aborted
 * @returns undefined when the batch counts as completed for it
 */
export async function runByPolicy(
  node: SinkNode,
  rdd: RDD<Row>,
  timeMs: number,
  engine: Engine,
  abort: AbortController,
): Promise<Failed | undefined> {
  const { onFailure } = node;
  const again = onFailure.type === 'retry' ? onFailure : { retries: 0, backoff: noWait, last: onFailure };
  let failure: unknown;
  const attempt = async (): Promise<void> => {
    try {
      await runOutput(node, rdd, timeMs, engine, abort);
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  try {
    await retry(attempt, {
      policy: again.backoff,
      attemptsMax: again.retries + 1,
      runtime: engine.runtime,
      signal: abort.signal,
      isRetryable: () => !abort.signal.aborted,
    });
    return undefined;
  } catch (error) {
    // Aborted while it waits, it has failed with its last attempt; before its first, with the abort.
    const last = (failure ?? error) as FiresteelError;
    if (abort.signal.aborted) return { error: last, stopsContext: false };
    return await endWith(again.last, { node, rdd, timeMs, engine, abort, error: last });
  }
}

interface Ending {
  readonly node: SinkNode;
  readonly rdd: RDD<Row>;
  readonly timeMs: number;
  readonly engine: Engine;
  readonly abort: AbortController;
  readonly error: FiresteelError;
}

async function endWith(policy: LastPolicy, ending: Ending): Promise<Failed | undefined> {
  const { node, rdd, timeMs, engine, abort, error } = ending;
  if (policy.type !== 'deadLetter') return { error, stopsContext: policy.type === 'stop' };
  const output = node.label.name;
  const deadLetter = {
    name: `deadLetter of ${output}`,
    run: async (bound: RDD<Row>, time: Time): Promise<void> => {
      await policy.sink({ rdd: bound, time, output, error });
    },
  };
  try {
    await runOutput(node, rdd, timeMs, engine, abort, deadLetter);
    return undefined;
  } catch (second) {
    const facts = { output, timeMs, errors: [error.message, (second as FiresteelError).message] };
    const cause = new AggregateError([error, second], 'An output failed, and so did its dead letter');
    return { error: new JobError('OUTPUT.NOT_SET_ASIDE', facts, { at: [siteOf(node)], cause }), stopsContext: false };
  }
}

/** Of a policy that does not try again. */
const noWait = { firstMs: 0, factor: 1, maxMs: 0, jitter: 0 } as const;
