import { UsageError } from '../core/errors.ts';
import type { Graph, SinkNode, StreamNode } from './graph.ts';
import { siteOf } from './site-of.ts';

/** What a part of the program is called in a checkpoint: `socketTextStream#0`, `counts`, `counts/print#0`. */
export type DurableId = string;

/** What can be found again in a checkpoint. */
export type DurableNode = StreamNode | SinkNode;

/**
 * The durable ids of a program: those of what reads a source, keeps state, or is an output.
 *
 * It is the `.uid()` of a stream where it has one. Else it says where the node is: behind which nearest nodes that have
 * a durable id, of what kind, and the how many-th of that kind there. Other nodes can come and go without changing it.
 *
 * @throws UsageError (CHECKPOINT.UID_TWICE) when a `.uid()` is not the only one of its name
 */
export function durableIdsOf(graph: Graph): ReadonlyMap<DurableNode, DurableId> {
  const ids = new Map<DurableNode, DurableId>();
  const counts = new Map<string, number>();
  const owners = new Map<DurableId, DurableNode>();

  const add = (node: DurableNode, place: string, uid: string | undefined): void => {
    const count = counts.get(place) ?? 0;
    if (uid === undefined) counts.set(place, count + 1);
    const id = uid ?? `${place}#${count}`;
    const owner = owners.get(id);
    if (owner !== undefined)
      throw new UsageError('CHECKPOINT.UID_TWICE', { id }, { at: [siteOf(owner), siteOf(node)] });
    owners.set(id, node);
    ids.set(node, id);
  };
  /** The nearest nodes with an id that each node is, or is behind. */
  const anchors = new Map<StreamNode, readonly DurableId[]>();
  const behind = (parents: readonly StreamNode[]): readonly DurableId[] => [
    ...new Set(parents.flatMap((parent) => anchors.get(parent) ?? [])),
  ];

  for (const node of graph.inputs) {
    add(node, node.label.name, node.settings.uid);
    anchors.set(node, [ids.get(node) as DurableId]);
  }
  for (const node of graph.stages) {
    const before = behind(node.parents);
    if (node.op.state !== undefined) add(node, `${before.join('+')}/${node.label.name}`, node.settings.uid);
    const own = ids.get(node);
    anchors.set(node, own === undefined ? before : [own]);
  }
  for (const node of graph.sinks) add(node, `${behind([node.parent]).join('+')}/${node.label.name}`, undefined);
  return ids;
}
