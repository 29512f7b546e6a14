import { assert, BugError } from './errors.ts';

/** What travels on the bus: data with a type, `noun.verb`. */
export interface Message {
  readonly type: string;
}

/** Who sends or receives: a runtime id such as `stage:3:map`. */
export type Address = string;

/** One message on its way. */
export interface Posted {
  readonly from: Address;
  readonly to: Address;
  readonly message: Message;
}

/** What a bus is made of. */
export interface BusOptions {
  /** Runs f once the code that runs now has returned. */
  soon(f: () => void): void;
  /** Which of n waiting messages goes next; 0 = the oldest. */
  choose(n: number): number;
  /** A receiver threw, which is a mistake of ours: receivers answer with messages, not with throws. */
  onBug(error: unknown): void;
  /** Which messages never arrive; none, unless a test wants to see what each is needed for. */
  readonly isLost?: ((posted: Posted) => boolean) | undefined;
}

/**
 * The message bus: `post(from, to, message)`, first in first out for each pair of sender and receiver, drained in a
 * loop.
 *
 * xstate delivers synchronously and depth first, so that a long chain of actors overflows the stack, and its mailbox
 * has no bound. Here a message waits its turn, and messages of different pairs may overtake each other where `choose`
 * says so.
 */
export class Bus {
  readonly #options: BusOptions;
  readonly #receivers = new Map<Address, (message: Message, from: Address) => void>();
  readonly #gone = new Set<Address>();
  readonly #watchers = new Set<(posted: Posted) => void>();
  #queue: Posted[] = [];
  #head = 0;
  #isDrainPlanned = false;
  #afterAll: (() => void)[] = [];

  constructor(options: BusOptions) {
    this.#options = options;
  }

  /** From now on messages to this address are given to `receive`. */
  register(address: Address, receive: (message: Message, from: Address) => void): void {
    assert(!this.#receivers.has(address), `the address ${address} is registered once`);
    this.#receivers.set(address, receive);
  }

  /** Messages to this address are dropped from now on; nobody is there to need them. */
  unregister(address: Address): void {
    this.#receivers.delete(address);
    this.#gone.add(address);
  }

  /** Puts a message on its way; it arrives after the code that runs now has returned. */
  post(from: Address, to: Address, message: Message): void {
    if (this.#queue.length - this.#head >= messagesMax) {
      throw new BugError('BUG.BUS_FULL', { from, to, type: message.type, messagesMax });
    }
    this.#queue.push({ from, to, message });
    if (this.#isDrainPlanned) return;
    this.#isDrainPlanned = true;
    this.#options.soon(() => this.#drain());
  }

  /** Calls f when nothing is on its way any more. For a receiver, while it is told something. */
  afterAll(f: () => void): void {
    this.#afterAll.push(f);
  }

  /** Shows every message when it is delivered. @returns a function that ends it */
  watch(watcher: (posted: Posted) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #drain(): void {
    while (this.#head < this.#queue.length) this.#deliver(this.#next());
    this.#queue = [];
    this.#head = 0;
    this.#isDrainPlanned = false;
    const due = this.#afterAll;
    this.#afterAll = [];
    for (const f of due) this.#guarded(f);
  }

  /** The chosen message, or an older one of the same pair. */
  #next(): Posted {
    const chosen = this.#head + this.#options.choose(this.#queue.length - this.#head);
    const { from, to } = this.#queue[chosen] as Posted;
    let index = this.#head;
    while (this.#queue[index]?.from !== from || this.#queue[index]?.to !== to) index += 1;
    const posted = this.#queue[index] as Posted;
    if (index === this.#head) {
      this.#head += 1;
      this.#compact();
    } else {
      this.#queue.splice(index, 1);
    }
    return posted;
  }

  /** Lets go of what has been delivered, when that is the greater part: so each message is moved once at most. */
  #compact(): void {
    if (this.#head < compactAt || this.#head < this.#queue.length - this.#head) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  #deliver(posted: Posted): void {
    if (this.#options.isLost?.(posted) === true) return;
    for (const watcher of this.#watchers) watcher(posted);
    const receive = this.#receivers.get(posted.to);
    this.#guarded(() => {
      if (receive !== undefined) receive(posted.message, posted.from);
      else assert(this.#gone.has(posted.to), `somebody is at ${posted.to} when ${posted.message.type} arrives`);
    });
  }

  #guarded(f: () => void): void {
    try {
      f();
    } catch (error) {
      this.#options.onBug(error);
    }
  }
}

/**
 * Far above what can wait in a sound program: blocks are bounded by their receivers, batches by
 * firesteel.batches.pendingMax, and each makes a handful of messages.
 */
const messagesMax = 1_000_000;

/** Fewer delivered messages than this are kept at the head of the queue, since letting go of them is not worth it. */
const compactAt = 1024;
