import { CallSite } from '../core/call-site.ts';
import type { Row } from '../core/row.ts';
import { recognise } from '../rdd/recognise.ts';
import type { Label } from '../rdd/step.ts';
import type { StorageLevel } from '../rdd/storage-level.ts';
import { type FailurePolicy, fail } from './failure-policy.ts';
import type { InputDStream } from './input-dstream.ts';
import type { Op } from './op.ts';
import type { Output } from './output.ts';
import type { Receiver } from './receiver.ts';

/** A place in the program: `input:0:socketTextStream`, `stage:3:map`, `sink:5:print`. */
export type NodeId = string;

interface NodeBase {
  readonly id: NodeId;
  readonly label: Label;
  readonly slideMs: number;
}

/** What a program may set on a stream until it starts. */
export interface StreamSettings {
  /** How the rows of its RDDs are kept, if they are. */
  level?: StorageLevel;
  /** How often its rows are written down. */
  checkpointMs?: number;
  /** How far back its RDDs are kept. */
  rememberMs?: number;
  /** What it is called in a checkpoint. */
  uid?: string;
}

/** Where data comes in. */
export interface InputNode extends NodeBase {
  readonly kind: 'input';
  readonly settings: StreamSettings;
  /** Its number among the inputs of the program. */
  readonly streamId: number;
  readonly source: InputDStream<Row> | Receiver<Row>;
}

/** An operator and its parents. */
export interface StageNode extends NodeBase {
  readonly kind: 'stage';
  readonly settings: StreamSettings;
  readonly op: Op<Row>;
  readonly parents: readonly StreamNode[];
}

/** An output and its parent. */
export interface SinkNode extends NodeBase {
  readonly kind: 'sink';
  /** Its number among the outputs of the program; the id of its output operation in every batch. */
  readonly outputId: number;
  readonly output: Output<Row>;
  /** What a failure of it means. */
  readonly onFailure: FailurePolicy;
  readonly parent: StreamNode;
}

/** The job that brings the state of a stage to a batch, before the outputs of the batch run. */
export interface StepNode extends NodeBase {
  readonly kind: 'step';
  readonly parent: StageNode;
}

/** A node that has an RDD at a time. */
export type StreamNode = InputNode | StageNode;

/** The program as plain data, parents before children; what no output can reach is not in it. */
export interface Graph {
  readonly batchMs: number;
  readonly inputs: readonly InputNode[];
  readonly stages: readonly StageNode[];
  /** One for each stage that keeps state. */
  readonly steps: readonly StepNode[];
  readonly sinks: readonly SinkNode[];
}

/** The program while it is written. */
export class GraphBuilder {
  readonly #batchMs: number;
  readonly #inputs: InputNode[] = [];
  readonly #stages: StageNode[] = [];
  readonly #sinks: SinkNode[] = [];
  #size = 0;

  constructor(batchMs: number) {
    this.#batchMs = batchMs;
  }

  /** @param name as the program writes it */
  input(name: string, source: InputDStream<Row> | Receiver<Row>): InputNode {
    const streamId = this.#inputs.length;
    const base = this.#base('input', name);
    const node: InputNode = { kind: 'input', ...base, slideMs: this.#batchMs, settings: {}, streamId, source };
    this.#inputs.push(node);
    return node;
  }

  /** @param parents at least one */
  stage(op: Op<Row>, parents: readonly StreamNode[]): StageNode {
    const slideMs = op.slideMs ?? (parents[0] as StreamNode).slideMs;
    const node: StageNode = { kind: 'stage', ...this.#base('stage', op.name), slideMs, settings: {}, op, parents };
    this.#stages.push(node);
    return node;
  }

  sink(output: Output<Row>, parent: StreamNode, onFailure: FailurePolicy = fail): SinkNode {
    const base = this.#base('sink', output.name);
    const node: SinkNode = {
      kind: 'sink',
      ...base,
      slideMs: parent.slideMs,
      outputId: this.#sinks.length,
      output,
      onFailure,
      parent,
    };
    this.#sinks.push(node);
    return node;
  }

  /** The inputs so far, whether an output can reach them or not. */
  get inputs(): readonly InputNode[] {
    return this.#inputs;
  }

  /** How many outputs there are so far. */
  get outputCount(): number {
    return this.#sinks.length;
  }

  /** The program as it is run. What its functions mean is looked at now, once. */
  freeze(): Graph {
    const reached = new Set<StreamNode>();
    const visit = (node: StreamNode): void => {
      if (reached.has(node)) return;
      reached.add(node);
      if (node.kind === 'stage') node.parents.forEach(visit);
    };
    for (const sink of this.#sinks) visit(sink.parent);
    const stages = this.#stages.filter((node) => reached.has(node));
    for (const { op } of stages) op.code.forEach(recognise);
    return Object.freeze({
      batchMs: this.#batchMs,
      inputs: Object.freeze(this.#inputs.filter((node) => reached.has(node))),
      stages: Object.freeze(stages),
      steps: Object.freeze(stages.filter(({ op }) => op.state !== undefined).map(stepOf)),
      sinks: Object.freeze([...this.#sinks]),
    });
  }

  #base(kind: string, name: string): { readonly id: NodeId; readonly label: Label } {
    const id = `${kind}:${this.#size}:${name}`;
    this.#size += 1;
    return { id, label: { name, site: CallSite.here() } };
  }
}

function stepOf(parent: StageNode): StepNode {
  const { id, label, slideMs } = parent;
  return { kind: 'step', id: id.replace('stage:', 'step:'), label, slideMs, parent };
}

/** How often the rows of a node are written down, in milliseconds; undefined for never. */
export function checkpointMsOf({ settings, slideMs, ...node }: StreamNode): number | undefined {
  if (settings.checkpointMs !== undefined) return settings.checkpointMs;
  const often = node.kind === 'stage' ? node.op.checkpoints : 'never';
  if (often === 'never') return undefined;
  return often === 'ten slides' ? 10 * slideMs : slideMs * Math.ceil(tenSecondsMs / slideMs);
}

const tenSecondsMs = 10_000;

/** The graph as text, a node a line: what tests snapshot and people read. */
export function describe(graph: Graph): string {
  const lines = [
    ...graph.inputs.map((node) => `${node.id}`),
    ...graph.stages.map((node) => {
      const { arity, isNarrow, keeps } = node.op;
      const traits = [isNarrow ? 'narrow' : 'wide', `keeps ${keeps}`, `arity ${arity}`].join(', ');
      const writtenMs = checkpointMsOf(node);
      const written = writtenMs === undefined ? '' : `, written down each ${writtenMs} ms`;
      const parents = node.parents.map((parent) => parent.id).join(', ');
      return `${node.id} ← ${parents}  (${traits}, each ${node.slideMs} ms${written})`;
    }),
    ...graph.sinks.map((node) => `${node.id} ← ${node.parent.id}  (each ${node.slideMs} ms)`),
  ];
  return lines.join('\n');
}
