import { BoundedQueue } from '../core/bounded-queue.ts';
import type { Address } from '../core/bus.ts';
import { assert } from '../core/errors.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Answer } from '../graph/answer.ts';
import type { StageNode } from '../graph/graph.ts';
import { type Planning, stepStage } from '../graph/planning.ts';
import { sealNode } from '../graph/sealing.ts';
import { activity, type Behaviour, type Post } from './define-actor.ts';
import type { StageMessage } from './messages.ts';

/** What a stage is made of. */
export interface StageOptions {
  readonly node: StageNode;
  readonly planning: Planning;
  readonly runtime: Runtime;
  readonly children: readonly Address[];
  /** How many batches may be under way. */
  readonly pendingMax: number;
}

/**
 * An operator at work: from what its parents say of a time it plans its own RDD of that time, and tells its children.
 *
 * Every time is answered once, in order; the next one is planned when the one before is.
 */
export function stage(options: StageOptions, post: Post): Behaviour<StageMessage> {
  const { node, planning, runtime } = options;
  const heard = new Map(node.parents.map(({ id }) => [id, new BoundedQueue<Answer>(options.pendingMax)]));
  let isPlanning = false;

  const hear = (answer: Answer, from: Address): void => {
    assert(
      heard.get(from)?.push(answer) === true,
      `${from} speaks to ${node.id} of no more batches than may be under way`,
    );
    planNext();
  };

  /** Parents speak in order of time: the heads of their queues are of one time. */
  const planNext = (): void => {
    while (!isPlanning && [...heard.values()].every((queue) => queue.size > 0)) {
      const said = new Map([...heard].map(([parent, queue]) => [parent, queue.shift() as Answer]));
      const answers = node.parents.map((parent) => said.get(parent.id) as Answer);
      const { timeMs } = answers[0] as Answer;
      plan(timeMs, answers);
    }
  };

  /** The function of a transform is called inside the activity, so that what it sleeps is seen as sleep. */
  const plan = (timeMs: number, answers: readonly Answer[]): void => {
    isPlanning = true;
    activity(runtime, `${node.id} at ${timeMs} ms`, post, async () => {
      const answer = stepStage(node, timeMs, answers, planning);
      const isLate = answer instanceof Promise;
      tell(isLate ? await answer : answer);
      isPlanning = false;
      if (isLate) planNext();
    });
  };

  const tell = (answer: Answer): void => {
    for (const child of options.children) post(child, answer);
  };

  return {
    on: {
      'rdd.ready': hear,
      'rdd.none': hear,
      'rdd.failed': hear,
      'batch.sealed': ({ timeMs }) => void sealNode(node, timeMs, planning),
    },
  };
}
