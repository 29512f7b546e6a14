import type { Timer } from '../core/clock.ts';
import { UsageError } from '../core/errors.ts';
import { RateLimit } from '../core/rate-limit.ts';
import type { Row } from '../core/row.ts';
import type { Runtime } from '../core/runtime.ts';
import type { RecoveredBlocks } from '../graph/block-log.ts';
import { type Block, blockOf } from '../rdd/block.ts';
import { type Chunk, textChunk } from '../rdd/chunk.ts';
import { OpenBlock } from '../rdd/open-block.ts';

/** What a block cutter is made of. */
export interface CutterOptions {
  /** What errors call the receiver. */
  readonly name: string;
  readonly streamId: number;
  readonly runtime: Runtime;
  readonly blockIntervalMs: number;
  /** How much the receiver may hold, until the batches of it have ended. */
  readonly bufferRowsMax: number;
  readonly bufferBytesMax: number;
  /** How many rows a second may come one by one; undefined, or 0 or less, for any number. */
  readonly rowsPerSecondMax: number | undefined;
  /** Whether blocks are made safe, and each is told of: safe or refused. */
  readonly isJournaled: boolean;
  /** How many blocks may be under way to safety. */
  readonly underWayMax: number;
  /** What an earlier process has received, and not worked off. */
  readonly recovered: RecoveredBlocks | undefined;
}

/** What becomes of a block that somebody waits for: safe, or refused with that error. */
type Fate = (refusal?: { readonly error: unknown }) => void;

/** Cuts the rows of one receiver into blocks, and counts what it holds. */
export class BlockCutter {
  readonly #options: CutterOptions;
  readonly #send: (block: Block, isRepeatable: boolean) => void;
  readonly #open = new OpenBlock();
  readonly #limit: RateLimit | undefined;
  #timer: Timer | undefined;
  #limitTimer: Timer | undefined;
  /** Whether rows may come. */
  #isOpen = false;
  #count: number;
  #heldRows = 0;
  #heldBytes = 0;
  #isHeld = false;
  /** The blocks that are neither safe nor refused. */
  readonly #underWay = new Map<string, Fate>();
  #lastMeta: Row;
  /** Those who wait for something to change, and how often all of them have been let go without any. */
  #waiting: (() => void)[] = [];
  #lettingsGo = 0;

  constructor(options: CutterOptions, send: (block: Block, isRepeatable: boolean) => void) {
    this.#options = options;
    this.#send = send;
    const { recovered, rowsPerSecondMax: perSecond, runtime } = options;
    if (perSecond !== undefined && perSecond > 0) this.#limit = new RateLimit(perSecond, runtime.clock.now());
    this.#count = recovered?.nextNumber ?? 0;
    this.#lastMeta = recovered?.lastMeta;
    for (const block of [...(recovered?.allocated.values() ?? [])].flat()) this.#hold(block);
    for (const block of recovered?.unallocated ?? []) this.#hold(block);
  }

  /** What was said of the newest block that is safe and of which something was said. */
  get lastMeta(): Row {
    return this.#lastMeta;
  }

  addRow(row: unknown): boolean {
    this.#checkOpen();
    this.#open.addRow(row);
    this.#heldRows += 1;
    return this.#added(1);
  }

  addLines(bytes: Buffer): boolean {
    this.#checkOpen();
    this.#heldBytes += this.#open.addLines(bytes);
    return this.#added(this.#limit === undefined ? 0 : textChunk(bytes).rowCount);
  }

  /** Resolves when the block is safe; where nothing makes it so, when it is handed over. */
  async addBlock(rows: Iterable<unknown> | Buffer, meta: Row): Promise<void> {
    this.#checkOpen();
    await new Promise<void>((resolve, reject) => {
      // Of several who wait the next one finds the room that is left.
      const take = (): void => {
        this.#checkOpen();
        const chunk: Chunk = Buffer.isBuffer(rows) ? textChunk(rows) : { kind: 'rows', rows: [...rows] };
        this.cut();
        const block = this.#blockOf([chunk], meta);
        this.#hold(block);
        this.#handOver(block, true, (refusal) => (refusal === undefined ? resolve() : reject(refusal.error)));
      };
      this.#until(() => this.#hasSpace, take).catch(reject);
    });
  }

  open(): void {
    this.#isOpen = true;
  }

  /** No more rows may come; what came stays. */
  close(): void {
    this.#isOpen = false;
    this.letGo();
  }

  /** Resolves when there is room, or when those who wait are let go. */
  drained(): Promise<void> {
    return this.#until(() => this.#hasRoom);
  }

  /** Resolves when every block is safe or refused. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await this.#change();
  }

  letGo(): void {
    this.#lettingsGo += 1;
    this.#wake();
  }

  cut(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!this.#open.isEmpty) this.#handOver(this.#blockOf(this.#open.cut()), false, () => undefined);
  }

  /** These would survive a crash. */
  safe(blocks: readonly Block[]): void {
    for (const block of blocks) {
      this.#noteMeta(block);
      this.#settle(block);
    }
    this.#wake();
  }

  /** These are given to no batch. */
  refused(blocks: readonly Block[], error: unknown): void {
    for (const block of blocks) {
      this.#release(block);
      this.#settle(block, { error });
    }
    this.#wake();
  }

  free(blocks: readonly Block[]): void {
    for (const block of blocks) this.#release(block);
    this.#wake();
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#wake();
  }

  stop(): void {
    this.#timer?.cancel();
    this.close();
    this.#limitTimer?.cancel();
  }

  /** Whether as little is held as may be. */
  get #hasSpace(): boolean {
    const { bufferRowsMax, bufferBytesMax, underWayMax } = this.#options;
    const hasQueue = this.#underWay.size < underWayMax;
    return !this.#isHeld && hasQueue && this.#heldRows < bufferRowsMax && this.#heldBytes < bufferBytesMax;
  }

  /** Whether there is space, and as few have come as may. */
  get #hasRoom(): boolean {
    return this.#limitMs === 0 && this.#hasSpace;
  }

  /** How long it is until the limit of the rate lets more come. */
  get #limitMs(): number {
    return this.#limit?.waitMs(this.#options.runtime.clock.now()) ?? 0;
  }

  /** @param take takes the room, before anybody else may find it */
  async #until(hasRoom: () => boolean, take: () => void = () => undefined): Promise<void> {
    const lettingsGo = this.#lettingsGo;
    await undefined; // A block of onStart comes behind the news that the run has begun.
    while (this.#isOpen && !hasRoom() && this.#lettingsGo === lettingsGo) {
      if (this.#limitMs > 0) this.#wakeIn(this.#limitMs);
      await this.#change();
    }
    take();
  }

  #change(): Promise<void> {
    return new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wakeIn(ms: number): void {
    const { clock } = this.#options.runtime;
    this.#limitTimer ??= clock.at(clock.now() + ms, () => {
      this.#limitTimer = undefined;
      this.#wake();
    });
  }

  #added(count: number): boolean {
    const { runtime, blockIntervalMs } = this.#options;
    this.#limit?.take(count, runtime.clock.now());
    if (this.#timer === undefined) {
      const cutMs = (Math.floor(runtime.clock.now() / blockIntervalMs) + 1) * blockIntervalMs;
      this.#timer = runtime.clock.at(cutMs, () => this.cut());
    }
    return this.#hasRoom;
  }

  #blockOf(chunks: readonly Chunk[], meta?: Row): Block {
    const id = `input-${this.#options.streamId}-${this.#count}`;
    this.#count += 1;
    return blockOf(id, chunks, meta);
  }

  #handOver(block: Block, isRepeatable: boolean, fate: Fate): void {
    if (this.#options.isJournaled) this.#underWay.set(block.id, fate);
    this.#send(block, isRepeatable);
    if (this.#options.isJournaled) return;
    this.#noteMeta(block);
    fate();
  }

  #settle({ id }: Block, refusal?: { readonly error: unknown }): void {
    this.#underWay.get(id)?.(refusal);
    this.#underWay.delete(id);
  }

  #noteMeta({ meta }: Block): void {
    if (meta !== undefined) this.#lastMeta = meta as Row;
  }

  #hold({ valueCount, sizeBytes }: Block): void {
    this.#heldRows += valueCount;
    this.#heldBytes += sizeBytes;
  }

  #release({ valueCount, sizeBytes }: Block): void {
    this.#heldRows -= valueCount;
    this.#heldBytes -= sizeBytes;
  }

  /** Lets those who wait look again. */
  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw new UsageError('RECEIVER.NOT_STARTED', { receiver: this.#options.name });
  }
}
