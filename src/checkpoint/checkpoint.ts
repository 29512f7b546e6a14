import { messageOf, StateError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Row } from '../core/row.ts';
import type { Runtime } from '../core/runtime.ts';
import type { BatchLog, BatchOutcome, BatchPlan, InputPlan, StatesOf } from '../graph/batch-log.ts';
import type { BlockLog } from '../graph/block-log.ts';
import type { DurableId } from '../graph/durable-ids.ts';
import type { Block } from '../rdd/block.ts';
import { blockToBytes } from './block-record.ts';
import type { Directory } from './directory.ts';
import {
  type Began,
  beganRecord,
  changeRecord,
  kinds,
  notedRecord,
  plannedRecord,
  sealedRecord,
  withdrawnRecord,
} from './entries.ts';
import type { History } from './history.ts';
import type { LogRecord } from './record.ts';
import { removeSnapshots, type SnapshotOptions, writeSnapshot } from './snapshots.ts';
import { type SnapshotHead, snapshotChunks } from './state-snapshot.ts';

/** What a program is written down with. */
export interface CheckpointOptions {
  readonly folder: string;
  readonly runtime: Pick<Runtime, 'storage' | 'random'>;
  readonly logger: Logger;
  readonly program: Omit<Began, 'life' | 'isFirst'>;
  /** How far back anything of a batch may be needed behind it. */
  readonly rememberMs: number;
  /** How many bytes of changes are worth a snapshot; fewer are soon done again. */
  readonly snapshotBytesMin: number;
  /** Whether it goes on with what the directory has; else it begins anew. */
  readonly goesOn: boolean;
  /** The snapshots that are there. */
  readonly snapshots: readonly SnapshotPlace[];
}

/** A snapshot, and where what came later begins. */
export interface SnapshotPlace extends Pick<SnapshotHead, 'segment'> {
  readonly number: number;
}

/** Records that wait to be written together with others. */
interface Waiting {
  /** Made when they are written. */
  readonly records: (history: History) => readonly LogRecord[];
  readonly written: (segment: number) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * A program in its checkpoint directory: writes down what happens, and takes away what nobody needs any more.
 *
 * Whatever waits to be written while a write is under way is written together, and made safe by one sync.
 */
export class Checkpoint implements BatchLog, BlockLog {
  readonly #options: CheckpointOptions;
  readonly #started: Promise<Directory>;
  #waiting: Waiting[] = [];
  /** Nothing is written behind what could not be: there would be a hole. */
  #failure: { readonly error: unknown } | undefined;
  #pumping: Promise<void> | undefined;
  #life = '';
  /** What `position()` of each source said last. */
  readonly #positions = new Map<DurableId, Row>();
  #snapshots: readonly SnapshotPlace[];
  /** How many bytes of changes there are since the last snapshot, and how long that was. */
  #changedBytes = 0;
  #snapshotBytes = 0;
  /** What is said of the blocks on their way, in order; those that were taken back are gone. */
  readonly #adding = new Map<DurableId, Map<string, Row>>();
  /** The last batch that nobody needs. */
  #forgottenMs = Number.NEGATIVE_INFINITY;

  /** @param directory begins to be written at once; what fails is told by the first that is to be written */
  constructor(directory: Promise<Directory>, options: CheckpointOptions) {
    this.#options = options;
    this.#snapshots = options.snapshots;
    this.#started = this.#start(directory).catch((error: unknown) => {
      throw this.#failureOf(error);
    });
    this.#started.catch(() => undefined); // Every write waits for it, and fails with it.
  }

  async planned({ timeMs, inputs }: BatchPlan): Promise<void> {
    const { history } = await this.#started;
    const plan = { timeMs, inputs: inputs.map((input) => this.#withPosition(input, history.counts)) };
    const segment = await this.#write(() => [plannedRecord(plan)]);
    history.plan(plan, segment);
  }

  async sealed({ timeMs, failed, changes }: BatchOutcome): Promise<void> {
    const { history } = await this.#started;
    // Of a batch that was done in an earlier process nothing is new.
    if (history.failed.get(timeMs)?.length === 0) return;
    const written = changes.map(changeRecord);
    await this.#write(() => [...written, sealedRecord({ timeMs, failed })]);
    for (const { payload } of written) this.#changedBytes += payload.length;
    history.failed.set(timeMs, failed);
    await this.#clean();
  }

  async add(source: DurableId, block: Block): Promise<void> {
    const payload = blockToBytes({ source, block });
    const adding = this.#adding.get(source) ?? new Map<string, Row>();
    this.#adding.set(source, adding.set(block.id, block.meta as Row));
    const segment = await this.#write(() => [{ kind: kinds.block, payload }]);
    const { history } = await this.#started;
    if (adding.delete(block.id)) history.block(source, block.id, block.meta as Row, { segment });
  }

  async withdraw(source: DurableId, blocks: readonly string[]): Promise<void> {
    const adding = this.#adding.get(source);
    for (const id of blocks) adding?.delete(id);
    const before = [...(adding?.values() ?? [])].findLast((meta) => meta !== undefined);
    await this.#write(({ counts }) => {
      return [withdrawnRecord({ source, blocks, lastMeta: before ?? counts.get(source)?.lastMeta })];
    });
  }

  get isSnapshotDue(): boolean {
    const last = this.#snapshots.at(-1);
    const isUsable = last === undefined || last.number <= this.#forgottenMs;
    return isUsable && this.#changedBytes > Math.max(this.#options.snapshotBytesMin, this.#snapshotBytes);
  }

  async snapshot(take: () => Promise<readonly StatesOf[] | undefined>): Promise<void> {
    try {
      await this.#snapshot(take);
    } catch (error) {
      throw this.#failureOf(error);
    }
  }

  async close(): Promise<void> {
    const { lock } = await this.#started;
    while (this.#pumping !== undefined) await this.#pumping;
    await lock.release();
  }

  async #snapshot(take: () => Promise<readonly StatesOf[] | undefined>): Promise<void> {
    const { log } = await this.#started;
    // What is done later than what is taken now is written later, and so behind the roll.
    const segment = await log.roll();
    const states = await take();
    if (states === undefined) return;
    const versions = states.map(({ state, images }) => [state, images[0]?.timeMs ?? 0] as const);
    const number = Math.max(...versions.map(([, timeMs]) => timeMs));
    if (number <= (this.#snapshots.at(-1)?.number ?? 0)) return;
    const changedBytes = this.#changedBytes;
    let bytes = 0;
    const chunks = async function* counted(this: Checkpoint): AsyncGenerator<Uint8Array> {
      for await (const chunk of snapshotChunks({ life: this.#life, segment, versions }, states)) {
        bytes += chunk.length;
        yield chunk;
      }
    };
    await writeSnapshot(await this.#place(), number, chunks.call(this), this.#forgottenMs);
    this.#snapshots = [...this.#snapshots, { number, segment }];
    this.#snapshotBytes = bytes;
    this.#changedBytes -= changedBytes;
  }

  async #start(opening: Promise<Directory>): Promise<Directory> {
    const { runtime, logger, program, goesOn } = this.#options;
    const directory = await opening;
    const { log, history, folder } = directory;
    const before = history.began;
    const isFirst = before === undefined || !goesOn;
    this.#life = isFirst ? runtime.random.id() : before.life;
    const began = { ...program, life: this.#life, isFirst };
    const segment = isFirst && before !== undefined ? await log.roll() : undefined;
    const snapshotMs = this.#snapshots.at(-1)?.number ?? 0;
    for (const { timeMs, bytes } of history.changes) if (timeMs > snapshotMs) this.#changedBytes += bytes.length;
    history.begin(began);
    const notes = (): readonly LogRecord[] => [...history.notes].map(([source, rows]) => notedRecord({ source, rows }));
    await log.append([beganRecord(began), ...notes()]);
    await log.sync();
    // Whatever is removed, the oldest segment that is left says what the program is, and what its sources have learned.
    log.preface = () => [beganRecord({ ...began, isFirst: false }), ...notes()];
    history.changes.length = 0;
    for (const plan of history.plans.values()) for (const input of plan.inputs) this.#note(input);
    if (segment !== undefined) {
      logger.warn(
        `The checkpoint in ${folder} is of an earlier run, and this program begins anew: it is removed. ` +
          'StreamingContext.getOrCreate(directory, create) would have gone on with it.',
      );
      await removeSnapshots(await this.#placeIn(directory));
      await log.deleteBefore(segment);
    }
    return directory;
  }

  #note({ source, position, blocks }: InputPlan): void {
    if (blocks === undefined && position !== undefined) this.#positions.set(source, position);
  }

  /** What an input cannot know itself. */
  #withPosition(input: InputPlan, counts: Directory['history']['counts']): InputPlan {
    if (input.blocks !== undefined) return { ...input, position: counts.get(input.source) as unknown as Row };
    if (input.hasFailed === true) return { ...input, position: this.#positions.get(input.source) };
    this.#note(input);
    return input;
  }

  #write(records: Waiting['records']): Promise<number> {
    return new Promise((written, failed) => {
      this.#waiting.push({ records, written, failed });
      this.#pumping ??= this.#pump();
    });
  }

  /** Never rejects: whoever waits is told. */
  async #pump(): Promise<void> {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      try {
        const { log, history } = await this.#started;
        if (this.#failure !== undefined) throw this.#failure.error;
        const segment = await log.append(waiting.flatMap(({ records }) => records(history)));
        await log.sync();
        for (const each of waiting) each.written(segment);
      } catch (error) {
        this.#failure ??= { error: this.#failureOf(error) };
        for (const each of waiting) each.failed(this.#failure.error);
      }
    }
    // At once: what comes in the meantime would wait for a pump that has seen nothing of it.
    this.#pumping = undefined;
  }

  /** A storage that fails says so in its own words; this says what it means. */
  #failureOf(error: unknown): unknown {
    if (error instanceof StateError && error.code.startsWith('CHECKPOINT.')) return error;
    const [reason = ''] = messageOf(error).split('\n');
    return new StateError('CHECKPOINT.WRITE_FAILED', { folder: this.#options.folder, reason }, { cause: error });
  }

  /** Takes away what nobody needs. What cannot be deleted is tried again later. */
  async #clean(): Promise<void> {
    const { program, rememberMs, logger } = this.#options;
    const { log, history, folder } = await this.#started;
    this.#forgottenMs = history.firstOutstandingMs(program.batchMs) - program.batchMs - rememberMs;
    history.forget(this.#forgottenMs - program.batchMs);
    const segment = Math.min(history.oldestSegment, this.#oldestForStates(), log.segment);
    try {
      await log.deleteBefore(segment);
    } catch (error) {
      logger.warn(`Old files of the checkpoint in ${folder} could not be removed: ${messageOf(error)}`, error);
    }
  }

  /** The older of the two newest snapshots that can be used has to do, should the other be damaged. */
  #oldestForStates(): number {
    if (this.#options.program.states.length === 0) return Number.POSITIVE_INFINITY;
    const usable = this.#snapshots.filter(({ number }) => number <= this.#forgottenMs);
    return usable.length < 2 ? 0 : (usable.at(-2)?.segment ?? 0);
  }

  async #place(): Promise<SnapshotOptions> {
    return this.#placeIn(await this.#started);
  }

  async #placeIn({ folder }: Directory): Promise<SnapshotOptions> {
    return { storage: this.#options.runtime.storage, folder, tell: () => undefined };
  }
}
