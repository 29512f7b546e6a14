import type { Answer } from './answer.ts';
import type { Graph, StreamNode } from './graph.ts';
import { OwedSteps } from './owed-steps.ts';
import { type Planning, stepInput, stepStage } from './planning.ts';
import { runByPolicy } from './run-by-policy.ts';
import { runStep } from './run-output.ts';
import { sealNode } from './sealing.ts';

/**
 * The engine without its actors: any graph of inputs that are asked, run batch by batch in one loop.
 *
 * It is what the actors must be equal to. The failures of a batch go to `failed`, and the next batch follows, unless
 * an output that has failed ends the program.
 */
export async function runPlainLoop(
  graph: Graph,
  planning: Planning,
  timesMs: readonly number[],
  failed: (error: unknown, timeMs: number) => void,
): Promise<void> {
  const owed = new OwedSteps();
  const unsealed: number[] = [];
  let isOver = false;
  for (const timeMs of timesMs) {
    const answers = new Map<StreamNode, Answer>();
    const answerOf = (node: StreamNode): Answer => answers.get(node) as Answer;
    for (const input of graph.inputs) answers.set(input, (await stepInput(input, timeMs, planning)).answer);
    for (const stage of graph.stages) {
      answers.set(stage, await stepStage(stage, timeMs, stage.parents.map(answerOf), planning));
    }
    const ends = [...graph.steps, ...graph.sinks].map(({ parent }) => answerOf(parent));
    const refused = ends.find((answer) => answer.type === 'rdd.failed');
    if (refused !== undefined) failed(refused.error, timeMs);
    for (const step of graph.steps) {
      if (answerOf(step.parent).type === 'rdd.none') continue;
      owed.add(step.id, timeMs);
      if (refused !== undefined) continue;
      await runStep(step, timeMs, planning, new AbortController()).then(
        () => owed.done(step.id, timeMs),
        (error) => failed(error, timeMs),
      );
    }
    for (const sink of refused === undefined ? graph.sinks : []) {
      const answer = answerOf(sink.parent);
      if (answer.type !== 'rdd.ready') continue;
      const failure = await runByPolicy(sink, answer.rdd, timeMs, planning.engine, new AbortController());
      if (failure === undefined) continue;
      failed(failure.error, timeMs);
      isOver ||= failure.stopsContext;
    }
    unsealed.push(timeMs);
    while (unsealed[0] !== undefined && !owed.has(unsealed[0])) {
      const sealedMs = unsealed.shift() as number;
      for (const node of planning.memories.keys()) sealNode(node, sealedMs, planning);
    }
    if (isOver) return;
  }
}
