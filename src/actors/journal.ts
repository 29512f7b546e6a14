import type { Address } from '../core/bus.ts';
import type { Timer } from '../core/clock.ts';
import { type FiresteelError, messageOf, SourceError, UsageError } from '../core/errors.ts';
import { unplainIn } from '../core/plain-data.ts';
import { previewOf } from '../core/preview.ts';
import type { Runtime } from '../core/runtime.ts';
import type { BlockLog } from '../graph/block-log.ts';
import type { Block } from '../rdd/block.ts';
import { activity, type Behaviour, contextAddress, type Post } from './define-actor.ts';
import type { ActorMessage, JournalMessage } from './messages.ts';

/** What a journal is made of. */
export interface JournalOptions {
  /** The durable id of the input. */
  readonly source: string;
  /** What errors call the receiver. */
  readonly name: string;
  /** Where the program made the stream. */
  readonly site: string;
  readonly runtime: Runtime;
  readonly log: BlockLog;
  /** How long a block may take to become safe. */
  readonly storeMsMax: number;
  readonly receiver: Address;
  readonly supervisor: Address;
  readonly input: Address;
}

/**
 * Stands between a receiver and its input: an input hears of no block that would not survive a crash.
 *
 * Several blocks may be under way; all is handed on in the order in which it came. A block that cannot be made safe is
 * given to no batch, since a batch that had it could not be done again:
 * - one that is repeatable (of `storeBlock`) is refused, and so are those of the same run behind it: the receiver
 *   starts again, and its source sends all that is behind the last safe one. Where it took too long, what the log may
 *   have of it is taken back before;
 * - of one that is not (rows of `store`) the rows are lost, and awaitTermination rejects with the error. So it is not
 *   given up when it takes long, which is only complained of; the receiver is held meanwhile.
 */
export function journal(options: JournalOptions, post: Post): Behaviour<JournalMessage> {
  return new Journal(options, post);
}

/** Something that has come, and is not handed on yet. */
interface Entry {
  readonly said: ActorMessage;
  /** None where it only waits for those before it. */
  readonly stored: Stored | undefined;
  isSafe: boolean;
}

type Stored = Extract<JournalMessage, { type: 'block.stored' }>;

class Journal implements Behaviour<JournalMessage> {
  readonly on: Behaviour<JournalMessage>['on'];
  readonly #options: JournalOptions;
  readonly #post: Post;
  #entries: Entry[] = [];
  readonly #limits = new Map<Entry, Timer>();
  /** Why no further repeatable block of this run is taken. */
  #refusal: FiresteelError | undefined;

  constructor(options: JournalOptions, post: Post) {
    this.#options = options;
    this.#post = post;
    this.on = {
      'block.stored': (said) => this.#store(said),
      'block.sealed': (said) => this.#follow(said),
      'receiver.closed': (said) => this.#follow(said),
      'receiver.started': () => {
        this.#refusal = undefined;
      },
    };
  }

  stop(): void {
    for (const limit of this.#limits.values()) limit.cancel();
  }

  #follow(said: ActorMessage): void {
    this.#entries.push({ said, stored: undefined, isSafe: true });
    this.#handOn();
  }

  #store(stored: Stored): void {
    const entry: Entry = { said: stored, stored, isSafe: false };
    this.#entries.push(entry);
    const refusal = (stored.isRepeatable ? this.#refusal : undefined) ?? this.#refusalOf(stored.block);
    if (refusal === undefined) this.#write(entry, stored);
    else this.#refuse(entry, stored, refusal);
  }

  #write(entry: Entry, stored: Stored): void {
    const { runtime, log, source, storeMsMax } = this.#options;
    const { clock } = runtime;
    this.#limits.set(
      entry,
      clock.at(clock.now() + storeMsMax, () => this.#late(entry, stored)),
    );
    activity(runtime, `${source} stores ${stored.block.id}`, this.#post, async () => {
      const failure = await failureOf(() => log.add(source, stored.block));
      this.#limits.get(entry)?.cancel();
      this.#limits.delete(entry);
      // It may have been refused meanwhile.
      if (!this.#entries.includes(entry)) return;
      if (failure === undefined) {
        entry.isSafe = true;
        this.#handOn();
      } else {
        this.#refuse(entry, stored, this.#notSafe(stored, firstLine(failure.error), failure.error));
      }
    });
  }

  /** What is safe, as far as nothing before it is not. */
  #handOn(): void {
    const { input, receiver } = this.#options;
    const open = this.#entries.findIndex(({ isSafe }) => !isSafe);
    const ready = this.#entries.splice(0, open < 0 ? this.#entries.length : open);
    for (const { said } of ready) this.#post(input, said);
    const blocks = ready.flatMap(({ stored }) => stored?.block ?? []);
    if (blocks.length > 0) this.#post(receiver, { type: 'block.safe', blocks });
  }

  #late(entry: Entry, stored: Stored): void {
    const { supervisor, storeMsMax } = this.#options;
    const error = this.#notSafe(stored, `it has taken longer than ${storeMsMax} ms.`);
    if (stored.isRepeatable) this.#withdraw(this.#refuse(entry, stored, error));
    else this.#post(supervisor, { type: 'receiver.complained', message: 'A block waits to be made safe', error });
  }

  #withdraw(entries: readonly Entry[]): void {
    const { runtime, log, source, supervisor } = this.#options;
    const ids = entries.flatMap(({ stored }) => stored?.block.id ?? []);
    activity(runtime, `${source} takes back ${ids.join(' ')}`, this.#post, async () => {
      const failure = await failureOf(() => log.withdraw(source, ids));
      if (failure === undefined) return;
      const message = 'Blocks that took too long could not be taken back';
      this.#post(supervisor, { type: 'receiver.complained', message, error: failure.error });
    });
  }

  /** @returns what was refused */
  #refuse(entry: Entry, stored: Stored, error: FiresteelError): readonly Entry[] {
    const { receiver } = this.#options;
    this.#refusal ??= error;
    const from = this.#entries.indexOf(entry);
    // Those behind it would let the source go on behind this one.
    const refused = this.#entries.filter(
      (each, at) => each === entry || (at > from && each.stored?.isRepeatable === true),
    );
    this.#entries = this.#entries.filter((each) => !refused.includes(each));
    for (const each of refused) this.#limits.get(each)?.cancel();
    this.#post(receiver, { type: 'block.refused', blocks: refused.flatMap((each) => each.stored?.block ?? []), error });
    if (!stored.isRepeatable) this.#post(contextAddress, { type: 'error.reported', error });
    this.#handOn();
    return refused;
  }

  #notSafe({ block, isRepeatable }: Stored, reason: string, ...causes: readonly unknown[]): SourceError {
    const { name, site } = this.#options;
    const facts = { receiver: name, block: block.id, rowCount: block.rowCount, isRepeatable, reason };
    const at = [site];
    const [cause] = causes;
    return new SourceError('RECEIVER.BLOCK_NOT_SAFE', facts, {
      at,
      retryable: true,
      ...(causes.length > 0 && { cause }),
    });
  }

  /** A mistake of the program is seen here, before the log has anything of the block: so the order stays as it was. */
  #refusalOf({ chunks, meta }: Block): UsageError | undefined {
    const { name, site } = this.#options;
    const rows = chunks.flatMap((chunk) => (chunk.kind === 'rows' ? [chunk.rows] : []));
    const found = unplainIn([...rows, meta]);
    if (found === undefined) return undefined;
    return new UsageError('RECEIVER.ROW_NOT_PLAIN', { receiver: name, value: previewOf(found.value) }, { at: [site] });
  }
}

function firstLine(error: unknown): string {
  const [line = ''] = messageOf(error).split('\n');
  return line;
}

async function failureOf(work: () => Promise<void>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return { error };
  }
}
