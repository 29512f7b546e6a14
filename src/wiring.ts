import { batchClock } from './actors/batch-clock.ts';
import { type ActorDefinition, defineActor } from './actors/define-actor.ts';
import { drain } from './actors/drain.ts';
import { askedInput, receiverInput } from './actors/input.ts';
import type { ListenerBus } from './actors/listener-bus.ts';
import { receiverActor } from './actors/receiver.ts';
import { receiverSupervisor } from './actors/receiver-supervisor.ts';
import { scheduler } from './actors/scheduler.ts';
import { sink } from './actors/sink.ts';
import { stage } from './actors/stage.ts';
import type { Bus } from './core/bus.ts';
import { confKeys } from './core/conf-keys.ts';
import type { BugError } from './core/errors.ts';
import type { Logger } from './core/logger.ts';
import type { Runtime } from './core/runtime.ts';
import type { SparkConf } from './core/spark-conf.ts';
import type { Graph, InputNode, NodeId, StreamNode } from './graph/graph.ts';
import { type Planning, siteOf } from './graph/planning.ts';
import { Receiver } from './graph/receiver.ts';
import { restartLifecycle } from './lifecycle/restart.ts';

/** What a graph is wired with. */
export interface Wiring {
  readonly graph: Graph;
  readonly planning: Planning;
  readonly runtime: Runtime;
  readonly conf: SparkConf;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly listeners: ListenerBus;
  readonly onBug: (error: BugError) => void;
}

/** Where the single actors of a system listen; the others by the ids of their nodes. */
export const addresses = {
  clock: 'clock',
  drain: 'drain',
  listeners: 'listeners',
  scheduler: 'scheduler',
} as const;

/** The address of an input's receiver. */
function receiverAddress({ streamId }: InputNode): string {
  return `receiver:${streamId}`;
}

/** The address of the supervisor of an input's receiver. */
export function supervisorAddress({ streamId }: InputNode): string {
  return `supervisor:${streamId}`;
}

/** The inputs that have a receiver. */
export function receiverInputs(
  graph: Pick<Graph, 'inputs'>,
): readonly (InputNode & { readonly source: Receiver<never> })[] {
  return graph.inputs.filter(
    (node): node is InputNode & { source: Receiver<never> } => node.source instanceof Receiver,
  );
}

/**
 * From graph to actors: one for each node, two more for each receiver, and the clock, scheduler, listeners and drain.
 */
export function wire(wiring: Wiring): ActorDefinition[] {
  const { graph, planning, runtime, conf, bus, logger } = wiring;
  const { scheduler: schedulerAddress, drain: drainAddress, listeners, clock } = addresses;
  const inputs = graph.inputs.map((node) => node.id);
  const receivers = receiverInputs(graph);
  const pendingMax = conf.read(confKeys.pendingBatchesMax);
  const children = childrenOf(graph);
  const common = { planning, runtime, pendingMax, scheduler: schedulerAddress, drain: drainAddress };
  const beside = { batchClock: clock, listeners };

  return [
    defineActor(listeners, bus, () => wiring.listeners.behaviour()),
    defineActor(schedulerAddress, bus, (post) =>
      scheduler(
        {
          clock: runtime.clock,
          zeroTimeMs: planning.zeroTimeMs,
          inputs: graph.inputs,
          memories: [...graph.inputs, ...graph.stages].map((node) => node.id),
          steps: graph.steps,
          sinks: graph.sinks,
          concurrentJobs: conf.read(confKeys.concurrentJobs),
          ...beside,
          drain: drainAddress,
        },
        post,
      ),
    ),
    defineActor(drainAddress, bus, (post) =>
      drain(
        {
          clock: runtime.clock,
          logger: logger.child('Drain'),
          inputs: new Map(graph.inputs.map((node) => [node.id, siteOf(node)])),
          ...beside,
          scheduler: schedulerAddress,
          graceMs: conf.read(confKeys.gracefulStopTimeout)?.milliseconds ?? graceBatches * graph.batchMs,
        },
        post,
      ),
    ),
    ...[...graph.steps, ...graph.sinks].map((node) =>
      defineActor(node.id, bus, (post) => sink({ node, ...common }, post)),
    ),
    ...graph.stages.map((node) =>
      defineActor(node.id, bus, (post) => stage({ node, children: children(node), ...common }, post)),
    ),
    ...graph.inputs.map((node) => {
      const options = { node, children: children(node), ...common };
      if (!(node.source instanceof Receiver)) return defineActor(node.id, bus, (post) => askedInput(options, post));
      const own = { receiver: receiverAddress(node), supervisor: supervisorAddress(node) };
      return defineActor(node.id, bus, (post) => receiverInput({ ...options, ...own }, post));
    }),
    ...receivers.flatMap((node) => wireReceiver(node, wiring)),
    defineActor(clock, bus, (post) =>
      batchClock(
        {
          clock: runtime.clock,
          zeroTimeMs: planning.zeroTimeMs,
          batchMs: graph.batchMs,
          pendingMax,
          inputs,
          receivers: receivers.map(receiverAddress),
          drain: drainAddress,
        },
        post,
      ),
    ),
  ];
}

/** As in Spark, where the graceful stop has ten batch lengths unless the configuration says otherwise. */
const graceBatches = 10;

function wireReceiver(node: InputNode & { readonly source: Receiver<never> }, wiring: Wiring): ActorDefinition[] {
  const { runtime, conf, bus, logger, onBug } = wiring;
  const receiver = receiverAddress(node);
  const supervisor = supervisorAddress(node);
  const { clock, random } = runtime;
  return [
    defineActor(receiver, bus, (post) =>
      receiverActor(
        {
          receiver: node.source,
          streamId: node.streamId,
          runtime,
          blockIntervalMs: conf.read(confKeys.blockInterval).milliseconds,
          bufferRowsMax: conf.read(confKeys.receiverBufferRowsMax),
          bufferBytesMax: conf.read(confKeys.receiverBufferBytesMax),
          input: node.id,
          supervisor,
        },
        post,
      ),
    ),
    defineActor(supervisor, bus, (post) =>
      receiverSupervisor(
        {
          streamId: node.streamId,
          name: node.source.name,
          site: siteOf(node),
          clock,
          logger: logger.child('ReceiverSupervisor'),
          receiver,
          listeners: addresses.listeners,
          restarts: (slots) =>
            restartLifecycle({
              slots,
              policy: {
                restartDelayMs: conf.read(confKeys.receiverRestartDelay).milliseconds,
                restartDelayMaxMs: conf.read(confKeys.receiverRestartDelayMax).milliseconds,
                restartsMax: conf.read(confKeys.receiverRestartsMax),
              },
              clock,
              random,
              onBug,
            }),
        },
        post,
      ),
    ),
  ];
}

/** Who hears what a node says: each child once, however often it has the node as a parent. */
function childrenOf(graph: Graph): (node: StreamNode) => readonly NodeId[] {
  const children = new Map<StreamNode, Set<NodeId>>();
  const add = (parent: StreamNode, child: NodeId): void => {
    children.set(parent, (children.get(parent) ?? new Set()).add(child));
  };
  for (const node of graph.stages) for (const parent of node.parents) add(parent, node.id);
  for (const node of [...graph.steps, ...graph.sinks]) add(node.parent, node.id);
  return (node) => [...(children.get(node) ?? [])];
}
