import { type AnyActor, type AnyMachineSnapshot, type AnyStateMachine, createActor, type StateValue } from 'xstate';
import type { Clock } from '../core/clock.ts';
import { BugError, messageOf } from '../core/errors.ts';
import type { Lifecycle } from './lifecycle.ts';
import { xstateClock } from './xstate-clock.ts';

/** What a machine is given to run. */
export interface MachineOptions<Slots extends object> {
  readonly machine: AnyStateMachine;
  readonly input?: unknown;
  /** What carries out the machine's orders: one function for each action of that name. */
  readonly slots: Slots;
  /** Needed by a machine that waits. */
  readonly clock?: Clock;
  /** Told of a mistake of ours; must not throw. */
  readonly onBug: (bug: BugError) => void;
}

/**
 * One machine as a root of its own.
 *
 * Orders are given after the transition they belong to: a slot sees the new state, may send at once (its message waits
 * its turn), and what it throws goes to `onBug` while the machine lives on.
 */
export class MachineLifecycle<State extends string, Message extends { readonly type: string }, Slots extends object>
  implements Lifecycle<State, Message>
{
  readonly whenStopped: Promise<void>;
  readonly #machine: AnyStateMachine;
  readonly #actor: AnyActor;
  readonly #onBug: (bug: BugError) => void;
  readonly #orders: Order[] = [];
  readonly #inbox: Message[] = [];
  #isBusy = false;

  constructor(options: MachineOptions<Slots>) {
    this.#machine = options.machine;
    this.#onBug = options.onBug;
    this.#actor = createActor(options.machine.provide({ actions: this.#ordersTo(options.slots) }), {
      input: options.input,
      ...(options.clock === undefined ? {} : { clock: this.#clockOf(options.clock) }),
    });
    this.whenStopped = new Promise((resolve) => {
      this.#actor.subscribe({
        complete: resolve,
        error: (error) => {
          this.#broke('its own logic', error);
          resolve();
        },
      });
    });
    this.#turn(() => this.#actor.start());
  }

  get state(): State {
    return innermost(this.#snapshot.value) as State;
  }

  get #snapshot(): AnyMachineSnapshot {
    return this.#actor.getSnapshot();
  }

  may(message: Message): boolean {
    return this.#snapshot.status !== 'error' && this.#snapshot.can(message);
  }

  send(message: Message): void {
    if (this.#isBusy) {
      this.#inbox.push(message);
      return;
    }
    if (!this.may(message)) throw this.#refusal(message);
    this.#turn(() => this.#deliver(message));
  }

  /** Lets something happen, then what follows from it: orders first, then the messages that came meanwhile. */
  #turn(happen: () => void): void {
    this.#isBusy = true;
    try {
      happen();
      while (this.#carryOutNext() || this.#deliverNext());
    } finally {
      this.#isBusy = false;
    }
  }

  #carryOutNext(): boolean {
    const order = this.#orders.shift();
    if (order === undefined) return false;
    try {
      order.carryOut();
    } catch (error) {
      this.#broke(`the slot ${order.slot}`, error);
    }
    return true;
  }

  #deliverNext(): boolean {
    const message = this.#inbox.shift();
    if (message === undefined) return false;
    if (this.may(message)) this.#deliver(message);
    else this.#onBug(this.#refusal(message));
    return true;
  }

  /** A message that may come after the end changes nothing: the actor is gone by then, and need not hear it. */
  #deliver(message: Message): void {
    if (this.#snapshot.status === 'active') this.#actor.send(message);
  }

  #ordersTo(slots: Slots): Record<string, (args: unknown, value: unknown) => void> {
    const entries: [string, (value: unknown) => void][] = Object.entries(slots);
    return Object.fromEntries(
      entries.map(([slot, carryOut]) => [
        slot,
        (_args: unknown, value: unknown) => {
          this.#orders.push({ slot, carryOut: () => carryOut(value) });
        },
      ]),
    );
  }

  /** Our clock, with a turn around each call, so that orders follow a delay as they follow a message. */
  #clockOf(clock: Clock): ReturnType<typeof xstateClock> {
    const { setTimeout, clearTimeout } = xstateClock(clock);
    return { setTimeout: (f, ms) => setTimeout(() => this.#turn(f), ms), clearTimeout };
  }

  #refusal(message: Message): BugError {
    return new BugError('BUG.COMMAND_REFUSED', { machine: this.#machine.id, type: message.type, state: this.state });
  }

  #broke(where: string, cause: unknown): void {
    const facts = { machine: this.#machine.id, where, message: messageOf(cause) };
    this.#onBug(new BugError('BUG.MACHINE_BROKE', facts, { cause }));
  }
}

interface Order {
  readonly slot: string;
  readonly carryOut: () => void;
}

function innermost(value: StateValue): string {
  if (typeof value === 'string') return value;
  const [inner] = Object.values(value);
  return innermost(inner as StateValue);
}
