import { Checkpoint, type SnapshotPlace } from './checkpoint/checkpoint.ts';
import {
  type Directory,
  type DirectoryOptions,
  isEmptyDirectory,
  openDirectory,
  setAside,
} from './checkpoint/directory.ts';
import type { CheckpointFact } from './checkpoint/facts.ts';
import { recover } from './checkpoint/recover.ts';
import type { RecoveryOptions } from './context-options.ts';
import { StateError, UsageError } from './core/errors.ts';
import type { Logger } from './core/logger.ts';
import type { Runtime } from './core/runtime.ts';
import type { PendingBatchInfo } from './graph/batch-log.ts';
import { durableIdsOf } from './graph/durable-ids.ts';
import type { Graph } from './graph/graph.ts';
import { InputDStream } from './graph/input-dstream.ts';
import { reachMsOf } from './graph/memory.ts';
import type { Recovery } from './graph/recovery.ts';
import type { Engine } from './rdd/engine.ts';
import type { WrittenProgram } from './wiring.ts';

/** A checkpoint directory that was found with something in it. */
export interface Found {
  readonly directory: Directory;
  /** What was got over on the way. */
  readonly facts: CheckpointFact[];
}

/** How a directory is looked at. */
export interface FindOptions {
  readonly runtime: Runtime;
  readonly folder: string;
  /** Whether a program begins anew where what is there cannot be read; its files are set aside then. */
  readonly createOnError: boolean;
}

/** A program, as far as its checkpoint goes. */
export interface CheckpointedProgram {
  readonly graph: Graph;
  readonly engine: Engine;
  readonly logger: Logger;
  /** What `ssc.remember` asked for. */
  readonly rememberMs: number | undefined;
  /** How many bytes of changes are worth a snapshot. */
  readonly snapshotBytesMin: number;
}

/** What a program goes on with. */
interface Resumed {
  readonly recovery: Recovery;
  readonly snapshots: readonly SnapshotPlace[];
}

/** The checkpoint of one context: where it is, and what was found there. */
export class ProgramCheckpoint {
  directory: string | undefined;
  #found: Found | undefined;
  /** What is written to now. */
  #opened: Directory | undefined;
  #resumed: Resumed | undefined;

  /** What an earlier process has left to the program. */
  get recovery(): Recovery | undefined {
    return this.#resumed?.recovery;
  }

  /**
   * Takes over what was found in a directory.
   *
   * @throws UsageError (CHECKPOINT.OTHER_DIRECTORY); as resume
   */
  async goOn(found: Found | undefined, program: CheckpointedProgram, options: GoOnOptions): Promise<void> {
    const { directory, createOnError } = options;
    const set = this.directory ?? directory;
    if (set !== directory) throw new UsageError('CHECKPOINT.OTHER_DIRECTORY', { directory, set });
    this.directory = directory;
    if (found === undefined) return;
    tellFacts(found.facts, program.logger);
    this.#found = found;
    try {
      this.#resumed = await resume(found, program, options);
    } catch (error) {
      if (!createOnError || !isUnreadable(error)) throw error;
      await found.directory.lock.release();
      const place = { runtime: program.engine.runtime, folder: directory, tell: () => undefined };
      this.#found = { ...found, directory: await openAnew(place) };
    }
  }

  /** How the program is written down, once it is known when it begins; undefined where it is not. */
  writing(program: CheckpointedProgram): ((zeroTimeMs: number) => WrittenProgram) | undefined {
    const { directory } = this;
    if (directory === undefined) return undefined;
    return writing(program, directory, this.#resumed, async () => {
      this.#opened = this.#found?.directory ?? (await open(program, directory));
      return this.#opened;
    });
  }

  /** The batches with outputs that are still to be done. */
  get pending(): readonly PendingBatchInfo[] {
    return (this.#opened ?? this.#found?.directory)?.history.pending ?? [];
  }

  /** Lets others have what was found, where the program was never started. */
  async release(): Promise<void> {
    await this.#found?.directory.lock.release();
  }
}

/** How a program goes on. */
export interface GoOnOptions extends Required<Pick<RecoveryOptions, 'allowNonRestoredState' | 'createOnError'>> {
  readonly directory: string;
}

/**
 * Takes a directory and reads it; undefined where it has nothing yet.
 *
 * @throws StateError as openDirectory
 */
export async function find(options: FindOptions): Promise<Found | undefined> {
  const facts: CheckpointFact[] = [];
  const place = { ...options, tell: (fact: CheckpointFact) => facts.push(fact) };
  if (await isEmptyDirectory(place)) return undefined;
  try {
    return { directory: await openDirectory(place), facts };
  } catch (error) {
    if (!options.createOnError || !isUnreadable(error)) throw error;
    return { directory: await openAnew(place), facts };
  }
}

/**
 * Gives a program what a directory has for it; undefined where it has nothing.
 *
 * @throws UsageError, StateError as recover; whatever a source throws that cannot go on
 */
async function resume(
  { directory }: Found,
  program: CheckpointedProgram,
  options: { readonly allowNonRestoredState: boolean },
): Promise<Resumed | undefined> {
  const { graph, engine, logger, rememberMs } = program;
  const { began } = directory.history;
  if (began === undefined) return undefined;
  const known = { graph, ids: durableIdsOf(graph), rememberMs: reachMsOf(graph, rememberMs), ...options };
  const { recovery, snapshots } = await recover(directory, began, known, engine.runtime, (fact) =>
    tellFacts([fact], logger),
  );
  for (const node of graph.inputs) {
    if (!(node.source instanceof InputDStream)) continue;
    node.source.restore(recovery.position(node));
    node.source.restoreNotes(recovery.notes(node));
  }
  return { recovery, snapshots };
}

/** Sets aside what is in a directory, which has been given back, and takes it again. */
async function openAnew(place: DirectoryOptions): Promise<Directory> {
  await setAside(place);
  return await openDirectory(place);
}

/** Whether what is in a directory cannot be read: nobody has it, and it is no mistake of the program. */
function isUnreadable(error: unknown): boolean {
  const isOther = error instanceof StateError && ['CHECKPOINT.OWNED', 'CHECKPOINT.BAD_LOCK'].includes(error.code);
  return error instanceof StateError && error.code.startsWith('CHECKPOINT.') && !isOther;
}

function open({ engine, logger }: CheckpointedProgram, folder: string): Promise<Directory> {
  return openDirectory({ runtime: engine.runtime, folder, tell: (fact) => tellFacts([fact], logger) });
}

/** How a program that starts is written down: where something was found, or else in a directory that is opened now. */
function writing(
  { graph, engine, logger, rememberMs, snapshotBytesMin }: CheckpointedProgram,
  folder: string,
  resumed: Resumed | undefined,
  open: () => Promise<Directory>,
): (zeroTimeMs: number) => WrittenProgram {
  return (zeroTimeMs) => {
    const { runtime } = engine;
    const ids = durableIdsOf(graph);
    const idsOf = (nodes: readonly (Graph['inputs'][number] | Graph['sinks'][number])[]): string[] =>
      nodes.map((node) => ids.get(node) ?? '');
    const parallelism = resumed?.recovery.parallelism ?? engine.defaultParallelism;
    const states = graph.steps.map(({ parent }) => ({
      id: ids.get(parent) ?? '',
      partitions: parent.op.state?.partitioner(parallelism).numPartitions ?? 0,
    }));
    const log = new Checkpoint(open(), {
      folder,
      runtime,
      logger,
      program: {
        batchMs: graph.batchMs,
        zeroTimeMs,
        parallelism,
        sources: idsOf(graph.inputs),
        outputs: idsOf(graph.sinks),
        states,
      },
      rememberMs: reachMsOf(graph, rememberMs),
      goesOn: resumed !== undefined,
      snapshots: resumed?.snapshots ?? [],
      snapshotBytesMin,
    });
    return { log, ids, recovery: resumed?.recovery };
  };
}

/** Says what was got over. */
function tellFacts(facts: readonly CheckpointFact[], logger: Logger): void {
  for (const fact of facts) {
    switch (fact.type) {
      case 'tail.cut':
        logger.info(
          `The process died while it wrote ${fact.path}: ${fact.lostBytes} bytes that were not safe are left out.`,
        );
        break;
      case 'snapshot.skipped':
        logger.warn(`The snapshot ${fact.path} is damaged at byte ${fact.offset}; the one before it is used.`);
        break;
      case 'lock.inherited':
        logger.info(`The checkpoint directory had belonged to ${fact.from}, which is dead.`);
        break;
    }
  }
}
