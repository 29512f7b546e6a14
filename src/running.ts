import { contextAddress } from './actors/define-actor.ts';
import type { ListenerBus } from './actors/listener-bus.ts';
import type { ActorMessage, ContextFact } from './actors/messages.ts';
import { type ActorSystem, startActors } from './actors/system.ts';
import { redoToBytes } from './checkpoint/redo-bytes.ts';
import { Bus, type Posted } from './core/bus.ts';
import { callGuarded } from './core/call-guarded.ts';
import { confKeys } from './core/conf-keys.ts';
import type { Logger } from './core/logger.ts';
import type { Row } from './core/row.ts';
import type { SparkConf } from './core/spark-conf.ts';
import type { BlockLog } from './graph/block-log.ts';
import type { Graph } from './graph/graph.ts';
import { InputDStream } from './graph/input-dstream.ts';
import type { Planning } from './graph/planning.ts';
import { planningOf } from './graph/planning-of.ts';
import type { Recovery } from './graph/recovery.ts';
import type { Engine } from './rdd/engine.ts';
import { addresses, receiverInputs, supervisorAddress, type WrittenProgram, wire } from './wiring.ts';

/** What a program is run with. */
export interface RunningOptions {
  readonly graph: Graph;
  readonly engine: Engine;
  readonly conf: SparkConf;
  readonly logger: Logger;
  readonly listeners: ListenerBus;
  /** What `ssc.remember` asked for. */
  readonly rememberMs: number | undefined;
  /** How it is written down, where it is; called when nothing can keep it from starting any more. */
  readonly writing: ((zeroTimeMs: number) => WrittenProgram) | undefined;
  /** What an earlier process has left to it. */
  readonly recovery: Recovery | undefined;
  /** Where received blocks are made safe, where it is not where the program is written down. */
  readonly blockLog: BlockLog | undefined;
  /** An error of a batch, a source, or of ours. */
  readonly onError: (error: unknown) => void;
  /** The program wants to be stopped: one of its outputs has failed for good. */
  readonly onFatal: () => void;
  /** Everything has ended. */
  readonly onEnd: () => void;
  /** Sees every message, for traces. */
  readonly onMessage: ((posted: Posted) => void) | undefined;
  /** Which messages never arrive, for tests of what each is needed for. */
  readonly isLost: ((posted: Posted) => boolean) | undefined;
}

/** A program at work: its actors, from the first message to the last. */
export class Running {
  readonly planning: Planning;
  readonly #options: RunningOptions;
  readonly #bus: Bus;
  readonly #system: ActorSystem;
  readonly #giveSlotsBack: () => void;

  /** @throws whatever an input throws when it is started; nothing runs then */
  constructor(options: RunningOptions) {
    this.#options = options;
    const { graph, engine, conf, logger, listeners } = options;
    const { runtime } = engine;
    const nowMs = runtime.clock.now();
    const { recovery } = options;
    // The first batch is at the first multiple of the interval after now; zero time is one interval before it.
    const zeroTimeMs = recovery?.zeroTimeMs ?? Math.floor(nowMs / graph.batchMs) * graph.batchMs;
    const onBug = (error: unknown): void => this.#hear({ type: 'bug.found', error });
    const { isLost } = options;
    this.#bus = new Bus({ soon: (f) => runtime.soon(f), choose: (n) => runtime.choose(n), onBug, isLost });
    if (options.onMessage !== undefined) this.#bus.watch(options.onMessage);
    startInputs(graph, logger);
    this.#giveSlotsBack = engine.executor.reserve(receiverInputs(graph).length);
    this.#bus.register(contextAddress, (message) => this.#hear(message as ContextFact));
    this.planning = planningOf(graph, {
      engine,
      zeroTimeMs,
      rememberMs: options.rememberMs,
      mayUnpersist: conf.read(confKeys.unpersist),
      pendingMax: conf.read(confKeys.pendingBatchesMax),
      toBytes: options.writing && redoToBytes,
      recovery,
    });
    const { planning } = this;
    const writing = options.writing?.(zeroTimeMs);
    this.#system = startActors(
      wire({
        graph,
        planning,
        runtime,
        conf,
        bus: this.#bus,
        logger,
        listeners,
        onBug,
        writing,
        blockLog: options.blockLog,
      }),
      onBug,
    );
    this.#post(addresses.listeners, { type: 'streaming.started', info: { timeMs: nowMs } });
    for (const node of receiverInputs(graph)) this.#post(supervisorAddress(node), { type: 'receiver.start' });
    this.#post(addresses.clock, { type: 'clock.start' });
  }

  /** Begins to end it, or hurries an end that has begun. */
  stop(isGraceful: boolean): void {
    this.#post(addresses.drain, { type: 'context.stop', isGraceful });
  }

  #post(to: string, message: ActorMessage): void {
    this.#bus.post(contextAddress, to, message);
  }

  #hear(fact: ContextFact): void {
    const { logger, onError, onFatal, onEnd } = this.#options;
    switch (fact.type) {
      case 'error.reported':
        logger.error('A batch or a source failed', fact.error);
        onError(fact.error);
        break;
      case 'program.failed':
        onFatal();
        break;
      case 'bug.found':
        logger.error('Firesteel has found a mistake of its own', fact.error);
        onError(fact.error);
        break;
      case 'context.drained':
        // What was said before, to listeners and of errors, may still be on its way.
        this.#bus.afterAll(() => {
          this.#system.stop();
          this.#giveSlotsBack();
          onEnd();
        });
        break;
    }
  }
}

/**
 * Starts the inputs that are asked. When one throws, those before it are stopped, last first, and the throw goes on.
 */
function startInputs(graph: Graph, logger: Logger): void {
  const started: InputDStream<Row>[] = [];
  try {
    for (const { source } of graph.inputs) {
      if (!(source instanceof InputDStream)) continue;
      source.start();
      started.push(source);
    }
  } catch (error) {
    for (const source of started.reverse()) {
      callGuarded(
        () => source.stop(),
        (refusal) => logger.error(`The ${source.name} could not be stopped after a start that failed`, refusal),
      );
    }
    throw error;
  }
}
