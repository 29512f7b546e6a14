import type { Answer } from './answer.ts';
import type { Graph, StreamNode } from './graph.ts';
import { type Planning, stepInput, stepStage } from './planning.ts';
import { runOutput } from './run-output.ts';

/**
 * The engine without its actors: any graph of inputs that are asked, run batch by batch in one loop.
 *
 * It is what the actors must be equal to. The failures of a batch go to `failed`, and the next batch follows.
 */
export async function runPlainLoop(
  graph: Graph,
  planning: Planning,
  timesMs: readonly number[],
  failed: (error: unknown, timeMs: number) => void,
): Promise<void> {
  for (const timeMs of timesMs) {
    const answers = new Map<StreamNode, Answer>();
    const answerOf = (node: StreamNode): Answer => answers.get(node) as Answer;
    for (const input of graph.inputs) answers.set(input, (await stepInput(input, timeMs, planning)).answer);
    for (const stage of graph.stages) {
      answers.set(stage, await stepStage(stage, timeMs, stage.parents.map(answerOf), planning));
    }
    const refused = graph.sinks.map((sink) => answerOf(sink.parent)).find((answer) => answer.type === 'rdd.failed');
    if (refused !== undefined) failed(refused.error, timeMs);
    for (const sink of refused === undefined ? graph.sinks : []) {
      const answer = answerOf(sink.parent);
      if (answer.type !== 'rdd.ready') continue;
      await runOutput(sink, answer.rdd, timeMs, planning.engine, new AbortController()).catch((error) =>
        failed(error, timeMs),
      );
    }
    for (const memory of planning.memories.values()) memory.seal(timeMs);
  }
}
