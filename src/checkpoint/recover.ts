import { StateError, UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { Runtime } from '../core/runtime.ts';
import type { InputPlan } from '../graph/batch-log.ts';
import type { RecoveredBlocks } from '../graph/block-log.ts';
import type { DurableId, DurableNode } from '../graph/durable-ids.ts';
import type { Graph, InputNode, SinkNode, StreamNode } from '../graph/graph.ts';
import type { Recovery } from '../graph/recovery.ts';
import { siteOf } from '../graph/site-of.ts';
import type { Block } from '../rdd/block.ts';
import type { WrittenChange } from '../rdd/state-history.ts';
import { blockFromBytes } from './block-record.ts';
import type { SnapshotPlace } from './checkpoint.ts';
import type { Directory } from './directory.ts';
import { type Began, changedFromBytes } from './entries.ts';
import type { Tell } from './facts.ts';
import type { ChangeBytes, History } from './history.ts';
import { newestSnapshot, snapshotNumbers } from './snapshots.ts';
import { readSnapshotHead, readStateSnapshot, type StateSnapshot } from './state-snapshot.ts';

/** A program that is to go on with what a directory has. */
export interface RecoveringProgram {
  readonly graph: Graph;
  readonly ids: ReadonlyMap<DurableNode, DurableId>;
  /** How far back anything of a batch may be needed behind it. */
  readonly rememberMs: number;
  /** Whether state and sources that the program no longer has may be left behind. */
  readonly allowNonRestoredState: boolean;
}

/** What a directory has for a program. */
export interface Recovered {
  readonly recovery: Recovery;
  /** The snapshots that are there. */
  readonly snapshots: readonly SnapshotPlace[];
}

/**
 * What a program goes on with.
 *
 * @throws UsageError (CHECKPOINT.OTHER_INTERVAL, CHECKPOINT.OTHER_PARTITIONS, CHECKPOINT.VANISHED) when the program is
 *   another one
 * @throws StateError (CHECKPOINT.CORRUPT, CHECKPOINT.NO_GOOD_SNAPSHOT, CHECKPOINT.NEWER_FORMAT)
 */
export async function recover(
  { folder, history }: Directory,
  began: Began,
  program: RecoveringProgram,
  { storage }: Pick<Runtime, 'storage'>,
  tell: Tell,
): Promise<Recovered> {
  checkProgram(began, program, folder);
  const place = { storage, folder, tell };
  const wantedMs = startOf(history, began, program);
  const snapshot = await snapshotUpTo(place, wantedMs, history, began);
  const recovery = new Recovering(history, began, program, wantedMs, snapshot);
  // What is not whole has been told by now.
  return { recovery, snapshots: await placesOf({ ...place, tell: () => undefined }, began) };
}

function checkProgram(began: Began, { graph, ids, allowNonRestoredState }: RecoveringProgram, folder: string): void {
  if (began.batchMs !== graph.batchMs) {
    throw new UsageError('CHECKPOINT.OTHER_INTERVAL', { folder, wasMs: began.batchMs, isMs: graph.batchMs });
  }
  const known = new Set(ids.values());
  const vanished = [...began.sources, ...began.states.map(({ id }) => id)].filter((id) => !known.has(id));
  if (vanished.length > 0 && !allowNonRestoredState) {
    throw new UsageError('CHECKPOINT.VANISHED', { folder, vanished, known: [...known] });
  }
  for (const { parent } of graph.steps) {
    const was = began.states.find(({ id }) => id === ids.get(parent));
    const partitions = parent.op.state?.partitioner(began.parallelism).numPartitions;
    if (was === undefined || partitions === undefined || was.partitions === partitions) continue;
    const facts = { folder, state: was.id, was: was.partitions, is: partitions };
    throw new UsageError('CHECKPOINT.OTHER_PARTITIONS', facts, { at: [siteOf(parent)] });
  }
}

/** The batches behind it are gone through again. */
function startOf(history: History, { batchMs, zeroTimeMs }: Began, { rememberMs }: RecoveringProgram): number {
  const firstMs = history.firstOutstandingMs(batchMs);
  const wantedMs = zeroTimeMs + Math.floor((firstMs - batchMs - rememberMs - zeroTimeMs) / batchMs) * batchMs;
  const hasFirst = history.plans.size === 0 || history.plans.has(zeroTimeMs + batchMs);
  const oldestMs = hasFirst ? zeroTimeMs : Math.min(...history.plans.keys());
  return Math.max(wantedMs, oldestMs);
}

async function snapshotUpTo(
  place: Parameters<typeof newestSnapshot>[0],
  startMs: number,
  history: History,
  { life, states }: Began,
): Promise<StateSnapshot | undefined> {
  const newest = await newestSnapshot(place, startMs);
  const snapshot = newest && (await readStateSnapshot(newest));
  if (snapshot?.head.life === life) return snapshot;
  if (history.hasFirst || states.length === 0) return undefined;
  throw new StateError('CHECKPOINT.NO_SNAPSHOT', { folder: place.folder, startMs });
}

async function placesOf(
  place: Parameters<typeof newestSnapshot>[0],
  { life }: Began,
): Promise<readonly SnapshotPlace[]> {
  const places: SnapshotPlace[] = [];
  for (const number of await snapshotNumbers(place)) {
    const snapshot = await newestSnapshot(place, number).catch(() => undefined);
    if (snapshot?.number !== number) continue; // It is not whole.
    const head = await readSnapshotHead(snapshot);
    if (head.life === life) places.push({ number, segment: head.segment });
  }
  return places;
}

class Recovering implements Recovery {
  readonly zeroTimeMs: number;
  readonly startMs: number;
  readonly plannedMs: number;
  readonly parallelism: number;
  readonly #history: History;
  readonly #ids: RecoveringProgram['ids'];
  readonly #plans: ReadonlyMap<number, ReadonlyMap<DurableId, InputPlan>>;
  readonly #failed: ReadonlyMap<number, readonly DurableId[]>;
  readonly #snapshot: StateSnapshot | undefined;
  readonly #changes: readonly ChangeBytes[];

  constructor(
    history: History,
    { zeroTimeMs, parallelism }: Began,
    { ids }: RecoveringProgram,
    startMs: number,
    snapshot: StateSnapshot | undefined,
  ) {
    this.zeroTimeMs = zeroTimeMs;
    this.startMs = startMs;
    this.plannedMs = history.plannedMs;
    this.parallelism = parallelism;
    this.#history = history;
    this.#ids = ids;
    // The history is gone on with; this is what was.
    const inputs = ({ inputs: plans }: { readonly inputs: readonly InputPlan[] }): Map<DurableId, InputPlan> =>
      new Map(plans.map((plan) => [plan.source, plan]));
    this.#plans = new Map([...history.plans].map(([timeMs, plan]) => [timeMs, inputs(plan)]));
    this.#failed = new Map(history.failed);
    this.#snapshot = snapshot;
    this.#changes = [...history.changes];
  }

  input(node: InputNode, timeMs: number): InputPlan | undefined {
    const plan = this.#plans.get(timeMs)?.get(this.#id(node));
    return plan?.hasFailed === true ? { ...plan, isPassed: this.#isPassed(node, timeMs) } : plan;
  }

  /** Whether a later batch has got what one could not be given: the source reads on from where it stands. */
  #isPassed(node: InputNode, timeMs: number): boolean {
    const id = this.#id(node);
    return [...this.#plans].some(([atMs, plans]) => {
      const plan = plans.get(id);
      return atMs > timeMs && plan?.hasFailed !== true && plan?.position !== undefined;
    });
  }

  position(node: InputNode): Row {
    return this.input(node, this.startMs)?.position;
  }

  notes(node: InputNode): readonly Row[] {
    return this.#history.notes.get(this.#id(node)) ?? [];
  }

  changes(node: StreamNode): readonly WrittenChange[] {
    const id = this.#id(node);
    const versions = new Map(this.#snapshot?.head.versions);
    const versionMs = versions.get(id) ?? Number.NEGATIVE_INFINITY;
    const pieces = this.#snapshot?.pieces.filter(({ state }) => state === id) ?? [];
    const later = this.#changes.filter(({ state, timeMs }) => state === id && timeMs > versionMs);
    return [
      ...pieces.map((piece) => ({ ...written(piece), timeMs: versionMs })),
      ...later.sort((a, b) => a.timeMs - b.timeMs).map(written),
    ];
  }

  blocks(node: InputNode): RecoveredBlocks {
    const id = this.#id(node);
    const stored = this.#history.blocks.get(id);
    const allocated = new Map<number, readonly Block[]>();
    const lost = new Map<number, readonly string[]>();
    const taken = new Set<string>();
    for (const [timeMs, plans] of this.#plans) {
      const names = plans.get(id)?.blocks ?? [];
      for (const name of names) taken.add(name);
      if (timeMs <= this.startMs) continue;
      const blocks = names.map((name) => blockOf(stored?.get(name)?.bytes));
      const missing = names.filter((_, i) => blocks[i] === undefined);
      if (missing.length > 0) lost.set(timeMs, missing);
      else allocated.set(timeMs, blocks as readonly Block[]);
    }
    const left = [...(stored ?? [])].filter(([name]) => !taken.has(name));
    const waiting = left.map(([, { bytes }]) => blockOf(bytes));
    const { lastMeta, next } = this.#history.counts.get(id) ?? { lastMeta: undefined, next: 0 };
    return { allocated, unallocated: waiting as readonly Block[], lost, lastMeta, nextNumber: next };
  }

  isOutstanding(sink: SinkNode, timeMs: number): boolean {
    return this.#failed.get(timeMs)?.includes(this.#id(sink)) ?? true;
  }

  #id(node: DurableNode): DurableId {
    return this.#ids.get(node) ?? '';
  }
}

function written({ timeMs, partition, bytes }: ChangeBytes): WrittenChange {
  return { timeMs, partition, read: () => changedFromBytes(bytes) };
}

function blockOf(bytes: Buffer | undefined): Block | undefined {
  return bytes && blockFromBytes(bytes).block;
}
