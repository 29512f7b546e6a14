import { createActor, createMachine, spawnChild } from 'xstate';
import type { ActorDefinition } from './define-actor.ts';

/** A running actor system. */
export interface ActorSystem {
  /** Ends every actor; each runs its clean-up. */
  stop(): void;
}

/** Starts actors as the children of one root, in this order. */
export function startActors(actors: readonly ActorDefinition[], onBug: (error: unknown) => void): ActorSystem {
  const root = createActor(createMachine({ entry: actors.map(({ id, logic }) => spawnChild(logic, { id })) }));
  root.subscribe({ error: onBug });
  root.start();
  return { stop: () => void root.stop() };
}
