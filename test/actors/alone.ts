import type { Behaviour, Post } from '../../src/actors/define-actor.ts';
import type { ActorMessage } from '../../src/actors/messages.ts';
import type { Address, Message } from '../../src/core/bus.ts';
import { textOf } from './trace.ts';

/** One actor without a bus: a test tells it things, and reads what it posts. */
export class Alone<M extends Message> {
  readonly #behaviour: Behaviour<M>;
  readonly #posted: { readonly to: Address; readonly message: ActorMessage }[] = [];

  constructor(make: (post: Post) => Behaviour<M>) {
    this.#behaviour = make((to, message) => void this.#posted.push({ to, message }));
  }

  /** Tells it. @returns what it has posted since the last look, as `tell` shows it */
  hears(message: M, from?: Address): readonly string[] {
    this.tell(message, from);
    return this.says();
  }

  tell(message: M, from: Address = 'test'): void {
    const on: Readonly<Record<string, ((message: never, from: Address) => void) | undefined>> = this.#behaviour.on;
    const handle = on[message.type];
    if (handle === undefined) throw new Error(`it does not know ${message.type}`);
    handle(message as never, from);
  }

  /** What it has posted since the last look: `input batch.tick 1000`. */
  says(): readonly string[] {
    return this.takes().map(({ to, message }) => `${to} ${textOf(message)}`);
  }

  /** The same, whole. */
  takes(): readonly { readonly to: Address; readonly message: ActorMessage }[] {
    return this.#posted.splice(0);
  }

  /** The first message of a type since the last look. */
  takesOne<T extends ActorMessage['type']>(type: T): Extract<ActorMessage, { type: T }> {
    const found = this.takes().find(({ message }) => message.type === type);
    if (found === undefined) throw new Error(`it has not posted ${type}`);
    return found.message as Extract<ActorMessage, { type: T }>;
  }

  stop(): void {
    this.#behaviour.stop?.();
  }
}
