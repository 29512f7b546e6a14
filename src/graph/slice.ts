import type { Row } from '../core/row.ts';
import type { RDD } from '../rdd/rdd.ts';
import type { StreamNode } from './graph.ts';
import { askAgain, type Planning } from './planning.ts';

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
    const answer = await askAgain(node, atMs, planning);
    if (answer.type === 'rdd.failed') throw answer.error;
    if (answer.type === 'rdd.ready') rdds.push(answer.rdd);
  }
  return rdds;
}
