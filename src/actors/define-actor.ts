import { type CallbackActorLogic, fromCallback } from 'xstate';
import type { Address, Bus, Message } from '../core/bus.ts';
import { BugError } from '../core/errors.ts';
import type { Runtime } from '../core/runtime.ts';
import type { ActorMessage } from './messages.ts';

/** What an actor does with each message it knows. */
export interface Behaviour<M extends Message> {
  readonly on: { readonly [T in M['type']]: (message: Extract<M, { type: T }>, from: Address) => void };
  /** Its clean-up, when the system stops. */
  readonly stop?: () => void;
}

/** How an actor speaks. */
export type Post = (to: Address, message: ActorMessage) => void;

/** An actor that is not running yet: its address, and the logic that xstate runs. */
export interface ActorDefinition {
  readonly id: Address;
  readonly logic: CallbackActorLogic<Delivery>;
}

/** A message as it reaches the logic. */
interface Delivery {
  readonly type: string;
  readonly message: Message;
  readonly from: Address;
}

/** Where the context of an actor system listens. */
export const contextAddress: Address = 'context';

/**
 * An actor on the bus: light xstate logic around plain functions.
 *
 * A message it does not know, and a throw of its own, are mistakes of ours: they go to the context as `bug.found`,
 * before xstate sees them (it would drop the one in silence, and end the process over the other).
 */
export function defineActor<M extends Message>(
  id: Address,
  bus: Bus,
  make: (post: Post) => Behaviour<M>,
): ActorDefinition {
  const post: Post = (to, message) => bus.post(id, to, message);
  const logic = fromCallback<Delivery>(({ receive, self }) => {
    const behaviour = make(post);
    const handlers: Readonly<Record<string, ((message: never, from: Address) => void) | undefined>> = behaviour.on;
    receive(({ type, message, from }) => {
      try {
        const handle = handlers[type];
        if (handle === undefined) throw new BugError('BUG.UNKNOWN_MESSAGE', { actor: id, type });
        handle(message as never, from);
      } catch (error) {
        post(contextAddress, { type: 'bug.found', error });
      }
    });
    bus.register(id, (message, from) => self.send({ type: message.type, message, from }));
    return () => {
      bus.unregister(id);
      behaviour.stop?.();
    };
  });
  return { id, logic };
}

/**
 * Work of an actor that waits for a promise. What its outcome means is posted before it ends, so that whoever waits for
 * silence does not miss it; a throw is a mistake of ours.
 */
export function activity(runtime: Runtime, name: string, post: Post, work: () => Promise<void>): void {
  const caught = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      post(contextAddress, { type: 'bug.found', error });
    }
  };
  void runtime.activities.run(name, caught);
}
