import { UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { RDD } from '../rdd/rdd.ts';
import type { Answer } from './answer.ts';
import type { StreamNode } from './graph.ts';
import { type Planning, planStage, siteOf } from './planning.ts';

/**
 * The RDDs of a node from one time to another, both included, both moved down to the node's slide; times before the
 * first batch are left out. What is not remembered is planned again from what is.
 *
 * @throws UsageError (SLICE.NOT_REMEMBERED)
 */
export async function sliceOf(node: StreamNode, fromMs: number, toMs: number, planning: Planning): Promise<RDD<Row>[]> {
  const { zeroTimeMs } = planning;
  const floor = (ms: number): number => zeroTimeMs + Math.floor((ms - zeroTimeMs) / node.slideMs) * node.slideMs;
  const rdds: RDD<Row>[] = [];
  for (let atMs = Math.max(floor(fromMs), zeroTimeMs + node.slideMs); atMs <= floor(toMs); atMs += node.slideMs) {
    const answer = await answerAt(node, atMs, planning);
    if (answer.type === 'rdd.failed') throw answer.error;
    if (answer.type === 'rdd.ready') rdds.push(answer.rdd);
  }
  return rdds;
}

async function answerAt(node: StreamNode, timeMs: number, planning: Planning): Promise<Answer> {
  const known = planning.memories.get(node)?.at(timeMs);
  if (known !== undefined) return known;
  if (node.kind === 'input') throw new UsageError('SLICE.NOT_REMEMBERED', { timeMs }, { at: [siteOf(node)] });
  const parents: Answer[] = [];
  for (const parent of node.parents) parents.push(await answerAt(parent, timeMs, planning));
  return planStage(node, timeMs, parents, planning);
}
