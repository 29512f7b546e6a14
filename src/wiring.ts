import { batchClock } from './actors/batch-clock.ts';
import { checkpointer } from './actors/checkpointer.ts';
import { type ActorDefinition, defineActor } from './actors/define-actor.ts';
import { drain } from './actors/drain.ts';
import { askedInput, receiverInput } from './actors/input.ts';
import { journal } from './actors/journal.ts';
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
import type { BatchLog } from './graph/batch-log.ts';
import type { BlockLog } from './graph/block-log.ts';
import type { DurableId, DurableNode } from './graph/durable-ids.ts';
import type { Graph, InputNode, NodeId, StreamNode } from './graph/graph.ts';
import type { Planning } from './graph/planning.ts';
import { Receiver } from './graph/receiver.ts';
import type { Recovery } from './graph/recovery.ts';
import { siteOf } from './graph/site-of.ts';
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
  /** How the program is written down, where it is. */
  readonly writing: WrittenProgram | undefined;
  /** Where received blocks are made safe, where it is not where the program is written down. */
  readonly blockLog: BlockLog | undefined;
}

/** A program that is written down. */
export interface WrittenProgram {
  readonly log: BatchLog & BlockLog;
  /** What it calls what it reads, keeps, and does. */
  readonly ids: ReadonlyMap<DurableNode, DurableId>;
  /** What an earlier process has left to it. */
  readonly recovery: Recovery | undefined;
}

/** Where the single actors of a system listen; the others by the ids of their nodes. */
export const addresses = {
  checkpointer: 'checkpointer',
  clock: 'clock',
  drain: 'drain',
  listeners: 'listeners',
  scheduler: 'scheduler',
} as const;

/** The address of an input's receiver. */
function receiverAddress({ streamId }: InputNode): string {
  return `receiver:${streamId}`;
}

/** The address of what makes the blocks of an input safe. */
function journalAddress({ streamId }: InputNode): string {
  return `journal:${streamId}`;
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
  const { graph, planning, runtime, conf, bus, logger, writing } = wiring;
  const { scheduler: schedulerAddress, drain: drainAddress, listeners, clock } = addresses;
  const inputs = graph.inputs.map((node) => node.id);
  const receivers = receiverInputs(graph);
  const pendingMax = conf.read(confKeys.pendingBatchesMax);
  const children = childrenOf(graph);
  const common = { planning, runtime, pendingMax, scheduler: schedulerAddress, drain: drainAddress };
  const beside = { batchClock: clock, listeners };
  const memories = [...graph.inputs, ...graph.stages].map((node) => node.id);

  return [
    defineActor(listeners, bus, () => wiring.listeners.behaviour()),
    defineActor(schedulerAddress, bus, (post) =>
      scheduler(
        {
          clock: runtime.clock,
          startMs: planning.startMs,
          inputs: graph.inputs,
          memories,
          steps: graph.steps,
          sinks: graph.sinks,
          concurrentJobs: conf.read(confKeys.concurrentJobs),
          ...beside,
          drain: drainAddress,
          writing: writing && { checkpointer: addresses.checkpointer, ...writing },
        },
        post,
      ),
    ),
    ...(writing ? [wireCheckpointer(writing, memories, wiring)] : []),
    defineActor(drainAddress, bus, (post) =>
      drain(
        {
          clock: runtime.clock,
          logger: logger.child('Drain'),
          inputs: new Map(graph.inputs.map((node) => [node.id, siteOf(node)])),
          ...beside,
          scheduler: schedulerAddress,
          checkpointer: writing && addresses.checkpointer,
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
    ...graph.inputs.map((node) => wireInput({ node, children: children(node), ...common }, wiring)),
    ...receivers.flatMap((node) => wireReceiver(node, wiring)),
    defineActor(clock, bus, (post) =>
      batchClock(
        {
          clock: runtime.clock,
          startMs: planning.startMs,
          plannedMs: writing?.recovery?.plannedMs ?? planning.startMs,
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

function wireCheckpointer(
  { log, ids }: WrittenProgram,
  memories: readonly NodeId[],
  { graph, planning, runtime, bus }: Wiring,
): ActorDefinition {
  const states = new Map(graph.steps.map(({ parent }) => [parent, ids.get(parent) as DurableId]));
  const { scheduler: schedulerAddress, drain: drainAddress } = addresses;
  return defineActor(addresses.checkpointer, bus, (post) =>
    checkpointer({ runtime, planning, log, states, memories, scheduler: schedulerAddress, drain: drainAddress }, post),
  );
}

function wireInput(options: Parameters<typeof askedInput>[0], { bus, writing }: Wiring): ActorDefinition {
  const { node } = options;
  if (!(node.source instanceof Receiver)) return defineActor(node.id, bus, (post) => askedInput(options, post));
  const own = {
    receiver: receiverAddress(node),
    supervisor: supervisorAddress(node),
    recovered: writing?.recovery?.blocks(node),
  };
  return defineActor(node.id, bus, (post) => receiverInput({ ...options, ...own }, post));
}

function wireReceiver(node: InputNode & { readonly source: Receiver<never> }, wiring: Wiring): ActorDefinition[] {
  const { runtime, conf, bus, logger, onBug, writing } = wiring;
  const isLogOn = conf.read(confKeys.receiverLog) !== false;
  const blockLog = wiring.blockLog ?? (isLogOn ? writing?.log : undefined);
  const receiver = receiverAddress(node);
  const supervisor = supervisorAddress(node);
  const { clock, random } = runtime;
  return [
    ...(blockLog === undefined ? [] : [wireJournal(node, blockLog, wiring)]),
    defineActor(receiver, bus, (post) =>
      receiverActor(
        {
          receiver: node.source,
          streamId: node.streamId,
          runtime,
          blockIntervalMs: conf.read(confKeys.blockInterval).milliseconds,
          bufferRowsMax: conf.read(confKeys.receiverBufferRowsMax),
          bufferBytesMax: conf.read(confKeys.receiverBufferBytesMax),
          rowsPerSecondMax: conf.read(confKeys.receiverMaxRate),
          isJournaled: blockLog !== undefined,
          underWayMax: conf.read(confKeys.blockQueueSize),
          recovered: writing?.recovery?.blocks(node),
          input: blockLog === undefined ? node.id : journalAddress(node),
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

function wireJournal(node: InputNode, log: BlockLog, { runtime, conf, bus, writing }: Wiring): ActorDefinition {
  return defineActor(journalAddress(node), bus, (post) =>
    journal(
      {
        source: writing?.ids.get(node) ?? node.id,
        name: node.source.name,
        site: siteOf(node),
        runtime,
        log,
        storeMsMax: conf.read(confKeys.receiverBlockStoreTimeout).milliseconds,
        receiver: receiverAddress(node),
        supervisor: supervisorAddress(node),
        input: node.id,
      },
      post,
    ),
  );
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
