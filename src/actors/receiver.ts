import type { Address } from '../core/bus.ts';
import { UsageError } from '../core/errors.ts';
import type { Row } from '../core/row.ts';
import type { Receiver, ReceiverPort } from '../graph/receiver.ts';
import type { Block } from '../rdd/block.ts';
import { BlockCutter, type CutterOptions } from './block-cutter.ts';
import type { Behaviour, Post } from './define-actor.ts';
import type { ActorMessage, ReceiverMessage } from './messages.ts';

/** What a receiver actor is made of. */
export interface ReceiverOptions extends Omit<CutterOptions, 'name'> {
  readonly receiver: Receiver<Row>;
  /** Who takes its blocks: its input, or the journal in front of it. */
  readonly input: Address;
  readonly supervisor: Address;
}

/**
 * Runs a user's receiver, and cuts what it stores into blocks.
 *
 * Rows come by calls, not by messages; a message is a block. What the receiver holds is bounded: `store` says when it
 * is enough, and what was counted is counted until its batch has ended. Where there is a journal, a run ends when all
 * of its blocks are safe or refused.
 */
export function receiverActor(options: ReceiverOptions, post: Post): Behaviour<ReceiverMessage> {
  return new ReceiverActor(options, post);
}

class ReceiverActor implements Behaviour<ReceiverMessage> {
  readonly on: Behaviour<ReceiverMessage>['on'];
  readonly #options: ReceiverOptions;
  readonly #post: Post;
  readonly #blocks: BlockCutter;
  #run: 'none' | 'up' | 'stopping' = 'none';
  #runs = 0;

  constructor(options: ReceiverOptions, post: Post) {
    const { receiver, input } = options;
    this.#options = options;
    this.#post = post;
    const blocks = new BlockCutter({ ...options, name: receiver.name }, (block, isRepeatable) =>
      post(input, { type: 'block.stored', block, isRepeatable }),
    );
    this.#blocks = blocks;
    this.on = {
      'receiver.start': () => this.#start(),
      'receiver.stop': () => this.#stopRun('Stopped by driver', undefined),
      'receiver.close': () => this.#handOver({ type: 'receiver.closed' }),
      'block.seal': ({ timeMs }) => this.#handOver({ type: 'block.sealed', timeMs }),
      'block.safe': ({ blocks: safe }) => blocks.safe(safe),
      'block.refused': ({ blocks: refused, error }) => this.#refuse(refused, error),
      'block.freed': ({ blocks: freed }) => blocks.free(freed),
      'source.hold': () => blocks.hold(true),
      'source.release': () => blocks.hold(false),
    };
    receiver.attach(this.#port());
  }

  stop(): void {
    this.#blocks.stop();
  }

  #start(): void {
    const { receiver, streamId, supervisor, isJournaled, input } = this.#options;
    this.#run = 'up';
    this.#runs += 1;
    const ofRun = this.#runs;
    this.#blocks.open();
    // A receiver may go on for long inside onStart: it counts as started when the call has returned.
    void settled(() => receiver.onStart(this.#blocks.lastMeta)).then((failure) => {
      if (failure !== undefined && this.#runs === ofRun) {
        this.#failed(`Error starting receiver ${streamId}`, failure.error);
      }
    });
    if (isJournaled) this.#post(input, { type: 'receiver.started' });
    this.#post(supervisor, { type: 'receiver.started' });
  }

  /** The end of a run, whoever wants it. */
  #stopRun(message: string, error: unknown): void {
    if (this.#run !== 'up') return;
    const { receiver, supervisor } = this.#options;
    this.#run = 'stopping';
    // Whoever waits for room has to see that this run ends; onStop may wait for him.
    this.#blocks.letGo();
    void settled(() => receiver.onStop()).then(async (failure) => {
      this.#blocks.close();
      // The next run begins behind the last block that is safe, and has to know which that is.
      await this.#blocks.settled();
      this.#run = 'none';
      const said = failure === undefined ? { message, error } : { message: 'onStop failed', error: failure.error };
      this.#post(supervisor, { type: 'receiver.stopped', ...said });
    });
  }

  /** What its source can send again it sends to the next run. */
  #refuse(blocks: readonly Block[], error: unknown): void {
    this.#blocks.refused(blocks, error);
    this.#failed(`Receiver ${this.#options.streamId} could not make its blocks safe`, error);
  }

  #failed(message: string, error: unknown): void {
    if (this.#run !== 'up') return;
    // Every error but a mistake of the program can be gone the next time.
    const retryable = !(error instanceof UsageError);
    this.#post(this.#options.supervisor, { type: 'receiver.failed', message, error, retryable });
  }

  /** Hands over the open block, and says that it is all. */
  #handOver(said: ActorMessage): void {
    this.#blocks.cut();
    this.#post(this.#options.input, said);
  }

  #port(): ReceiverPort<Row> {
    const { streamId, runtime, supervisor } = this.#options;
    const blocks = this.#blocks;
    return {
      streamId,
      runtime,
      store: (row) => blocks.addRow(row),
      storeLines: (bytes) => blocks.addLines(bytes),
      storeBlock: (rows, meta) => blocks.addBlock(rows, meta),
      drained: () => blocks.drained(),
      restart: (message, error, delayMs) => {
        if (this.#run !== 'none') this.#post(supervisor, { type: 'receiver.restart', message, error, delayMs });
      },
      stop: (message, error) => this.#stopRun(message, error),
      reportError: (message, error) => this.#post(supervisor, { type: 'receiver.complained', message, error }),
      isStarted: () => this.#run === 'up',
      isStopped: () => this.#runs > 0 && this.#run !== 'up',
    };
  }
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
