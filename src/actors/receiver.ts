import type { Address } from '../core/bus.ts';
import type { Timer } from '../core/clock.ts';
import { UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { Runtime } from '../core/runtime.ts';
import type { Receiver, ReceiverPort } from '../graph/receiver.ts';
import { type Block, blockOf } from '../rdd/block.ts';
import { type Chunk, textChunk } from '../rdd/chunk.ts';
import { OpenBlock } from '../rdd/open-block.ts';
import type { Behaviour, Post } from './define-actor.ts';
import type { ActorMessage, ReceiverMessage } from './messages.ts';

/** What a receiver actor is made of. */
export interface ReceiverOptions {
  readonly receiver: Receiver<Row>;
  readonly streamId: number;
  readonly runtime: Runtime;
  readonly blockIntervalMs: number;
  /** How much it may hold, until the batches of it have ended. */
  readonly bufferRowsMax: number;
  readonly bufferBytesMax: number;
  readonly input: Address;
  readonly supervisor: Address;
}

/**
 * Runs a user's receiver, and cuts what it stores into blocks.
 *
 * Rows come by calls, not by messages; a message is a block. What the receiver holds is bounded: `store` says when it
 * is enough, and text that was counted is counted until its batch has ended.
 */
export function receiverActor(options: ReceiverOptions, post: Post): Behaviour<ReceiverMessage> {
  const { receiver, supervisor } = options;
  const blocks = new BlockCutter(options, (block) => post(options.input, { type: 'block.stored', block }));
  let run: 'none' | 'up' | 'stopping' = 'none';
  let runs = 0;

  const start = (): void => {
    run = 'up';
    runs += 1;
    const ofRun = runs;
    blocks.open();
    // A receiver may go on for long inside onStart: it counts as started when the call has returned.
    void settled(() => receiver.onStart()).then((failure) => {
      if (failure === undefined || run !== 'up' || runs !== ofRun) return;
      const told = { message: `Error starting receiver ${options.streamId}`, error: failure.error };
      post(supervisor, { type: 'receiver.failed', ...told, retryable: isRetryable(failure.error) });
    });
    post(supervisor, { type: 'receiver.started' });
  };

  /** The end of a run, whoever wants it. */
  const stopRun = (message: string, error: unknown): void => {
    if (run !== 'up') return;
    run = 'stopping';
    // Whoever waits for room has to see that this run ends; onStop may wait for him.
    blocks.letGo();
    void settled(() => receiver.onStop()).then((failure) => {
      run = 'none';
      blocks.close();
      const said = failure === undefined ? { message, error } : { message: 'onStop failed', error: failure.error };
      post(supervisor, { type: 'receiver.stopped', ...said });
    });
  };

  const port: ReceiverPort<Row> = {
    streamId: options.streamId,
    runtime: options.runtime,
    store: (row) => blocks.addRow(row),
    storeLines: (bytes) => blocks.addLines(bytes),
    storeBlock: (rows, meta) => blocks.addBlock(rows, meta),
    drained: () => blocks.drained(),
    restart: (message, error, delayMs) => {
      if (run !== 'none') post(supervisor, { type: 'receiver.restart', message, error, delayMs });
    },
    stop: stopRun,
    reportError: (message, error) => post(supervisor, { type: 'receiver.complained', message, error }),
    isStarted: () => run === 'up',
    isStopped: () => runs > 0 && run !== 'up',
  };
  receiver.attach(port);

  /** Hands over the open block, and says that it is all. */
  const handOver = (said: ActorMessage): void => {
    blocks.cut();
    post(options.input, said);
  };

  return {
    on: {
      'receiver.start': start,
      'receiver.stop': () => stopRun('Stopped by driver', undefined),
      'receiver.close': () => handOver({ type: 'receiver.closed' }),
      'block.seal': ({ timeMs }) => handOver({ type: 'block.sealed', timeMs }),
      'block.freed': ({ blocks: freed }) => blocks.free(freed),
      'source.hold': () => blocks.hold(true),
      'source.release': () => blocks.hold(false),
    },
    stop: () => blocks.stop(),
  };
}

/** Every error but a mistake of the program can be gone the next time. */
function isRetryable(error: unknown): boolean {
  return !(error instanceof UsageError);
}

/** The failure of a call, thrown or rejected; undefined when it went well. */
async function settled(call: () => void | Promise<void>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** Cuts the rows of one receiver into blocks, and counts what it holds. */
class BlockCutter {
  readonly #options: ReceiverOptions;
  readonly #send: (block: Block) => void;
  readonly #open = new OpenBlock();
  #timer: Timer | undefined;
  /** Whether rows may come. */
  #isOpen = false;
  #count = 0;
  #heldRows = 0;
  #heldBytes = 0;
  #isHeld = false;
  /** Those who wait for room, and how often all of them have been let go without any. */
  #waiting: (() => void)[] = [];
  #lettingsGo = 0;

  constructor(options: ReceiverOptions, send: (block: Block) => void) {
    this.#options = options;
    this.#send = send;
  }

  addRow(row: unknown): boolean {
    this.#checkOpen();
    this.#open.addRow(row);
    this.#heldRows += 1;
    return this.#added();
  }

  addLines(bytes: Buffer): boolean {
    this.#checkOpen();
    this.#heldBytes += this.#open.addLines(bytes);
    return this.#added();
  }

  async addBlock(rows: Iterable<unknown> | Buffer, meta: Row): Promise<void> {
    this.#checkOpen();
    await this.drained();
    this.#checkOpen();
    const chunk: Chunk = Buffer.isBuffer(rows) ? textChunk(rows) : { kind: 'rows', rows: [...rows] };
    this.cut();
    const block = this.#blockOf([chunk], meta);
    this.#heldRows += block.valueCount;
    this.#heldBytes += block.sizeBytes;
    this.#send(block);
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
  async drained(): Promise<void> {
    const lettingsGo = this.#lettingsGo;
    while (this.#isOpen && !this.#hasRoom && this.#lettingsGo === lettingsGo) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  letGo(): void {
    this.#lettingsGo += 1;
    this.#wake();
  }

  cut(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!this.#open.isEmpty) this.#send(this.#blockOf(this.#open.cut()));
  }

  free(blocks: readonly Block[]): void {
    for (const block of blocks) {
      this.#heldRows -= block.valueCount;
      this.#heldBytes -= block.sizeBytes;
    }
    this.#wake();
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#wake();
  }

  stop(): void {
    this.#timer?.cancel();
    this.close();
  }

  get #hasRoom(): boolean {
    const { bufferRowsMax, bufferBytesMax } = this.#options;
    return !this.#isHeld && this.#heldRows < bufferRowsMax && this.#heldBytes < bufferBytesMax;
  }

  #added(): boolean {
    if (this.#timer === undefined) {
      const { runtime, blockIntervalMs } = this.#options;
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

  /** Lets those who wait look again. */
  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #checkOpen(): void {
    if (this.#isOpen) return;
    throw new UsageError('RECEIVER.NOT_STARTED', { receiver: this.#options.receiver.name });
  }
}
